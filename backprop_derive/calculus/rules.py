"""Which named rules of differentiation an expression needs, from the outside in."""

from __future__ import annotations

from ..syntax.expression import Call, Constant, Expr, Name, Negate, Power, Product, Quotient, Sum, children, walk


def rules_for(expr: Expr, key: str) -> tuple[str, ...]:
    """The rules, each once, that differentiate `expr` by the name `key`; `function f` is the derivative of f."""
    found: list[str] = []
    _collect(expr, key, found)
    return tuple(dict.fromkeys(found))


def depends_on(expr: Expr, key: str) -> bool:
    """Whether the name `key` appears in an expression."""
    return any(isinstance(node, Name) and node.key == key for node in walk(expr))


def _collect(expr: Expr, key: str, found: list[str]) -> None:
    depending = [child for child in children(expr) if depends_on(child, key)]
    match expr:
        case Name() | Negate(Name()):
            found.append("identity")
            return
        case Negate() if depending:
            found.append("multiple")
        case Sum():
            found.append("sum")
        case Product():
            found.append("product" if len(depending) > 1 else "multiple")
        case Quotient(_, denominator):
            found.append("quotient" if depends_on(denominator, key) else "multiple")
        case Power(base, exponent):
            found.append("exponential" if depends_on(exponent, key) else "power")
            inner = exponent if depends_on(exponent, key) else base
            if not isinstance(inner, Name):
                found.append("chain")
        case Call("where"):
            found.append("cases")
        case Call(function):
            found.append(f"function {function}")
            if any(not isinstance(child, Name | Constant) for child in depending):
                found.append("chain")
    for child in depending:
        if not isinstance(child, Name):
            _collect(child, key, found)
