"""Vectors and matrices that are written in part: what is shown of them is judged, and nothing else."""

from __future__ import annotations

import random

import pytest

import backprop_derive as bd
from backprop_derive.options import DETAILS, NOTATIONS

from .test_rendered import FORMATS

LAYER = """Given X = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], w = [1, -1, 2, 0]

z = X @ w

Y = 2 * X

L = sum(z * z) + sum(Y)

"""


def verdicts(claim: str) -> list[tuple[str, str]]:
    known = len(bd.proofread(LAYER).findings)
    return [(finding.verdict, finding.expected) for finding in bd.proofread(LAYER + claim).findings[known:]]


@pytest.mark.parametrize(
    "claim",
    [
        "Y = [[2, 4, …], …]", "Y = [[2, 4, ...], ...]", "Y = [[2, …, 8], …, [18, …, 24]]", "Y = [[…, 8], [10, …], …]",
        "Y = [[2, 4, 6, 8], …]", "Y = 2 X = [[2, 4, …], [10, 12, …], …]", "z = [5, …]", "z = [5, …, 21]",
        "z ≈ [5.0, …]",
        r"$Y = \begin{pmatrix} 2 & \cdots & 8 \\ \vdots & \ddots & \vdots \\ 18 & \cdots & 24 \end{pmatrix}$",
        r"$Y = \begin{pmatrix} 2 & 4 & \ldots \\ 10 & 12 & \dots \\ \ldots & \ldots & \ldots \end{pmatrix}$",
        r"$z = (5, \ldots)$", "Y = [[2, 4, …], …] ∈ ℝ^(3×4)", "dL/dX = dL/dX = [[12, −8, …], …]",
    ],
)  # fmt: skip
def test_what_is_shown_is_right(claim: str) -> None:
    assert {verdict for verdict, _ in verdicts(claim)} <= {"right", "rounded"}
    assert verdicts(claim)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Y = [[2, 5, …], …]", "4"), ("Y = [[2, …, 8], …, [18, …, 25]]", "24"), ("z = [5, …, 20]", "21"),
        (r"$Y = \begin{pmatrix} 2 & \cdots & 9 \\ \vdots & \ddots & \vdots \\ 18 & \cdots & 24 \end{pmatrix}$", "8"),
        ("dL/dX = [[12, 8, …], …]", "−8"), ("Y = [[2.1, …], …]", "2"),
    ],
)  # fmt: skip
def test_a_wrong_entry_that_is_shown_is_found(claim: str, expected: str) -> None:
    assert verdicts(claim) == [("wrong", expected)]


def test_what_is_shown_must_fit_the_shape() -> None:
    for claim in ("Y = [2, 4, …]", "Y = [[2, 4, 6, 8, 10, …], …]", "Y = [[2, …], [10, …], [18, …], [26, …], …]"):
        (finding,) = bd.proofread(LAYER + claim).wrong
        assert finding.reason == "what is shown does not fit the shape 3×4" or "shape 4" in finding.reason
    (finding,) = bd.proofread(LAYER + "Y = [[2, 4, …], …] ∈ ℝ^(4×3)").wrong
    assert finding.reason == "the shape is 3×4"


def large(kind: str) -> str:
    numbers = random.Random(kind)

    def matrix(rows: int, columns: int) -> list[list[int]]:
        return [[numbers.randint(-3, 3) for _ in range(columns)] for _ in range(rows)]

    return (
        f"Given X = {matrix(4, 9)}, W = {matrix(9, 5)}, b = {matrix(1, 5)[0]}\nZ = X @ W + b\nH = {kind}(Z)\n"
        "L = sum(H * H)/2\nFind dL/dW, dL/db\n"
    )


@pytest.mark.parametrize(("format", "flavour"), FORMATS)
def test_a_solution_with_large_matrices_is_understood_though_they_are_shown_in_part(format: str, flavour: str) -> None:
    turn = FORMATS.index((format, flavour))
    solution = bd.solve(large(("tanh", "relu", "softmax")[turn % 3]))
    notation, detail = NOTATIONS[turn % len(NOTATIONS)], DETAILS[turn % len(DETAILS)]
    report = bd.proofread(
        str(solution.render(format, notation=notation, flavour=flavour, detail=detail)), f"l.{format}"
    )
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] > 3


def test_formulas_and_what_is_told_twice_are_judged_where_givens_are_shown_in_part() -> None:
    text = bd.solve(large("tanh")).to_text(detail="normal")
    wrong = text.replace("∂L/∂W = Xᵀ @ (∂L/∂Z)", "∂L/∂W = X @ (∂L/∂Z)", 1)
    assert wrong != text
    assert len(bd.proofread(wrong).wrong) == 1
    head, answer = text.split("Answer\n")
    other = answer.replace("[[", "[[1", 1)
    assert [finding.verdict for finding in bd.proofread(f"{head}Answer\n{other}").wrong] == ["wrong"]


def test_the_values_of_a_key_are_known_whatever_an_answer_shows() -> None:
    problem = large("tanh")
    shown = bd.solve(problem).to_text()
    sheet = bd.grade(problem, shown)
    assert sheet.points == sheet.total
    slip = bd.grade(problem, shown.replace("∂L/∂W ≈ [[", "∂L/∂W ≈ [[7"))
    assert slip.line("∂L/∂W").verdict == "wrong"
