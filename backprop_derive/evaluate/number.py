"""The numbers of an evaluation: a Fraction where rational, a short closed form beside its digits, else a Real."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import sympy

from ..errors import DomainError
from ..limits import Limits
from ..records import record
from .real import MorePrecision, Real, Reals

# A closed form longer than this (nodes of its tree) is carried as a Real: nobody reads it, and it only grows.
_LONGEST_CLOSED = 24
_LONGEST_NUMBER = 256  # bits of a number in one
_DIGITS = 50
_LARGEST_EXPONENT = 10_000  # of a polynomial that SymPy is asked to make
_DECIMAL = Context(prec=_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN)
_EXTENDED = Context(prec=_DIGITS + 10, Emax=MAX_EMAX, Emin=MIN_EMIN)
# Bits of agreement that a recorded value must have: its 50 digits and a guard.
_ENOUGH = 175.0
# Digits tell most numbers from 0 sooner than SymPy does; it is asked where this many bits did not.
_BITS_BEFORE_SYMPY = 4096
_ARITHMETIC = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Rational, type(sympy.pi), type(sympy.E))
_ALGEBRAIC = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Rational, type(sympy.pi))
_FUNCTIONS = frozenset(getattr(sympy, name) for name in "exp log sin cos tan asin acos atan sinh cosh tanh erf".split())


@record
class Closed:
    """An irrational number by a SymPy constant, and the same number as a Real of the present precision.

    The Real decides signs and gives the digits; the form tells a zero that no number of digits would. `is_algebraic`
    tells that it holds numbers, π and powers only, as √2/2.
    """

    form: Any
    real: Real
    is_algebraic: bool


Number = Fraction | Closed | Real


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
        """The number with its digits and a bound on their error."""
        if isinstance(a, Fraction):
            return self.reals.from_fraction(a.numerator, a.denominator)
        return a.real if isinstance(a, Closed) else a

    def constant(self, name: str) -> Number:
        """π or e."""
        return Closed(sympy.pi if name == "pi" else sympy.E, self.reals.constant(name), name == "pi")

    def closed(self, form: Any, real: Callable[[], Real]) -> Number:
        """SymPy's result as the plainest kind that holds it; `real` computes its digits where it is irrational."""
        if form.is_Rational:
            return self.fraction(Fraction(int(form.p), int(form.q)))
        is_algebraic = _is_short_algebraic(form)
        return real() if is_algebraic is None else Closed(form, real(), is_algebraic)

    def is_mistaken(self, a: Number) -> bool:
        """Whether SymPy takes a closed form for 0 by its floats, as arccos(erf(19/2)), which is 10^-20.

        Its functions and its powers go on with that, sums and products do not; and it takes long to ask.
        """
        return isinstance(a, Closed) and not a.is_algebraic and a.form.is_zero and not self.reals.may_be_zero(a.real)

    def fraction(self, value: Fraction) -> Number:
        """A rational result, carried as a Real once it passes the limit on exact digits."""
        if value.numerator.bit_length() > self.most_bits or value.denominator.bit_length() > self.most_bits:
            self.gave_way = True
            return self.real(value)
        return value

    # --- decisions

    def sign(self, a: Number) -> int:
        """-1, 0 or 1. Where digits leave it open, a closed form may be known to be 0; else MorePrecision is raised."""
        if isinstance(a, Fraction):
            return (a > 0) - (a < 0)
        real = self.real(a)
        if not self.reals.may_be_zero(real):
            return 1 if real.value > 0 else -1
        if not self.reals.last_resort and self.reals.bits < _BITS_BEFORE_SYMPY:
            raise MorePrecision
        if isinstance(a, Closed) and _can_be_asked(a.form) and a.form.equals(0):
            return 0
        if not self.reals.last_resort:
            raise MorePrecision
        self.zero_by_digits = True
        return 0

    def is_surely_positive(self, a: Number) -> bool:
        """Whether the digits at hand say that the number is positive; no more are asked for."""
        if isinstance(a, Fraction):
            return a > 0
        real = self.real(a)
        return bool(real.value > 0) and not self.reals.may_be_zero(real)

    def compare(self, a: Number, b: Number) -> int:
        """The sign of a - b."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return (a > b) - (a < b)
        return self.sign(self.add([a, self.negate(b)]))

    # --- operations

    def negate(self, a: Number) -> Number:
        if isinstance(a, Fraction):
            return -a
        if isinstance(a, Real):
            return self.reals.negate(a)
        return Closed(-a.form, self.reals.negate(a.real), a.is_algebraic)

    def add(self, terms: list[Number]) -> Number:
        exact = [t for t in terms if isinstance(t, Fraction)]
        if len(exact) == len(terms):
            return self.fraction(sum(exact, Fraction(0)))
        rest = [t for t in terms if not isinstance(t, Fraction) or t]
        if len(rest) == 1:
            return rest[0]

        def digits() -> Real:
            return self.reals.add([self.real(t) for t in rest])

        if any(isinstance(t, Real) for t in rest):
            return digits()
        return self.closed(sympy.Add(*map(_form, rest)), digits)

    def multiply(self, factors: list[Number]) -> Number:
        product = Fraction(1)
        others: list[Number] = []
        for factor in factors:
            if not isinstance(factor, Fraction):
                others.append(factor)
                continue
            if not factor:
                return factor
            product *= factor
            if max(product.numerator.bit_length(), product.denominator.bit_length()) > 2 * self.most_bits:
                self.gave_way = True
                return self._product_of_digits(factors)
        if not others:
            return self.fraction(product)
        rest = others if product == 1 else [product, *others]
        if len(rest) == 1:
            return rest[0]
        if any(isinstance(f, Real) for f in others):
            return self._product_of_digits(rest)
        return self.closed(sympy.Mul(*map(_form, rest)), lambda: self._product_of_digits(rest))

    def _product_of_digits(self, factors: list[Number]) -> Real:
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

        def digits() -> Real:
            return self.reals.divide(self.real(a), self.real(b))

        if isinstance(a, Real) or isinstance(b, Real):
            return digits()
        return self.closed(_form(a) / _form(b), digits)

    def power(self, base: Number, exponent: Number) -> Number:
        """base ** exponent where it is a real number; the caller has checked base and exponent for zero and sign."""
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(base) == 1 or not base or size * abs(exponent) <= self.most_bits:
                return base ** int(exponent)
            self.gave_way = True
            return self._power_of_digits(base, exponent)
        result = self._power_of_digits(base, exponent)
        if isinstance(base, Real) or isinstance(exponent, Real) or _is_large(base) or _is_large(exponent):
            return result
        if abs(self.reals.magnitude(result.value)) > self.most_bits:
            return result  # SymPy would compute all digits of the whole part of the exponent
        is_whole = isinstance(exponent, Fraction) and exponent.denominator == 1
        if not is_whole and (self.is_mistaken(base) or self.is_mistaken(exponent)):
            return result
        return self.closed(_form(base) ** _form(exponent), lambda: result)

    def _power_of_digits(self, base: Number, exponent: Number) -> Real:
        """Only an exponent that is known to be whole is taken for whole: a Real may be by chance."""
        a = self.real(base)
        if not (isinstance(exponent, Fraction) and exponent.denominator == 1):
            return self.reals.power(a, self.real(exponent))
        if exponent.numerator.bit_length() <= 64:
            return self.reals.whole_power(a, exponent.numerator)
        is_negative = a.value < 0
        power = self.reals.power(self.reals.negate(a) if is_negative else a, self.real(exponent))
        return self.reals.negate(power) if is_negative and exponent.numerator % 2 else power

    def apply(self, name: str, a: Number) -> Number:
        """A primitive function of analysis whose domain the caller has checked."""
        if name == "floor":
            return self.floor(a)

        def digits() -> Real:
            return self.reals.apply(name, self.real(a))

        if isinstance(a, Real) or _is_large(a) or self.is_mistaken(a):
            return digits()
        argument = _form(a)
        if name in ("log", "log1p"):
            form = _logarithm(argument + 1 if name == "log1p" else argument)
        else:
            form = getattr(sympy, name)(argument)
        if form is sympy.zoo:
            raise DomainError(f"{name} has no value at {argument}")
        return self.closed(form, digits)

    def floor(self, a: Number) -> Number:
        if isinstance(a, Fraction):
            return Fraction(a.numerator // a.denominator)
        nearest = Fraction(int(self.reals.context.nint(self.real(a).value)))
        return nearest if self.compare(a, nearest) >= 0 else nearest - 1

    # --- results

    def settled(self, a: Number) -> Number:
        """The number as it is recorded: zero where it is zero, and with all its digits.

        Raises MorePrecision where these are not yet known.
        """
        if isinstance(a, Fraction):
            return a
        if self.sign(a) == 0:
            return Fraction(0)
        real = self.real(a)
        if real.error - self.reals.magnitude(real.value) > -_ENOUGH and not self.reals.last_resort:
            raise MorePrecision
        return a

    def decimal(self, a: Number) -> Decimal:
        """50 significant digits, rounded. Raises MorePrecision while the error leaves the last of them open."""
        if isinstance(a, Fraction):
            return _DECIMAL.divide(Decimal(a.numerator), Decimal(a.denominator))
        real = self.real(a)
        found = self.reals.decimal(real, _EXTENDED)
        rounded = _DECIMAL.plus(found)
        if not self.reals.last_resort and real.value:
            # How far off `found` can be: the bound on the value, and a unit in its own last place.
            known = math.ceil((real.error - self.reals.magnitude(real.value)) * math.log10(2)) + 1
            off = Decimal(1).scaleb(found.adjusted() + max(known, 2 - _EXTENDED.prec), _EXTENDED)
            if _DECIMAL.subtract(found, off) != rounded or _DECIMAL.add(found, off) != rounded:
                raise MorePrecision
        return rounded


def _form(a: Number) -> Any:
    """The SymPy constant of a rational or closed number."""
    assert not isinstance(a, Real)
    return _rational(a) if isinstance(a, Fraction) else a.form


@lru_cache(maxsize=1024)
def _rational(a: Fraction) -> Any:
    return sympy.Rational(a.numerator, a.denominator)


def _can_be_asked(form: Any) -> bool:
    """Whether SymPy can tell if a closed form is 0: of powers and exponentials it makes a polynomial, with all terms.

    tanh(1667580999√2/200000) would have one of degree 10^9.
    """
    grown = form.atoms(sympy.Pow, sympy.Function)
    inner = [part for node in grown if not isinstance(node, sympy.log) for part in node.args[-1].atoms(sympy.Rational)]
    return all(max(abs(number.p), number.q) <= _LARGEST_EXPONENT for number in inner)


def _logarithm(argument: Any) -> Any:
    """log(8) as 3·log(2), so that the logarithm of 8 to base 2 is 3."""
    if not argument.is_Rational or argument in (0, 1):
        return sympy.log(argument)
    powers = [sympy.perfect_power(part) or (part, 1) for part in (argument.p, argument.q) if part != 1]
    exponent = math.gcd(*(int(power) for _, power in powers))
    return exponent * sympy.log(sympy.root(argument, exponent))


def _is_short_algebraic(form: Any) -> bool | None:
    """Whether a closed form holds numbers, π and powers only; None where it is too long or we cannot write it."""
    count, is_algebraic, stack = 0, True, [form]
    while stack:
        node = stack.pop()
        count += 1
        # mypy takes the hash of instances for that of the class.
        if count > _LONGEST_CLOSED or not _is_ours(type(node)):  # type: ignore[arg-type]
            return None
        if node.is_Rational and _is_long_number(node):
            return None
        is_algebraic = is_algebraic and isinstance(node, _ALGEBRAIC)
        stack.extend(node.args)
    return is_algebraic


@cache
def _is_ours(kind: Hashable) -> bool:
    """Whether the language can write such a part of a closed form; SymPy also makes cot and erfc of tan and erf."""
    return kind in _FUNCTIONS or (isinstance(kind, type) and issubclass(kind, _ARITHMETIC))


def _is_large(a: Number) -> bool:
    return isinstance(a, Fraction) and max(a.numerator.bit_length(), a.denominator.bit_length()) > 64


def _is_long_number(node: Any) -> bool:
    return max(abs(int(node.p)), int(node.q)).bit_length() > _LONGEST_NUMBER


def round_half_away(value: Fraction, decimals: int) -> Fraction:
    """`value` rounded to a number of decimals, a half away from zero, as a hand calculation does."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)
