"""What would look like something else is set so that it does not."""

from __future__ import annotations

import pytest

import backprop_derive as bd


def solved(text: str, format: str) -> str:
    return str(bd.solve(text).render(format))


@pytest.mark.parametrize(("format", "one", "other"), [("md", "[2]", "= (2)"), ("txt", "[2]", "(2)")])
def test_a_vector_of_one_entry_is_no_number(format: str, one: str, other: str) -> None:
    text = solved("Given x = [2], w = [3]\nL = sum(w * x)\nFind dL/dw", format)
    assert f"x = {one}" in text
    assert other not in text


def test_a_matrix_of_one_row_is_no_vector_in_text() -> None:
    text = solved("Given x = [[2, 3]], w = [4, 5]\nL = sum(x * w)\nFind dL/dw", "txt")
    assert "x = [[2, 3]], w = [4, 5]" in text


@pytest.mark.parametrize(("format", "shown", "whole"), [("md", r"\operatorname{norm}(M, ", r"\lVert M \rVert"),
                                                        ("txt", "norm(M, axis = 1)", "‖M‖")])  # fmt: skip
def test_a_norm_by_rows_is_not_that_of_the_matrix(format: str, shown: str, whole: str) -> None:
    text = solved("Given M = [[1, 2], [-2, 4]]\nr = norm(M, axis=1)\nL = sum(r)", format)
    assert shown in text
    assert whole not in text
    assert whole in solved("Given M = [[1, 2], [-2, 4]]\nL = norm(M)", format)


def test_a_sum_tells_how_far_it_goes_where_nothing_else_does() -> None:
    problem = "Given W = [[1, 2, 3], [4, 5, 6]], v = [1, 2]\nL = v[1] * sum(W[0:2, 1:3])\nFind dL/dv"
    assert "Σ_(0 ≤ j < 2,0 ≤ k < 2) δ[1, i] · W[j, k + 1]" in solved(problem, "txt")
    assert r"\sum_{0 \le j < 2,0 \le k < 2}" in solved(problem, "md")
    told = solved("Given W = [[1, 2], [3, 4]], x = [1, -1]\nz = W @ x\nL = sum(z * z)", "txt")
    assert "≤" not in told


def test_an_exponential_beside_a_name_e_is_written_exp() -> None:
    text = solved("Given x = 1\nb = exp(x)\ne = cos(b)\nL = e + b", "md")
    assert r"\exp(x)" in text
    assert "e^" not in text
    assert "e^x" in solved("Given x = 1\nb = exp(x)\nL = cos(b)", "md")
