"""Formulas at x + h with h² = 0: what stands before h is the limit of the difference quotient.

No rule of differentiation is used, and SymPy is not asked. Sums, products and quotients follow from h² = 0 alone; the
elementary functions from what defines them: exp(bh) = 1 + bh, sin(bh) = bh and cos(bh) = 1 are their series without the
powers of h, the addition theorems move them to a + bh, and an inverse is the solution of an equation. The integral
that is erf grows by its integrand.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy

from .algebra import LARGEST_EXPONENT, ONE, ZERO, Algebra, Ratio, Undecided, number
from .library import Library

Operation = Callable[["Jet", Any], Any]
_HALF, _TWO = Fraction(1, 2), number(Fraction(2))


def _by_entries(operation: Operation) -> Operation:
    """Beside an array the operation is NumPy's, entry by entry."""

    def applied(a: Jet, b: Any) -> Any:
        return NotImplemented if isinstance(b, numpy.ndarray) else operation(a, b)

    return applied


class Jet:
    """a + bh: `at` and `slope` are exact formulas, `here` is the number that `at` is with the values of the problem."""

    __slots__ = ("algebra", "at", "here", "slope")

    def __init__(self, algebra: Algebra, at: Ratio, slope: Ratio, here: Any) -> None:
        self.algebra, self.at, self.slope, self.here = algebra, at, slope, here

    def _other(self, other: Any) -> Jet:
        return lifted(self.algebra, other)

    def __neg__(self) -> Jet:
        return Jet(self.algebra, self.algebra.negate(self.at), self.algebra.negate(self.slope), -self.here)

    @_by_entries
    def __add__(self, other: Any) -> Jet:
        b, add = self._other(other), self.algebra.add
        return Jet(self.algebra, add(self.at, b.at), add(self.slope, b.slope), self.here + b.here)

    __radd__ = __add__

    @_by_entries
    def __sub__(self, other: Any) -> Any:
        return self + -self._other(other)

    @_by_entries
    def __rsub__(self, other: Any) -> Any:
        return self._other(other) + -self

    @_by_entries
    def __mul__(self, other: Any) -> Jet:
        b, m = self._other(other), self.algebra.multiply
        slope = self.algebra.add(m(self.slope, b.at), m(self.at, b.slope))
        return Jet(self.algebra, m(self.at, b.at), slope, self.here * b.here)

    __rmul__ = __mul__

    @_by_entries
    def __truediv__(self, other: Any) -> Jet:
        """q with q · other = self, by the part with h and the part without."""
        b, a = self._other(other), self.algebra
        at = a.divide(self.at, b.at)
        slope = a.divide(a.add(self.slope, a.negate(a.multiply(at, b.slope))), b.at)
        return Jet(a, at, slope, self.here / b.here)

    @_by_entries
    def __rtruediv__(self, other: Any) -> Any:
        return self._other(other) / self

    @_by_entries
    def __pow__(self, exponent: Any) -> Any:
        """A power: a product for whole exponents, else exp(exponent · log(base))."""
        if isinstance(exponent, int):
            if abs(exponent) > LARGEST_EXPONENT:
                raise Undecided("a large exponent")
            found = self._other(1)
            for _ in range(abs(exponent)):
                found = found * self
            return found if exponent >= 0 else self._other(1) / found
        b = self._other(exponent)
        logarithm = Jet(self.algebra, self.algebra.log(self.at), self._of_log(), mpmath.log(self.here))
        slope = (b * logarithm).slope
        at = self.algebra.power(self.at, b.at)
        return Jet(self.algebra, at, self.algebra.multiply(at, slope), self.here**b.here)

    @_by_entries
    def __rpow__(self, base: Any) -> Any:
        return self._other(base) ** self

    def _of_log(self) -> Ratio:
        """log(a + bh) = log(a) + log(1 + (b/a)h), and 1 + (b/a)h = exp((b/a)h)."""
        return self.algebra.divide(self.slope, self.at)

    # --- choices go by the values of the problem

    def _compared(self, other: Any, relation: Callable[[Any, Any], bool]) -> bool:
        b = self._other(other)
        if self.here == b.here and not self.algebra.is_zero((self - b).at):
            raise Undecided("two sides are equal at these values only")
        return relation(self.here, b.here)

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return self._compared(other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, operator.ge)

    def __eq__(self, other: object) -> bool:
        return self._compared(other, operator.eq)

    def __ne__(self, other: object) -> bool:
        return self._compared(other, operator.ne)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return self != 0


def lifted(algebra: Algebra, value: Any) -> Jet:
    """A jet, or a plain number as one that does not move."""
    if isinstance(value, Jet):
        return value
    exact = Fraction(value) if isinstance(value, int) else Fraction(float(value))
    return Jet(algebra, number(exact), ZERO, mpmath.mpf(exact.numerator) / exact.denominator)


# --- the elementary functions


