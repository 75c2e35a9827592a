"""What counts as right to the digits given where vectors and matrices stand: what the written decimals can be off."""

from __future__ import annotations

import random

import pytest

import backprop_derive as bd

LAYER = """Given X = [[100, 2], [3, 50]], w = [1, 3], y = [10, 20], a = [0.3, 0.7]

p = X @ w

q = tanh(a)

L = sum((p - y)^2)/2 + sum(q)

"""


def last(claim: str) -> str:
    return bd.proofread(LAYER + claim).findings[-1].verdict


@pytest.mark.parametrize(
    "claim",
    [
        "p = X @ w = [[100, 2], [3, 50]] @ [1, 3] + [1, 0]", "dL/dw = X^T (p - y) = X^T @ [97, 133]",
        "dL/dp = p - y = [106, 153] - [11, 20]", "dL/dw = X^T (p - y) + 1", "dL/dp = p * 101/100 - y",
    ],
)  # fmt: skip
def test_whole_numbers_earn_no_tolerance(claim: str) -> None:
    assert last(claim) == "wrong"
    assert last("dL/dp = p - y = [106, 153] - [10, 20]") == "right"
    assert last("dL/dw = X^T (p - y) = X^T @ [96, 133]") == "right"


def test_a_given_decimal_is_not_rounded() -> None:
    assert last("2 a = 2 * [0.3, 0.7]") == "right"
    assert last("2 a = 2 * [0.3, 0.7] + [0, 1/100]") == "wrong"


def test_rounded_decimals_may_be_off_by_half_of_their_last_place() -> None:
    # tanh(0.3) = 0.29131…, tanh(0.7) = 0.60436…
    assert last("100 q = 100 * [0.291, 0.604]") == "rounded"
    assert last("100 q = 100 * [0.29, 0.60]") == "rounded"
    assert last("100 q = 100 * [0.291, 0.606]") == "wrong"  # 2 % of the largest would have taken it
    assert last("q * q = [0.291, 0.604] * [0.291, 0.604]") == "rounded"
    assert last("q * q = [0.291, 0.604] * [0.291, 0.608]") == "wrong"


def test_a_formula_by_entries_has_no_tolerance_by_its_numbers_either() -> None:
    assert last("$p_{i} = \\sum_{j} X_{ij} w_{j}$") == "right"
    assert last("$p_{i} = \\sum_{j} X_{ij} w_{j} + 1$") == "wrong"
    assert last("$\\frac{\\partial L}{\\partial p_i} = 1 (p_i - y_i) + 1/2$") == "wrong"


def test_answers_are_held_to_the_same_digits() -> None:
    problem = LAYER.replace("\n\n", "\n") + "Find dL/dw\n"
    for answer, verdict in (("X^T (p - y) + 1", "wrong"), ("X^T @ [97, 133]", "wrong"), ("X^T @ [96, 133]", "right")):
        assert bd.grade(problem, f"dL/dw = {answer}", ask=("gradient",)).line("∂L/∂w").verdict == verdict


def test_of_many_rounded_decimals_the_slack_is_what_they_make_together() -> None:
    numbers = random.Random(2)
    a, b = ([[round(numbers.uniform(-1, 1), 4) for _ in range(6)] for _ in range(6)] for _ in range(2))
    problem = f"Given X = {a}, W = {b}\nH = tanh(X @ W)\nY = H @ W\nL = sum(Y * Y)\n"
    rounded = [[round(float(entry), 3) for entry in row] for row in bd.solve(problem).value("H")]
    claim = problem.replace("\n", "\n\n") + f"Y = H @ W = {rounded} @ {b}\n"
    assert bd.proofread(claim).findings[-1].verdict == "rounded"
    off = claim.replace(str(rounded[2][2]), str(round(rounded[2][2] + 0.004, 3)))
    assert off != claim
    assert bd.proofread(off).findings[-1].verdict == "wrong"


def test_a_decimal_that_ends_in_zeros_is_rounded_though_a_given_has_its_value() -> None:
    layer = "Given x = [1, 8], w = 1\n\nh = sigmoid(w*x)\n\nL = sum(h)\n\n"
    links = "dL/dx = h * (1 - h) * w = [0.7311, 0.9997] * (1 - [0.7311, {}]) * w = [0.1966, 0.0003353]"
    report = bd.proofread(layer + links.format("0.9997"))
    assert [f.verdict for f in report.findings[-3:]] == ["right", "rounded", "rounded"]
    saturated = bd.proofread(
        "Given x = [1, 12], w = 1\n\nh = sigmoid(w*x)\n\nL = sum(h)\n\ndL/dx = h * (1 - h) * w"
        " = [0.7311, 1.000] * (1 - [0.7311, 1.000]) * w"
    )
    assert saturated.findings[-1].verdict == "rounded"
    spelled = "Given x = [1.000, 2]\n\nL = sum(x)\n\nL = 1.000 + 2 = {}"
    assert [bd.proofread(spelled.format(n)).findings[-1].verdict for n in (3, 3.0004)] == ["right", "wrong"]
