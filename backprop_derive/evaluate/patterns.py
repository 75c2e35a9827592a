"""What the compiler looks for in component formulas: exponentials that are divided by, sums, products taken apart."""

from __future__ import annotations

from fractions import Fraction

from ..records import record
from ..syntax.expression import (
    Call,
    Delta,
    Expr,
    Inside,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    walk,
)  # fmt: skip

_HAVE_NO_VALUE = frozenset(("log", "sqrt", "asin", "acos", "log2", "log10", "xlogy"))


@record
class Factors:
    """A product taken apart: what multiplies, what divides, deltas and bounds, and the sign."""

    above: tuple[Expr, ...]
    below: tuple[Expr, ...]
    switches: tuple[Delta | Inside, ...]
    is_negative: bool


def bears_exponential(expr: Expr) -> bool:
    """Whether an exponential stands in an expression where only arithmetic is about it."""
    match expr:
        case Call("exp"):
            return True
        case Sum(parts) | Product(parts):
            return any(map(bears_exponential, parts))
        case Quotient(a, b):
            return bears_exponential(a) or bears_exponential(b)
        case Power(part, Number()) | Negate(part) | Over(_, _, part):
            return bears_exponential(part)
    return False


def under_sums(expr: Expr) -> tuple[list[str], list[int | str], Expr, bool]:
    """The indices that are summed over, with their sizes, what stands under the sums, and whether it is negated."""
    names: list[str] = []
    sizes: list[int | str] = []
    is_negative = False
    while True:
        match expr:
            case Over(index, size, body):
                names.append(index)
                sizes.append(size)
                expr = body
            case Negate(operand):
                is_negative = not is_negative
                expr = operand
            case _:
                return names, sizes, expr, is_negative


def factors_of(expr: Expr) -> Factors:
    above: list[Expr] = []
    below: list[Expr] = []
    switches: list[Delta | Inside] = []
    is_negative = False
    stack = [(expr, False)]
    while stack:
        part, divides = stack.pop()
        match part:
            case Product(factors):
                stack += [(factor, divides) for factor in reversed(factors)]
            case Quotient(a, b):
                stack += [(b, not divides), (a, divides)]
            case Negate(operand):
                is_negative = not is_negative
                stack.append((operand, divides))
            case Delta() | Inside() if not divides:
                switches.append(part)
            case _ if not _is_one(part):
                (below if divides else above).append(part)
    return Factors(tuple(above), tuple(below), tuple(switches), is_negative)


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 1  # however it is written


def is_logarithm(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == "log"


def may_fail(expr: Expr) -> bool:
    """Whether a value may not exist: something is divided by, or a function has a domain."""
    return any(
        (isinstance(node, Quotient) and not isinstance(node.denominator, Number))
        or isinstance(node, Power)
        or (isinstance(node, Call) and node.function in _HAVE_NO_VALUE)
        for node in walk(expr)
    )


def beside_one(expr: Sum) -> Expr | None:
    """u of 1 + u."""
    for one, rest in ((0, 1), (1, 0)):
        if len(expr.terms) == 2 and _is_one(expr.terms[one]) and not any(expr.minus):
            return expr.terms[rest]
    return None


def logistic_power(expr: Expr) -> tuple[Expr | None, int]:
    """u and n of (1 + exp(u))^n."""
    power = 1
    match expr:
        case Power(base, Number(exponent)) if exponent in (2, 3):
            expr, power = base, int(exponent)
    match beside_one(expr) if isinstance(expr, Sum) else None:
        case Call("exp", (u,)):
            return u, power
    return None, 0


def exponential_less_one(expr: Sum) -> Expr | None:
    """u of exp(u) - 1."""
    match expr:
        case Sum((Call("exp", (power,)), Number(Fraction(numerator=1, denominator=1))), (False, True)):
            return power
    return None
