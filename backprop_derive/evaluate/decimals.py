"""Arithmetic that goes on from the digits of a solution: Fractions where exact, else Decimals of 60 digits.

It keeps no bound on errors and no closed forms, and so is ten times as fast. Numbers that went through it are compared
and shown with few digits.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import reduce

from ..errors import BackpropError
from ..limits import DEFAULT_LIMITS
from ..syntax.expression import Expr, Name, names_in
from ..syntax.expression import Number as Literal
from .exponentials import Exponentials, Unsettled
from .interpret import Interpreter
from .number import Arithmetic

CONTEXT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
_BITS = 256
_LARGEST = 64  # bits of an exponent that is multiplied out

Number = Fraction | Decimal


class Decimals:
    """The arithmetic of `interpret.Interpreter` on Fractions and Decimals."""

    def __init__(self) -> None:
        # What is neither a sum nor a product is computed as a solution computes it.
        self.known = Arithmetic(_BITS, DEFAULT_LIMITS, last_resort=True)
        self.quick = Exponentials(DEFAULT_LIMITS)

    def constant(self, name: str) -> Decimal:
        return self.known.decimal(self.known.constant(name))

    def sign(self, a: Number) -> int:
        return (a > 0) - (a < 0)

    def compare(self, a: Number, b: Number) -> int:
        return self.sign(self.add([a, self.negate(b)]))

    def is_surely_positive(self, a: Number) -> bool:
        return a > 0

    def negate(self, a: Number) -> Number:
        return -a if isinstance(a, Fraction) else a.copy_negate()

    def add(self, terms: list[Number]) -> Number:
        return reduce(sum_of_two, terms)

    def multiply(self, factors: list[Number]) -> Number:
        return reduce(product_of_two, factors)

    def divide(self, a: Number, b: Number) -> Number:
        if isinstance(a, Fraction) and (isinstance(b, Fraction) or not a):
            return a / b if isinstance(b, Fraction) else a
        return CONTEXT.divide(digits(a), digits(b))

    def power(self, base: Number, exponent: Number) -> Number:
        if isinstance(base, Decimal) and isinstance(exponent, Fraction) and _is_short_whole(exponent):
            return CONTEXT.power(base, exponent.numerator)
        found = self.known.power(Fraction(base), Fraction(exponent))
        return found if isinstance(found, Fraction) else self.known.decimal(found)

    def apply(self, name: str, a: Number) -> Number:
        found = self.known.apply(name, Fraction(a))
        return found if isinstance(found, Fraction) and isinstance(a, Fraction) else self.known.decimal(found)

    def value_of(self, expr: Expr, numbers: dict[str, Number]) -> Number:
        """The value of an expression where its names have these numbers. Raises DomainError where it has none."""
        if isinstance(expr, Name):
            return numbers[expr.key]
        if isinstance(expr, Literal):
            return expr.value
        if any(isinstance(numbers[name], Decimal) for name in names_in(expr) if name in numbers):
            return Interpreter(self).value(expr, numbers)  # type: ignore[arg-type, return-value]
        # From exact numbers on, log(8)/log(2) is 3.
        try:
            quick = self.quick.settled(Interpreter(self.quick).value(expr, numbers))  # type: ignore[arg-type]
            return quick if isinstance(quick, Fraction) else self.quick.decimal(quick)
        except (Unsettled, BackpropError):
            pass
        found = self.known.settled(Interpreter(self.known).value(expr, numbers))  # type: ignore[arg-type]
        return found if isinstance(found, Fraction) else self.known.decimal(found)

    def decimal(self, a: Number) -> Decimal:
        return digits(a)


def _is_short_whole(a: Fraction) -> bool:
    return a.denominator == 1 and a.numerator.bit_length() <= _LARGEST


def digits(a: Number) -> Decimal:
    """The number with 60 digits."""
    return a if isinstance(a, Decimal) else CONTEXT.divide(Decimal(a.numerator), Decimal(a.denominator))


def sum_of_two(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return CONTEXT.add(digits(a), digits(b))


def product_of_two(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction):
        if isinstance(b, Fraction):
            return a * b
        if not a:
            return a
    elif isinstance(b, Fraction) and not b:
        return b
    return CONTEXT.multiply(digits(a), digits(b))


DECIMALS = Decimals()
