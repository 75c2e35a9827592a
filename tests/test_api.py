"""What a Python user meets: solve, derive, and the Solution."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy
import pytest
import sympy

import backprop_derive as bd

NOTES = "Given x = 1, y = 2, w = 1\n y^ = x*w\n s = y^ - y\n loss = s**2"
SHARED = "Given x = 2, w = 3, unused = 5\na = w*x\nb = a^2\nloss = b - 4a"


def test_the_notes_example_has_the_numbers_of_the_notes() -> None:
    solution = bd.solve(NOTES, wrt="w")
    assert solution.loss == 1
    assert [solution.value(name) for name in ("y^", "s", "loss")] == [1, -1, 1]
    assert [solution.gradient(name) for name in ("s", "y^", "w")] == [-2, -2, -2]


@pytest.mark.parametrize("spelling", ["y^", "ŷ", "y_hat"])
def test_a_name_is_found_under_every_spelling(spelling: str) -> None:
    assert bd.solve(NOTES).value(spelling) == 1


def test_a_gradient_that_was_not_asked_for_is_computed_when_asked_for() -> None:
    solution = bd.solve(NOTES, wrt="w")
    assert solution.gradients == {"w": -2}
    assert solution.gradient("x") == -2
    assert solution.gradient("y") == 2


def test_a_gradient_by_what_the_loss_does_not_need_is_zero() -> None:
    assert bd.solve(SHARED).gradient("unused") == 0


def test_the_loss_has_gradient_one_by_itself() -> None:
    assert bd.solve(NOTES, wrt="w").gradient("loss") == 1


def test_paths_are_added() -> None:
    assert bd.solve(SHARED).gradient("w") == (2 * 6 - 4) * 2


@pytest.mark.parametrize("wrt", ["w,b", "w b", ["w", "b"], ("w", "b")])
def test_names_to_differentiate_by_may_be_text_or_a_sequence(wrt: str | list[str] | tuple[str, ...]) -> None:
    solution = bd.solve("Given w = 2, b = 1, x = 3\nloss = (w*x + b)^2", wrt=wrt)
    assert solution.gradients == {"w": 42, "b": 14}


def test_another_step_can_be_the_loss() -> None:
    assert bd.solve(NOTES, wrt="w", loss="s").gradient("w") == 1


@pytest.mark.parametrize("value", [3, Fraction(3), 3.0, "3", "6/2"])
def test_given_values_replace_the_written_ones(value: float | Fraction | str) -> None:
    assert bd.solve(NOTES, given={"w": value}).gradient("w") == 2 * (3 - 2) * 1


def test_a_float_counts_as_the_decimal_that_it_prints() -> None:
    assert bd.solve("Given x = 1\nloss = x*10", given={"x": 0.1}).loss == 1


def test_a_float_of_numpy_counts_as_the_decimal_that_it_prints() -> None:
    assert bd.solve("Given x = 1\nloss = x*10", given={"x": numpy.float64(0.1)}).loss == 1


def test_a_problem_without_given_takes_its_givens_from_the_caller() -> None:
    assert bd.solve("loss = (w*x - y)^2", given={"x": 1, "y": 2, "w": 1}, wrt="w").gradient("w") == -2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Given x = 3\nloss = x/6", Fraction(1, 2)),
        ("Given x = 3\nloss = x*2", 6),
        ("Given x = 2\nloss = sqrt(x)/2", sympy.sqrt(2) / 2),
        ("Given x = 1\nloss = exp(x)", sympy.E),
        ("Given x = 1\nloss = atan(x)", sympy.pi / 4),
    ],
)
def test_values_are_exact_where_mathematics_is(text: str, expected: object) -> None:
    found = bd.solve(text).loss
    assert found == expected
    assert type(found) is not float


def test_values_without_a_short_closed_form_are_floats() -> None:
    text = "Given x = 1\n" + "\n".join(f"a{k} = sin({'x' if k == 0 else f'a{k - 1}'}) + 1/3" for k in range(12))
    assert isinstance(bd.solve(text).loss, float)


@pytest.mark.parametrize("name", ["x", "s", "loss", "w"])
def test_every_value_and_gradient_can_be_a_float(name: str) -> None:
    solution = bd.solve(NOTES)
    assert isinstance(float(solution.value(name)), float)
    assert isinstance(float(solution.gradient(name)), float)


def test_derive_has_formulas_and_no_numbers() -> None:
    solution = bd.derive(NOTES, wrt="w")
    assert "2s" in solution.to_text()
    with pytest.raises(bd.UsageError, match="no numbers"):
        _ = solution.loss


def test_a_symbol_without_a_value_is_derived_only_and_says_which_value_is_missing() -> None:
    solution = bd.solve("Given x, w = 2\nloss = w*x")
    with pytest.raises(bd.UsageError, match="x has no value"):
        solution.gradient("w")


def test_values_passed_later_make_numbers_of_symbols() -> None:
    assert bd.solve("Given x, w\nloss = w*x", given={"x": 3, "w": 2}).loss == 6


@pytest.mark.parametrize("call", [lambda s: s.value("yhat"), lambda s: s.gradient("yhat")])
def test_an_unknown_name_is_told_the_nearest_one(call: object) -> None:
    with pytest.raises(bd.UsageError, match=r"unknown name yhat\n.*try: y\^"):
        call(bd.solve(NOTES))  # type: ignore[operator]


def test_updates_move_the_parameters() -> None:
    text = NOTES + "\nParameters: w\nLearning rate: 1/4\nUpdates: 2"
    solution = bd.solve(text)
    assert solution.updates == ({"w": Fraction(3, 2)}, {"w": Fraction(7, 4)})
    assert solution.updated(2) == {"w": Fraction(7, 4)}


def test_a_read_problem_can_be_solved_and_changed() -> None:
    problem = bd.read_problem(NOTES)
    assert bd.solve(problem).gradient("w") == -2
    assert bd.solve(problem, given={"y": 0}, wrt="w").gradient("w") == 2


def test_a_change_of_a_read_problem_keeps_the_earlier_ones() -> None:
    problem = bd.read_problem("Given x, w\nloss = x*w", given={"x": 3, "w": 2})
    assert bd.solve(problem, wrt="w").loss == 6
    assert bd.solve(problem, given={"x": 4}).loss == 8
    assert bd.solve(bd.read_problem("a = x*w\nloss = a^2", given={"x": 3, "w": 2}), loss="a").loss == 6


def test_a_change_of_a_read_problem_may_change_the_shapes() -> None:
    problem = bd.read_problem("Given x = [1, 2]\nloss = sum(x^2)")
    assert bd.solve(problem, given={"x": [1, 2, 3]}).loss == 14
    with pytest.raises(bd.ProblemError, match="scalar"):
        bd.solve(bd.read_problem("Given x = 1\ny = 2*x"), given={"x": [1, 2]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"given": {"q": 1}}, "q is not a given"),
        ({"given": {"s": 1}}, "s is not a given"),
        ({"wrt": "q"}, "q is not defined"),
        ({"loss": "q"}, "q is not defined"),
        ({"loss": "x"}, "x is a given"),
        ({"wrt": "loss"}, "by itself is 1"),
    ],
)
def test_a_change_that_does_not_fit_a_read_problem_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(bd.BackpropError, match=message):
        bd.solve(bd.read_problem(NOTES), **changes)


@pytest.mark.parametrize("values", [[[1, 2, 3], [4, 5, 6]], numpy.array([[1.0, 2, 3], [4, 5, 6]])])
def test_given_values_may_be_lists_and_arrays(values: Any) -> None:
    solution = bd.solve("Given W: (2, 3), x = [1, 0, 2]\ny = W @ x\nloss = sum(y)", given={"W": values}, wrt="W")
    assert solution.loss == 1 + 6 + 4 + 12
    assert numpy.array_equal(numpy.asarray(solution.gradient("W"), float), [[1, 0, 2], [1, 0, 2]])


@pytest.mark.parametrize("value", ["[1, 2]", "[1/2, sqrt(2)]", "[exp(1), sin(1/3)]"])
def test_tensors_of_any_kind_of_value_are_arrays_of_floats_where_asked(value: str) -> None:
    solution = bd.solve(f"Given W = {value}\nV = W*W\nloss = sum(sin(V))")
    for found in (solution.value("W"), solution.value("V"), solution.gradient("W"), solution.loss):
        assert numpy.asarray(found, float).dtype == float


LABELLED = "Given z = [[1, 2, 3], [0, 1/2, -1]], t = [2, 0]\nloss = cross_entropy(z, t)"


def test_class_labels_have_no_gradient_and_are_told_so() -> None:
    for ask in (lambda: bd.solve(LABELLED, wrt="t"), lambda: bd.solve(LABELLED).gradient("t")):
        with pytest.raises(bd.UsageError, match="t only says which entries are meant"):
            ask()


def test_a_step_that_only_makes_labels_passes_nothing_on() -> None:
    text = "Given z = [[1, 2, 3], [0, 1/2, -1]], t = [1, 0]\ns = 2*t\nloss = cross_entropy(z, s)"
    assert list(bd.solve(text, wrt="t").gradient("t")) == [0, 0]


def test_a_value_that_does_not_exist_names_its_entry() -> None:
    with pytest.raises(bd.DomainError, match=r"log\(x\[1\]\) needs x > 0"):
        bd.solve("Given x = [1, 0, 2]\ny = log(x)\nloss = y[1]")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(bd.UsageError, match="a problem is text"):
        bd.solve(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(("expand", "steps"), [(False, 1), (True, 4)])
def test_expand_splits_a_compound_step(expand: bool, steps: int) -> None:
    solution = bd.solve("Given x = 2, y = 3\nloss = (2*x - y)^2 + x", expand=expand)
    assert len(solution.steps) == steps
    assert solution.gradients == {"x": 5, "y": -2}


def test_a_solution_shows_itself_in_a_notebook() -> None:
    solution = bd.solve(NOTES, wrt="w")
    assert solution._repr_markdown_().startswith("# Worked solution")
    assert not hasattr(solution, "_repr_html_")  # its MathML would be lost in a notebook that is opened again
    assert repr(solution) == "<Solution: d(loss)/d(w), 3 steps>"


def test_a_pdf_is_returned_and_written_where_asked(tmp_path: Path) -> None:
    content = bd.solve(NOTES).to_pdf(tmp_path / "w.pdf")
    assert content.startswith(b"%PDF-")
    assert (tmp_path / "w.pdf").read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["w.pdf"]


def test_presentation_can_be_chosen_for_each_call() -> None:
    solution = bd.solve("Given x = 1\nloss = exp(x)/3")
    assert "0.9061" in solution.to_text()
    assert "0.90609394" in solution.to_text(digits=8)


@pytest.mark.parametrize(
    "changes", [{"detial": "full"}, {"detail": "everything"}, {"digits": 0}, {"notation": "leibniz"}]
)
def test_a_presentation_that_does_not_exist_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(bd.UsageError):
        bd.solve(NOTES).to_text(**changes)


@pytest.mark.parametrize(
    ("x", "w", "b", "gradient", "moved"),
    [("2", "1", "3", "20", 2), ("[2, 1]", "[1, 1]", "[3, 0]", "[20, 2]", [2, -0.2])],
)
def test_an_update_moves_all_parameters_where_the_gradient_of_one_is_asked_for(
    x: str, w: str, b: str, gradient: str, moved: object
) -> None:
    steps = "z = w*x + b\nloss = sum(z^2)\nFind d(loss)/dw\nParameters: w, b\nLearning rate: 0.1"
    solution = bd.solve(f"Given x = {x}, w = {w}, b = {b}\n{steps}")
    assert f"Answer ∂loss/∂w = {gradient}" in solution.to_text()
    assert numpy.allclose(numpy.array(solution.updated(1)["b"], dtype=float), moved)
    assert list(solution.gradients) == ["w"]


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(bd.UsageError, match="md, tex"):
        bd.solve(NOTES).render("docx")


def test_remarks_are_plain_text() -> None:
    (remark,) = bd.solve("Given x = 0\nloss = relu(x)").remarks
    assert "as PyTorch does" in remark


def test_json_holds_the_gradients() -> None:
    content = json.loads(bd.solve(NOTES, wrt="w").to_json())
    assert content["gradients"]["w"]["exact"] == "-2"


def test_every_public_name_is_documented() -> None:
    assert all(getattr(bd, name).__doc__ for name in bd.__all__)
