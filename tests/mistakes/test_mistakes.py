"""Mistakes change the derivation where they are made, and everything after follows from that."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.mistakes.table import MISTAKES, possible
from tests.conftest import CHECKOUT

Answers = dict[tuple[str, str], Any]


def wrong_answers(text: str, name: str = "w") -> Answers:
    """The wrong gradient by every mistake and place."""
    from backprop_derive import api, stages

    right = bd.solve(text)
    found = {}
    for made in possible(right.derivation):
        record = stages.evaluated(made.derivation, api.DEFAULT_LIMITS)
        found[made.mistake.name, made.at] = bd.Solution(record).gradient(name)
    return found


LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text()
NEURON = "Given x = 2, w = 3, b = 1, y = 4\nz = w*x + b\nloss = (z - y)^2\nFind d(loss)/dw\n"
SIGMOID = "Given x = 2, w = 1, b = -1, y = 1\nz = w*x + b\na = sigmoid(z)\nloss = (a - y)^2\nFind d(loss)/dw\n"
DIAMOND = "Given w = 3\na = 2*w\nb = w^2\nloss = a*b\nFind d(loss)/dw\n"


@pytest.mark.parametrize(
    ("text", "mistake", "at", "expected"),
    [
        (LESSON, "factor lost", "loss by s", -1),
        (LESSON, "difference turned round", "s", 2),
        (LESSON, "added along a path", "w", -1),
        (LESSON, "loss not differentiated", "s", 1),
        (LESSON, "begun with the loss", "s", -2),
        ("Given w = 2\nloss = (3*w - 1)^2\nFind d(loss)/dw", "inner derivative forgotten", "loss by w", 10),
        ("Given w = 2, x = 3\nu = w*x\nloss = u^2\nFind d(loss)/dw", "the name itself for the other factor", "u by w",
         24),
        (NEURON, "constant kept", "z by w", 6 * (2 + 1)),
        (NEURON, "stopped a node early", "w", 6),
        (NEURON, "bias left out", "z", 2 * (6 - 4) * 2),
        (NEURON, "brackets moved", "z", 2 * (9 - 4) * 2),
        (DIAMOND, "a path dropped", "w through a", 6 * 6),
        (DIAMOND, "a path dropped", "w through b", 9 * 2),
        (DIAMOND, "multiplied over paths", "w", 9 * 2 * 6 * 6),
        (DIAMOND, "exponent kept", "b by w", 9 * 2 + 6 * 18),
        (DIAMOND, "base dropped", "b by w", 9 * 2 + 6 * 2),
        ("Given w = 2, y = 7\nloss = y - w\nFind d(loss)/dw", "sign lost", "loss by w", 1),
        ("Given w = 2\nu = w*w^3\nloss = 2*u\nFind d(loss)/dw", "product of the derivatives", "u by w", 2 * 1 * 12),
        ("Given w = 2\nu = 6/w\nloss = 2*u\nFind d(loss)/dw", "denominator not squared", "u by w", -6),
        ("Given w = 2\nu = w/(w + 1)\nloss = 9*u\nFind d(loss)/dw", "numerator turned round", "u by w", -1),
        ("Given w = -2\na = relu(w)\nloss = 3*a\nFind d(loss)/dw", "kink ignored", "a by w", 3),
        ("Given w = 3\nu = w^2\nloss = u^2\nFind d(loss)/dw", "doubled for squared", "u", 2 * 6 * 6),
    ],
)  # fmt: skip
def test_a_mistake_is_worked_through(text: str, mistake: str, at: str, expected: int) -> None:
    assert wrong_answers(text)[mistake, at] == expected


def test_mistakes_with_activations() -> None:
    found = wrong_answers(SIGMOID)
    a = 1 / (1 + math.exp(-1))
    outer = 2 * (a - 1)
    assert float(found["the function for its derivative", "a by z"]) == pytest.approx(outer * a * 2)
    assert float(found["derivative at the wrong point", "a by z"]) == pytest.approx(0)
    assert float(found["activation left out", "a"]) == pytest.approx(0)
    assert float(found["activation's derivative left out", "a by z"]) == pytest.approx(outer * 2)
    tanh = wrong_answers(SIGMOID.replace("sigmoid", "tanh"))
    t = math.tanh(1)
    assert float(tanh["square lost", "a by z"]) == pytest.approx(2 * (t - 1) * (1 - t) * 2)


def test_an_update_goes_wrong() -> None:
    from backprop_derive import api, stages

    text = LESSON + "\nLearning rate: 1/2\n"
    right = bd.solve(text)
    found = {}
    for made in possible(right.derivation, ("update",)):
        record = stages.evaluated(made.derivation, api.DEFAULT_LIMITS)
        found[made.mistake.name] = bd.Solution(record).updates[0]["w"]
    assert found == {"gradient ascent": 0, "learning rate left out": 3}
    assert right.updates[0]["w"] == 2


MATRICES = """
Given X = [[1, 2], [3, 4]], W = [[1, 0], [2, 1]], b = [1, -1]
Z = X @ W + b
A = sigmoid(Z)
L = mean(A^2)
Find dL/dW, dL/db
"""


def test_mistakes_with_matrices() -> None:
    import numpy as np

    found = wrong_answers(MATRICES, "W")
    X, W, b = np.array([[1, 2], [3, 4]]), np.array([[1, 0], [2, 1]]), np.array([1, -1])
    A = 1 / (1 + np.exp(-(X @ W + b)))
    G = 2 * A / 4 * A * (1 - A)
    assert np.allclose(np.asarray(found["transpose missing", "Z by W"], float), X @ G)
    assert np.allclose(np.asarray(found["order of a product", "Z by W"], float), G.T @ X)
    assert np.allclose(np.asarray(found["result transposed", "Z by W"], float), (X.T @ G).T)
    assert np.allclose(np.asarray(found["mean forgotten", "L by A"], float), X.T @ (4 * G))
    assert np.allclose(np.asarray(found["activation's derivative left out", "A by Z"], float), X.T @ (2 * A / 4))
    biases = wrong_answers(MATRICES, "b")
    assert np.allclose(np.asarray(biases["not summed over the batch", "Z by b"], float), G[0])
    assert np.allclose(np.asarray(biases["averaged over the batch", "Z by b"], float), G.mean(axis=0))


def test_softmax_taken_entry_by_entry() -> None:
    import numpy as np

    text = "Given z = [1, 2, 0], y = [0, 1, 0]\np = softmax(z)\nL = -sum(y * log(p))\nFind dL/dz\n"
    found = wrong_answers(text, "z")
    p = np.exp([1, 2, 0]) / np.exp([1, 2, 0]).sum()
    assert np.allclose(np.asarray(found["softmax entry by entry", "p by z"], float), [0, -(1 - p[1]), 0])


def test_every_mistake_has_feedback_and_can_be_made() -> None:
    assert len({mistake.name for mistake in MISTAKES}) >= 25
    texts = [
        *(path.read_text() for path in sorted((CHECKOUT / "examples").glob("*.txt"))), MATRICES, DIAMOND,
        "Given w = 2\nu = w/(w + 1)\nloss = u^2\n", "Given w = 2\nu = w*exp(w)\nloss = u^2\n",
        "Given A = [[1, 2], [3, 4]], B = [[1, 0], [2, 1]]\nC = A @ B\nL = sum(C^2)\n",
        "Given z = [1, 2, 0], y = [0, 1, 0]\np = softmax(z)\nL = -sum(y * log(p))\nFind dL/dz\n",
    ]  # fmt: skip
    made = {(m.mistake.name, m.mistake.stage) for text in texts for m in possible(bd.solve(text).derivation)}
    assert {(mistake.name, mistake.stage) for mistake in MISTAKES} == made
    assert all(mistake.feedback.endswith(".") for mistake in MISTAKES)


def test_the_right_derivation_stays_as_it_is() -> None:
    right = bd.solve(DIAMOND)
    before = right.record
    list(possible(right.derivation))
    assert right.record == before
    assert right.gradient("w") == Fraction(54)
