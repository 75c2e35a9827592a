"""Conditions on givens that vary, at numbers that were drawn."""

from __future__ import annotations

from fractions import Fraction

import pytest

from backprop_derive.errors import DomainError
from backprop_derive.evaluate.conditions import holds, value_at
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.expression import Call, Compare

NUMBERS = {"x": Fraction(3), "y": Fraction(4)}


def compared(text: str) -> Compare:
    step = read_problem(f"Given x = 1, y = 1\nL = where({text}, x, y)\nFind dL/dx").steps[0].expression
    assert isinstance(step, Call)
    found = step.arguments[0]
    assert isinstance(found, Compare)
    return found


@pytest.mark.parametrize(
    ("text", "is_true"),
    [("x < y", True), ("x > y", False), ("x^2 + y^2 == 25", True), ("sqrt(x^2 + y^2) == 5", True), ("x != 3", False),
     ("sqrt(2)*sqrt(x) <= sqrt(6)", True), ("sqrt(2)*sqrt(x) < sqrt(6)", False), ("exp(x) >= 20", True)],
)  # fmt: skip
def test_a_condition_holds_or_not(text: str, is_true: bool) -> None:
    assert holds(compared(text), NUMBERS) == is_true


def test_the_value_of_a_side() -> None:
    assert value_at(compared("sqrt(x^2 + y^2) > 0").left, NUMBERS) == 5
    assert abs(value_at(compared("sqrt(x) > 0").left, NUMBERS) ** 2 - 3) < Fraction(1, 10**45)
    with pytest.raises(DomainError):
        value_at(compared("1/(x - 3) > 0").left, NUMBERS)
