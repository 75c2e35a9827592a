"""The PyTorch cells of a lesson, run with PyTorch: it prints what we print from our own values, letter by letter."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from functools import cache
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.report.torch_code import Cell, torch_cells
from tests.conftest import CHECKOUT, corpus

pytest.importorskip("torch", reason="PyTorch confirms what the lesson prints; it is not installed")

EXAMPLES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((CHECKOUT / "examples").glob("*.txt"))}


def _corpus() -> dict[str, str]:
    cases = (json.loads(f.read_text(encoding="utf-8")) for f in sorted((corpus() / "worked").glob("*.json")))
    return {case["id"]: case["problem"] for case in cases if case["level"] in ("scalar", "network")}


PROBLEMS = {**EXAMPLES, **_corpus()}


@cache
def has_numbers(name: str) -> bool:
    return bd.read_problem(PROBLEMS[name]).has_values


# What floats print and no exact number can: the sign of a zero, and 0.1 + 0.2 - 0.3 for 0.
OF_FLOATS = {
    "prose-and-comments": ("tensor(-0.)", "tensor(0.)"),
    "xor-net": ("tensor(-0.)", "tensor(0.)"),
    "decimal-is-exact": ("tensor(-1500.0000)", "tensor(-1500.)"),
}


def outputs(cells: tuple[Cell, ...]) -> list[str]:
    """What PyTorch prints for each cell, run one after the other as in a notebook."""
    names: dict[str, Any] = {}
    found = []
    for cell in cells:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(cell.code, names)
        found.append(printed.getvalue().rstrip("\n"))
    return found


def assert_printed(problem: str, **options: Any) -> tuple[Cell, ...]:
    cells = torch_cells(bd.solve(problem, **options).record)
    assert outputs(cells) == [cell.output for cell in cells], "\n".join(cell.code for cell in cells)
    return cells


@pytest.mark.parametrize("name", [name for name in PROBLEMS if has_numbers(name)])
def test_the_lesson_prints_what_pytorch_prints(name: str) -> None:
    if name not in OF_FLOATS:
        assert_printed(PROBLEMS[name])
        return
    cells = torch_cells(bd.solve(PROBLEMS[name]).record)
    theirs, ours = OF_FLOATS[name]
    printed = outputs(cells)
    assert any(theirs in text for text in printed), "the exception is needed no more"
    assert [text.replace(theirs, ours) for text in printed] == [cell.output for cell in cells]


# One step each, in x = 0.3 and w = -1.7: what is outermost decides the name that autograd gives.
OUTERMOST = """
x + w | x - w | x + 2 | 2 + x | x - 2 | 2 - x | x*w | 2*x | x*2 | 2x | x/w | x/2 | 2/x | 1/x | -x | -(x*w) | -(-x) | -x*w | (-2)*x
x^2 | x^3 | x^-1 | x^(-2) | x^0.5 | x^(1/2) | x^(w) | 2^x | e^x | pi*x | x^2/2 | -x^2 | (-x)^2 | x**0 | x^1 | (x*w)^2 | 2^(x*w) | (1/2)^x
x + w - 1 | x - w + 1 | 1 - x - w | x*w*2 | x/w/2 | x*w/2 | 2*x/w | 1/(x*w) | (1/2)*x | 1/2*x | 0.1*x | x - 0.5
exp(x) | log(x) | log2(x) | log10(x) | sqrt(x) | abs(w) | |w| | ‖w‖ | norm(w) | sin(x) | cos(x) | tan(x) | asin(x) | acos(x) | atan(x)
sinh(x) | cosh(x) | tanh(x) | erf(x) | sign(w)*x | floor(w)*x | sigmoid(x) | σ(x) | relu(x) | relu(w)
leaky_relu(w) | leaky_relu(w, slope=0.2) | elu(w) | elu(w, alpha=2) | selu(w) | gelu(x) | gelu(x, approximate=tanh) | silu(x) | softplus(x)
hardtanh(x) | hardtanh(w) | where(x > 0, x, w) | where(x > w, 1, w) | where(x < 0, 1, 2)*x | where(x <= w, x^2, 3) | max(x, w) | max(x, w, 0) | min(x, w, 1)
max(0, x) | max(x, x) | maximum(x, w) | minimum(x, w) | maximum(x, 0) | clip(x, -1, 1) | clip(w, -1, 1) | mse(x, w) | mae(x, w) | huber(x, w) | huber(x, w, delta=2)
bce(x, 1) | bce(x, 0.5) | bce_with_logits(x, 1) | bce_with_logits(w, 0) | hinge(x, 1) | hinge(w, -1) | kl_div(x, 0.5) | kl_div(0.5, x) | mse(x, 1)
x | exp(1)*x | log(2)*x | sqrt(2)*x | x*sqrt(1/2) | x*(1 + 1) | -1*x | --x | x - -2 | 2*-x | max(1, 2)*x | sigmoid(0)*x | |2|*x | x + pi | (x + w)/3 | x*1e-3 | x*1e10
relu(0)*x | where(1 > 0, x, w) | tanh(1)/x | -(2)*x | x^pi | x*2^0.5 | x*2^(1/2) | 1e20*x | 1e-20*x | 123456*x | 12345678*x | 1234567890*x | 0.00001*x | x/3e4
"""  # noqa: E501


def _expressions() -> list[str]:
    protected = OUTERMOST.replace("|w|", "⟨w⟩").replace("|2|", "⟨2⟩")
    written = (part.strip() for line in protected.splitlines() for part in line.split(" | "))
    return [part.replace("⟨", "|").replace("⟩", "|") for part in written if part]


@pytest.mark.parametrize("expression", _expressions())
def test_the_node_that_autograd_names_is_the_one_we_name(expression: str) -> None:
    assert_printed(f"Given x = 0.3, w = -1.7\nloss = {expression}")


@pytest.mark.parametrize(
    "problem",
    [
        "Given x = 2\na = x^2\nb = a\nloss = b",  # steps that are just another name
        "Given x = 2\nloss = x",
        "Given x = 2, w = 3\nloss = x^2\nFind dloss/dw",  # a loss that does not depend on a wanted name
        "Given x = 2, w = 3\na = w*2\nloss = x^2\nFind dloss/dw, dloss/dx",
        "Given x = 2, w = 3\nloss = x*w\nFind dloss/dw",
        "Given x = 2\nloss = 3 + 4",  # no tensor at all
        "Given x = 2\nc = 3\nloss = x*c",
        "Given x = 2\nc = sqrt(2)\nd = max(c, 1)\nloss = x*d",
        "Given x = 2\nc = 1/3\nloss = exp(c)*x + relu(c)",
        "Given x = 2\na = 2x\nb = 3a\nloss = b^2\nFind dloss/da, dloss/dx",  # the gradient of a step
        "Given x = 1/3, w = 2/7\nloss = (x*w - 1)^2",
        "Given x = -1/3\nloss = -(-x)^(1/3)",
        "Given x = 0\nloss = sign(x)",
        "Given x = 0\nloss = floor(x)",
        "Given lambda = 2, in = 3, torch = 4, print = 5\nloss = lambda*in*torch*print",
        "Given x' = 2, y^ = 3\nloss = x'*y^",
        "Given x = 3\nloss = 2/3*x",
        "Given x = pi\nloss = sin(x/6)",
        "Given x = 1e30\nloss = x",
        "Given x = 100\nloss = exp(x)",
        "Given x = -100\nloss = sigmoid(x)",
        "Given x = -200\nloss = exp(x)",
        "Given x = 1, w = 1\nloss = where(x == w, x, 2w)",
        "Given x = 0\nloss = relu(x) + abs(x) + max(x, 0)",
        "Given x = 2\nsum = x + 1\nexp_1 = sum*2\nloss = exp_1",
    ],
)  # fmt: skip
def test_whole_problems_print_what_pytorch_prints(problem: str) -> None:
    assert_printed(problem)
