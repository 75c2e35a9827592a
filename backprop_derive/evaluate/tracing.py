"""Work on numbers written down once, as a straight program that is run for many of them.

The work is done once with sample numbers in registers (`Tracer`). What is computed is noted, and nothing twice. How it
is done depends on which numbers are Fractions and on which are 0; a program ends with `Unfit` where they differ. An
expression that distinguishes cases, and one with functions of exact numbers, is noted as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from ..errors import BackpropError
from ..records import record
from ..syntax.expression import Expr, Name, Number, names_in
from .decimals import CONTEXT, DECIMALS, digits, product_of_two, sum_of_two
from .decimals import Number as Known
from .interpret import Interpreter
from .straight import straight

_LARGEST_POWER = 16

# What is known of a number: that it is 0, a Fraction that is not 0, a Fraction, a Decimal; or nothing, not even that it
# is there.
ZERO, EXACT, RATIONAL, DIGITS, ANY = "zero", "exact", "rational", "digits", "any"


class Unfit(Exception):
    """Numbers that a program was not made for."""


class _Undecided(Exception):
    """An expression whose work depends on its numbers."""


class _OfExact(_Undecided):
    """An expression that has a closed form: it is more than the digits of its parts, but always there."""


@record
class Register:
    """The place of a number, what is known of it, and the sample's. Constants have negative places."""

    place: int
    kind: str = field(compare=False)
    sample: Known | None = field(compare=False)


Operand = Register | Fraction


def kind_of(number: Known) -> str:
    """What is known of a number that is there."""
    return DIGITS if isinstance(number, Decimal) else EXACT if number else ZERO