def _exp(x: Jet) -> Jet:
    at = x.algebra.exp(x.at)
    return Jet(x.algebra, at, x.algebra.multiply(at, x.slope), mpmath.exp(x.here))


def _log(x: Jet) -> Jet:
    return Jet(x.algebra, x.algebra.log(x.at), x._of_log(), mpmath.log(x.here))


def _sqrt(x: Jet) -> Jet:
    """r with r² = x: 2 · r · slope is that of x."""
    a = x.algebra
    at = a.power(x.at, number(_HALF))
    return Jet(a, at, a.divide(x.slope, a.multiply(_TWO, at)), mpmath.sqrt(x.here))


def _sin(x: Jet) -> Jet:
    a = x.algebra
    return Jet(a, a.function("sin", x.at), a.multiply(a.function("cos", x.at), x.slope), mpmath.sin(x.here))


def _cos(x: Jet) -> Jet:
    a = x.algebra
    slope = a.negate(a.multiply(a.function("sin", x.at), x.slope))
    return Jet(a, a.function("cos", x.at), slope, mpmath.cos(x.here))


def _tan(x: Jet) -> Any:
    return _sin(x) / _cos(x)


def _sinh(x: Jet) -> Any:
    return (_exp(x) - _exp(-x)) / 2


def _cosh(x: Jet) -> Any:
    return (_exp(x) + _exp(-x)) / 2


def _tanh(x: Jet) -> Any:
    return (_exp(x) - _exp(-x)) / (_exp(x) + _exp(-x))


def _cosine_of(x: Jet) -> Ratio:
    """cos(arcsin(x)) = sin(arccos(x)) = √(1 − x²), on the branch that arcsin and arccos take."""
    return x.algebra.power((1 - x * x).at, number(_HALF))


def _asin(x: Jet) -> Jet:
    """y with sin(y) = x: cos(y) · slope is that of x."""
    a = x.algebra
    return Jet(a, a.function("asin", x.at), a.divide(x.slope, _cosine_of(x)), mpmath.asin(x.here))


def _acos(x: Jet) -> Jet:
    """y with cos(y) = x: −sin(y) · slope is that of x."""
    a = x.algebra
    return Jet(a, a.function("acos", x.at), a.negate(a.divide(x.slope, _cosine_of(x))), mpmath.acos(x.here))


def _atan(x: Jet) -> Jet:
    """y with sin(y) = x · cos(y): (cos(y) + x · sin(y)) · slope is that of x, times cos(y); and x is sin(y)/cos(y)."""
    a = x.algebra
    return Jet(a, a.function("atan", x.at), a.divide(x.slope, (1 + x * x).at), mpmath.atan(x.here))


def _erf(x: Jet) -> Jet:
    """2/√π · ∫₀ˣ exp(−t²) dt, which from a to a + bh grows by 2/√π · exp(−a²) · bh."""
    a = x.algebra
    scale = a.divide(_TWO, a.power(a.function("pi", ONE), number(_HALF)))
    slope = a.multiply(a.multiply(scale, a.exp((-(x * x)).at)), x.slope)
    return Jet(a, a.function("erf", x.at), slope, mpmath.erf(x.here))


def _floor(x: Jet) -> Jet:
    """Between two jumps it does not move."""
    if mpmath.isint(x.here):
        raise Undecided("a jump")
    return Jet(x.algebra, x.algebra.function("floor", x.at), ZERO, mpmath.floor(x.here))


FUNCTIONS = {
    "exp": _exp, "log": _log, "sqrt": _sqrt, "sin": _sin, "cos": _cos, "tan": _tan, "asin": _asin, "acos": _acos,
    "atan": _atan, "sinh": _sinh, "cosh": _cosh, "tanh": _tanh, "erf": _erf, "floor": _floor,
}  # fmt: skip


def library(algebra: Algebra) -> Library:
    """NumPy on arrays of jets."""

    def constant(value: Fraction | str) -> Jet:
        if isinstance(value, str):
            at = algebra.exp(ONE) if value == "e" else algebra.function("pi", ONE)
            return Jet(algebra, at, ZERO, +getattr(mpmath, value))
        return Jet(algebra, number(value), ZERO, mpmath.mpf(value.numerator) / value.denominator)

    def refused(value: Any) -> Any:
        raise Undecided("a matrix is inverted")

    functions: dict[str, Any] = {name: numpy.frompyfunc(f, 1, 1) for name, f in FUNCTIONS.items()}
    functions |= {"det": refused, "inv": refused}
    plain = {name: _unpacked(getattr(numpy, name)) for name in ("where", "sum", "max", "min", "stack")}
    return Library(SimpleNamespace(**plain), lambda value: value, constant, functions)


def _unpacked(function: Any) -> Any:
    """The function, its result a jet where it is an array without axes."""

    def unpacked(*arguments: Any, **options: Any) -> Any:
        found = function(*arguments, **options)
        return found[()] if isinstance(found, numpy.ndarray) and not found.shape else found

    return unpacked
