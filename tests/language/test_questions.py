"""What a Find line asks, in all its forms."""

from __future__ import annotations

import pytest

from backprop_derive.errors import ProblemError
from backprop_derive.language.changes import changed
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem
from backprop_derive.problem import Prose

PROBLEM = "Given x = 1, y = 2, w = 1, b = 3\ny^ = x*w + b\ns = y^ - y\nloss = s**2\n"
ALL = ("x", "y", "w", "b")


def asked(find: str, problem: str = PROBLEM) -> tuple[str, tuple[str, ...]]:
    """The loss and what is wanted."""
    read = read_problem(f"{problem}{find}\n")
    return read.loss, read.wanted


def refusal(find: str, problem: str = PROBLEM) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        asked(find, problem)
    return caught.value


@pytest.mark.parametrize(
    "find",
    [
        "Find d(loss)/dw", "Find d(loss)/dw.", "Find: d(loss)/dw", "FIND d(loss)/dw", "Find d(loss)/d(w)",
        "Find dloss/dw",
        "Find dloss / dw", "Find d loss/d w", "Find ∂loss/∂w", "Find ∂(loss)/∂(w)", "Find ∂ loss / ∂ w", "Find w",
        "Find w.",
        "Find grad of loss with respect to w", "Find the gradient of the loss with respect to w",
        "Find gradient of loss wrt w",
        "Find the gradient of loss with respect to w.", "Find gradients of loss w.r.t. w",
        "Find derivative of loss by w",
        "Find gradient with respect to w", "Find the partial derivative of loss with respect to w",
        "Find d(loss)/dw # why",
        "Find d(loss)/dw?", "Find\td(loss)/dw", "Find all of d(loss)/dw",
    ],
)  # fmt: skip
def test_one_gradient_is_asked_for(find: str) -> None:
    assert asked(find) == ("loss", ("w",))


@pytest.mark.parametrize(
    "find",
    [
        "Find d(loss)/dw, d(loss)/db", "Find d(loss)/dw and d(loss)/db", "Find d(loss)/dw, and d(loss)/db", "Find w, b",
        "Find w and b", "Find w and b.", "Find ∂loss/∂w, dloss/db", "Find grad of loss with respect to w and b",
        "Find grad of loss with respect to w, b", "Find both dloss/dw and dloss/db", "Find d(loss)/dw, b",
        "Find dloss/dw\nFind dloss/db", "Find grad of loss wrt w, grad of loss wrt b",
        "Find dloss/dw, dloss/db, dloss/dw",
    ],
)  # fmt: skip
def test_several_gradients_are_asked_for_in_their_order(find: str) -> None:
    assert asked(find) == ("loss", ("w", "b"))


@pytest.mark.parametrize(
    "find", ["Find ∂loss/∂ŷ", "Find ∂loss/∂y^", "Find d(loss)/d(y^)", "Find dloss/dy_hat", "Find y^", "Find dloss/dŷ"]
)
def test_the_adjoint_of_a_step_can_be_asked_for(find: str) -> None:
    assert asked(find) == ("loss", ("y_hat",))


@pytest.mark.parametrize(
    "find", ["", "Find the gradients", "Find all gradients", "Find grad of loss", "Find the gradient of loss"]
)
def test_where_no_name_is_asked_for_every_given_is(find: str) -> None:
    assert asked(find) == ("loss", ALL)
    assert not read_problem(f"{PROBLEM}{find}").asked


def test_the_loss_is_what_find_names_else_the_last_step() -> None:
    assert asked("Find d(s)/dw") == ("s", ("w",))
    assert asked("Find grad of s") == ("s", ALL)
    assert asked("Find w") == ("loss", ("w",))


@pytest.mark.parametrize(
    "sentence",
    ["Find the gradient of the loss.", "Find the loss.", "Find the value of the loss.", "Find out what it is!"],
)
def test_a_sentence_that_names_nothing_to_differentiate_by_is_prose(sentence: str) -> None:
    read = read_problem(PROBLEM + sentence)
    assert read.statements[-1] == Prose((sentence,))
    assert read.wanted == ALL


NAMED_LIKE_DERIVATIVES = "Given d = 1, dd = 2, dx = 3, x = 4, ddx = 5\nL = d*dd*dx*x*ddx\ndL = L*2\n"


