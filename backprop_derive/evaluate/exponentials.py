"""Quick arithmetic where numbers are rational or made with exponentials: it proves its digits, and asks SymPy nothing.

A number that is not rational has 90 digits with a bound on their error, and two images (`images`) that prove it is not.
What cannot be settled in this way is Unsettled: then `number.Arithmetic` computes everything, and comes to the same.
"""

from __future__ import annotations

import math
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import Any

from mpmath import libmp

from ..limits import Limits
from ..symbolic.translate import from_sympy
from ..syntax.expression import Expr
from ..syntax.parser import deep_recursion
from . import images
from .images import NoImage
from .number import Arithmetic, Closed

_PRECISION = 90
_CONTEXT = Context(prec=_PRECISION, Emax=MAX_EMAX, Emin=MIN_EMIN)
_RECORDED = Context(prec=50, Emax=MAX_EMAX, Emin=MIN_EMIN)
_BITS = 320  # of what mpmath computes: more than the digits above, though its last two may be wrong
_MOST_LOST = 30  # digits that a difference may cost
_LARGEST_ERROR = 1e34  # of all digits, so that more than 50 are left
_MOST_BITS = 600  # of a fraction's numbers
_LARGEST_EXPONENT, _MOST_ZEROS = 4, 50  # digits before the point of a function's argument, and zeros behind it
_LARGEST_POWER = 16


class Unsettled(Exception):
    """What this arithmetic cannot tell."""


class Irrational:
    """A number by its digits and a bound on their relative error, in units of the last digit.

    `one` and `other` are its images for both choices, `made` is what it was made of, for those deeper down.
    """

    __slots__ = ("digits", "error", "made", "one", "other")

    def __init__(self, digits: Decimal, error: float, one: int, other: int, made: _Made) -> None:
        self.digits, self.error, self.one, self.other, self.made = digits, error, one, other, made


Number = Fraction | Irrational
_Made = tuple[str, tuple[Number, ...]]
_ZERO, _ONE = Fraction(0), Fraction(1)
_PRIME = images.PRIMES[0]
# What is rational at a rational place; at all others none of these is (Lindemann, Weierstrass).
_AT_ZERO = {name: Fraction(name in ("exp", "cosh", "cos")) for name in images.FUNCTIONS}


