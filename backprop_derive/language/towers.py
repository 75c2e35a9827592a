"""Constant powers that would be too large are refused before any work is done on them: 9**9**9**9, 10**10**10."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from fractions import Fraction

from ..errors import Place
from ..limits import Limits
from ..syntax.expression import Expr, Negate, Number, Power, Product, Quotient, Sum, children, walk

_MANY = 10**15  # an exponent past which its exact size is of no interest


def refuse_towers(expr: Expr, limits: Limits, place: Place) -> None:
    """Raise LimitError where a power of constants in `expr` has more digits than a literal may have."""
    if any(isinstance(node, Power) for node in walk(expr)):
        _constant(expr, limits, place)


def _constant(expr: Expr, limits: Limits, place: Place) -> Fraction | None:
    """The rational value of a constant expression; None where it holds a name or is not rational."""
    match expr:
        case Number(value):
            return value
        case Power(base, exponent):
            b, e = _constant(base, limits, place), _constant(exponent, limits, place)
            return None if b is None or e is None else _power(b, e, limits, place)
    values = [_constant(child, limits, place) for child in children(expr)]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    match expr:
        case Negate():
            return -known[0]
        case Sum(_, minus):
            return _fold(((-v if m else v) for v, m in zip(known, minus, strict=True)), operator.add, limits)
        case Product():
            return _fold(known, operator.mul, limits)
        case Quotient() if known[1] != 0:
            return _bounded(known[0] / known[1], limits)
    return None


def _fold(
    values: Iterable[Fraction], combine: Callable[[Fraction, Fraction], Fraction], limits: Limits
) -> Fraction | None:
    """The values combined from left to right, as long as that is little work."""
    total: Fraction | None = None
    for value in values:
        total = value if total is None else _bounded(combine(total, value), limits)
        if total is None:
            return None
    return total


def _bounded(value: Fraction, limits: Limits) -> Fraction | None:
    """The value where it can be written out; else a large one that stands for it, or None for a small one."""
    most = 4 * limits.literal  # bits, of which a digit has about 3.3
    if max(value.numerator.bit_length(), value.denominator.bit_length()) <= most:
        return value
    return None if abs(value) <= 1 else Fraction(-(2**most) if value < 0 else 2**most)


def _power(base: Fraction, exponent: Fraction, limits: Limits, place: Place) -> Fraction | None:
    if abs(base) <= 1 and base.denominator == 1:
        is_whole = exponent > 0 and exponent.denominator == 1
        return base ** (2 - exponent.numerator % 2) if is_whole else None
    longest: int = max(abs(base.numerator), base.denominator)
    size = abs(exponent)
    digits = int(float(size) * math.log10(longest)) + 1 if size < _MANY else _MANY
    limits.check("literal", digits, "the number of digits of a power", place)
    return _bounded(base ** int(exponent), limits) if exponent.denominator == 1 else None