@pytest.mark.parametrize(
    ("find", "loss", "by"),
    [
        ("dL/dx", "L", "x"), ("dL/ddx", "L", "dx"), ("dL/dddx", "L", "ddx"), ("dL/dd", "L", "d"), ("dL/ddd", "L", "dd"),
        ("ddL/dx", "dL", "x"), ("ddL/ddx", "dL", "dx"), ("d(dL)/d(x)", "dL", "x"), ("d(L)/d(d)", "L", "d"),
        ("dL/d d", "L", "d"), ("∂L/∂dx", "L", "dx"), ("∂dL/∂d", "dL", "d"), ("d L/d dx", "L", "dx"), ("d", "dL", "d"),
        ("dx", "dL", "dx"),
    ],
)  # fmt: skip
def test_exactly_one_d_comes_off_each_side(find: str, loss: str, by: str) -> None:
    assert asked(f"Find {find}", NAMED_LIKE_DERIVATIVES) == (loss, (by,))


NAMED_LIKE_WORDS = "Given the = 1, of = 2, to = 3, by = 4, w = 5, wrt = 6, gradient = 7, r = 8\n"
NAMED_LIKE_WORDS += "loss = the*of*to*by*w*wrt\n"


@pytest.mark.parametrize(
    ("find", "by"),
    [
        ("the", ("the",)), ("the, of", ("the", "of")), ("d(loss)/dthe", ("the",)), ("gradient", ("gradient",)),
        ("dloss/dof and dloss/dto", ("of", "to")), ("grad with respect to to", ("to",)), ("grad by w", ("w",)),
        ("grad by by", ("by",)), ("grad w.r.t. r", ("r",)),
    ],
)  # fmt: skip
def test_a_word_of_the_sentence_that_is_a_name_is_that_name(find: str, by: tuple[str, ...]) -> None:
    assert asked(f"Find {find}", NAMED_LIKE_WORDS)[1] == by


