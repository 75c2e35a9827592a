"""The kind of an operation is read off its definition, and names the rule that differentiates it."""

from __future__ import annotations

import pytest

from backprop_derive import solve
from backprop_derive.calculus.expand import set_apart
from backprop_derive.calculus.tensors import derive_tensors
from backprop_derive.graph import build_graph
from backprop_derive.indexed.kinds import kinds_of
from backprop_derive.language.reader import read_problem

GIVENS = "Given X: (3, 3), A: (3, 3), v: (3), k: (2), s"
KINDS = {
    "number": [("s^2 + s", "s")],
    "element-wise": [
        ("sigmoid(X)", "X"), ("X*A", "A"), ("relu(X) - A", "X"), ("maximum(X, A)", "X"), ("X/s", "X"), ("X^2", "X"),
    ],
    "element-wise, broadcasting": [("X + v", "v"), ("s*X", "s"), ("layer_norm(X, v, v)", "v"), ("outer(v, k)", "k")],
    "contraction": [
        ("A @ X", "X"), ("X @ v", "v"), ("X.T @ A", "X"), ("sum(X)", "X"), ("mean(X, axis=0)", "X"), ("trace(X)", "X"),
        ("dot(v, v)", "v"), ('einsum("ij,jk->ik", X, A)', "A"),
    ],
    "contraction, element-wise": [("sigmoid(A @ X)", "X"), ("sum((A @ v)^2)", "A"), ("mse(X, A)", "X")],
    "contraction, index map": [("conv1d(v, k)", "v")],
    "normalising": [
        ("softmax(X)", "X"), ("log_softmax(X)", "X"), ("logsumexp(v)", "v"), ("norm(v)", "v"), ("X/norm(X)", "X"),
        ("layer_norm(X, v, v)", "X"), ("batch_norm(X, v, v)", "X"), ("rms_norm(X, v)", "X"),
        ("cross_entropy(X, A)", "X"),
    ],
    "index map": [
        ("X.T", "X"), ("reshape(X, (9))", "X"), ("X[0]", "X"), ("X[1:, :]", "X"), ("concat([X, A])", "X"),
        ("concat([X, A])", "A"), ("stack([v, v])", "v"),
    ],
    "selection": [("max(X)", "X"), ("max(X, axis=1)", "X"), ("max_pool2d(X, 3)", "X")],
    "implicit": [("inv(X)", "X"), ("det(X)", "X"), ("log(det(X))", "X")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "step", "operand"), [(kind, *case) for kind, cases in KINDS.items() for case in cases]
)
def test_a_step_is_of_its_kind(expected: str, step: str, operand: str) -> None:
    problem, _ = set_apart(read_problem(f"{GIVENS}\nY = {step}\nL = sum(Y)\nFind dL/d{operand}"))
    component = derive_tensors(build_graph(problem)).components["Y"]
    assert ", ".join(kinds_of(component.at, component.body, operand)) == expected


def test_the_rule_stands_beside_a_gradient_and_is_explained_once() -> None:
    text = "Given X = [[1, 2], [3, 4]], w = [1, 1]\nz = X @ w\np = sigmoid(z)\nL = sum(X @ p)\nFind dL/dw"
    page = " ".join(solve(text).to_text(rules=True).split())
    assert page.count("rule of contraction: in a sum of products") == 1
    assert page.count("rule of contraction") == 2
    assert "element-wise rule: an entry depends on the entry at its own place alone" in page
    assert "rule" not in solve(text).to_text()
