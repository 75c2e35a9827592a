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
    ],
)
def test_a_label_that_names_no_class_is_refused(text: str, message: str) -> None:
    with pytest.raises(bd.DomainError, match=message):
        bd.solve(text)