class Exponentials:
    """The arithmetic of `interpret.Interpreter` on Fractions and Irrationals. Everything may raise Unsettled."""

    gave_way = zero_by_digits = False  # where one of these would be so, it is Unsettled

    def __init__(self, limits: Limits) -> None:
        self.again = Again(limits)
        self.most_bits = min(_MOST_BITS, int(limits.exact * 3.33))

    def constant(self, name: str) -> Number:
        """e; nothing is known here of π."""
        if name != "e":
            raise Unsettled
        return _E

    # --- decisions

    def sign(self, a: Number) -> int:
        value = a.digits if isinstance(a, Irrational) else a  # the error never reaches 0
        return (value > 0) - (value < 0)

    def is_surely_positive(self, a: Number) -> bool:
        return self.sign(a) > 0

    def compare(self, a: Number, b: Number) -> int:
        """The sign of a - b."""
        return self.sign(self.add([a, self.negate(b)]))

    # --- operations

    def negate(self, a: Number) -> Number:
        if isinstance(a, Fraction):
            return -a
        return Irrational(a.digits.copy_negate(), a.error, -a.one % _PRIME, -a.other % _PRIME, ("negate", (a,)))

    def add(self, terms: list[Number]) -> Number:
        rest = [term for term in terms if isinstance(term, Irrational) or term]
        if len(rest) == 1:
            return rest[0]
        if not any(isinstance(term, Irrational) for term in rest):
            return self._fraction(sum(map(_exact, rest), _ZERO))
        total, error, one, other, magnitude = _DIGITS_OF_ZERO, 0.0, 0, 0, -math.inf
        for term in rest:
            digits, own, image, other_image = _parts(term)
            total = _CONTEXT.add(total, digits)
            error, one, other = error + own + len(rest), one + image, other + other_image
            magnitude = max(magnitude, digits.adjusted())
        lost = magnitude + 1 - total.adjusted()
        if not total or lost > _MOST_LOST:
            raise Unsettled
        return _irrational(total, error * 10.0**lost, one % _PRIME, other % _PRIME, ("add", tuple(rest)))

    def multiply(self, factors: list[Number]) -> Number:
        product, others = _ONE, []
        for factor in factors:
            if isinstance(factor, Irrational):
                others.append(factor)
            elif not factor:
                return factor
            else:
                product = product * factor
        if not others:
            return self._fraction(product)
        rest: list[Number] = [*others] if product == 1 else [self._fraction(product), *others]
        if len(rest) == 1:
            return rest[0]
        digits, error, one, other = _parts(rest[0])
        for factor in rest[1:]:
            more, own, image, other_image = _parts(factor)
            digits = _CONTEXT.multiply(digits, more)
            error, one, other = error + own + 1.0, one * image % _PRIME, other * other_image % _PRIME
        return _irrational(digits, error * 1.01, one, other, ("multiply", tuple(rest)))

    def divide(self, a: Number, b: Number) -> Number:
        """a / b; the caller has made sure that b is not zero."""
        if isinstance(a, Fraction) and (isinstance(b, Fraction) or not a):
            return self._fraction(a / b) if isinstance(b, Fraction) else a
        digits, error, one, other = _parts(a)
        more, own, image, other_image = _parts(b)
        one, other = one * _inverse(image, 0) % _PRIME, other * _inverse(other_image, 0) % _PRIME
        return _irrational(_CONTEXT.divide(digits, more), (error + own) * 1.01 + 1.0, one, other, ("divide", (a, b)))

    def power(self, base: Number, exponent: Number) -> Number:
        """base ** exponent; the caller has checked base and exponent for zero and sign."""
        if base is _E:
            return self.apply("exp", exponent)
        if not isinstance(exponent, Fraction) or exponent.denominator != 1:
            raise Unsettled
        power = exponent.numerator
        if isinstance(base, Fraction):
            if max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(power) > self.most_bits:
                raise Unsettled
            return base**power
        if abs(power) > _LARGEST_POWER or not power:
            raise Unsettled
        if power == 1:
            return base
        found = self.multiply([base] * abs(power))
        found = self.divide(_ONE, found) if power < 0 else found
        if isinstance(found, Irrational):
            found.made = "power", (base, exponent)
        return found

    def apply(self, name: str, a: Number) -> Number:
        """A primitive function of analysis."""
        if name == "floor" and isinstance(a, Fraction):
            return Fraction(math.floor(a))
        if name not in _AT_ZERO:
            raise Unsettled
        if isinstance(a, Fraction):
            if not a:
                return _AT_ZERO[name]
            self._fraction(a)
        return _applied(name, a)

    def _fraction(self, value: Fraction) -> Fraction:
        if value.numerator.bit_length() > self.most_bits or value.denominator.bit_length() > self.most_bits:
            raise Unsettled  # whether it is carried exactly
        return value

    # --- results

    def settled(self, a: Number) -> Number:
        """The number, where it is proved that it is rational or is not."""
        if isinstance(a, Irrational) and a.one == a.other:
            raise Unsettled
        return a

    def decimal(self, a: Number) -> Decimal:
        """50 significant digits, rounded."""
        if isinstance(a, Fraction):
            return _RECORDED.divide(Decimal(a.numerator), Decimal(a.denominator))
        rounded = _RECORDED.plus(a.digits)
        error = _CONTEXT.multiply(a.digits, Decimal(int(a.error) + 1).scaleb(1 - _PRECISION))
        if _RECORDED.subtract(a.digits, error) != rounded or _RECORDED.add(a.digits, error) != rounded:
            raise Unsettled
        return rounded


_DIGITS_OF_ZERO = Decimal(0)


def _irrational(digits: Decimal, error: float, one: int, other: int, made: _Made) -> Irrational:
    if error > _LARGEST_ERROR:
        raise Unsettled
    return Irrational(digits, error, one, other, made)


def _exact(a: Number) -> Fraction:
    assert isinstance(a, Fraction)
    return a


def _parts(a: Number) -> tuple[Decimal, float, int, int]:
    """Digits, error and both images of a number."""
    if isinstance(a, Irrational):
        return a.digits, a.error, a.one, a.other
    image = _rational_image(a)
    return _CONTEXT.divide(Decimal(a.numerator), Decimal(a.denominator)), 1.0, image, image


def _inverse(image: int, depth: int) -> int:
    try:
        return images.inverse(image, depth)
    except NoImage:
        raise Unsettled from None


@lru_cache(maxsize=4096)
def _rational_image(a: Fraction) -> int:
    try:
        return images.of_rational(a, 0)
    except NoImage:
        raise Unsettled from None


# --- functions


