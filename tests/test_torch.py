"""The PyTorch cells of a lesson, run with PyTorch: it prints what we print from our own values, letter by letter."""

from __future__ import annotations

import contextlib
import io
import json
import re
import warnings
from functools import cache
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.report.torch_code import Cell, torch_cells
from backprop_derive.report.torch_tensors import tensor_cells
from backprop_derive.solution import TensorSolution
from tests.conftest import CHECKOUT, corpus

pytest.importorskip("torch", reason="PyTorch confirms what the lesson prints; it is not installed")

EXAMPLES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((CHECKOUT / "examples").glob("*.txt"))}


def _corpus() -> dict[str, str]:
    cases = (json.loads(f.read_text(encoding="utf-8")) for f in sorted((corpus() / "worked").glob("*.json")))
    return {case["id"]: case["problem"] for case in cases if case["level"] in ("scalar", "network", "tensor")}


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


# Tensors with entries -0. where the exact number is 0.
SIGNED_ZEROS = {"batch-dot-products", "concat", "least-squares-norm", "residual-vector", "hinge(v, [1, -1, 1])"}


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


def assert_printed(problem: str, has_signed_zeros: bool = False) -> tuple[Cell, ...]:
    record = bd.solve(problem).record
    cells = tensor_cells(record) if isinstance(record, TensorSolution) else torch_cells(record)
    theirs, ours = outputs(cells), [cell.output for cell in cells]
    if has_signed_zeros:
        assert theirs != ours, "the exception is needed no more"
        theirs, ours = list(map(without_signs_of_zeros, theirs)), list(map(without_signs_of_zeros, ours))
    assert theirs == ours, "\n".join(cell.code for cell in cells)
    return cells


def without_signs_of_zeros(text: str) -> str:
    """The text with no minus before a zero, and blanks, which such a minus moves, as one."""
    return " ".join(re.sub(r"-(0\.0*)(?!\d)", r"\1", text).split()).replace("[ ", "[")


@pytest.mark.parametrize("name", [name for name in PROBLEMS if has_numbers(name)])
def test_the_lesson_prints_what_pytorch_prints(name: str) -> None:
    if name not in OF_FLOATS:
        assert_printed(PROBLEMS[name], name in SIGNED_ZEROS)
        return
    record = bd.solve(PROBLEMS[name]).record
    cells = tensor_cells(record) if isinstance(record, TensorSolution) else torch_cells(record)
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


# --- tensors

MATRIX = (
    "Given X = [[1, 0.5], [-1, 2], [0.3, -0.7]], W = [[0.2, -0.4, 0.1], [0.5, 0.3, -0.6]], v = [0.5, -1, 2], b = 0.3\n"
)
TENSORS = """
sum(X) | mean(X) | sum(X @ W) | mean((X @ W) @ v) | sum(X.T @ v) | v @ v | dot(v, v) | sum(outer(v, v)) | trace(X @ W)
det(W @ X) | sum(inv(W @ X)) | log(det(W @ X)^2) | norm(v) | norm(X) | ‖v‖ | var(v) | std(v) | var(v, unbiased=true) | prod(v) | logsumexp(v)
sum(X, axis=0)[0] | sum(sum(X, axis=0)^2) | sum(mean(X, axis=1)*v) | sum(X / sum(X^2, axis=1, keepdims=true)) | sum(max(X, axis=1)*v) | max(v) | min(v)
sum(softmax(X)*X) | sum(softmax(X, axis=0)*X) | sum(log_softmax(X)*X) | sum(relu(X)) | sum(sigmoid(X @ W)) | sum(tanh(X)*b) | sum(exp(X)) | b*sum(v)
sum(gelu(X)) | sum(silu(v)) | sum(softplus(v)) | sum(leaky_relu(v, slope=0.1)) | sum(elu(v)) | sum(where(X > 0, X, 2*X)) | sum(clip(v, -0.7, 1)) | sum(maximum(v, 0.1))
mse(v, v^2) | mae(v, 2*v) | huber(v, 3*v) | huber(v, 3*v, delta=2) | bce(sigmoid(v), [0, 1, 0.5]) | bce_with_logits(v, [0, 1, 1]) | hinge(v, [1, -1, 1]) | mse(v, 1)
kl_div(softmax(v), softmax(2*v)) | cross_entropy(v, 2) | cross_entropy(v, softmax(2*v)) | nll(log_softmax(v), 1) | mse(v, 2*v, reduction=sum)
sum(einsum("ij,jk->ik", X, W)^2) | sum(transpose(X)^2 @ v) | sum(reshape(X, (2, 3)) @ v) | sum(concat([v, v])^2) | sum(stack([v, v])^2) | sum(concat([X, X], axis=1)^3)
sum(X[0]^2) | X[1, 0]^2 | sum(X[:, 1]*v) | sum(v[0:2]^2) | sum(v[:, None]*X) | sum(v[-1]*v) | v[0]*v[1] | sum(X*2/3) | sum(-X^2) | sum(X)/3 | sum(v) - sum(X) | (sum(v) - 1)^2
sum(linear(X, X)) | sum(linear(X, X, v)^2) | sum(layer_norm(W, v, v)^3) | sum(rms_norm(W, v)^2) | sum(batch_norm(X, X[0], X[1])^3) | sum(attention(X, X, X)^2)
sum(conv1d(v, [1, -1])^2) | sum(conv1d(v, [1, -1], b)^2) | sum(conv2d(X, [[1, -1], [0.5, 2]], padding=1)^2) | sum(max_pool1d(v, 2)^2) | sum(max_pool2d(W, 2)^2) | sum(avg_pool2d(X, 2)^2) | sum(avg_pool1d(v, 2, 1)^2)
"""  # noqa: E501


