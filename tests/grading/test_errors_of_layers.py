"""Derivations that give a name to what holds derivatives, δ = (a − t) σ′(z), and go on from it."""

from __future__ import annotations

import pytest

from backprop_derive.grading.grade import Grader

NEURON = "Given x = 0.5, w = 2, b = -1, t = 1\nz = w*x + b\na = sigmoid(z)\nL = (a - t)^2/2\nFind dL/dw, dL/db\n"
LAYER = (
    "Given x = [1, 2], W = [[1, 0], [-1, 1]], t = [1, 0]\nz = W @ x\na = tanh(z)\nL = sum((a - t)^2)/2\n"
    "Find dL/dW, dL/dx\n"
)


@pytest.mark.parametrize("name", [r"\delta", r"\delta^1", r"\delta_z", "g", r"\epsilon"])
def test_what_follows_from_a_right_error_is_right(name: str) -> None:
    answer = (
        rf"$z = 0$, $a = 0.5$, $L = 0.125$. ${name} = (a - t)\sigma'(z) = -0.125$,"
        rf" $\frac{{\partial L}}{{\partial w}} = {name} x = -0.0625$,"
        rf" $\frac{{\partial L}}{{\partial b}} = {name} = -0.125$"
    )
    sheet = Grader(NEURON).grade(answer)
    assert sheet.points == sheet.total


def test_what_follows_from_a_wrong_one_is_not_called_right() -> None:
    answer = r"$\delta = (a - t) = -0.5$, $\frac{\partial L}{\partial w} = \delta x = -0.25$"
    assert "right" not in [line.verdict for line in Grader(NEURON).grade(answer).lines if line.written]


def test_the_mistake_that_two_lines_have_in_common_is_told_first() -> None:
    for answer in (
        "dL/dw = -0.25\n\ndL/db = -0.5",
        r"$\delta = a - t$, $dL/dw = \delta x = -0.25$, $dL/db = \delta = -0.5$",
    ):
        lines = {line.item.title: line for line in Grader(NEURON).grade(answer).lines}
        told = [lines[title].mistake for title in ("∂L/∂w", "∂L/∂b")]
        assert [(m.name, m.at) for m in told if m is not None] == [("activation's derivative left out", "a by z")] * 2


def test_errors_of_vectors() -> None:
    answer = (
        r"$\delta = (a - t) \odot \tanh'(z)$, $\frac{\partial L}{\partial W} = \delta x^T$,"
        r" $\frac{\partial L}{\partial x} = W^T \delta$"
    )
    assert {line.verdict for line in Grader(LAYER).grade(answer).lines if line.written} == {"right"}
