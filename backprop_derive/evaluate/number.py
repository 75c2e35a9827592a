"""The numbers of an evaluation: a Fraction where rational, a short SymPy constant where closed, else a Real."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Any

import sympy

from ..errors import LimitError
from ..limits import Limits
from .real import MorePrecision, Real, Reals

Number = Fraction | sympy.Expr | Real

# A closed form longer than this (nodes of its tree) is carried as a Real: nobody reads it, and it only grows.
_LONGEST_CLOSED = 24
_DIGITS = 50
_DECIMAL = Context(prec=_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN)
# Bits of agreement that a recorded value must have: its 50 digits and a guard.
_ENOUGH = 175.0


class Arithmetic:
    """Operations on numbers of all three kinds at one precision; `gave_way` tells that exact digits ran out."""

    def __init__(self, bits: int, limits: Limits, last_resort: bool = False) -> None:
        self.reals = Reals(bits, last_resort)
        self.limits = limits
        self.most_bits = int(limits.exact * 3.33)
        self.gave_way = False
        self.zero_by_digits = False

    # --- kinds

    def real(self, a: Number) -> Real:
        if isinstance(a, Real):
            return a
        if isinstance(a, Fraction):
            return self.reals.from_fraction(a.numerator, a.denominator)
        digits = int(self.reals.bits / 3.32) + 5
        value = a.evalf(digits, maxn=max(2000, 2 * digits))
        if not value.is_Float or not value.is_finite:
            raise LimitError("a value is too large to be evaluated: its magnitude passes the limit")
        if value._prec == 1:
            return Real(self.reals.context.mpf(0), -float("inf"))
        return self.reals.from_mpf(value._mpf_)

    def closed(self, result: sympy.Expr) -> Number:
        """SymPy's result as the plainest kind that holds it."""
        if result.is_Rational:
            return self.fraction(Fraction(int(result.p), int(result.q)))
        if sum(1 for _ in sympy.preorder_traversal(result)) > _LONGEST_CLOSED or _has_long_number(result):
            return self.real(result)
        return result

    def fraction(self, value: Fraction) -> Number:
        """A rational result, carried as a Real once it passes the limit on exact digits."""
        if value.numerator.bit_length() > self.most_bits or value.denominator.bit_length() > self.most_bits:
            self.gave_way = True
            return self.real(value)
        return value

    # --- decisions

    def sign(self, a: Number) -> int:
        """-1, 0 or 1, exactly: rationals and closed forms are decided, reals may raise MorePrecision."""
        if isinstance(a, Fraction):
            return (a > 0) - (a < 0)
        if isinstance(a, Real):
            sign = self.reals.sign(a)
            self.zero_by_digits |= sign == 0
            return sign
        value = a.evalf(20, maxn=1000)
        if value.is_Float and value._prec != 1 and value != 0:
            return 1 if value > 0 else -1
        if a.equals(0) is False:
            return self.sign(self.real(a))
        return 0

    def compare(self, a: Number, b: Number) -> int:
        """The sign of a - b."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return (a > b) - (a < b)
        return self.sign(self.add([a, self.negate(b)]))

    # --- operations

    def negate(self, a: Number) -> Number:
        return self.reals.negate(a) if isinstance(a, Real) else -a

    def add(self, terms: list[Number]) -> Number:
        exact = [t for t in terms if isinstance(t, Fraction)]
        if len(exact) == len(terms):
            return self.fraction(sum(exact, Fraction(0)))
        if any(isinstance(t, Real) for t in terms):
            rest = [t for t in terms if not isinstance(t, Fraction) or t]
            return self.reals.add([self.real(t) for t in rest]) if len(rest) > 1 else rest[0]
        return self.closed(sympy.Add(*map(_symbolic, terms)))

    def multiply(self, factors: list[Number]) -> Number:
        exact = [f for f in factors if isinstance(f, Fraction)]
        product = Fraction(1)
        for factor in exact:
            if not factor:
                return Fraction(0)
            product *= factor
            if max(product.numerator.bit_length(), product.denominator.bit_length()) > 2 * self.most_bits:
                self.gave_way = True
                break
        else:
            if len(exact) == len(factors):
                return self.fraction(product)
            others = [f for f in factors if not isinstance(f, Fraction)]
            if not any(isinstance(f, Real) for f in others):
                return self.closed(sympy.Mul(_symbolic(product), *others))
            factors = others if product == 1 else [product, *others]
        result = self.real(factors[0])
        for factor in factors[1:]:
            result = self.reals.multiply(result, self.real(factor))
        return result

    def divide(self, a: Number, b: Number) -> Number:
        """a / b; the caller has made sure that b is not zero."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return self.fraction(a / b)
        if isinstance(a, Fraction) and not a:
            return a
        if isinstance(a, Real) or isinstance(b, Real):
            return self.reals.divide(self.real(a), self.real(b))
        return self.closed(_symbolic(a) / _symbolic(b))

    def power(self, base: Number, exponent: Number) -> Number:
        """base ** exponent where it is a real number; the caller has checked base and exponent for zero and sign."""
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(base) == 1 or not base or size * abs(exponent) <= self.most_bits:
                return base ** int(exponent)
            self.gave_way = True
            return self.reals.power(self.real(base), self.real(exponent))
        result = self.reals.power(self.real(base), self.real(exponent))
        if isinstance(base, Real) or isinstance(exponent, Real) or _is_large(base) or _is_large(exponent):
            return result
        return self.closed(_symbolic(base) ** _symbolic(exponent))

    def apply(self, name: str, a: Number) -> Number:
        """A primitive function of analysis whose domain the caller has checked."""
        if name == "floor":
            return self.floor(a)
        if isinstance(a, Real) or _is_large(a):
            return self.reals.apply(name, self.real(a))
        if name in ("exp", "sinh", "cosh"):
            self.reals.apply(name, self.real(a))  # refuses what SymPy would try to expand
        if name == "log1p":
            return self.closed(sympy.log(1 + _symbolic(a)))
        return self.closed(getattr(sympy, name)(_symbolic(a)))

    def floor(self, a: Number) -> Number:
        if isinstance(a, Fraction):
            return Fraction(a.numerator // a.denominator)
        nearest = Fraction(int(self.reals.context.nint(self.real(a).value)))
        return nearest if self.compare(a, nearest) >= 0 else nearest - 1

    # --- results

    def settled(self, a: Number) -> Number:
        """The number as it is recorded: zero where it is zero, and a real only with all its digits."""
        if isinstance(a, Fraction):
            return a
        if self.sign(a) == 0:
            return Fraction(0)
        if isinstance(a, Real) and a.error - self.reals.magnitude(a.value) > -_ENOUGH and not self.reals.last_resort:
            raise MorePrecision
        return a

    def decimal(self, a: Number) -> Decimal:
        """50 significant digits, rounded."""
        if isinstance(a, Fraction):
            return _DECIMAL.divide(Decimal(a.numerator), Decimal(a.denominator))
        text = self.reals.context.nstr(self.real(a).value, _DIGITS + 5, strip_zeros=False)
        return _DECIMAL.create_decimal(text)


def _symbolic(a: Any) -> sympy.Expr:
    return sympy.Rational(a.numerator, a.denominator) if isinstance(a, Fraction) else a


def _is_large(a: Any) -> bool:
    return isinstance(a, Fraction) and max(a.numerator.bit_length(), a.denominator.bit_length()) > 64


def _has_long_number(expr: sympy.Expr) -> bool:
    return any(max(abs(int(n.p)), int(n.q)).bit_length() > 256 for n in expr.atoms(sympy.Rational))


def round_half_away(value: Fraction, decimals: int) -> Fraction:
    """`value` rounded to a number of decimals, a half away from zero, as a hand calculation does."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)