@pytest.mark.parametrize(
    ("find", "column", "phrase"),
    [
        ("Find d(loss)/dv", 15, "Find names v, which is not defined"),
        ("Find dL/dw", 7, "Find names L, which is not defined"),
        ("Find dL/dw.", 7, "Find names L, which is not defined"),
        ("Find dw", 6, "Find names dw"),
        ("Find d(loss)/dW", 15, "Find names W"),
        ("Find", 5, "Find names nothing"),
        ("Find:", 6, "Find names nothing"),
        ("Find loss", 6, "the derivative of loss by itself is 1"),
        ("Find d(loss)/dloss", 6, "by itself is 1"),
        ("Find dx/dw", 6, "x is a given; the loss must be a step"),
        ("Find d(s)/dw, d(loss)/db", 15, "derivatives of both s and loss"),
        ("Find d(loss)/dw d(loss)/db", 17, "unexpected 'd'"),
        ("Find d(loss)/dw,", 17, "unexpected end of the line"),
        ("Find d(loss)/dw, , w", 18, "unexpected ','"),
        ("Find d(loss", 12, "unexpected end of the line"),
        ("Find d(loss)/", 14, "unexpected end of the line"),
        ("Find d(loss+1)/dw", 12, "unexpected '+'"),
        ("Find d^3(loss)/dw^3", 6, "a derivative of order 3"),
        ("Find d3loss/dw3", 6, "a derivative of order 3"),
        ("Find d2(loss)/dw", 15, "and this one is by one name once"),
        ("Find d2(loss)/dw^3", 15, "and this one is by 3 names"),
        ("Find d2(loss)/dw dq", 19, "Find names q, which is not defined"),
        ("Find d2(loss)/dv2", 16, "Find names v2, which is not defined"),
        ("Find d2(loss)/2", 15, "unexpected '2'"),
        ("Find d2(loss)/", 15, "unexpected end of the line"),
        ("Find hessian of loss", 6, "names nothing to differentiate by"),
        ("Find d2(loss)/dloss dw", 6, "by itself is 1"),
        ("Find (w)", 6, "unexpected '('"),
        ("Find x = 2", 8, "unexpected '='"),
        ("Find ∇loss", 6, "unexpected character ∇"),
        ("Find $w$", 6, "unexpected character $"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_at_its_place(find: str, column: int, phrase: str) -> None:
    error = refusal(find)
    assert phrase in error.found
    assert error.place is not None
    assert (error.place.line, error.place.column) == (5, column)


def test_two_losses_in_two_lines_are_refused_at_the_second() -> None:
    error = refusal("Find d(loss)/dw\nFind d(s)/db")
    assert "both loss and s" in error.found
    assert error.place is not None
    assert error.place.line == 6


@pytest.mark.parametrize(
    ("find", "hint"), [("Find d(loss)/dW", "w"), ("Find yhat", "y^"), ("Find dw", "w for the name")]
)
def test_a_name_that_is_not_defined_is_told_the_nearest(find: str, hint: str) -> None:
    assert hint in (refusal(find).hint or "")


@pytest.mark.parametrize(
    ("find", "pairs"),
    [
        ("d2(loss)/dw2", [("w", "w")]), ("d2loss/dw2", [("w", "w")]), ("d^2 loss/dw^2", [("w", "w")]),
        ("d^2(loss)/dw^2", [("w", "w")]), ("d²loss/dw²", [("w", "w")]), ("∂²loss/∂w²", [("w", "w")]),
        ("∂^2 loss/∂w^2", [("w", "w")]), ("d2(loss)/d(w)2", [("w", "w")]), ("d2(loss)/d(w)^2", [("w", "w")]),
        ("d2(loss)/dw dw", [("w", "w")]), ("d2(loss)/dw db", [("w", "b")]), ("d2(loss)/dwdb", [("w", "b")]),
        ("d2(loss)/(dw db)", [("w", "b")]), ("d2 loss/dw*db", [("w", "b")]), ("∂²loss/∂w∂b", [("w", "b")]),
        ("∂²loss/(∂b ∂w)", [("b", "w")]), ("d2(loss)/dy^ dw", [("y_hat", "w")]), ("d2(loss)/dy^2", [("y", "y")]),
        ("d2loss/dw2 and d2loss/db2", [("w", "w"), ("b", "b")]), ("hessian of loss wrt w", [("w", "w")]),
        ("the Hessian of loss with respect to w and b", [("w", "w"), ("w", "b"), ("b", "b")]),
    ],
)  # fmt: skip
def test_second_derivatives_are_asked_for_in_many_spellings(find: str, pairs: list[tuple[str, str]]) -> None:
    read = read_problem(f"{PROBLEM}Find {find}\n")
    assert list(read.second) == pairs
    assert read.gradients == ()
    assert read_problem(written_problem(read)) == read


def test_first_and_second_derivatives_are_asked_for_together() -> None:
    read = read_problem(f"{PROBLEM}Find d(loss)/dw, d2(loss)/dw db\n")
    assert (read.gradients, read.second, read.wanted) == (("w",), (("w", "b"),), ("w", "b"))


def test_the_2_of_dw2_is_a_square_only_where_no_other_differential_follows() -> None:
    problem = "Given w = 1, w2 = 2, b = 3\nloss = w*w2*b\n"
    assert read_problem(f"{problem}Find d2(loss)/dw2").second == (("w", "w"),)
    assert read_problem(f"{problem}Find d2(loss)/dw2 db").second == (("w2", "b"),)
    assert read_problem(f"{problem}Find d2(loss)/dw2^2").second == (("w2", "w2"),)
    assert read_problem(f"{problem}Find d2(loss)/dw2, dloss/db").second == (("w", "w"),)


def test_names_of_the_caller_stand_in_the_place_of_second_derivatives_too() -> None:
    read = read_problem(f"{PROBLEM}Find d2(loss)/dw2\n", wrt=("b",))
    assert (read.wanted, read.second) == (("b",), ())


def test_an_update_needs_the_gradients_of_all_parameters_whatever_is_asked_for() -> None:
    moved = f"{PROBLEM}Find d(loss)/dw\nParameters: w, b\n"
    assert read_problem(moved).wanted == ("w",)
    read = read_problem(f"{moved}Learning rate: 0.1\n")
    assert (read.gradients, read.wanted, read.updated) == (("w",), ("w", "b"), ("w", "b"))
    assert read_problem(written_problem(read)) == read
    assert changed(read, wrt=("x",)).wanted == ("x", "w", "b")
    without = read_problem(f"{PROBLEM}Parameters: w, b\nLearning rate: 0.1\n")
    assert without.gradients == ("w", "b")


def test_a_second_derivative_is_no_square_where_an_and_follows() -> None:
    problem = read_problem("Given w = 2, b = 3\nL = w^2*b\nFind d²L/dw2 and dL/db")
    assert (problem.second, problem.gradients) == ((("w", "w"),), ("b",))
