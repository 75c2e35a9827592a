"""Tensors evaluated entry by entry: what lies outside of one, and labels that name no entry."""

from __future__ import annotations

import pytest

import backprop_derive as bd


def test_what_is_padded_is_0_within_a_larger_step() -> None:
    inside = "Given v = [0.5, -1, 2], k = [1, -1]\nloss = sum(conv1d(v, k, stride=2, padding=1)^2)"
    apart = "Given v = [0.5, -1, 2], k = [1, -1]\nc = conv1d(v, k, stride=2, padding=1)\nloss = sum(c^2)"
    for name in ("v", "k"):
        assert (bd.solve(inside).gradient(name) == bd.solve(apart).gradient(name)).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Given z = [[1, 2]], y = [2]\nloss = cross_entropy(z, y)", "is 2, out of range: there are 2 classes or rows"),
        ("Given z = [[1, 2]], y = [-1]\nloss = cross_entropy(z, y)", "is -1, out of range"),
        ("Given z = [[1, 2]], y = [1/2]\nloss = cross_entropy(z, y)", "a class label is a whole number"),
        ("Given W = [[1], [2]], i = [0, 3]\nloss = sum(embedding(W, i))", "is 3, out of range"),
        ("Given W = [[1], [2]], i = [0, 1]\nloss = sum(embedding(W, i + 1))", r"i\[1\] \+ 1 is 2, out of range"),
        ("Given W = [[1], [2]], i = 4\nloss = sum(embedding([W, W][0], i))", "i is 4, out of range"),
        ("Given z = [[1, 2]], y = [4]\nloss = cross_entropy(concat([z, z], axis=1), y)", "there are 4 classes"),
        ("Given z = [[1, 2]], y = [2]\nloss = nll(stack([z[:, 1], z[:, 0]], axis=1), y)", "there are 2 classes"),
        ("Given W = [[1], [2], [3]], i = [0, 2]\nloss = sum(embedding(W[1:], i))", r"i\[1\] is 2, out of range"),
        ("Given z = [[1, 2]]\nloss = cross_entropy(z, [1] + 1)", r"1 \+ 1 is 2, out of range"),
    ],
)
def test_a_label_that_names_no_class_is_refused(text: str, message: str) -> None:
    with pytest.raises(bd.DomainError, match=message):
        bd.solve(text)
    problem = bd.read_problem(text)
    values = {
        given.written: bd.solve(text.split("\n")[0] + "\nl = 0*1").value(given.written) for given in problem.givens
    }
    with pytest.raises(bd.DomainError, match="no whole number from 0 to"):
        bd.compile(problem)(values)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("cross_entropy(z, [0, 2])", "there is no class 2"),
        ("nll(z, [-1, 0])", "there is no class -1"),
        ("cross_entropy(z[0], 5)", "there is no class 5"),
        ("cross_entropy(z, [0, 0.5])", "there is no class 1/2"),
        ("sum(embedding(z, [[0], [7]]))", "there is no row 7"),
    ],
)
def test_a_label_written_in_the_call_that_names_no_class_is_refused_by_every_road(call: str, message: str) -> None:
    for values in ("z = [[1, 2], [3, 4]]", "z: (2, 2)"):
        with pytest.raises(bd.ProblemError, match=message):
            bd.solve(f"Given {values}\nloss = {call}")
