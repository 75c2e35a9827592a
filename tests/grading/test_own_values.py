"""What a student's own wrong value is traced to, what a right line implies, and what a wrong formula looks like."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from backprop_derive.grading.record import Sheet
from backprop_derive.grading.submissions import Submission
from backprop_derive.printers.text import text

PROBLEM = "Given x = 3, y = 2, w = 2\ny^ = x*w\ns = y^ - y\nloss = s**2\nFind d(loss)/dw"
CHAIN = "Given x = 2, w = 3\na = x*w\nb = a + 1\nc = b^2\nFind dc/dw"
DIAMOND = "Given x = 3, w = 2\na = x*w\nb = x*a\nloss = a*b\nFind d(loss)/dw"
MATRIX = "Given x = [1, 2], W = [[1, 0, 2], [2, 3, 1]]\nz = x @ W\nL = sum(z^2)\nFind dL/dW"


def graded(problem: str, answer: str) -> Sheet:
    found = bd.grade(problem, answer)
    assert isinstance(found, Sheet)
    return found


@pytest.mark.parametrize(
    ("problem", "answer", "line", "used"),
    [
        (PROBLEM, "y^ = 6\ns = 5\ndloss/dw = 30", "∂loss/∂w", ("s", "5")),
        (CHAIN, "a = 4\n\ndc/db = 10", "∂c/∂b", ("a", "4")),
        (CHAIN, "a = 4\n\nc = 25", "c", ("a", "4")),
        (CHAIN, "a = 4\n\ndc/dw = 20", "∂c/∂w", ("a", "4")),
        (CHAIN, "db/da = 2\n\ndc/dw = 56", "∂c/∂w", ("db/da", "2")),
        (PROBLEM, "s = cos(1)\n\nloss = cos(1)^2 = 0.2919", "loss", ("s", "0.5403")),
    ],
)
def test_a_line_follows_from_an_own_value_some_lines_above(
    problem: str, answer: str, line: str, used: tuple[str, str]
) -> None:
    found = graded(problem, answer).line(line)
    assert found.verdict == "follows"
    assert [(each.name, each.value) for each in found.used] == [used]


def test_an_update_that_is_right_implies_the_gradient_and_all_before_it() -> None:
    sheet = graded(f"{PROBLEM}\nLearning rate: 0.1\nUpdates: 1", "w <- 2 - 0.1*24 = -0.4")
    assert [line.verdict for line in sheet.lines] == [*["implied"] * 8, "right"]


def test_a_wrong_formula_of_an_adjoint_is_compared_with_what_mistakes_compose() -> None:
    assert [m.name for m in graded(DIAMOND, "dloss/da = b * a*x").line("∂loss/∂a").mistakes] == [
        "multiplied over paths"
    ]


def test_a_matrix_that_lies_on_its_side_earns_nothing() -> None:
    line = graded(MATRIX, "z = [5, 6, 4]\n\ndL/dW = [[10, 20], [12, 24], [8, 16]]").line("∂L/∂W")
    assert (line.verdict, line.credit) == ("wrong", 0)
    assert [mistake.name for mistake in line.mistakes] == ["result transposed"]


def test_a_line_that_is_written_again_is_judged_without_what_stood_there() -> None:
    sheet = graded(PROBLEM, "s = 5\n\ns = y^ - y = 4\n\nloss = 16")
    assert [(name, sheet.line(name).verdict) for name in ("s", "loss")] == [("s", "right"), ("loss", "right")]


def test_steps_in_other_letters_are_known_by_their_formulas() -> None:
    sheet = graded(PROBLEM, "p = x*w = 6\nq = p - y = 4\nl = q^2 = 16\ndl/dw = 24")
    assert [sheet.line(name).verdict for name in ("ŷ", "s", "loss", "∂loss/∂w")] == ["right"] * 4


def test_a_cell_between_dollars_is_latex() -> None:
    def verdict(cell: str) -> str:
        sheet = Grader(PROBLEM).grade_submission(Submission("Ann", answers=(("d(loss)/dw", cell),)))
        return sheet.line("∂loss/∂w").verdict

    assert [verdict("$24^{1}$"), verdict("24^{1}")] == ["right", "unread"]


def test_each_local_gradient_is_shown_by_its_own_formula() -> None:
    sheet = graded("Given x = 3, w = 2, b = 5\na = x*w + b\nL = a^2\nFind dL/dx, dL/dw, dL/db", "L = 1")
    shown = {line.item.title: text(line.expected) for line in sheet.lines if line.expected is not None}
    assert [shown[f"∂a/∂{name}"] for name in "xwb"] == ["w", "x", "1"]


def test_an_update_of_a_matrix_follows_from_an_own_gradient() -> None:
    answer = "z = [5, 6, 4]\n\ndL/dW = [[10, 12, 8], [20, 24, 18]]\n\nW <- [[-4, -6, -2], [-8, -9, -8]]"
    sheet = graded(f"{MATRIX}\nLearning rate: 0.5\nUpdates: 1", answer)
    assert [line.verdict for line in sheet.lines if line.written] == ["right", "partly", "follows"]
    assert [used.name for used in sheet.lines[-1].used] == ["dL/dW"]


def test_a_name_may_be_written_without_the_line_below_it() -> None:
    sheet = graded("Given x = 2, w_1 = 3\nz_1 = x*w_1\nL = z_1^2\nFind dL/dw_1", "z1 = 6\nL = z1^2 = 36\ndL/dw1 = 24")
    assert [line.verdict for line in sheet.lines if line.written] == ["right"] * 3


def test_lines_of_latex_are_shown_as_they_are_meant_to_look_and_others_as_they_were_written() -> None:
    lines = (r"\hat y = x w = 6", r"s \approx 4", "loss < 20", r"w \leftarrow 2 - 0.1 \cdot 24 = -0.4",
             r"\frac{\partial loss}{\partial w} := 24")  # fmt: skip
    sheet = graded(f"{PROBLEM}\nLearning rate: 0.1\nUpdates: 1", " ".join(f"$${line}$$" for line in lines))
    found = {line.written: line.formula is not None for line in sheet.lines if line.written}
    assert found == {line: "<" not in line for line in lines}


@pytest.mark.parametrize(
    ("problem", "answer", "line", "mistakes"),
    [
        (PROBLEM, "dloss/dw = 2*(x + w - y)", "∂loss/∂w", ["base dropped"]),  # 6, as 2·3
        ("Given x = 2, w = 3\na = x*w\nb = sin(2*a)\nL = b^2\nFind dL/dw", "dL/da = 2*b * cos(2*a)", "∂L/∂a",
         ["inner derivative forgotten", "factor lost"]),
        (DIAMOND, "dloss/da = b", "∂loss/∂a", ["a path dropped"]),
        (DIAMOND, "dloss/da = b + a", "∂loss/∂a", ["the name itself for the other factor"]),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_known_by_its_form_or_by_what_it_comes_to(
    problem: str, answer: str, line: str, mistakes: list[str]
) -> None:
    assert [mistake.name for mistake in graded(problem, answer).line(line).mistakes] == mistakes


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("5", "5"), ("5/999", "5/999"), ("5/1001", "5/1001"), ("1 + 1/999", "1000/999"), ("1 + 1/1001", "1.001"),
        ("-1 - 1/999", "−1000/999"), ("sqrt(2)", "1.414"), ("-sqrt(2)", "−1.414"), ("cos(1)*10^-400", "5.403e−401"),
        ("5.0", "5.0"),
    ],
)  # fmt: skip
def test_an_own_value_is_shown_as_it_was_written_or_with_a_few_digits(value: str, shown: str) -> None:
    line = graded(PROBLEM, f"s = {value}\n\nloss = ({value})^2").line("loss")
    assert (line.verdict, [(used.name, used.value) for used in line.used]) == ("follows", [("s", shown)])


def test_what_is_rounded_to_whole_numbers_is_no_wrong_value() -> None:
    problem = "Given x = [12.3, 7.1]\nz = 2*x\nL = sum(z^2)\nFind dL/dx"
    for value, used in (("≈ [25, 14]", []), ("= [24.6, 14.2]", []), ("= [24, 14]", ["z"])):
        line = graded(problem, f"z {value}\n\ndL/dz = [1, 1]").line("∂L/∂z")
        assert (line.verdict, [each.name for each in line.used]) == ("wrong", used)


@pytest.mark.parametrize(
    ("problem", "claim", "title"),
    [
        (PROBLEM, "s = 5", "s"), (PROBLEM, "dloss/ds = 9", "∂loss/∂s"), (PROBLEM, "s = y - y^ = -4", "s"),
        (PROBLEM, "dy^/dw = w", "∂ŷ/∂w"), (MATRIX, "z = [5, 6, 5]", "z"), (MATRIX, "dL/dz = [1, 1, 1]", "∂L/∂z"),
    ],
)  # fmt: skip
def test_what_is_wrong_does_not_become_right_by_being_written_twice(problem: str, claim: str, title: str) -> None:
    once, twice = (graded(problem, text).line(title) for text in (claim, f"{claim}\n\n{claim}"))
    assert once.verdict in ("wrong", "partly")
    assert (twice.verdict, twice.credit) == (once.verdict, once.credit)


def test_a_formula_behind_a_number_is_looked_at_and_takes_no_point_away() -> None:
    sheet = graded(PROBLEM, "dloss/ds = 8\n\ndloss/ds = 3*s")
    assert sheet.line("∂loss/∂s").verdict == "right"
    assert [(remark.claim, remark.verdict) for remark in sheet.remarks] == [("dloss/ds = 3*s", "wrong")]