def _applied(name: str, a: Number) -> Irrational:
    if isinstance(a, Fraction):
        numerator, denominator, magnitude, error = a.numerator, a.denominator, _magnitude(a), 0.0
    else:
        magnitude, error = a.digits.adjusted() + 1, a.error
        shift = _PRECISION - magnitude
        numerator, denominator = int(a.digits.scaleb(shift, _CONTEXT)), 10 ** max(shift, 0)
    if magnitude > _LARGEST_EXPONENT or magnitude < -_MOST_ZEROS:
        raise Unsettled
    argument = libmp.from_rational(numerator, denominator, _BITS)
    digits = _decimal(getattr(libmp, f"mpf_{name}")(argument, _BITS))
    error *= 1.1 * _growth(name, magnitude, digits)
    one, other = (_image_of_function(name, a, 0, choice, {}) for choice in (0, 1))
    return _irrational(digits, error + 1.0, one, other, (name, (a,)))


def _magnitude(a: Fraction) -> int:
    """|a| is at most 10 to the power of this."""
    return math.ceil((a.numerator.bit_length() - a.denominator.bit_length() + 1) * math.log10(2))


def _growth(name: str, magnitude: int, value: Decimal) -> float:
    """A bound on how many times its argument's relative error the relative error of a value is: |x f'(x)/f(x)|."""
    if name in ("exp", "cosh"):
        return 10.0**magnitude
    if name == "sinh":  # x·coth(x)
        return 1.0 + 10.0**magnitude
    return 1.0 if name == "tanh" else 10.0 ** (magnitude - value.adjusted())


def _decimal(value: Any) -> Decimal:
    """A number of mpmath with all digits that are carried here."""
    sign, mantissa, exponent, _ = value
    digits = Decimal(int(-mantissa if sign else mantissa))
    if exponent >= 0:
        return _CONTEXT.multiply(digits, Decimal(1 << exponent))
    return _CONTEXT.divide(digits, _power_of_two(-exponent))


@cache
def _power_of_two(exponent: int) -> Decimal:
    return Decimal(1 << exponent)


# --- closed forms


class Again:
    """The numbers of one evaluation computed once more by `number.Arithmetic`, each when it is asked for."""

    def __init__(self, limits: Limits) -> None:
        self.arithmetic = Arithmetic(_BITS, limits, last_resort=True)
        self.known: dict[int, tuple[Irrational, Any]] = {}  # by identity; a number is kept so that no other gets it

    def closed(self, number: Irrational) -> Expr | None:
        """The closed form of a number, where it is short."""
        with deep_recursion():
            found = self._number(number)
        return from_sympy(found.form, {}) if isinstance(found, Closed) else None

    def _number(self, number: Number) -> Any:
        if isinstance(number, Fraction):
            return number
        if id(number) not in self.known:
            self.known[id(number)] = number, self._computed(number)
        return self.known[id(number)][1]

    def _computed(self, number: Irrational) -> Any:
        if number is _E:
            return self.arithmetic.constant("e")
        name, operands = number.made
        parts = [self._number(each) for each in operands]
        if name in ("add", "multiply"):
            return getattr(self.arithmetic, name)(parts)
        if name in _AT_ZERO:
            return self.arithmetic.apply(name, parts[0])
        return getattr(self.arithmetic, name)(*parts)


class Later:
    """The closed form of a number when it is called; where it is pickled, what it is then."""

    def __init__(self, again: Again, number: Irrational) -> None:
        self.again, self.number = again, number

    def __call__(self) -> Expr | None:
        return self.again.closed(self.number)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (_itself, self())


def _itself(form: Expr | None) -> Expr | None:
    return form


# --- images


_Known = dict[int, int]


def _image_of_function(name: str, a: Number, depth: int, choice: int, known: _Known) -> int:
    if depth + 1 == len(images.PRIMES):
        raise Unsettled
    try:
        return images.of_function(name, _image(a, depth + 1, choice, known), depth, choice)
    except NoImage:
        raise Unsettled from None


def _image(a: Number, depth: int, choice: int, known: _Known) -> int:
    """The image of a number at some depth; `known` are those of numbers there, by identity."""
    if isinstance(a, Fraction):
        return images.of_rational(a, depth)
    if depth == 0:
        return (a.one, a.other)[choice]
    if id(a) not in known:
        known[id(a)] = _composed(a, depth, choice, known)
    return known[id(a)]


def _composed(a: Irrational, depth: int, choice: int, known: _Known) -> int:
    name, parts = a.made
    if name in _AT_ZERO:
        return _image_of_function(name, parts[0], depth, choice, {})
    prime = images.PRIMES[depth]
    found = [_image(part, depth, choice, known) for part in parts]
    if name == "add":
        return sum(found) % prime
    if name == "divide":
        return found[0] * images.inverse(found[1], depth) % prime
    if name == "power":
        power = _exact(parts[1]).numerator
        return pow(found[0] if power > 0 else images.inverse(found[0], depth), abs(power), prime)
    return math.prod(found) % prime if name == "multiply" else -found[0] % prime


_E = _applied("exp", _ONE)