def _tensor_expressions() -> list[str]:
    return [part.strip() for line in TENSORS.splitlines() for part in line.split(" | ") if part.strip()]


@pytest.mark.parametrize("expression", _tensor_expressions())
def test_a_tensor_prints_as_pytorch_prints_it(expression: str) -> None:
    assert_printed(f"{MATRIX}loss = {expression}", expression in SIGNED_ZEROS)


@pytest.mark.parametrize(
    "problem",
    [
        "Given E = [[1, 0.3], [0.5, 1], [0.2, 0.3]], i = [0, 2, 0]\nX = embedding(E, i)\nloss = sum(X^2)",
        "Given x = [1, 2, -1, 0.5], k = [1, -0.3]\nc = conv1d(x, k, stride=2, padding=1)\nloss = sum(c^2)",
        "Given Z = [[0.1, 0.2], [-1, 3]], y = [0, 1]\nloss = cross_entropy(Z, y)",
        "Given Z = [[0.1, 0.2], [-1, 3]], y = [0, 1]\nloss = cross_entropy(Z, y, reduction=sum)",
        "Given Z = [[0.1, 0.2], [-1, 3]], M = [[1, 0], [1, 1]]\nloss = sum(dropout(Z, M, 0.5)^2)",
        "Given Z = [[0.1, 0.2], [-1, 3]], M = [[1, 0], [1, 1]]\nloss = sum(attention(Z, 2*Z, Z, M)^2)",
        "Given x = [[[1, 2, 0], [0, 1, 3]], [[2, 1, 0], [0, 5, 1]]]\nloss = sum(x^2)",  # blocks, exact
        "Given x = [1, 2000]\nloss = sum(x^2)",  # scientific
        "Given x = [0.00001, 2]\nloss = sum(x^2)",
        "Given x = [0, 0]\nloss = sum(x^2)",
        "Given F = [1, 2]\nloss = sum(softmax(F)*F)",  # a name of the code's own
        "Given x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]\nloss = sum(sqrt(x))",  # longer than a line
    ],
)
def test_whole_tensor_problems_print_what_pytorch_prints(problem: str) -> None:
    assert_printed(problem)


def test_numbers_of_32_bits_need_no_wider_type() -> None:
    assert assert_printed("Given x = 1, y = 2, w = 1\ny^ = x*w\ns = y^ - y\nloss = s**2")[0].code == "import torch"
    assert "float64" in assert_printed("Given x = 0.1\nloss = x^2")[0].code
