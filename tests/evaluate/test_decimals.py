"""Arithmetic on fractions and decimals of 60 digits: exact where it can be, and right in the digits where not."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

import mpmath
import pytest

from backprop_derive.errors import DomainError
from backprop_derive.evaluate.decimals import DECIMALS, Number, digits
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.expression import Expr

TRUE = mpmath.mp.clone()
TRUE.dps = 80
THIRD, HALF, ZERO = Fraction(1, 3), Fraction(1, 2), Fraction(0)
SQUARE = Context(prec=60).sqrt(Decimal(2))


def expression(text: str) -> Expr:
    return read_problem(f"Given x = 1, y = 1\nL = {text}\nFind dL/dx").steps[0].expression


def is_near(found: Number, true: object) -> bool:
    assert isinstance(found, Decimal)
    return bool(abs(TRUE.mpf(str(found)) - true) <= abs(true) * TRUE.mpf(10) ** -48)  # type: ignore[arg-type, operator]


def test_fractions_stay_fractions() -> None:
    assert DECIMALS.add([THIRD, HALF, THIRD]) == Fraction(7, 6)
    assert DECIMALS.multiply([THIRD, HALF]) == DECIMALS.divide(THIRD, Fraction(2)) == Fraction(1, 6)
    assert DECIMALS.negate(THIRD) == -THIRD
    assert DECIMALS.power(THIRD, Fraction(-2)) == 9
    assert DECIMALS.power(Fraction(4), HALF) == 2
    assert DECIMALS.apply("exp", ZERO) == 1
    for found in (DECIMALS.add([THIRD, HALF]), DECIMALS.power(Fraction(4), HALF), DECIMALS.apply("exp", ZERO)):
        assert isinstance(found, Fraction)


def test_decimals_are_right_to_their_digits() -> None:
    root, third = TRUE.sqrt(2), TRUE.mpf(1) / 3
    for found, true in (
        (DECIMALS.add([SQUARE, THIRD]), root + third), (DECIMALS.add([THIRD, SQUARE]), root + third),
        (DECIMALS.multiply([SQUARE, THIRD, SQUARE]), 2 * third), (DECIMALS.multiply([THIRD, SQUARE]), root * third),
        (DECIMALS.divide(SQUARE, THIRD), 3 * root), (DECIMALS.divide(THIRD, SQUARE), third / root),
        (DECIMALS.negate(SQUARE), -root), (DECIMALS.power(SQUARE, Fraction(3)), 2 * root),
        (DECIMALS.power(SQUARE, Fraction(-1)), 1 / root), (DECIMALS.power(SQUARE, THIRD), root**third),
        (DECIMALS.power(THIRD, SQUARE), third**root), (DECIMALS.apply("exp", SQUARE), TRUE.exp(root)),
        (DECIMALS.apply("sqrt", Fraction(2)), root), (DECIMALS.constant("pi"), TRUE.pi),
        (DECIMALS.constant("e"), TRUE.e),
    ):  # fmt: skip
        assert is_near(found, true)


def test_nothing_times_a_decimal_is_nothing_exactly() -> None:
    for found in (DECIMALS.multiply([ZERO, SQUARE]), DECIMALS.multiply([SQUARE, ZERO]), DECIMALS.divide(ZERO, SQUARE)):
        assert isinstance(found, Fraction)
        assert found == 0


def test_a_function_of_a_decimal_is_a_decimal_even_where_it_is_whole() -> None:
    assert isinstance(DECIMALS.apply("floor", SQUARE), Decimal)
    assert DECIMALS.apply("floor", SQUARE) == 1


def test_a_large_whole_power_keeps_its_digits() -> None:
    base, exponent = digits(1 + Fraction(1, 10**20)), Fraction(10**20)
    assert is_near(DECIMALS.power(base, exponent), TRUE.exp(exponent.numerator * TRUE.log1p(TRUE.mpf(10) ** -20)))


def test_order() -> None:
    assert [DECIMALS.sign(a) for a in (THIRD, -THIRD, ZERO, SQUARE, -SQUARE)] == [1, -1, 0, 1, -1]
    pairs = ((THIRD, HALF), (HALF, THIRD), (HALF, HALF), (SQUARE, HALF), (HALF, SQUARE), (SQUARE, SQUARE))
    assert [DECIMALS.compare(a, b) for a, b in pairs] == [-1, 1, 0, 1, -1, 0]
    assert [DECIMALS.is_surely_positive(a) for a in (THIRD, ZERO, SQUARE, -SQUARE)] == [True, False, True, False]


def test_expressions() -> None:
    names: dict[str, Number] = {"x": Fraction(3), "y": SQUARE}
    assert DECIMALS.value_of(expression("x"), names) == 3
    assert DECIMALS.value_of(expression("7"), names) == 7
    assert DECIMALS.value_of(expression("log(8)/log(2)"), names) == 3
    assert DECIMALS.value_of(expression("sqrt(x*12) - x"), names) == 3
    assert is_near(DECIMALS.value_of(expression("x*y + exp(y)"), names), 3 * TRUE.sqrt(2) + TRUE.exp(TRUE.sqrt(2)))
    assert is_near(DECIMALS.value_of(expression("sqrt(x)"), names), TRUE.sqrt(3))


def test_what_has_no_value_is_told_with_its_number() -> None:
    with pytest.raises(DomainError, match=r"log of a negative number.* -1\.41421"):
        DECIMALS.value_of(expression("log(x*y)"), {"x": Fraction(-1), "y": SQUARE})
