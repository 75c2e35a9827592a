"""The compiled program has the numbers of the exact evaluation, stays stable, and says why a number does not exist."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.evaluate import tensors
from backprop_derive.evaluate.compiled import Compiled, registers
from tests.conftest import corpus

CASES = {
    case["id"]: case["problem"]
    for case in (json.loads(file.read_text(encoding="utf-8")) for file in sorted((corpus() / "worked").glob("*.json")))
}


def agree(text: str, values: dict[str, Any] | None = None) -> None:
    """Compiled and exact have one loss and one gradient for every name that was asked for."""
    solution = bd.solve(text, given=values)
    givens = {given.written: numpy.asarray(solution.value(given.written), float) for given in solution.problem.givens}
    loss, gradients = Compiled(solution.derivation)(givens)
    assert loss == pytest.approx(float(solution.loss), rel=1e-10)
    assert gradients.keys() == solution.gradients.keys()
    for name, exact in solution.gradients.items():
        expected = numpy.asarray(exact, float)
        scale = numpy.abs(expected).max(initial=0.0)
        assert numpy.shape(gradients[name]) == expected.shape
        assert gradients[name] == pytest.approx(expected, rel=1e-10, abs=1e-10 * scale + 1e-15), name


@pytest.mark.parametrize("name", CASES)
def test_every_worked_case_has_the_same_numbers(name: str) -> None:
    agree(CASES[name])


A, B, S, V, T = "A: (3, 4)", "B: (4, 2)", "S: (3, 3)", "v: (4,)", "T: (2, 3, 4)"
POSITIVE = "abs(A) + 1/2"
OPERATIONS = [
    *((A, f"{name}(A)") for name in (
        "exp sin cos tanh sinh cosh atan erf sigmoid relu leaky_relu elu selu gelu silu softplus hardtanh abs sign"
        " floor sum mean var std norm logsumexp softmax log_softmax max min"
    ).split()),
    *((A, f"{name}({POSITIVE})") for name in "log log2 log10 sqrt".split()),
    *((A, f"{name}(A, axis={axis})") for name in "sum mean var std max min logsumexp softmax norm".split()
      for axis in (0, 1)),
    (A, "prod(A)"), (A, "prod(A, axis=1)"), (A, "var(A, axis=0, unbiased=true, keepdims=true)"),
    (A, "asin(tanh(A))"), (A, "acos(tanh(A)/2)"), (A, "tan(tanh(A))"), (A, "clip(A, -1/2, 1)"),
    (A, "gelu(A, approximate=tanh)"),
    (A, "where(A > 1/4, A^2, -A)"), (A, "A^3 - 2/(A^2 + 1)"), (A, f"({POSITIVE})^(1/3)"), (A, f"({POSITIVE})^A"),
    (A, "maximum(A, 1/3) * minimum(A, 2)"), (A, "max(A, -A/2, 1/5)"), (A, "exp(A) - 1"), (A, "log(1 + exp(A))"),
    (A, "1/(1 + exp(-A))"), (A, "exp(A)/sum(exp(A), axis=1, keepdims=true)"),
    (A, "(exp(A) - exp(-A))/(exp(A) + exp(-A))"),
    (f"{A}, {B}", "A @ B"), (f"{A}, {V}", "A @ v"), (f"{A}, {V}", "A * v + v"), (f"{T}, {A}", "T * A"),
    (f"{T}, {B}", "T @ B"), (f"{T}, {B}", 'einsum("bij,jk->bik", T, B)'), (f"{T}, {A}", 'einsum("bij,ij->b", T, A)'),
    (S, "trace(S)"), (S, "det(S)"), (S, "inv(S + 4*[[1,0,0],[0,1,0],[0,0,1]])"), (S, "S @ S @ S"), (S, "S.T * S"),
    (V, "dot(v, v)"), (V, "outer(v, v)"), (V, "v[1:3]"), (V, "v[::2]"), (V, "v[-1] * v[0]"), (V, "reshape(v, (2, 2))"),
    (A, "A[1:, ::2]"), (A, "A[2]"), (A, "reshape(A, (2, 6))"), (A, "reshape(A, (2, 2, 3))"), (A, "reshape(A, (12,))"),
    (T, "transpose(T, (2, 0, 1))"), (T, "reshape(T, (6, 4))"), (T, "mean(T, axis=(0, 2))"),
    (f"{A}, {V}", "concat([A, A*2], axis=0)"), (f"{A}, {V}", "concat([v, v^2])"), (f"{A}", "stack([A, A^2], axis=1)"),
    (f"{A}, {V}", "layer_norm(A, v, v)"), (f"{A}, {V}", "rms_norm(A, v)"), (f"{A}, {V}", "batch_norm(A, v, v)"),
    ("x: (2, 3, 5), K: (2, 3, 2)", "conv1d(x, K)"), ("x: (2, 3, 5), K: (2, 3, 2)", "conv1d(x, K, stride=2, padding=1)"),
    ("x: (1, 2, 4, 4), K: (2, 2, 3, 3), b: (2,)", "conv2d(x, K, b, padding=1)"),
    ("x: (1, 2, 5, 4), K: (2, 2, 2, 2)", "conv2d(x, K, stride=2)"),
    ("x: (1, 2, 4, 4)", "max_pool2d(x, 2)"), ("x: (1, 2, 4, 4)", "avg_pool2d(x, 2)"),
    ("x: (2, 2, 6)", "max_pool1d(x, 3, stride=2)"),
    ("x: (2, 2, 6)", "avg_pool1d(x, 2)"), ("x: (3, 4), W: (2, 4), b: (2,)", "linear(x, W, b)"),
    ("Q: (3, 4), K: (5, 4), U: (5, 2)", "attention(Q, K, U)"),
    ("Q: (2, 3, 4), K: (2, 5, 4), U: (2, 5, 2)", "attention(Q, K, U)"),
    *((f"{A}, {V}", f"{loss}(A, tanh(v))") for loss in "mse mae huber hinge bce_with_logits".split()),
    (A, "bce(sigmoid(A), 1/3)"), (A, "kl_div(softmax(A), 1/4)"), (A, "mse(A, 1/7, reduction=sum)"),
]  # fmt: skip


def random_values(givens: str) -> dict[str, Any]:
    generator = numpy.random.default_rng(len(givens))
    shapes = bd.read_problem(f"Given {givens}\nloss = 1").shapes
    return {name: generator.normal(size=shape).round(3) for name, shape in shapes.items() if name != "loss"}


@pytest.mark.parametrize(("givens", "formula"), OPERATIONS, ids=[f"{f} of {g}" for g, f in OPERATIONS])
def test_every_operation_has_the_same_numbers_and_gradients(givens: str, formula: str) -> None:
    agree(f"Given {givens}\ny = {formula}\nloss = sum(sin(y + 1/3))", random_values(givens))


@pytest.mark.parametrize(
    "text",
    [
        "Given z = [[1, 2, 3], [0, 1/2, -1]], t = [2, 0]\nloss = cross_entropy(z, t)",
        "Given z = [[1, 2, 3], [0, 1/2, -1]], t = [[0, 0, 1], [1/2, 1/2, 0]]\nloss = cross_entropy(z, t)",
        "Given z = [[1, 2, 3], [0, 1/2, -1]], t = [2, 0]\np = log_softmax(z)\nloss = nll(p, t)\nFind dloss/dz",
        "Given W = [[1, 2], [3, 4], [5, 6]], i = [2, 0, 2]\ne = embedding(W, i)\nloss = sum(e^3)",
        "Given x = [1, 2, 3], m = [1, 0, 1]\nloss = sum(exp(dropout(x, m, 1/4)))",
        "Given Q = [[1, 2], [0, 1]], m = [[1, 0], [1, 1]]\nloss = sum(attention(Q, Q, Q, m)^2)",
        "Given x = [1, 3, 3], y = 3\nloss = max(x) * y",
        "Given p = [0, 1/2, 1], t = [0, 1/4, 1]\nloss = bce(p, t)\nFind dloss/dt",
        *(
            f"Given z = [[1, 2, 3], [0, 1/2, -1]], t = [2, 0]\nloss = {call}\nFind dloss/dz"
            for call in (
                "cross_entropy(z, [2, 0])",
                "nll(z, [2, 0], reduction=sum)",
                "cross_entropy(z[0], 2)",
                "cross_entropy(z, maximum(t, 1))",
                "cross_entropy(z, where(z[:, 0] > 1/2, 1, 0))",
                "nll(z, t * [1, 2])",
                "cross_entropy(concat([z, 2*z], axis=1), t + [3, 1])",
                "nll(z.T, [0, 1, 1])",
                "cross_entropy(stack([z[:, 0], z[:, 2], z[:, 0]*z[:, 1]], axis=1), t)",
                "nll(z[:, ::-1], t)",
                "sum(embedding(z, [[0, 1], [1, 1]])^2)",
                "sum(embedding(concat([z, z^2]), [3, 0, 1])^3)",
                "sum(embedding(z[::-1], [1])^2)",
                "sum(embedding(reshape(z, (3, 2)), t)^2)",
                "sum(embedding(z, 1)^2)",
            )
        ),
    ],
)
def test_indices_that_are_data_masks_and_ties_agree(text: str) -> None:
    if text.startswith("Given p"):  # the derivative by t does not exist at the ends; the loss does
        text = text.replace("Find dloss/dt", "").replace("p = [0, 1/2, 1], t", "q = [1/2, 1/2, 1/2], t")
        text = text.replace("bce(p, t)", "bce(t*1, t)").replace("t = [0, 1/4, 1]", "t = [1/8, 1/4, 1/2]")
    agree(text)


def run(text: str, **values: Any) -> tuple[float, dict[str, Any]]:
    return bd.compile(text)(values)


@pytest.mark.parametrize(
    ("formula", "x", "loss", "gradient"),
    [
        ("softmax(x)[0]", [1000, 1001], 0.2689414213699951, [0.19661193324148185, -0.19661193324148185]),
        ("exp(x[0])/sum(exp(x))", [1000, 1001], 0.2689414213699951, [0.19661193324148185, -0.19661193324148185]),
        ("logsumexp(x)", [1000, 1001], 1001.3132616875182, [0.2689414213699951, 0.7310585786300049]),
        ("logsumexp(x)", [-1000, -1001], -999.6867383124818, [0.7310585786300049, 0.2689414213699951]),
        ("log_softmax(x)[0]", [-1000, 1000], -2000.0, [1.0, -1.0]),
        ("sum(sigmoid(x))", [-1000, 1000], 1.0, [0.0, 0.0]),
        ("sum(1/(1 + exp(-x)))", [-1000, 1000], 1.0, [0.0, 0.0]),
        ("sum(softplus(x))", [-1000, 1000], 1000.0, [0.0, 1.0]),
        ("sum(log(1 + exp(x)))", [-1000, 1000], 1000.0, [0.0, 1.0]),
        ("sum(tanh(x) + silu(x) + gelu(x) + elu(x))", [-1000, 1000], 2999.0, [0.0, 3.0]),
        ("bce_with_logits(x, 0)", [-1000, 1000], 500.0, [0.0, 0.5]),
        ("bce_with_logits(x, 1)", [-1000, 1000], 500.0, [-0.5, 0.0]),
        ("sum(softplus(x))", [-40, -50], math.exp(-40) + math.exp(-50), [math.exp(-40), math.exp(-50)]),
        ("sum(sigmoid(x))", [-40, -50], math.exp(-40) + math.exp(-50), [math.exp(-40), math.exp(-50)]),
    ],
)
def test_what_is_far_out_neither_overflows_nor_vanishes(
    formula: str, x: list[int], loss: float, gradient: list[float]
) -> None:
    found, gradients = run(f"Given x: (2,)\nloss = {formula}", x=x)
    assert found == pytest.approx(loss, rel=1e-12)
    assert gradients["x"] == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize("masked", [[0, 1, 1], [1, 1, 0], [1, 0, 1]])
def test_what_a_mask_leaves_out_may_be_as_large_as_it_likes(masked: list[int]) -> None:
    scores = [1000.0, -1000.0, 30.0]
    kept = [score for score, keep in zip(scores, masked, strict=True) if keep]
    text = "Given s: (3,), m: (3,), v: (3,)\nloss = dot(softmax(s, mask=m), v)\nFind dloss/ds, dloss/dv"
    loss, gradients = run(text, s=scores, m=masked, v=[1, 2, 3])
    alone, plain = run("Given s: (2,), v: (2,)\nloss = dot(softmax(s), v)", s=kept,
                       v=[value for value, keep in zip([1, 2, 3], masked, strict=True) if keep])  # fmt: skip
    assert loss == pytest.approx(alone, rel=1e-12)
    for name in ("s", "v"):
        assert gradients[name][numpy.array(masked) == 1] == pytest.approx(plain[name], rel=1e-12)
        assert gradients[name][numpy.array(masked) == 0].tolist() == [0.0]


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("Given x: (2,)\nloss = sum(softmax(x, mask=[0, 0]))", {"x": [1, 0]}, r"division by zero"),
        ("Given x: (2,)\ny = 2*x\nloss = sum(log(y))", {"x": [1, 0]}, r"log of 0: .* \(in loss\)"),
        ("Given x: (2,)\nloss = sum(sqrt(x))", {"x": [1, -1]}, r"sqrt of a negative number"),
        ("Given x: (2,)\nloss = sum(sqrt(x))", {"x": [1, 0]}, r"derivative of loss by x does not exist.*division by z"),
        ("Given x: (2,)\ny = 1/x\nloss = sum(y)", {"x": [1, 0]}, r"division by zero.*\(in y\)"),
        ("Given x: (2,)\ny = relu(log(x))\nloss = sum(y)", {"x": [1, 0]}, r"log of 0.*\(in y\)"),
        (
            "Given x: (2,)\ny = exp(x)\nloss = sum(y)",
            {"x": [1, 1000]},
            r"beyond the range of double precision \(in y\)",
        ),
        ("Given x\nloss = log(x)", {"x": 0.0}, r"log of 0"),
        ("Given x\ny = exp(x)\nloss = 2*y", {"x": 1000.0}, r"beyond the range.*\(in y\)"),
        ("Given z: (1, 3), t: (1,)\nloss = cross_entropy(z, t)", {"z": [[1, 2, 3]], "t": [3]}, r"from 0 to 2"),
    ],
)
def test_a_number_that_does_not_exist_is_an_error_with_step_and_reason(
    text: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(bd.DomainError, match=message):
        bd.compile(text)(values)


def test_sizes_that_are_letters_are_those_of_the_arrays() -> None:
    compiled = bd.compile("Given X: (n, d), w: (d,)\nloss = mean((X @ w)^2)", wrt="w")
    for n, d in ((3, 2), (5, 4), (3, 2)):
        x, w = numpy.ones((n, d)), numpy.ones(d)
        loss, gradients = compiled(X=x, w=w)
        assert loss == d**2
        assert gradients["w"].tolist() == [2 * d] * d


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"X": [[1, 2]], "w": [1, 2, 3]}, "w has the shape"),
        ({"X": [1, 2], "w": [1, 2]}, "X has the shape"),
        ({"X": [[1, 2]]}, "w has no value"),
        ({"X": [[1, 2]], "w": [1, 2], "q": 1}, "unknown name q"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(bd.UsageError, match=message):
        bd.compile("Given X: (n, d), w: (d,)\nloss = mean((X @ w)^2)")(values)


MLP = """\
Given X: (64, 784), t: (64,), W_1: (784, 128), b_1: (128,), W_2: (128, 10), b_2: (10,)
h = relu(X @ W_1 + b_1)
z = h @ W_2 + b_2
loss = cross_entropy(z, t)
Find dloss/dW_1, dloss/db_1, dloss/dW_2, dloss/db_2
"""


def test_no_array_of_a_large_network_is_larger_than_its_tensors() -> None:
    derivation = bd.compile(MLP).derivation
    program = registers(derivation, dict(derivation.graph.problem.shapes), {}).program  # type: ignore[arg-type]
    assert max(map(math.prod, program.shapes)) == 784 * 128
    assert len(program.instructions) < 80


def test_a_large_problem_is_solved_in_double_precision_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = numpy.random.default_rng(0)
    text = "Given X: (20, 30), W: (30, 20)\nh = tanh(X @ W)\nloss = mean(h^2)\nFind dloss/dW"
    text += "\nParameters: W\nLearning rate: 1/2\nUpdates: 1"
    values = {"X": generator.normal(size=(20, 30)).round(2), "W": generator.normal(size=(30, 20)).round(2)}
    solution = bd.solve(text, given=values)
    assert "Large tensors are computed in double precision." in solution.remarks
    assert not solution.record.first.values["h"].is_exact  # type: ignore[union-attr]
    h = numpy.tanh(values["X"] @ values["W"])
    expected = values["X"].T @ (2 * h * (1 - h**2) / h.size)
    assert solution.gradient("W") == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert solution.gradient("h") == pytest.approx(2 * h / h.size, rel=1e-12)
    assert solution.updates[0]["W"] == pytest.approx(values["W"] - expected / 2, rel=1e-12)


def test_a_small_problem_is_not() -> None:
    solution = bd.solve("Given x = [1, 2]\nloss = sum(x^2)")
    assert not any("double precision" in remark for remark in solution.remarks)
    assert solution.loss == 5


@pytest.mark.parametrize("name", ["small-cnn", "transformer-three-layers", "gradient-descent-matrix", "layer-norm"])
def test_double_precision_agrees_with_exact_work_on_the_same_problem(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = bd.solve(CASES[name])
    monkeypatch.setattr(tensors, "is_large", lambda derivation: True)
    rounded = bd.solve(CASES[name])
    for key in exact.values:
        expected = numpy.asarray(exact.value(key), float)
        assert numpy.asarray(rounded.value(key), float) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    for key in exact.gradients:
        expected = numpy.asarray(exact.gradient(key), float)
        assert numpy.asarray(rounded.gradient(key), float) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert len(rounded.updates) == len(exact.updates)


def test_a_size_in_a_step_is_that_of_the_arrays() -> None:
    compiled = bd.compile("Given X: (n, d), w: (d)\nL = sum((X @ w)^2)/(n*sqrt(d))")
    for rows in (2, 5):
        X, w = numpy.ones((rows, 4)), numpy.ones(4)
        loss, gradients = compiled(X=X, w=w)
        assert loss == pytest.approx(8)
        assert gradients["w"] == pytest.approx([4.0] * 4)
    with pytest.raises(bd.UsageError, match="unknown name n"):
        compiled(X=X, w=w, n=3)
