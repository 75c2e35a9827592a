"""Letters of declared shapes are the sizes that values tell."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest
import sympy

import backprop_derive as bd
from backprop_derive.errors import BackpropError
from backprop_derive.language.changes import changed
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem

REGRESSION = "Given X: (n, d), w: (d), y: (n)\ne = X @ w - y\nL = sum(e**2)/2\nFind dL/dw"
VALUES: dict[str, Any] = {"X": numpy.array([[1, 2], [3, 4], [5, 6]]), "w": [1, -1], "y": [0, 0, 1]}


def refusal(text: str, **options: object) -> BackpropError:
    with pytest.raises(BackpropError) as caught:
        read_problem(text, **options)  # type: ignore[arg-type]
    return caught.value


def test_values_of_the_caller_tell_the_sizes() -> None:
    shapes = read_problem(REGRESSION, given=VALUES).shapes
    assert shapes == {"X": (3, 2), "w": (2,), "y": (3,), "e": (3,), "L": ()}


def test_the_gradient_at_passed_values_is_the_exact_one() -> None:
    solution = bd.solve(REGRESSION, given=VALUES)
    x, w, y = (numpy.array(VALUES[name]) for name in "Xwy")
    assert numpy.array_equal(solution.gradient("w"), x.T @ (x @ w - y))
    assert solution.loss == Fraction(6, 2)


def test_a_letter_that_one_value_tells_is_known_in_every_shape() -> None:
    assert read_problem(REGRESSION, given={"w": [1, 2, 3]}).shapes["X"] == ("n", 3)


def test_values_written_with_their_shape_tell_the_sizes_too() -> None:
    problem = read_problem("Given X: (n, 2) = [[1, 2], [3, 4]], b: (n)\nL = sum(X.T @ b)")
    assert problem.shapes["b"] == (2,)
    assert read_problem(written_problem(problem)) == problem


@pytest.mark.parametrize("given", [{}, {"n": 4}], ids=["in the text", "by the caller"])
def test_a_number_of_the_letter_s_name_tells_the_size(given: dict[str, int]) -> None:
    problem = read_problem(f"Given {'' if given else 'n = 4, '}X: (n, 3)\nL = mean(X**2)", given=given)
    assert problem.shapes["X"] == (4, 3)
    assert problem.wanted == ("X",)
    assert "X_{ij}}{6}" in bd.derive(problem).to_markdown()


def test_sizes_that_disagree_are_refused_naming_both() -> None:
    error = refusal(REGRESSION, given={"X": [[1, 2, 3]], "w": [1, 2]})
    assert error.found == (
        "the size d is 3 by X: (n, d), whose value has shape (1, 3), and 2 by w: (d,), whose value has shape (2,)"
    )
    assert error.place is not None
    assert (error.place.line, error.place.column) == (1, 18)
    number = refusal("Given n = 3, X: (n, n) = [[1, 2], [3, 4]]\nL = sum(X)")
    assert number.found == "the size n is 3 by n = 3, and 2 by X: (n, n), whose value has shape (2, 2)"


@pytest.mark.parametrize("value", [[1, 2], [[1], [2]], 3])
def test_a_value_of_another_rank_or_size_is_refused_with_the_declared_shape(value: object) -> None:
    assert "declared with shape (n, 2)" in refusal("Given X: (n, 2)\nL = sum(X)", given={"X": value}).found


@pytest.mark.parametrize("size", ["1/2", "0", "-3", "pi"])
def test_a_letter_that_is_no_size_is_refused(size: str) -> None:
    assert refusal(f"Given n = {size}, X: (n, 2)\nL = sum(X)").expected == "a whole number from 1 on"


def test_there_is_no_gradient_by_a_size() -> None:
    assert "n is the size of an axis" in refusal("Given n = 3, X: (n, 2)\nL = sum(X)/n\nFind dL/dn").found


def test_a_problem_as_read_takes_values_of_new_sizes() -> None:
    problem = read_problem(REGRESSION, given=VALUES)
    again = changed(problem, given={"X": [[1, 2, 3]], "w": [1, 2, 3], "y": [4]})
    assert again.shapes["X"] == (1, 3)
    symbolic = changed(read_problem(REGRESSION), given={"n": 7})
    assert symbolic.shapes["X"] == (7, "d")
    assert read_problem(written_problem(symbolic)) == symbolic


def test_the_solution_says_which_value_is_missing() -> None:
    assert "$w$ has no value" in bd.solve(REGRESSION, given={"X": [[1, 2]]}).to_markdown()


HALVED = "Given X: (n, d), w: (d), y: (n)\ne = X @ w - y\nL = sum(e**2)/(2*n) + sqrt(d)\nFind dL/dw"


def test_a_letter_is_a_number_in_a_step() -> None:
    solution = bd.solve(HALVED, given=VALUES)
    assert solution.gradients["w"].tolist() == [Fraction(-14, 3), Fraction(-6)]
    page = solution.to_text()
    assert "Given n = 3, d = 2, X = [[1, 2], [3, 4], [5, 6]]" in page
    assert "/(2 · 3) + √2 ≈ 2.414" in page


def test_a_letter_without_a_number_is_not_listed_among_the_givens() -> None:
    page = bd.derive(HALVED).to_text()
    assert "Given X ∈ ℝ^(n×d), w ∈ ℝ^d, y ∈ ℝ^n" in page
    assert "Answer ∂L/∂w = 1/n · (Xᵀ @ e)" in page
    assert "The givens have no values" in page.replace("\n      ", " ")


def test_a_letter_in_a_step_takes_the_sizes_of_new_values() -> None:
    first = read_problem(HALVED, given=VALUES)
    again = changed(first, given={"X": [[1, 2]], "y": [0]})
    assert [bd.solve(problem).gradients["w"].tolist() for problem in (first, again)] == [
        [Fraction(-14, 3), -6],
        [-1, -2],
    ]
    for problem in (read_problem(HALVED), first, again):
        assert read_problem(written_problem(problem)) == problem


def test_what_the_problem_defines_is_no_letter() -> None:
    assert bd.solve("Given X: (n, 2) = [[1, 2], [3, 4]]\nn = sum(X)\nL = n^2").loss == 100
    assert bd.solve("Given X: (e, 2) = [[1, 2]]\nL = sum(X)*e").loss == 3 * sympy.E
    assert "n is the size of an axis" in refusal("Given X: (n, 2)\nL = sum(X)/n\nFind dL/dn").found
    assert "unknown name m" in refusal("Given X: (n, 2)\nL = sum(X)/m").found


def test_a_shape_to_take_is_written_in_numbers() -> None:
    error = refusal("Given X: (n, d) = [[1, 2, 3]]\nr = reshape(X, (d, n))\nL = sum(r^2)")
    assert "has letters, (d, n)" in error.found
    assert error.expected == "sizes that are numbers"
