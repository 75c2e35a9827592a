"""What a student may call the loss, an updated value, an own step, and where an answer may stand."""

from __future__ import annotations

from functools import cache

import pytest

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from backprop_derive.grading.record import Sheet
from backprop_derive.grading.submissions import Submission, in_table
from backprop_derive.limits import Limits

PROBLEM = "Given x = 3, y = 2, w = 2\np = x*w\ns = p - y\nF = s^2\nFind dF/dw\nLearning rate: 0.1\nUpdates: 1\n"
TENSORS = "Given x1 = [1, 2], W_1 = [[1, 0, 2], [2, 3, 1]]\nz = x1 @ W_1\nL = sum(z^2)\nFind dL/dW_1, dL/dx1"


@cache
def grader(problem: str = PROBLEM) -> Grader:
    return Grader(problem)


def verdicts(answer: str, *titles: str, problem: str = PROBLEM) -> list[str]:
    sheet = grader(problem).grade(answer)
    return [sheet.line(title).verdict for title in titles]


@pytest.mark.parametrize("loss", ["L", "loss", "J", "E", "C", "cost", "Loss", "l", "ell"])
def test_a_loss_may_be_called_by_its_usual_names(loss: str) -> None:
    assert verdicts(f"{loss} = 16\nd{loss}/dw = 24", "F", "∂F/∂w") == ["right", "right"]
    assert verdicts(f"$\\frac{{d {loss}}}{{d w}} = 24$", "∂F/∂w") == ["right"]


def test_a_loss_of_another_name_is_not_guessed() -> None:
    assert verdicts("dM/dw = 24", "∂F/∂w") == ["missing"]


def test_a_name_of_the_problem_is_not_the_loss() -> None:
    problem = "Given L = 3, w = 2\np = L*w\nF = p^2\nFind dF/dw"
    assert verdicts("L = 3\ndF/dw = 36", "F", "∂F/∂w", problem=problem) == ["implied", "right"]


@pytest.mark.parametrize("after", ["w_new", "w_next", "w_after", "w_neu", "w'", "w <-"])
def test_a_new_value_has_many_names(after: str) -> None:
    claim = f"{after} -0.4" if after.endswith("<-") else f"{after} = -0.4"
    assert verdicts(claim, "w after the update") == ["right"]


def test_own_letters_are_found_whatever_stands_between() -> None:
    # 5 = 5 has no name for a head, s is one of the problem's, and u is found last.
    own = "5 = 5\n\nx*w = 6\n\ns = p - y = 4\n\nu = 2\n\nu = s^2 = 16\n\n"
    assert verdicts(own + "du/dw = 24", "s", "F", "∂F/∂w") == ["right", "right", "right"]


def test_an_own_letter_stands_for_one_step_only() -> None:
    problem = "Given x = 3\na = x^2\nb = a*x\nF = a + b\nFind dF/dx"
    found = verdicts("k = x^2 = 9\nm = x^2 = 8\nq = k*x = 27\nF = k + q = 36", "a", "b", "F", problem=problem)
    assert found == ["right", "right", "right"]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("24", "right"), ("$24$", "right"), ("$$\n24\n$$", "right"), ("24\n= 24", "missing"), ("= 24", "missing"),
        ("≈ 24", "missing"), ("2 s x", "right"),
        (r"$2 s \cdot x$", "right"), ("7 s", "wrong"), ("", "missing"), ("8·3", "right"),
    ],
)  # fmt: skip
def test_the_answer_alone(answer: str, verdict: str) -> None:
    assert verdicts(answer, "∂F/∂w") == [verdict]


@pytest.mark.parametrize("text", ["x*w\n\ns", "Nothing.", "$x$ and $w$", "* a\n* b"])
def test_what_claims_nothing_is_said_to(text: str) -> None:
    problem = grader().grade(text).problem
    assert problem == "not read: there is no formula with an equals sign in it"


def test_an_answer_alone_is_a_line_that_is_not_too_long() -> None:
    long = "24" + " + 0" * 499
    assert (len(long), verdicts(long, "∂F/∂w")) == (1998, ["right"])
    assert verdicts(long + " + 0", "∂F/∂w") == ["missing"]


@pytest.mark.parametrize("name", ["x1", "x_1", "x₁"])
def test_indices_are_written_in_several_ways(name: str) -> None:
    assert verdicts(f"dL/d{name} = [26, 63]", "∂L/∂x₁", problem=TENSORS) == ["partly"]
    assert verdicts(f"dL/d{name} = [26, 64]", "∂L/∂x₁", problem=TENSORS) == ["right"]


