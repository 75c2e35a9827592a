"""What the tests of expressions share: reading one with some names defined, and showing how it was grouped."""

from __future__ import annotations

from backprop_derive.language.scalars import FUNCTIONS
from backprop_derive.limits import DEFAULT_LIMITS, Limits
from backprop_derive.syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)  # fmt: skip
from backprop_derive.syntax.names import canonical
from backprop_derive.syntax.parser import parse_expression
from backprop_derive.syntax.source import Source
from backprop_derive.syntax.words import Vocabulary

NAMES = "x y z w a b c v"


def parse(text: str, names: str = NAMES, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """The expression that `text` is where these names are defined."""
    vocabulary = Vocabulary(FUNCTIONS, {canonical(name): name for name in names.split()})
    return parse_expression(Source("problem", text), 0, len(text), vocabulary, limits)


def grouped(expr: Expr) -> str:
    """The expression with every grouping in parentheses."""
    match expr:
        case Number(value, written):
            return written if written is not None else str(value)
        case Constant(name):
            return f"<{name}>"
        case Name(key):
            return key
        case Negate(operand):
            return f"(-{grouped(operand)})"
        case Sum(terms, minus):
            rest = (f" {'-' if m else '+'} {grouped(t)}" for t, m in zip(terms[1:], minus[1:], strict=True))
            return f"({grouped(terms[0])}{''.join(rest)})"
        case Product(factors, implicit):
            return f"({('' if implicit else '*').join(map(grouped, factors))})"
        case Quotient(above, below):
            return f"({grouped(above)}/{grouped(below)})"
        case Power(base, exponent):
            return f"({grouped(base)}^{grouped(exponent)})"
        case Compare(relation, left, right):
            return f"{grouped(left)} {relation} {grouped(right)}"
        case Call(function, arguments, options):
            inside = [*map(grouped, arguments), *(f"{name}={grouped(value)}" for name, value in options)]
            return f"{function}({', '.join(inside)})"
        case ListOf(items):
            return f"[{', '.join(map(grouped, items))}]"
        case Index(base, items):
            return f"{grouped(base)}[{len(items)}]"
    raise AssertionError(f"not shown: {expr}")