class Tracer:
    """The arithmetic of `decimals.Decimals`, on registers; the first are the inputs. It may raise Unfit.

    `doubtful` are registers of expressions that may have no value: they hold None then, and so does what is made of it.
    """

    def __init__(self, numbers: Sequence[Known]) -> None:
        self.inputs = [Register(k, kind_of(number), number) for k, number in enumerate(numbers)]
        self.instructions: list[tuple[str, Callable[..., Any], tuple[int, ...]]] = []
        self.constants: list[Any] = []
        self.doubtful: list[Register] = []
        self._made: dict[Any, Register] = {}

    def program(self, outputs: Sequence[Register]) -> Callable[[Sequence[Known]], list[Any]]:
        """The function of the inputs that gives what is in these registers. Raises Unfit."""

        def final(place: int) -> int:
            return place + len(self.constants) if place >= 0 else -1 - place

        instructions = [(name, function, tuple(map(final, parts))) for name, function, parts in self.instructions]
        return straight(self.constants, len(self.inputs), instructions, [final(each.place) for each in outputs])

    def _noted(self, name: str, function: Callable[..., Any], operands: Sequence[Operand], kind: str) -> Register:
        parts = [self.register(each) for each in operands]
        places = tuple(each.place for each in parts)
        key = name, places
        if key not in self._made:
            sample = function(*(each.sample for each in parts))
            self._made[key] = Register(len(self.inputs) + len(self.instructions), kind, sample)
            self.instructions.append((name, function, places))
        return self._made[key]

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Forget what was noted of an expression that turns out to be undecided."""
        before = len(self.instructions)
        try:
            yield
        except (_Undecided, BackpropError) as error:
            del self.instructions[before:]
            last = before + len(self.inputs)
            self._made = {key: each for key, each in self._made.items() if each.place < last}
            raise error if isinstance(error, _Undecided) else _Undecided() from None

    def register(self, a: Operand | Decimal) -> Register:
        if isinstance(a, Register):
            return a
        key = type(a), a
        if key not in self._made:
            self.constants.append(a)
            self._made[key] = Register(-len(self.constants), kind_of(a), a)
        return self._made[key]

    # --- operations

    def add(self, terms: list[Operand]) -> Operand:
        return reduce(self._sum, terms)

    def multiply(self, factors: list[Operand]) -> Operand:
        return reduce(self._product, factors)

    def negate(self, a: Operand) -> Operand:
        if isinstance(a, Fraction):
            return -a
        if a.kind == DIGITS:
            return self._noted("negate digits", Decimal.copy_negate, [a], DIGITS)
        if a.kind == ANY:
            return self._noted("negate", _unless_none(DECIMALS.negate), [a], ANY)
        return self._noted("negative", Fraction.__neg__, [a], a.kind)

    def divide(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a / b
        a = self._known_zero(a) if _kind(b) == DIGITS else a
        kinds = _kind(a), _kind(b)
        if kinds[0] == ZERO:
            return a
        if DIGITS not in kinds:
            return self._noted("divide", DECIMALS.divide, [a, b], kinds[0])
        return self._noted("divide digits", CONTEXT.divide, [self._digits(a), self._digits(b)], DIGITS)

    def power(self, base: Operand, exponent: Operand) -> Operand:
        is_plain = isinstance(exponent, Fraction) and exponent.denominator == 1 and 0 < exponent <= _LARGEST_POWER
        if not is_plain or _kind(base) == ANY:
            raise _Undecided
        assert isinstance(exponent, Fraction)
        if _kind(base) == DIGITS:
            power = partial(_power_of_digits, exponent.numerator)
            return self._noted(f"digits to the {exponent}", power, [base], DIGITS)
        return self.multiply([base] * exponent.numerator)

    def apply(self, name: str, a: Operand) -> Operand:
        if _kind(a) != DIGITS:
            raise _OfExact
        return self._noted(name, partial(_applied, name), [a], DIGITS)

    def constant(self, name: str) -> Operand:
        return self.register(DECIMALS.constant(name))

    def value_of(self, expr: Expr, numbers: dict[str, Operand]) -> Operand:
        """The register of an expression's value where its names stand for these."""
        if isinstance(expr, Name):
            return numbers[expr.key]
        if isinstance(expr, Number):
            return expr.value
        names = tuple(name for name in names_in(expr) if name in numbers)
        kinds = {_kind(numbers[name]) for name in names}
        try:
            if ANY in kinds:
                raise _Undecided
            with self._all_or_nothing():
                value: Operand = Interpreter(self).value(expr, numbers)  # type: ignore[arg-type, assignment]
                if DIGITS not in kinds and _kind(value) == DIGITS:
                    raise _OfExact
            return value
        except _Undecided as error:
            registers = [self.register(numbers[name]) for name in names]
            return self._whole(expr, names, registers, isinstance(error, _OfExact))

    def _whole(self, expr: Expr, names: tuple[str, ...], numbers: list[Register], is_there: bool) -> Register:
        """An expression as one instruction; one that is there is taken to be of the sample's kind."""
        sample = _value(expr, names, None, *(each.sample for each in numbers)) if is_there else None
        expected = None if sample is None else type(sample)
        kind = ANY if sample is None else DIGITS if expected is Decimal else RATIONAL
        found = self._noted(f"expression {id(expr)}", partial(_value, expr, names, expected), numbers, kind)
        if kind == ANY:
            self.doubtful.append(found)
        return found

    def decimal(self, a: Operand) -> Decimal:
        raise _Undecided  # of numbers in errors: the sample leads to one, others may not

    # --- decisions

    def sign(self, a: Operand) -> int:
        """The sample's: nothing that is written down depends on more of it than whether it is 0."""
        if isinstance(a, Fraction):
            return _sign(a)
        self._noted("is zero" if not a.sample else "is not zero", partial(_check_zero, not a.sample), [a], ANY)
        return _sign(a.sample)

    def compare(self, a: Operand, b: Operand) -> int:
        raise _Undecided  # whether there is a value, and which case applies, changes from numbers to numbers

    def is_surely_positive(self, a: Operand) -> bool:
        raise _Undecided

    # --- two numbers

    def _sum(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a + b
        kinds = _kind(a), _kind(b)
        if ANY in kinds:
            return self._noted("sum", _unless_none(sum_of_two), self._ordered(a, b), ANY)
        if DIGITS in kinds:
            return self._noted("add digits", CONTEXT.add, self._ordered(self._digits(a), self._digits(b)), DIGITS)
        return self._noted("add", sum_of_two, self._ordered(a, b), RATIONAL)

    def _product(self, a: Operand, b: Operand) -> Operand:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a * b
        kinds = _kind(a), _kind(b)
        if ANY in kinds:
            return self._noted("product", _unless_none(product_of_two), self._ordered(a, b), ANY)
        if DIGITS in kinds:  # what is exactly 0 makes a product exactly 0
            a, b = self._known_zero(a), self._known_zero(b)
            kinds = _kind(a), _kind(b)
        if ZERO in kinds:
            return a if kinds[0] == ZERO else b
        if DIGITS in kinds:
            factors = self._ordered(self._digits(a), self._digits(b))
            return self._noted("multiply digits", CONTEXT.multiply, factors, DIGITS)
        kind = EXACT if kinds == (EXACT, EXACT) else RATIONAL
        return self._noted("multiply", product_of_two, self._ordered(a, b), kind)

    def _ordered(self, a: Operand, b: Operand) -> list[Register]:
        """Sums and products of two are the same either way."""
        return sorted((self.register(a), self.register(b)), key=lambda each: each.place)

    def _digits(self, a: Operand) -> Register:
        """A number as a Decimal."""
        if isinstance(a, Fraction):
            return self.register(digits(a))
        return a if a.kind == DIGITS else self._noted("digits", digits, [a], DIGITS)

    def _known_zero(self, a: Operand) -> Operand:
        """A Fraction of which it is known whether it is 0: it is as the sample's."""
        if not isinstance(a, Register) or a.kind != RATIONAL:
            return a
        self.sign(a)
        return Register(a.place, EXACT if a.sample else ZERO, a.sample)


def _kind(a: Operand) -> str:
    return kind_of(a) if isinstance(a, Fraction) else a.kind


def _power_of_digits(exponent: int, base: Decimal) -> Decimal:
    return CONTEXT.power(base, exponent)


def _applied(name: str, a: Decimal) -> Decimal:
    try:
        found = DECIMALS.apply(name, a)
    except BackpropError:
        raise Unfit from None
    assert isinstance(found, Decimal)
    return found


def _value(expr: Expr, names: tuple[str, ...], kind: type | None, *numbers: Known | None) -> Known | None:
    """The value of an expression, None where there is none. Raises Unfit where it is not of this kind, if any."""
    found = None
    if not any(number is None for number in numbers):
        with suppress(BackpropError):
            found = DECIMALS.value_of(expr, dict(zip(names, numbers, strict=True)))  # type: ignore[arg-type]
    if kind is not None and not isinstance(found, kind):
        raise Unfit
    return found


def _sign(a: Known | None) -> int:
    assert a is not None
    return (a > 0) - (a < 0)


def _check_zero(expected: bool, a: Known) -> None:
    if (not a) is not expected:
        raise Unfit


def _unless_none(function: Callable[..., Known]) -> Callable[..., Known | None]:
    def work(*numbers: Known | None) -> Known | None:
        return None if any(number is None for number in numbers) else function(*numbers)

    return work
