"""Derivatives that SymPy's own simplifications would spoil."""

from __future__ import annotations

from fractions import Fraction

import pytest

import backprop_derive as bd
from backprop_derive.syntax.written import written


def gradient(problem: str, name: str = "x") -> object:
    return bd.solve(problem, wrt=name).gradient(name)


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Given x = 0, w = 2\ny = (x*w)^(3/2)", 0),
        ("Given x = 0, w = 2, n = 2\ny = (x*w)^n", 0),
        ("Given x = 0, w = 2\ny = (x/w)^(5/2)", 0),
        ("Given x = 0\ny = (x^2)^(3/2)", 0),
        ("Given x = 0, n = 1\ny = x^n", 1),
        ("Given x = 3, n = 2\ny = (x/2)^n", Fraction(3, 2)),
        ("Given x = -2, n = 3\ny = x^n", 12),
        ("Given x = 2\ny = 0^x", 0),
        ("Given x = -8\ny = -(-x)^(1/3)", Fraction(1, 12)),
    ],
)
def test_a_power_has_its_derivative_where_it_exists(problem: str, expected: object) -> None:
    assert gradient(problem) == expected


@pytest.mark.parametrize(
    "problem", ["Given x = 2\ny = (-2)^x", "Given x = 1\ny = x*(-1)^(1/2)", "Given x = 1\ny = x*(-4)^(1/2)"]
)
def test_what_would_be_complex_is_refused(problem: str) -> None:
    with pytest.raises(bd.DomainError, match="negative number"):
        bd.solve(problem)


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("Given x = 0\ny = where(x > where(x > x, x, 1/3), x, 1/3)", 0),
        ("Given x = 1\ny = relu(where(x > 0.50, x, 1))", 1),
        ("Given x = 1\ny = where(2 > 1, x, 2x)", 1),
        ("Given x = 1\ny = where(where(x > 0, 1, 2) == 1, 3x, x)", 3),
        ("Given x = 1\ny = max(where(x > 0, x, 1), where(x < 0, x, 1/2))", 1),
    ],
)
def test_a_choice_may_stand_in_a_condition(problem: str, expected: object) -> None:
    assert gradient(problem) == expected


def test_a_condition_stays_as_the_author_wrote_it() -> None:
    solution = bd.solve("Given x = 1\ny = where(0.50 < x, x^2, 3x)")
    (local,) = solution.derivation.local_gradients()
    assert written(local.derivative) == "where(0.50 < x, 2x, 3)"


def test_the_word_of_an_option_is_no_operand() -> None:
    solution = bd.solve("Given x = -2\ny = gelu(x, approximate=tanh)")
    assert solution.derivation.graph.operands["y"] == ("x",)
    assert "erf" not in written(next(solution.derivation.local_gradients()).derivative)


def test_a_step_may_use_more_names_than_there_are_slots_at_hand() -> None:
    names = [f"x_{k}" for k in range(100)]
    solution = bd.solve(f"Given {', '.join(f'{n} = 1' for n in names)}\nL = {' + '.join(f'{n}^2' for n in names)}")
    assert [solution.gradient(name) for name in ("x_0", "x_63", "x_64", "x_99")] == [2, 2, 2, 2]
