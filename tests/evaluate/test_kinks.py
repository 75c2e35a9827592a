"""Large tensors are told the same kinks and ties, at the points where arithmetic in doubles is exact."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_derive as bd

STEPS = [
    "relu(A)", "abs(A)", "relu(A) + abs(A - 1)", "relu(abs(A))", "abs(relu(A) - 1)", "A @ relu(B)", "relu(A @ B - 2)",
    "where(A > 0, A, 2*A)", "where(A == 0, A, 2*A)", "where(A > 0, 3, relu(A))", "where(A > 0, relu(A - 1), A)",
    "maximum(A, 1)", "minimum(A, B.T)", "max(A, axis=1)", "max(A)", "min(A, B.T, 1)", "clip(A, -1, 1)", "hardtanh(A)",
    "leaky_relu(A)", "leaky_relu(A, slope=1)", "elu(A)", "mae(A, B.T)", "hinge(A, B.T)",
    "sum(relu(A)*abs(B.T), axis=0)",
    "huber(A, B.T)", "A[0] * relu(A[1])", "concat([relu(A), abs(B.T)], axis=0)", "trace(relu(A @ B))", "exp(-abs(A))",
    "conv1d(relu(A[0]), [1, 2], padding=1)", "max_pool1d(A, 2)", "max(relu(A) - 1, axis=0)",
]  # fmt: skip


def kinks(text: str, values: dict[str, Any], most: int) -> set[tuple[str, str]]:
    with patch("backprop_derive.evaluate.work.EXACT_WORK", most):
        notes = bd.solve(text, given=values).record.notes
    assert any(note.kind == "floats" for note in notes) == (most == 0)
    return {(note.about, note.detail) for note in notes if note.kind == "kink"}


@pytest.mark.parametrize("step", STEPS)
@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_kinks_are_those_of_the_exact_evaluation(step: str, seed: int) -> None:
    random = numpy.random.default_rng(seed)
    values = {name: random.integers(-2, 4, shape).tolist() for name, shape in (("A", (2, 3)), ("B", (3, 2)))}
    text = f"Given A: (2, 3), B: (3, 2)\ns = {step}\nL = sum(s*s)"
    assert kinks(text, values, 0) == kinks(text, values, 10**9)


def test_what_pads_a_convolution_is_at_no_kink() -> None:
    text = "Given x = [[[1, 2, 3]]], w = [[[1, 2]]]\ny = conv1d(relu(x), w, padding=1)\nL = sum(y)"
    assert kinks(text, {}, 0) == set()
    assert kinks(text.replace("1, 2, 3", "1, 0, 3"), {}, 0) == {("y", "relu")}


def test_the_convention_is_said_for_a_large_tensor() -> None:
    x = numpy.arange(-500.0, 500.0).reshape(10, 100)
    text = "Given X: (10, 100)\nH = relu(X @ X.T @ X)\nL = sum(relu(X)) + sum(H)"
    said = bd.solve(text, given={"X": x.tolist()}).to_markdown()
    assert "Large tensors" in said
    assert "In $L$, ReLU is taken exactly where it has no derivative" in said
    assert "In $H$" not in said


def test_a_kink_that_an_update_meets_is_told() -> None:
    text = "Given w = [1, 2]\nL = sum(abs(w))\nParameters: w\nLearning rate: 1\nUpdates: 1"
    assert kinks(text, {}, 0) == {("L", "abs")}
