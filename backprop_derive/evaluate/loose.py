"""Numbers to compare written ones with: Fractions where rational, else 40 digits without a bound on their error."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from mpmath.ctx_mp import MPContext

from ..errors import DomainError

_DIGITS = 40
_MOST_BITS = 3_000  # of a Fraction that is carried exactly
_LARGEST = 64  # bits of an exponent


@cache
def _context(digits: int) -> Any:
    context = MPContext()
    context.dps = digits
    return context


@cache
def _close(digits: int) -> Any:
    return _context(digits).mpf(10) ** -(digits * 5 // 8)


_CONTEXT = _context(_DIGITS)
CLOSE = _CONTEXT.mpf(10) ** -25

Number = Any  # a Fraction or one of mpmath's numbers


class Loose:
    """The arithmetic of `interpret.Interpreter` without bounds on errors: quick, and for comparing only."""

    def __init__(self, digits: int = _DIGITS) -> None:
        self.context = _context(digits)
        # Two results that differ by less, relatively, are one number.
        self.close = _close(digits)

    def real(self, a: Number) -> Any:
        return self.context.mpf(a.numerator) / a.denominator if isinstance(a, Fraction) else a

    def constant(self, name: str) -> Number:
        return +(self.context.pi if name == "pi" else self.context.e)

    def fraction(self, a: Fraction) -> Number:
        is_long = max(a.numerator.bit_length(), a.denominator.bit_length()) > _MOST_BITS
        return self.real(a) if is_long else a

    def sign(self, a: Number) -> int:
        return int(a > 0) - int(a < 0)

    def compare(self, a: Number, b: Number) -> int:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return self.sign(a - b)
        return 0 if is_close(a, b) else self.sign(self.real(a) - self.real(b))

    def is_surely_positive(self, a: Number) -> bool:
        return bool(a > 0)

    def negate(self, a: Number) -> Number:
        return -a

    def add(self, terms: list[Number]) -> Number:
        if all(isinstance(t, Fraction) for t in terms):
            return self.fraction(sum(terms, Fraction(0)))
        total = self.context.fsum(map(self.real, terms))
        largest = max(abs(self.real(t)) for t in terms)
        return Fraction(0) if abs(total) < largest * self.close else total

    def multiply(self, factors: list[Number]) -> Number:
        product: Number = Fraction(1)
        for factor in factors:
            if isinstance(factor, Fraction) and not factor:
                return factor
            both = isinstance(product, Fraction) and isinstance(factor, Fraction)
            product = self.fraction(product * factor) if both else self.real(product) * self.real(factor)
        return product

    def divide(self, a: Number, b: Number) -> Number:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return self.fraction(a / b)
        return a if isinstance(a, Fraction) and not a else self.real(a) / self.real(b)

    def power(self, base: Number, exponent: Number) -> Number:
        if isinstance(exponent, Fraction):
            if exponent.denominator == 1 and isinstance(base, Fraction) and base:
                size = max(base.numerator.bit_length(), base.denominator.bit_length())
                if abs(base) == 1 or size * abs(exponent) <= _MOST_BITS:
                    return base ** int(exponent)
            if not base:
                return base
            root = _exact_root(base, exponent)
            if root is not None:
                return root
        if abs(self.real(exponent)) * (abs(self.context.mag(self.real(base))) + 1) > self.context.mpf(2) ** _LARGEST:
            raise DomainError("a power is too large to be judged")
        found = self.context.power(self.real(base), self.real(exponent))
        return found.real if isinstance(found, self.context.mpc) else found

    def apply(self, name: str, a: Number) -> Number:
        if name == "floor":
            return Fraction(int(self.context.floor(self.real(a))))
        if name == "sqrt" and isinstance(a, Fraction) and (root := _exact_root(a, Fraction(1, 2))) is not None:
            return root
        known = _AT.get((name, a)) if isinstance(a, Fraction) else None
        if known is not None:
            return known
        x = self.real(a)
        if name in ("exp", "sinh", "cosh") and self.context.mag(x) > _LARGEST:
            raise DomainError(f"{name} is too large to be judged")
        found = getattr(self.context, name)(x)
        return found.real if isinstance(found, self.context.mpc) else found

    def decimal(self, a: Number) -> Decimal:
        return to_decimal(a)


_ZERO, _ONE = Fraction(0), Fraction(1)
# What is rational at a rational place, by the theorem of Lindemann and Weierstrass nowhere else.
_AT: dict[tuple[str, Fraction], Fraction] = {
    **{(name, _ZERO): _ZERO for name in "sin tan asin atan sinh tanh erf log1p".split()},
    **{(name, _ZERO): _ONE for name in "exp cos cosh".split()},
    ("log", _ONE): _ZERO, ("acos", _ONE): _ZERO,
}  # fmt: skip


def _exact_root(base: Number, exponent: Fraction) -> Fraction | None:
    """The square root where it is rational, for exponents of halves."""
    if exponent.denominator != 2 or not isinstance(base, Fraction) or base < 0 or abs(exponent) > 20:
        return None
    from math import isqrt

    above, below = isqrt(base.numerator), isqrt(base.denominator)
    if above * above != base.numerator or below * below != base.denominator or not above:
        return Fraction(0) if not base else None
    return Fraction(above, below) ** exponent.numerator


def is_close(a: Number, b: Number) -> bool:
    """Whether two numbers are one: equal fractions, or equal in all digits that are carried."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    x, y = Loose().real(a), Loose().real(b)
    return bool(abs(x - y) <= CLOSE * max(abs(x), abs(y)))


def distance(a: Number, b: Number) -> Number:
    """|a - b|"""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return abs(a - b)
    return abs(Loose().real(a) - Loose().real(b))


def within(a: Number, b: Number, most: Number) -> bool:
    """Whether |a - b| ≤ most."""
    off = distance(a, b)
    is_exact = isinstance(off, Fraction) and isinstance(most, Fraction)
    return bool(off <= most if is_exact else Loose().real(off) <= Loose().real(most))


@lru_cache(maxsize=4096)
def odd_number(seed: int) -> Number:
    """A number between 0.3 and 1.7 that nothing else has anything to do with; the same for a seed."""
    return _CONTEXT.mpf(3) / 10 + 7 * _CONTEXT.frac(_CONTEXT.sqrt(_CONTEXT.pi + seed) * (seed % 97 + 11)) / 5


def to_decimal(a: Number) -> Decimal:
    """The number with 30 digits."""
    if isinstance(a, Fraction):
        return Context(prec=30).divide(Decimal(a.numerator), Decimal(a.denominator))
    return Decimal(_CONTEXT.nstr(a, 30, strip_zeros=False, min_fixed=-5, max_fixed=12))
