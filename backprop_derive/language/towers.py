"""Constant powers that would be too large are refused before any work is done on them: 9**9**9**9, 10**10**10."""

from __future__ import annotations

import math
from fractions import Fraction

from ..errors import Place
from ..limits import Limits
from ..syntax.expression import Expr, Negate, Number, Power, Product, Quotient, Sum, children, walk


def refuse_towers(expr: Expr, limits: Limits, place: Place) -> None:
    """Raise LimitError where a power of constants in `expr` has more digits than a literal may have."""
    if any(isinstance(node, Power) for node in walk(expr)):
        _constant(expr, limits, place)


def _constant(expr: Expr, limits: Limits, place: Place) -> Fraction | None:
    """The rational value of a constant expression; None where it holds a name or is not rational."""
    values = [_constant(child, limits, place) for child in children(expr)]
    match expr:
        case Number(value):
            return value
        case Power():
            base, exponent = values
            return None if base is None or exponent is None else _power(base, exponent, limits, place)
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    match expr:
        case Negate():
            return -known[0]
        case Sum(_, minus):
            return sum((-v if m else v for v, m in zip(known, minus, strict=True)), Fraction(0))
        case Product():
            return math.prod(known, start=Fraction(1))
        case Quotient() if known[1] != 0:
            return known[0] / known[1]
    return None


def _power(base: Fraction, exponent: Fraction, limits: Limits, place: Place) -> Fraction | None:
    if base == 0 or abs(base) == 1:
        return base if exponent > 0 and exponent.denominator == 1 else None
    longest = max(base.numerator.bit_length(), base.denominator.bit_length())
    digits = int(abs(exponent) * longest * 3 // 10) if abs(exponent) < 10**15 else 10**15
    limits.check("literal", digits, "a power's number of digits", place)
    return base ** int(exponent) if exponent.denominator == 1 else None
