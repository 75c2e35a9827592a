"""Matrix notation as a lecturer would write it, each form proved before it is shown."""

from __future__ import annotations

import pytest

from backprop_derive.calculus.expand import set_apart
from backprop_derive.calculus.tensors import derive_tensors, with_matrices
from backprop_derive.derivation import INCOMING, OUTPUT
from backprop_derive.graph import build_graph
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.expression import Name, substitute
from backprop_derive.syntax.written import written

GIVENS = (
    "Given A: (n, n), X: (n, d), W: (d, k), Z: (n, k), Y: (n, k), P: (n, k), V: (m, n)\n"
    "Given x: (n), a: (n), y: (n), v: (m)\n"
)

# The steps, the operand of the last of them, and what flows back to it; G is the gradient that comes in.
FORMS = [
    ("L = cross_entropy(Z, y)", "Z", "softmax(Z)/n - onehot(y, k)/n"),
    ("L = cross_entropy(Z, y, reduction=sum)", "Z", "softmax(Z) - onehot(y, k)"),
    ("L = cross_entropy(Z, Y)", "Z", "softmax(Z) * sum(Y, axis=1)[:, None]/n - Y/n"),
    ("L = cross_entropy(x, a)", "x", "sum(a) * softmax(x) - a"),
    ("L = bce_with_logits(Z, Y)", "Z", "sigmoid(Z)/(k * n) - Y/(k * n)"),
    ("L = bce(P, Y)", "P", "(P - Y)/(k * n * P * (1 - P))"),
    ("L = x @ A @ x", "x", "A @ x + A.T @ x"),
    ("L = norm(V @ x - v)^2", "V", "2 * outer(V @ x - v, x)"),
    ("L = norm(V @ x - v)^2", "x", "2 * (V.T @ (V @ x - v))"),
    ("L = log(det(A))", "A", "inv(A).T"),
    ("L = det(A)", "A", "cofactor(A)"),
    ("L = trace(A)", "A", "identity(n)"),
    ("L = trace(A @ A @ A)", "A", "3 * (A.T @ A.T)"),
    ("L = norm(X)", "X", "X/norm(X)"),
    ("L = norm(x - a)", "x", "(x - a)/norm(x - a)"),
    ("L = var(x)", "x", "2/n * (x - mean(x))"),
    ("L = std(x)", "x", "(x - mean(x))/(n * std(x))"),
    ("L = std(2*x)", "x", "4 * (x - mean(x))/(n * std(2 * x))"),
    ("F = x - mean(x)\nL = sum(F^2)", "x", "G - mean(G)"),
    ("F = X - mean(X, axis=0)\nL = sum(F^2)", "X", "G - mean(G, axis=0)"),
    ("F = X - mean(X, axis=1, keepdims=true)\nL = sum(F^2)", "X", "G - mean(G, axis=1, keepdims=true)"),
    ("F = var(X, axis=0)\nL = sum(F^2)", "X", "2/n * G * (X - mean(X, axis=0))"),
    ("F = (x - mean(x))/std(x)\nL = sum(F^2)", "x",
     "(G - mean(G))/std(x) - (x - mean(x)) * mean(G * (x - mean(x)))/std(x)^3"),
    ("F = X @ W\nL = sum(F^2)", "X", "G @ W.T"),
    ("F = X @ W\nL = sum(F^2)", "W", "X.T @ G"),
    ("F = tanh(X @ W)\nL = sum(F^2)", "W", "X.T @ (G * (1 - tanh(X @ W)^2))"),
    ("F = exp(X @ W)/2\nL = sum(F^2)", "X", "1/2 * (exp(X @ W) * G @ W.T)"),
    ("F = inv(A)\nL = sum(F^2)", "A", "-inv(A).T @ G @ inv(A).T"),
    ("F = embedding(W, y)\nL = sum(F^2)", "W", "onehot(y, d).T @ G"),
    ("F = softmax(x)\nL = sum(F^2)", "x", "G * F - sum(G * F) * F"),
]  # fmt: skip


def flowing(steps: str, operand: str) -> str:
    graph = build_graph(set_apart(read_problem(f"{GIVENS}{steps}\nFind dL/d{operand}"))[0])
    flow = next(f for f in with_matrices(derive_tensors(graph)).flows() if f.operand == operand)
    assert flow.matrix is not None
    names = {f"#{k}": Name(key) for k, key in enumerate(flow.slots)}
    return written(substitute(flow.matrix, {**names, INCOMING: Name("G"), OUTPUT: Name(flow.step)}))


@pytest.mark.parametrize(("steps", "operand", "expected"), FORMS)
def test_a_gradient_reads_as_in_a_textbook(steps: str, operand: str, expected: str) -> None:
    assert flowing(steps, operand) == expected


@pytest.mark.parametrize("operation", ["layer_norm(X, g, b)", "batch_norm(X, g, b)", "rms_norm(X, g)"])
def test_the_gain_of_a_normalisation_gets_the_sum_of_what_it_scales(operation: str) -> None:
    found = flowing(f"Given g: (d), b: (d)\nF = {operation}\nL = sum(F^2)", "g")
    assert found.startswith("sum(G * (")
    assert found.endswith(", axis=0)")


def test_a_root_mean_square_norm_has_its_compact_form() -> None:
    found = flowing("Given g: (d)\nF = rms_norm(X, g)\nL = sum(F^2)", "X")
    root = "sqrt(mean(X^2, axis=-1, keepdims=true) + 1e-5)"
    assert found == f"(G * g - X/{root} * mean(G * g * (X/{root}), axis=-1, keepdims=true))/{root}"


@pytest.mark.parametrize(("operation", "axis"), [("layer_norm", "-1"), ("batch_norm", "0")])
def test_a_normalisation_has_its_compact_form(operation: str, axis: str) -> None:
    found = flowing(f"Given g: (d), b: (d)\nF = {operation}(X, g, b)\nL = sum(F^2)", "X")
    assert found.startswith(f"(G * g - mean(G * g, axis={axis}, keepdims=true) - (X - mean(X, axis={axis}")
