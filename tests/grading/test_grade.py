"""Points, follow-through, what is implied, what is refused, and what a student may write."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from backprop_derive.grading.reading import Reading
from backprop_derive.grading.record import Class, Sheet
from tests.conftest import CHECKOUT

LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
OTHER = "Given x = 3, y = 2, w = 2\ny^ = x*w\ns = y^ - y\nloss = s**2\nFind d(loss)/dw"
RIGHT = """y^ = x*w = 6
s = y^ - y = 4
loss = s^2 = 16
dloss/ds = 2s = 8
ds/dy^ = 1
dy^/dw = x
dloss/dy^ = 8
dloss/dw = 8*x = 24
"""


def graded(problem: str, answer: str, **choices: object) -> Sheet:
    found = bd.grade(problem, answer, **choices)  # type: ignore[arg-type]
    assert isinstance(found, Sheet)
    return found


def verdicts(sheet: Sheet) -> dict[str, str]:
    return {line.item.title: line.verdict for line in sheet.lines}


@pytest.mark.parametrize("name", ["lesson", "diamond", "logistic-neuron", "two-two-one-tanh", "softmax-by-hand"])
@pytest.mark.parametrize("format", ["md", "txt", "tex"])
def test_our_own_solution_earns_every_point(name: str, format: str) -> None:
    problem = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    sheet = graded(problem, str(bd.solve(problem).render(format)))
    assert [(line.item.title, line.verdict) for line in sheet.lines if line.credit < 1] == []


def test_every_line_right() -> None:
    sheet = graded(OTHER, RIGHT)
    assert set(verdicts(sheet).values()) == {"right"}
    assert (sheet.points, sheet.total) == (8, 8)


def test_one_slip_costs_one_point_and_what_follows_keeps_its_own() -> None:
    sheet = graded(
        OTHER, "y^ = 6\ns = 5\nloss = 25\ndloss/ds = 10\nds/dy^ = 1\ndy^/dw = 3\ndloss/dy^ = 10\ndloss/dw = 30"
    )
    assert verdicts(sheet) == {
        "ŷ": "right", "s": "wrong", "loss": "follows", "∂s/∂ŷ": "right", "∂ŷ/∂w": "right", "∂loss/∂s": "follows",
        "∂loss/∂ŷ": "follows", "∂loss/∂w": "follows",
    }  # fmt: skip
    assert sheet.points == 7
    assert [(used.name, used.value) for used in sheet.line("loss").used] == [("s", "5")]
    assert [used.value for used in sheet.line("∂loss/∂w").used] == ["10"]


def test_a_wrong_link_before_a_right_result_is_pointed_at() -> None:
    line = graded(OTHER, "s = y^ - y = 7 - 2 = 4").line("s")
    assert line.verdict == "wrong"
    assert line.reason == "the link ŷ − y = 7 − 2 does not hold, 6 belongs there"


def test_a_later_line_counts_but_a_formula_does_not_take_the_place_of_a_number() -> None:
    def found(answer: str) -> str:
        return verdicts(graded(OTHER, answer))["∂loss/∂w"]

    assert found("dloss/dw = 24\n\ndloss/dw = 2*y") == "right"
    assert found("dloss/dw = 5\n\ndloss/dw = 24") == "right"
    assert found("dloss/dw = 2*y\n\ndloss/dw = 2*s*x") == "right"
    assert found("dloss/dw = 2*s*x\n\ndloss/dw = 2*y") == "wrong"


def test_a_second_slip_is_one_of_its_own() -> None:
    sheet = graded(OTHER, "y^ = 6\ns = 5\nloss = 25\ndloss/ds = 5\ndloss/dy^ = 5\ndloss/dw = 15")
    assert [line.item.title for line in sheet.of("wrong")] == ["s", "∂loss/∂s"]
    assert sheet.line("∂loss/∂s").mistake is not None
    assert sheet.line("∂loss/∂s").mistake.name == "factor lost"
    assert sheet.line("∂loss/∂w").verdict == "follows"


def test_a_wrong_formula_is_gone_on_from() -> None:
    sheet = graded(OTHER, "y^ = 6\ns = y - y^ = -4\nloss = s^2 = 16\ndloss/ds = 2s = -8\nds/dy^ = -1\ndloss/dy^ = 8")
    assert verdicts(sheet)["s"] == "wrong"
    assert verdicts(sheet)["∂s/∂ŷ"] == "follows"
    assert verdicts(sheet)["∂loss/∂s"] == "follows"
    assert verdicts(sheet)["∂loss/∂ŷ"] == "right"


def test_what_does_not_follow_from_an_own_value_is_wrong_however_it_is_right_by_no_value() -> None:
    sheet = graded(OTHER, "s = 5\nloss = 24")
    assert verdicts(sheet)["loss"] == "wrong"


def test_an_own_zero_that_leaves_nothing_to_do_earns_no_follow_through() -> None:
    bare = graded(OTHER, "y^ = 6\ns = 0\nloss = 0\ndloss/ds = 0\ndloss/dw = 0")
    assert verdicts(bare)["loss"] == "trivial"
    assert verdicts(bare)["∂loss/∂s"] == "trivial"
    assert bare.line("∂loss/∂s").credit == 0
    shown = graded(OTHER, "y^ = 6\ns = 0\nloss = s^2 = 0\ndloss/ds = 2s = 0")
    assert verdicts(shown)["∂loss/∂s"] == "follows"


def test_an_answer_alone_implies_what_it_is_built_on_unless_work_is_to_be_shown() -> None:
    assert graded(OTHER, "24").points == 8
    assert graded(OTHER, "24", show_work=True).points == 1
    assert graded(OTHER, "23").points == 0


@pytest.mark.parametrize(
    "answer",
    ["24", "24.0", "48/2", "2*4*3", "(-2)^3 * (-3)", "$24$", r"$\frac{48}{2}$", "2x(xw - y)", "$2x(xw − y)$", "2*s*x",
     "2xs", "dw = 24", "δ_w = 24", "∂loss/∂w = 2 · s · x", "d(loss)/dw = 24", "dL/dw = 24", r"$\nabla_w loss = 24$"],
)  # fmt: skip
def test_an_answer_as_notes_write_it(answer: str) -> None:
    assert graded(OTHER, answer).line("∂loss/∂w").verdict == "right"


def test_other_letters_are_understood() -> None:
    sheet = graded(OTHER, "p = x w = 6\ne = p - y = 4\nL = e^2 = 16\ndL/dw = 2 e x = 24")
    assert sheet.points == 8
    assert sheet.remarks == ()


def test_rounded_numbers_need_the_digits_asked_for() -> None:
    problem = "Given x = 1/2\np = sigmoid(x)\nloss = p^2\nFind d(loss)/dx"
    assert verdicts(graded(problem, "p = 0.62"))["p"] == "rounded"
    assert verdicts(graded(problem, "p = 0.6"))["p"] == "coarse"
    assert verdicts(graded(problem, "p = 0.62", digits=3))["p"] == "coarse"
    assert verdicts(graded(problem, "p = 0.63"))["p"] == "wrong"


def test_a_step_computed_on_from_a_rounded_number_is_right() -> None:
    sheet = graded("Given x = 1/2\np = sigmoid(x)\nloss = 100*p^2\nFind d(loss)/dx", "p = 0.62\nloss = 38.44")
    assert verdicts(sheet)["loss"] == "rounded"


def test_an_update_from_an_own_gradient_follows() -> None:
    problem = OTHER + "\nLearning rate: 0.1\nUpdates: 1"
    assert graded(problem, "dloss/dw = 24\nw <- w - 0.1*24 = -0.4").line("w after the update").verdict == "right"
    assert graded(problem, "dloss/dw = 12\nw_new = 2 - 0.1*12 = 0.8").line("w after the update").verdict == "follows"
    ascent = graded(problem, "dloss/dw = 24\nw <- 2 + 0.1*24 = 4.4").line("w after the update")
    assert (ascent.verdict, ascent.mistake and ascent.mistake.name) == ("wrong", "gradient ascent")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("", "nothing was handed in"), (" \n\t", "nothing was handed in"), ("I do not know. Sorry.\nReally", "not read"),
     ("=1-3", "not read"), ('__import__("os").system("ls")', "not read"), ("x" * 3_000_000, "too large")],
)  # fmt: skip
def test_what_cannot_be_graded_is_said_to_be_so(answer: str, problem: str) -> None:
    sheet = graded(LESSON, answer)
    assert problem in sheet.problem
    assert sheet.points == 0
    assert set(verdicts(sheet).values()) == {"missing"}


def test_a_line_that_is_not_understood_is_left_to_a_person() -> None:
    line = graded(LESSON, "s = ??? = -1 §\ndloss/dw = foo(bar)").line("∂loss/∂w")
    assert line.verdict == "unread"
    assert line.reason


def test_a_notebook_is_read_and_never_run() -> None:
    cells = [
        {
            "cell_type": "markdown",
            "source": ["$s = \\hat{y} - y = -1$\n", "$\\frac{\\partial loss}{\\partial w} = -2$"],
        },
        {"cell_type": "code", "source": ["raise SystemExit"]},
    ]
    found = bd.grade(LESSON, {"work.ipynb": json.dumps({"cells": cells})})
    assert isinstance(found, Class)
    assert found.sheets[0].points == 8


def test_symbols_only() -> None:
    problem = "Given x, y, w\ny^ = x*w\ns = y^ - y\nloss = s^2\nFind d(loss)/dw"
    sheet = graded(problem, "dloss/ds = 2s\nds/dy^ = 1\ndy^/dw = x\ndloss/dy^ = 2s\ndloss/dw = 2 s w")
    assert verdicts(sheet)["∂loss/∂w"] == "wrong"
    assert sheet.points == 4


def test_a_variant_grades() -> None:
    exercise = bd.Exercise("Given y = 1\nVary x in 2..9, w in 2..9\nz = w*x\ns = z - y\nloss = s^2\nFind d(loss)/dw")
    for variant in exercise.variants(3, seed=1):
        right = variant.solution.gradient("w")
        assert variant.grade(f"{right}").points == variant.grade(f"{right}").total
        assert variant.grade(f"{right + 1}").points == 0


def test_matrices_earn_by_entries_and_are_told_their_shape() -> None:
    problem = "Given x = [1, 2], W = [[1, 0], [2, 1]], y = [1, 1]\nz = W @ x\ne = z - y\nloss = sum(e*e)\n" + (
        "Find d(loss)/dW, d(loss)/dx"
    )
    partly = graded(problem, "dloss/dW = [[0, 0], [6, 6]]").line("∂loss/∂W")
    assert (partly.verdict, partly.credit) == ("partly", Fraction(3, 4))
    assert "(2, 2)" in partly.reason
    turned = graded(problem, "dloss/dW = [[0, 6], [0, 12]]").line("∂loss/∂W")
    assert (turned.credit, turned.mistake and turned.mistake.name) == (0, "result transposed")
    shape = graded(problem, "dloss/dW = [12, 6]").line("∂loss/∂W")
    assert (shape.verdict, "must be 2×2" in shape.reason) == ("wrong", True)
    column = graded(problem, r"$\frac{\partial loss}{\partial x} = \begin{bmatrix} 12 \\ 6 \end{bmatrix}$")
    assert column.line("∂loss/∂x").verdict == "right"


def test_matrices_follow_from_an_own_value() -> None:
    problem = (
        "Given x = [1, 2], W = [[1, 0], [2, 1]], y = [1, 1]\nz = W @ x\ne = z - y\nloss = sum(e*e)\nFind d(loss)/dW"
    )
    sheet = graded(
        problem, "z = [1, 5]\ne = [0, 4]\nloss = 16\ndloss/de = [0, 8]\ndloss/dz = [0, 8]\ndloss/dW = [[0, 0], [8, 16]]"
    )
    assert verdicts(sheet) == {
        "z": "partly", "e": "follows", "loss": "follows", "∂loss/∂e": "follows", "∂loss/∂z": "follows",
        "∂loss/∂W": "follows",
    }  # fmt: skip


@pytest.mark.parametrize(("x", "step", "after"), [("1", "2", "0.8"), ("[1, 2]", "[2, 4]", "[0.8, 1.6]")])
def test_an_update_with_a_wrong_link_is_wrong_whatever_it_ends_in(x: str, step: str, after: str) -> None:
    problem = f"Given x = {x}\nloss = sum(x*x)\nLearning rate: 0.1\nUpdates: 1\nFind d(loss)/dx"
    for rate, verdict in (("0.1", "right"), ("0.3", "wrong")):
        assert graded(problem, f"x <- {x} - {rate}*{step} = {after}").lines[-1].verdict == verdict


def test_a_class_is_counted() -> None:
    found = bd.grade(OTHER, {"Ann": RIGHT, "Bob": "s = -4", "Cy": "s = 2 - 6 = -4\nloss = 16", "Dan": ""})
    assert isinstance(found, Class)
    assert [sheet.points for sheet in found.sheets] == [8, 0, 1, 0]
    assert [(mistake.name, count) for mistake, count in found.mistakes] == [("difference turned round", 2)]
    assert len(found.graded) == 3
    assert found.lost[1].points == 2
    assert found.lost is found.lost  # counted once: a report asks for it at every item
    assert found.worst is not None


def test_a_work_whose_numbers_end_the_arithmetic_does_not_end_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Grader.sheet

    def overflowing(grader: Grader, reading: Reading, student: str) -> Sheet:
        if student == "b":
            raise OverflowError("beyond a float")
        return sheet(grader, reading, student)

    monkeypatch.setattr(Grader, "sheet", overflowing)
    grader = Grader("Given x = 2\ny = x^2")
    assert [grader.grade("y = 4", name).problem for name in "abc"] == [
        "",
        "it has numbers that are not computed with",
        "",
    ]


def test_options_are_checked() -> None:
    with pytest.raises(bd.UsageError, match="ask nonsense"):
        bd.grade(OTHER, "24", ask=("nonsense",))
    with pytest.raises(bd.UsageError, match="digits 0"):
        bd.grade(OTHER, "24", digits=0)
    assert [line.item.title for line in graded(OTHER, "24", ask=("gradient",)).lines] == [
        "∂loss/∂s",
        "∂loss/∂ŷ",
        "∂loss/∂w",
    ]
