"""What fuzzing found, each once: it is read or refused on purpose now."""

from __future__ import annotations

import json
import warnings

import pytest

import backprop_derive as bd
from backprop_derive.importers.files import file_problem
from backprop_derive.serving.asked import read_asked


@pytest.mark.parametrize(
    "call",
    [
        "sum((x, 1))", "exp((x, 1))", "max(x, (0, 1))", "x + (1, 2)", "clip(x, x, (0, 1))", "bce(x, (0, 1))",
        "mse(x, (x, 1))", "elu(x, (5, 9))", "embedding(x, (0, 1))", "conv1d(x, x, (0, 1))", "layer_norm(x, x, (0, 1))",
    ],
)  # fmt: skip
def test_a_row_in_parentheses_is_no_vector_wherever_it_stands(call: str) -> None:
    with pytest.raises(bd.ProblemError, match="row of values in parentheses"):
        bd.solve(f"Given x = [1, 2]\nL = sum({call})\n")


def test_sizes_and_axes_are_written_in_parentheses() -> None:
    solution = bd.solve("Given x = [[1, 2], [3, 4]]\nL = sum(reshape(x, (4, 1))^2) + sum(x, axis=(0, 1))\n")
    assert solution.loss == 40


@pytest.mark.parametrize("call", ["softmax(x, axis=(0, 1))", "concat([x, x], axis=(0, 1))", "stack([x, x], (0, 1))"])
def test_two_axes_where_one_is_meant_are_refused(call: str) -> None:
    with pytest.raises(bd.ProblemError, match="2 axes where one is meant"):
        bd.solve(f"Given x = [[1, 2], [3, 4]]\nL = sum({call})\n")


def test_a_step_may_use_a_tensor_that_is_given_further_down() -> None:
    solution = bd.solve("Given c = 1\nP = c*u*v\nGiven u = [[1], [2]], v = [[3, 1]]\nL = sum(P^2)\n")
    assert solution.loss == 50


def test_a_matrix_that_is_not_closed_at_the_end_of_a_formula_is_not_understood() -> None:
    report = bd.proofread("Given $W = 1$\n\n$l \\approx \\begin{matrix}0$\n\n$W = \\begin{pmatrix}1 & 2$")
    assert not report.of("wrong")


def test_a_formula_after_a_matrix_that_is_not_closed() -> None:
    for end in ("", "_", "^", "_{", "["):
        notes = f"**Given** $W = \\begin{{pmatrix}}1 & 2\\end{{pmatrix}}$\n\n$W = \\begin{{pmatrix}}1 & 2{end}$"
        assert bd.proofread(notes).findings is not None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("f = lambda a: lambda b: b\nloss = f(1) * 2\n", "a function stands where a tensor is expected"),
        ("loss = 3 ** 2J\n", "2j stands where a tensor is expected"),
        ("loss = 3 * b'x'\n", "b'x' stands where a tensor is expected"),
        ("x = 2\nloss = x * 1.5 - (-())\n", r"\(\) stands where a tensor is expected"),
        ("x = 2\nloss = x * ...\n", "Ellipsis stands where a tensor is expected"),
        ("x = 1e999\nloss = x * 2\n", "the code has the number inf"),
        ("x = 3\nfor k in range(60):\n    x = x * x\nloss = x * 1.5\n", "more than a thousand digits"),
        ("import torch.nn.functional as F\np = F" + ".softmax" * 330 + "\n", "is not read|nested too deeply"),
    ],
)
def test_code_that_means_nothing_is_refused(code: str, said: str) -> None:
    with pytest.raises(bd.ProblemError, match=said):
        file_problem(code, "code.py", None, {})


def test_code_is_read_as_deep_as_the_language_allows() -> None:
    read = file_problem("import torch\nx = torch.tensor(2.0)\nloss = " + "x + " * 900 + "x\n", "code.py", None, {})
    assert read.count("x + ") == 900


def test_names_behind_nine_hundred_dots_are_refused() -> None:
    with pytest.raises(bd.ProblemError, match="is not read"):
        file_problem("x = 2\nloss = x" + ".backward" * 900, "code.py", None, {})


def test_code_nested_deeper_than_the_language_allows_is_refused_at_its_line() -> None:
    with pytest.raises(bd.ProblemError, match=r"code\.py:2(?s:.*)nested too deeply"):
        file_problem("x = 2\nloss = x" + ".T" * 1001, "code.py", None, {})


def test_reading_code_warns_nobody_about_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "loss" in file_problem("x = 3\n'\\d'\nloss = x * 2.5\n", "c.py", None, {})


@pytest.mark.parametrize("name", ["text", "options", "format", "expand", "template", "engine", "execute"])
def test_a_request_has_no_option_of_another_name(name: str) -> None:
    with pytest.raises(bd.UsageError, match="not among what may be asked for"):
        read_asked(json.dumps({"text": "Given x = 1\nL = x", "options": {name: 4}}).encode())


def test_the_mistakes_of_a_jacobian_are_sought_where_its_step_has_another_shape_than_its_operand() -> None:
    report = bd.proofread("Given x = [1, 2], w = 3\n\nx = [1, 3]\n\nloss = x*w\n\nloss = [3, 7]\n")
    assert [finding.verdict for finding in report.of("wrong")] == ["wrong", "wrong"]
    made = bd.Exercise("Given x = [1, 2], w = 3\nloss = x*w\nFind d(loss)/dw").variants(1)[0].mistakes
    assert made == ()
