"""A real number known within an error, and arithmetic that keeps the error bound true.

`Real.error` is the base-2 logarithm of a bound on |value - true value|. Every operation adds what its operands' errors
do to the result (to first order) to its own rounding. What cannot be told apart from zero at this precision is
decided by evaluating again with more (`MorePrecision`), never by guessing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mpmath

from ..errors import LimitError

_LARGEST = 332_000_000  # bits of magnitude: about 10^(10^8)
_INFINITELY_SMALL = -math.inf


class MorePrecision(Exception):
    """A decision needs more digits than the present precision gives."""


@dataclass(frozen=True, slots=True)
class Real:
    """value ± 2**error; `value` is an mpmath number."""

    value: Any
    error: float


def log2_sum(*logs: float) -> float:
    """log2(Σ 2**log): errors add up."""
    most = max(logs)
    if most == _INFINITELY_SMALL:
        return most
    return most + math.log2(sum(2.0 ** max(log - most, -1000.0) for log in logs))


class Reals:
    """Arithmetic on `Real` at a number of bits. `last_resort` takes what is still within the error of 0 to be 0."""

    def __init__(self, bits: int, last_resort: bool = False) -> None:
        self.context = mpmath.mp.clone()
        self.context.prec = bits
        self.bits = bits
        self.last_resort = last_resort

    def magnitude(self, value: Any) -> float:
        """log2|value|, an upper bound within 1e-9; whole bits would add up to all the digits in a long product."""
        _, mantissa, exponent, count = value._mpf_
        if not mantissa:
            return _INFINITELY_SMALL
        shift = max(0, count - 60)
        return math.log2(int(mantissa >> shift) + 1) + float(shift + int(exponent))

    def rounded(self, value: Any, *errors: float) -> Real:
        magnitude = self.magnitude(value)
        if magnitude > _LARGEST or -_LARGEST > magnitude > _INFINITELY_SMALL:
            raise LimitError(
                "a value is too large or too small: its magnitude passes the limit, at most 10^(100,000,000)"
                " or its reciprocal"
            )
        return Real(value, log2_sum(magnitude - self.bits + 1, *errors))

    def from_fraction(self, numerator: int, denominator: int) -> Real:
        if denominator == 1:
            return self.rounded(self.context.mpf(numerator))
        return self.rounded(self.context.mpf(numerator) / denominator)

    def constant(self, name: str) -> Real:
        return self.rounded(+self.context.pi if name == "pi" else +self.context.e)

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
        """a / b for b whose sign is known."""
        below = self.magnitude(b.value) - _slack(b.error, self.magnitude(b.value))
        quotient = a.value / b.value
        return self.rounded(quotient, a.error - below, self.magnitude(quotient) + b.error - below)

    def power(self, a: Real, b: Real) -> Real:
        """a ** b for a > 0, or for a whole b."""
        context = self.context
        is_whole = b.error == _INFINITELY_SMALL or context.isint(b.value)
        logarithm = context.log(abs(a.value)) if a.value else context.mpf(0)
        self._refuse_huge(logarithm * b.value / context.ln2)
        value = context.power(a.value, int(b.value)) if is_whole else context.exp(b.value * logarithm)
        relative = log2_sum(
            self.magnitude(b.value) + a.error - self.magnitude(a.value),
            _INFINITELY_SMALL if is_whole else self.magnitude(logarithm) + b.error,
            self.magnitude(b.value * logarithm) - self.bits + 2,
        )
        return self.rounded(value, self.magnitude(value) + relative + _slack(a.error, self.magnitude(a.value)))

    def _refuse_huge(self, bits: Any) -> None:
        if abs(bits) > _LARGEST:
            self.rounded(self.context.ldexp(1, _LARGEST + 2))

    def apply(self, name: str, a: Real) -> Real:
        """A primitive function of one argument whose domain was checked."""
        context, x = self.context, a.value
        if name == "exp":
            self._refuse_huge(x / context.ln2)
        if name in ("sinh", "cosh"):
            self._refuse_huge(x / context.ln2)
        value = getattr(context, _SPELLED.get(name, name))(x)
        slack = _slack(a.error, min(self.magnitude(x), 0.0))
        return self.rounded(value, a.error + self.log2_slope(name, x, value, a.error) + slack)

    def log2_slope(self, name: str, x: Any, value: Any, error: float) -> float:
        """log2 of a bound on |f'| about x, which carries the argument's error into the result."""
        magnitude = self.magnitude
        match name:
            case "exp" | "sinh" | "cosh":
                return max(magnitude(self.context.cosh(x) if name == "sinh" else value), -_LARGEST)
            case "log":
                return -magnitude(x)
            case "log1p":
                return -magnitude(1 + x)
            case "sqrt":
                return -magnitude(value) - 1 if value else -error / 2
            case "tan":
                return magnitude(1 + value * value)
            case "asin" | "acos":
                gap = 1 - x * x
                return -magnitude(gap) / 2 if magnitude(gap) > error + 20 else -error / 2
            case "erf":
                return 0.18
        return 0.0


def _slack(error: float, magnitude: float) -> float:
    """Bits added to a first-order bound: none to speak of while the error is far below the number itself."""
    return 1e-6 if error < magnitude - 20 else 1.0


_SPELLED = {"log": "ln"}