@pytest.mark.parametrize("name", ["W1", "W_1", "W₁"])
def test_matrices_too(name: str) -> None:
    right = "[[10, 12, 8], [20, 24, 16]]"
    assert verdicts(f"dL/d{name} = {right}", "∂L/∂W₁", problem=TENSORS) == ["right"]


@pytest.mark.parametrize("head", ["answer", "Answers", "derivation", "text", "solution", "work"])
@pytest.mark.parametrize("student", ["student", "Name", "id", "matriculation", "seat"])
def test_a_table_has_columns_of_students_and_of_whole_answers(head: str, student: str) -> None:
    (row,) = in_table(f"{head},{student}\n24,Ann\n", "table.csv")
    assert (row.student, row.text, row.answers) == ("Ann", "24", ())


def test_a_cell_is_read_below_its_head() -> None:
    def cell(head: str, answer: str) -> tuple[str, str, int]:
        sheet = grader().grade_submission(Submission("Ann", answers=((head, answer),)))
        line = next(line for line in sheet.lines if line.written)
        assert line.place is not None
        return line.verdict, line.reason, line.place.column

    assert cell("dw", "24") == ("right", "", 1)
    assert cell("dw", "2 s x = 25")[0] == "wrong"
    assert cell("dw", "= 24")[:2] == ("unread", "this is no formula")
    assert cell("dw", "I do not know")[0] == "unread"


@pytest.mark.parametrize("head", ["w_new", "w'", "w <-", "w after the update"])
def test_a_column_may_ask_for_the_new_value(head: str) -> None:
    for cell, verdict in (("-0.4", "right"), ("2 - 0.1*24 = -0.4", "right"), ("2", "wrong"), ("nothing", "unread")):
        sheet = grader().grade_submission(Submission("Ann", answers=((head, cell),)))
        assert (cell, sheet.line("w after the update").verdict) == (cell, verdict)


def test_a_column_may_bear_the_title_of_what_it_asks() -> None:
    for item in grader().key.items:
        sheet = grader().grade_submission(Submission("Ann", answers=((item.title, "-0.3"),)))
        assert [line.item.title for line in sheet.lines if line.verdict == "wrong"] == [item.title]


@pytest.mark.parametrize("head", ["z", "d(F)/dz", "2 + 2", "", "w w"])
def test_a_column_that_asks_for_nothing_is_refused(head: str) -> None:
    with pytest.raises(bd.UsageError, match="asks for nothing in this problem") as caught:
        grader().grade_submission(Submission("Ann", answers=((head, "24"),)))
    assert "∂F/∂w" in str(caught.value)


def test_what_is_too_long_is_not_read() -> None:
    sheet = bd.grade(PROBLEM, "\n".join(f"{k} = {k}" for k in range(5_001)))
    assert isinstance(sheet, Sheet)
    assert "5,001" in sheet.problem
    assert "5,000" in sheet.problem


def test_a_cell_is_no_longer_than_a_text_may_be() -> None:
    strict = Grader(PROBLEM, limits=Limits(text=100))
    for length, is_read in ((100, True), (101, False)):
        sheet = strict.grade_submission(Submission("Ann", answers=(("dF/dw", "24".ljust(length)),)))
        assert (sheet.points > 0, "dF/dw is too large: 101" in sheet.problem) == (is_read, not is_read)


@pytest.mark.parametrize(
    ("answer", "is_formula"),
    [
        (r"$\frac{d}{dw} F = 24$", True), (r"$\nabla_w F = 24$", True), (r"$\frac{dF}{dw} = 6 s = 24$", True),
        (r"$\frac{d}{dw} E = 24$", False), (r"$\nabla_w E = 24$", False), (r"$\frac{dE}{dw} = 24$", False),
        (r"$q = s^2$ and $\frac{d}{dw} q = 24$", False), ("dF/dw = 24", False), (r"$\frac{dF}{dw} < 24$", False),
    ],
)  # fmt: skip
def test_a_line_of_latex_is_shown_as_it_looks_but_in_the_letters_of_the_student(answer: str, is_formula: bool) -> None:
    line = grader().grade(answer).line("∂F/∂w")
    assert (line.formula is not None) == is_formula
    assert line.written in answer


def test_another_spelling_of_an_index_is_no_letter_of_ones_own() -> None:
    line = grader(TENSORS).grade(r"$\frac{\partial L}{\partial x_1} = [26, 64]$").line("∂L/∂x₁")
    assert line.verdict == "right"
    assert line.formula is not None
