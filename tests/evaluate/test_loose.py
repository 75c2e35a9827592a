"""The proof-reader's arithmetic: fractions stay fractions wherever a power or a root of them is one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from backprop_derive.errors import DomainError
from backprop_derive.evaluate.loose import Loose


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        ("9/4", "1/2", "3/2"), ("4", "3/2", "8"), ("4", "-1/2", "1/2"), ("0", "1/2", "0"), ("0", "3", "0"),
        ("2/3", "-2", "9/4"), ("5", "0", "1"),
    ],
)  # fmt: skip
def test_a_power_that_is_rational_is_exact(base: str, exponent: str, expected: str) -> None:
    found = Loose().power(Fraction(base), Fraction(exponent))
    assert isinstance(found, Fraction)
    assert found == Fraction(expected)


def test_a_root_that_is_rational_is_exact_and_any_other_is_not() -> None:
    arithmetic = Loose()
    assert arithmetic.apply("sqrt", Fraction(9, 4)) == Fraction(3, 2)
    assert isinstance(arithmetic.apply("sqrt", Fraction(0)), Fraction)
    two = arithmetic.apply("sqrt", Fraction(2))
    assert not isinstance(two, Fraction)
    assert abs(two * two - 2) < 1e-30


@pytest.mark.parametrize(
    ("name", "at", "value"), [("exp", 0, 1), ("log", 1, 0), ("tanh", 0, 0), ("cos", 0, 1), ("acos", 1, 0)]
)
def test_a_function_where_its_value_is_known_is_exact(name: str, at: int, value: int) -> None:
    found = Loose().apply(name, Fraction(at))
    assert isinstance(found, Fraction)
    assert found == value


def test_floor_goes_down() -> None:
    assert [Loose().apply("floor", Fraction(k, 2)) for k in (-3, -1, 3)] == [-2, -1, 1]


def test_a_power_that_nobody_can_judge_is_refused() -> None:
    with pytest.raises(DomainError, match="too large"):
        Loose().power(Fraction(9), Loose().power(Fraction(9), Loose().power(Fraction(9), Fraction(9))))
