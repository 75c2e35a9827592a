"""Formulas of vectors and matrices in students' work: declared kinds, and formulas that agree by accident."""

from __future__ import annotations

import pytest

import backprop_derive as bd


def graded(problem: str, answer: str) -> dict[str, tuple[str, str]]:
    """The verdict and the reason for each gradient."""
    lines = bd.grade(problem, answer, ask=("gradient",)).lines  # type: ignore[union-attr]
    return {line.item.name: (line.verdict, line.reason) for line in lines}


BILINEAR = "Given x = [1, 2], y = [1, 3], A = [[2, {0}], [{0}, 3]] {1}\nL = y @ A @ x\nFind dL/dA, dL/dx\n"


@pytest.mark.parametrize(
    ("problem", "right", "free"),
    [
        (BILINEAR.format(1, "symmetric"), ("(y x^T + x y^T)/2", "[[1, 2.5], [2.5, 6]]"), "[[1, 2], [3, 6]]"),
        (BILINEAR.format(0, "diagonal"), ("diag(x * y)", "[[1, 0], [0, 6]]"), "[[1, 2], [3, 6]]"),
        (BILINEAR.format(1, ""), ("y x^T", "[[1, 2], [3, 6]]"), "[[1, 2.5], [2.5, 6]]"),
    ],
)
def test_a_matrix_is_judged_as_the_kind_that_it_is_declared_to_be(
    problem: str, right: tuple[str, ...], free: str
) -> None:
    for answer in right:
        assert graded(problem, f"dL/dA = {answer}")["A"] == ("right", "")
    assert graded(problem, f"dL/dA = {free}")["A"][0] in ("wrong", "partly")


def test_what_follows_from_an_own_value_keeps_the_declared_kind() -> None:
    problem = "Given x = [1, 2], A = [[2, 1], [1, 3]] symmetric\nz = A @ x\nL = sum(z * z)\nFind dL/dA\n"
    assert bd.solve(problem).gradient("A").tolist() == [[8, 15], [15, 28]]
    # z₁ = 5 in the place of 4: ∂L/∂z = (10, 14), and of (10, 14) (1, 2)ᵀ the symmetric part.
    own = "z = [5, 7]\ndL/dz = [10, 14]\n"
    assert graded(problem, own + "dL/dA = [[10, 17], [17, 28]]")["A"][0] == "follows"
    assert graded(problem, own + "dL/dA = [[10, 20], [14, 28]]")["A"][0] != "follows"
