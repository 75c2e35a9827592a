"""A layer derived as one node and expanded to the operations of its formula has the same gradients."""

from __future__ import annotations

import numpy
import pytest

from backprop_derive import derive, solve

GIVENS = """Given X = [[0.5, -1, 2], [1, 0.25, -0.5], [2, 1, 0]], A = [[1, 0.5, 0], [0, 1, -1], [0.5, 2, 1]]
Given v = [1, 0.5, -1], w = [0.25, 1, 2], y = [0, 2, 1]
"""
LAYERS = [
    "layer_norm(X, v, w)", "layer_norm(X @ A, v, w)", "batch_norm(X, v, w)", "batch_norm(X + v, v, w)",
    "rms_norm(X, v)", "linear(X, A, v)", "log_softmax(X)", "attention(X, A, X)", "softmax(X @ A)",
    "logsumexp(X*A, axis=1)",
    "std(X, axis=0)", "cross_entropy(X @ A, y)", "mse(X @ v, w)",
]  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_and_its_expansion_agree(layer: str) -> None:
    text = f"{GIVENS}Y = {layer}\nL = sum(Y*Y)\nFind dL/dX"
    whole, expanded = solve(text), solve(text, expand=True)
    a, b = (numpy.asarray(solution.gradient("X"), float) for solution in (whole, expanded))
    assert a == pytest.approx(b, abs=1e-12)
    assert float(whole.loss) == pytest.approx(float(expanded.loss))


@pytest.mark.parametrize("layer", ["layer_norm(X, v, w)", "batch_norm(X, v, w)", "rms_norm(X, v)", "linear(X, A, v)"])
def test_a_layer_is_split_into_the_operations_of_its_formula(layer: str) -> None:
    expanded = solve(f"{GIVENS}Y = {layer}\nL = sum(Y*Y)\nFind dL/dX", expand=True)
    assert len(expanded.steps) >= 4
    assert layer.partition("(")[0] not in "".join(str(step.expression) for step in expanded.steps)


def test_masked_attention_is_set_apart_as_the_unmasked_one_is() -> None:
    given = "Given Q: (n, d), K: (m, d), V: (m, e), M: (n, m)\n"
    text = derive(f"{given}O = attention(Q, K, V, M)\nL = sum(O^2)\nFind dL/dQ, dL/dV").to_text()
    assert "u₂ = softmax(u₁, mask = M)" in text
    assert "∂L/∂u₁ = (∂L/∂u₂) ⊙ u₂ − u₂ ⊙ rowsum((∂L/∂u₂) ⊙ u₂)" in text
    assert "∂L/∂Q  = 1/√d · (∂L/∂u₁ @ K)" in text
    assert "O holds a softmax, which is set apart" in text
