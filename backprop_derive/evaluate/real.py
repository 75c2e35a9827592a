"""A real number known within an error, and arithmetic that keeps the error bound true.

`Real.error` is the base-2 logarithm of a bound on |value - true value|. Every operation bounds what its operands'
errors can do to the result by the mean value theorem over the whole interval, and adds its own rounding. What cannot
be told apart from zero at this precision is decided by evaluating again with more (`MorePrecision`), never by guessing.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import mpmath
from mpmath.libmp import ften, mpf_mul, mpf_pow_int, round_nearest, to_int

from ..errors import LimitError
from ..records import record

_LARGEST = 332_000_000  # bits of magnitude: about 10^(10^8)
_INFINITELY_SMALL = -math.inf
_FIRST_BITS = 256  # enough for the 60 digits that are converted
# Covers the float arithmetic on logarithms up to _LARGEST, each within an ulp of a double (6e-8 there).
_NUDGE = 1e-6


class MorePrecision(Exception):
    """A decision needs more digits than the present precision gives."""


@record
class Real:
    """value ± 2**error; `value` is an mpmath number."""

    value: Any
    error: float


def log2_sum(*logs: float) -> float:
    """log2(Σ 2**log): errors add up."""
    most = max(logs)
    if most == _INFINITELY_SMALL:
        return most
    return most + math.log2(math.fsum(2.0 ** max(log - most, -1000.0) for log in logs))


@lru_cache(maxsize=64)
def _context(bits: int) -> Any:
    """mpmath at a number of bits; making one takes longer than solving a small problem."""
    context = mpmath.mp.clone()
    context.prec = bits
    return context


class Reals:
    """Arithmetic on `Real` at a number of bits. `last_resort` takes what is still within the error of 0 to be 0."""

    def __init__(self, bits: int, last_resort: bool = False) -> None:
        self.context = _context(bits)
        self.bits = bits
        self.last_resort = last_resort

    def magnitude(self, value: Any) -> float:
        """log2|value|, an upper bound within 1e-9; whole bits would add up to all the digits in a long product."""
        _, mantissa, exponent, count = value._mpf_
        if not mantissa:
            return _INFINITELY_SMALL
        shift = max(0, count - 60)
        if not shift:  # 1/2 is 1/2, not 1: each halving would cost a bit, and a chain of thousands all of them
            return math.log2(int(mantissa)) + float(int(exponent))
        return math.log2(int(mantissa >> shift) + 1) + float(shift + int(exponent))

    def rounded(self, value: Any, *errors: float) -> Real:
        """The value with the errors added up, and two units in its last place for the rounding of mpmath."""
        magnitude = self.magnitude(value)
        if magnitude > _LARGEST or -_LARGEST > magnitude > _INFINITELY_SMALL:
            raise LimitError(
                "a value is too large or too small: its magnitude passes the limit, at most 10^(100,000,000)"
                " or its reciprocal"
            )
        return Real(value, log2_sum(magnitude - self.bits + 2, *errors) + _NUDGE)

    def at_most(self, a: Real) -> float:
        """log2 of an upper bound on the true number's absolute value."""
        return log2_sum(self.magnitude(a.value), a.error)

    def at_least(self, a: Real) -> float:
        """log2 of a lower bound on the true number's absolute value. Raises MorePrecision where that may be 0."""
        magnitude = self.magnitude(a.value) - _NUDGE
        if a.error == _INFINITELY_SMALL:
            return magnitude
        share = 2.0 ** min(a.error - magnitude, 0.0)
        if share > 0.99:
            self.undecided()
        return magnitude + math.log2(1.0 - share)

    def undecided(self) -> None:
        """More digits are needed, and where there will be no more, no digit of the result is known."""
        if not self.last_resort:
            raise MorePrecision
        raise LimitError(f"the digits of a value cannot be settled with {self.bits:,} bits, the limit")

    def from_fraction(self, numerator: int, denominator: int) -> Real:
        if denominator == 1:
            return self.rounded(self.context.mpf(numerator))
        return self.rounded(self.context.mpf(numerator) / denominator)

    def constant(self, name: str) -> Real:
        return self.rounded(+self.context.pi if name == "pi" else +self.context.e)

    def decimal(self, a: Real, context: Context) -> Decimal:
        """The value within one unit of the last digit that the context has.

        mpmath's own conversion writes out all the zeros of a small number, which Python refuses to do past 4,300.
        """
        if not a.value:
            return Decimal(0)
        first = math.floor(self.magnitude(a.value) * math.log10(2))
        shift = context.prec - first
        power = mpf_pow_int(ften, shift, _FIRST_BITS, round_nearest)
        scaled = mpf_mul(a.value._mpf_, power, _FIRST_BITS, round_nearest)
        return context.create_decimal(to_int(scaled, round_nearest)).scaleb(-shift, context)

    def may_be_zero(self, a: Real) -> bool:
        """Whether the error leaves the sign open."""
        return self.magnitude(a.value) - 0.1 <= a.error

    def negate(self, a: Real) -> Real:
        return Real(-a.value, a.error)

    def add(self, terms: list[Real]) -> Real:
        total = terms[0].value
        partial = _INFINITELY_SMALL
        for term in terms[1:]:
            total = total + term.value
            partial = max(partial, self.magnitude(total))
        rounding = partial - self.bits + math.log2(len(terms)) + 1
        return self.rounded(total, rounding, *(term.error for term in terms))

    def multiply(self, a: Real, b: Real) -> Real:
        ma, mb = self.magnitude(a.value), self.magnitude(b.value)
        return self.rounded(a.value * b.value, ma + b.error, mb + a.error, a.error + b.error)

    def divide(self, a: Real, b: Real) -> Real:
        """a / b for b whose sign is known: a/b - a'/b' = ((a - a') - a/b · (b - b')) / b'."""
        below = self.at_least(b)
        quotient = a.value / b.value
        return self.rounded(quotient, a.error - below, self.magnitude(quotient) + b.error - below)

    def whole_power(self, a: Real, n: int) -> Real:
        """a ** n, for a whole n of at most 64 bits that is no 0; where n < 0 the sign of a is known."""
        furthest = self.at_most(a) if n > 0 else self.at_least(a)
        if a.value and abs(furthest * n) > _LARGEST:
            self._refuse_huge(self.context.log(abs(a.value)) * n / self.context.ln2)
        value = self.context.power(a.value, n)
        # |a'^n - a^n| is at most the error times the steepest slope between them, |n| · |furthest|^(n - 1).
        slope = math.log2(abs(n)) + (furthest * (n - 1) if n != 1 else 0.0)
        return self.rounded(value, a.error + slope)

    def power(self, a: Real, b: Real) -> Real:
        """a ** b = exp(b · log a) for a > 0 whose sign is known."""
        context = self.context
        logarithm = context.log(a.value)
        exponent = b.value * logarithm
        self._refuse_huge(exponent / context.ln2)
        of_log = a.error - self.at_least(a)
        error = log2_sum(
            self.magnitude(b.value) + of_log,
            self.magnitude(logarithm) + b.error,
            b.error + of_log,
            self.magnitude(exponent) - self.bits + 3,
        )
        return self._exponential(context.exp(exponent), error)

    def _exponential(self, value: Any, error: float) -> Real:
        """exp(x) = `value` for an x known within the error: |exp(h) - 1| is at most h·exp(h)."""
        return self.rounded(value, self.magnitude(value) + error + self._growth(error))

    def _growth(self, error: float) -> float:
        """log2(exp(h)) for h = 2**error; beyond 1 no digit of an exponential is known."""
        if error > 0:
            self.undecided()
        return 1.4427 * math.exp2(error)

    def _refuse_huge(self, bits: Any) -> None:
        if abs(bits) > _LARGEST:
            self.rounded(self.context.ldexp(1, _LARGEST + 2))

    def apply(self, name: str, a: Real) -> Real:
        """A primitive function of one argument whose domain was checked."""
        context, x = self.context, a.value
        if name in ("exp", "sinh", "cosh"):
            self._refuse_huge(x / context.ln2)
        if name == "exp":
            return self._exponential(context.exp(x), a.error)
        if name in ("asin", "acos"):
            # The true number is in the domain; the value may be outside, by no more than its error.
            x = max(context.mpf(-1), min(context.mpf(1), x))
        elif name == "sqrt":
            x = max(context.mpf(0), x)
        value = getattr(context, _SPELLED.get(name, name))(x)
        return self.rounded(value, a.error + self._log2_slope(name, Real(x, a.error), value))

    def _log2_slope(self, name: str, a: Real, value: Any) -> float:
        """log2 of a bound on |f(x') - f(x)| / |x' - x| for the true number x' and the value x."""
        context, error = self.context, a.error
        match name:
            case "sinh" | "cosh":
                return max(self.magnitude(context.cosh(a.value)), 0.0) + self._growth(error)
            case "log":
                return -self.at_least(a)
            case "log1p":
                return -self.at_least(Real(1 + a.value, log2_sum(error, self.magnitude(1 + a.value) - self.bits)))
            case "sqrt":
                # |√x' - √x| = |x' - x| / (√x' + √x), and also at most √|x' - x|.
                return min(-self.magnitude(value) + _NUDGE, -error / 2)
            case "tan":
                return self._log2_slope_of_tan(value, error)
            case "asin" | "acos":
                return self._log2_slope_of_asin(a)
            case "erf":
                return 0.18  # 2/√π
        return 0.0  # sin, cos, tanh, atan

    def _log2_slope_of_tan(self, value: Any, error: float) -> float:
        """tan(x + h) - tan(x) = t(1 + tan²x) / (1 - t·tan x) with t = tan h, |t| at most 1.6·|h| for |h| < 1."""
        slope = self.magnitude(1 + value * value)
        if max(error, self.magnitude(value) + error) > -2.0:  # nearer to a pole than four times the error
            self.undecided()
        return slope + 1.7

    def _log2_slope_of_asin(self, a: Real) -> float:
        """1/√(1 - x²) where the whole interval keeps off 1; at the end asin moves by 2.23·√h at most."""
        from_end = 1 - abs(a.value)
        near = -a.error / 2 + 1.2
        if self.magnitude(from_end) < a.error + 1.0:
            return near
        # 1 - x² is at least 1 - |x|, which is at least half of what it is at the value.
        return min(near, -(self.magnitude(from_end) - 1.0) / 2 + _NUDGE)


_SPELLED = {"log": "ln"}
