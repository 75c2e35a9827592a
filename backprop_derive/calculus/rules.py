"""Which named rules of differentiation an expression needs, and each rule in general form, derived by SymPy too."""

from __future__ import annotations

from functools import lru_cache

import sympy

from ..derivation import RuleStatement
from ..ops.table import operation
from ..symbolic.opaque import opaque
from ..symbolic.translate import Written, from_sympy, to_sympy
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


_GENERAL = {
    "sum": "f + g",
    "multiple": "c * f",
    "product": "f * g",
    "quotient": "f / g",
    "power": "x^n",
    "exponential": "a^x",
}
_FUNCTIONS_OF_X = ("f", "g")


@lru_cache(maxsize=256)
def rule_statement(rule: str) -> RuleStatement | None:
    """A rule in general form, f and g functions of x; None for a rule that is not a formula."""
    from ..ops.table import formula

    kind, _, function = rule.partition(" ")
    if kind == "function":
        op = operation(function)
        if op.is_variadic or op.required != 1 or op.zero_gradient:
            return None
        expression: Expr = Call(function, (Name("x"),))
    elif rule in _GENERAL:
        expression = formula(_GENERAL[rule])
    else:
        return None
    return RuleStatement(expression, _general_derivative(expression))


def _general_derivative(expression: Expr) -> Expr:
    x = sympy.Symbol("x")
    symbols = {name: sympy.Symbol(name) for name in ("a", "c", "f", "g", "n")} | {"x": x}
    functions = {symbols[name]: sympy.Function(name)(x) for name in _FUNCTIONS_OF_X}
    written: Written = {}
    image = to_sympy(expression, symbols, written).subs(functions)
    derivative = sympy.powsimp(sympy.diff(image, x))
    for symbol, function in functions.items():
        derivative = derivative.subs(sympy.Derivative(function, x), sympy.Symbol(symbol.name + "'"))
        derivative = derivative.subs(function, symbol)
    derivative = sympy.together(derivative) if isinstance(expression, Quotient) else derivative
    return from_sympy(derivative.replace(sympy.log, opaque("log")), written)
