"""Vectors and matrices that are told by their sizes: ones(3, 2), zeros(3, 2), eye(2), onehot(t, 2)."""

from __future__ import annotations

import pytest

import backprop_derive as bd

SUM = "Given X = [[1, 2], [3, 4], [5, 6]], W = [[1, -1], [2, 0]], t = [0, 1, 1]\nZ = X @ W\nL = sum(Z)\nFind dL/dW\n"


@pytest.mark.parametrize(
    "answer",
    ["ones(3, 2)", "ones((3, 2))", "ones([3, 2])", "ones_like(Z)", "zeros_like(Z) + 1", "1 - zeros(3, 2)",
     "ones(3, 2) eye(2)", "ones(3, 2) identity(2)", r"$\operatorname{ones}(3, 2)$"],
)  # fmt: skip
def test_what_is_made_by_its_sizes_is_read_with_them(answer: str) -> None:
    claim = f"dL/dZ = {answer}" if not answer.startswith("$") else rf"$\frac{{\partial L}}{{\partial Z}} = {answer[1:]}"
    assert bd.grade(SUM, claim, ask=("gradient",)).line("∂L/∂Z").verdict == "right"
    assert bd.proofread(SUM + "\n\n" + claim).findings[-1].verdict == "right"


def test_side_by_side_is_the_matrix_product() -> None:
    right = "dL/dW = X^T ones(3, 2)"
    assert bd.grade(SUM, right, ask=("gradient",)).line("∂L/∂W").verdict == "right"
    assert bd.grade(SUM, "dL/dW = X ones(2, 2)", ask=("gradient",)).line("∂L/∂W").verdict == "wrong"


def test_other_sizes_are_wrong() -> None:
    line = bd.grade(SUM, "dL/dZ = ones(2, 3)", ask=("gradient",)).line("∂L/∂Z")
    assert (line.verdict, line.reason) == ("wrong", "the shape is 2×3, and it must be 3×2")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("ones()", "ones needs its sizes, as in ones(3, 2)"),
        ("zeros()", "zeros needs its sizes, as in zeros(3, 2)"),
        ("eye()", "identity needs its sizes, as in identity(3)"),
        ("onehot(t)", "onehot needs its sizes, as in onehot(t, 3)"),
        ("ones(3.5, 2)", "a size is a whole number from 1 to 1,000"),
        ("ones(-1, 2)", "a size is a whole number from 1 to 1,000"),
        ("ones(2000, 2)", "a size is a whole number from 1 to 1,000"),
        ("ones(1000, 1000, 1000)", "the array is too large"),
        ("onehot(t, 2, 3)", "onehot takes 2 arguments"),
        ("sum()", "sum lacks an argument"),
        ("det(t)", "det does not apply to the shape 3"),
    ],
)
def test_what_lacks_its_sizes_is_refused_with_a_word_of_ours(answer: str, reason: str) -> None:
    line = bd.grade(SUM, f"dL/dZ = {answer}", ask=("gradient",)).line("∂L/∂Z")
    assert (line.verdict, line.reason) == ("unread", reason)
    finding = bd.proofread(f"{SUM}\n\ndL/dZ = {answer}").findings[-1]
    assert (finding.verdict, finding.reason) == ("unread", reason)
