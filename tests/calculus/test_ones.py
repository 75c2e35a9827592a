"""Axes of size 1 are written as longer ones are; where a 1 is repeated to fit, and no notation is left, by entries."""

from __future__ import annotations

import pytest

import backprop_derive as bd

STEPS = {
    "Given X: (1, 3), W: (3, 1)\nY = X @ W": {"X": "∂L/∂X = ∂L/∂Y @ Wᵀ", "W": "∂L/∂W = Xᵀ @ (∂L/∂Y)"},
    "Given X: (1, 1), W: (1, 1)\nY = X @ W": {"X": "∂L/∂X = ∂L/∂Y @ Wᵀ", "W": "∂L/∂W = Xᵀ @ (∂L/∂Y)"},
    "Given X: (4, 1), b: (1)\nY = X + b": {"X": "∂L/∂X = ∂L/∂Y", "b": "∂L/∂b = colsum(∂L/∂Y)"},
    "Given X: (1, 1)\nY = inv(X)": {"X": "∂L/∂X = −Yᵀ @ (∂L/∂Y) @ Yᵀ"},
    "Given W: (1, n), x: (n)\nY = W @ x": {"W": "∂L/∂W = ∂L/∂Y @ xᵀ", "x": "∂L/∂x = Wᵀ @ (∂L/∂Y)"},
    "Given X: (3, 1), W: (1, 1)\nY = sigmoid(X @ W)": {"X": "∂L/∂X = (Y ⊙ (∂L/∂Y) ⊙ (1 − Y)) @ Wᵀ"},
    "Given X: (1, n)\nY = softmax(X)": {"X": "∂L/∂X = (∂L/∂Y) ⊙ Y − Y ⊙ rowsum((∂L/∂Y) ⊙ Y)"},
    "Given X: (1, 1), v: (3)\nY = X * v": {"X": "∂L/∂X[i, j] = Σ_(k,l) ∂L/∂Y[k, l] · v[l]"},
}


@pytest.mark.parametrize(("step", "expected"), STEPS.items())
def test_a_gradient_is_written_as_for_any_size(step: str, expected: dict[str, str]) -> None:
    text = bd.derive(f"{step}\nL = sum(Y^3)").to_text()
    for shown in expected.values():
        assert shown in " ".join(text.split())
    assert "None" not in text


@pytest.mark.parametrize(
    "reduction", ["prod(X)", "max(X, axis=0)[0]", "reshape(X, (1,))[0]", "mean(X)", "std(X + [[1], [2]])"]
)
def test_what_needs_its_sizes_keeps_them(reduction: str) -> None:
    solution = bd.solve(f"Given X = [[3]]\nY = X^2\nL = {reduction.replace('X', 'Y')}")
    expected = 0 if reduction.startswith("std") else 6
    assert solution.gradient("X") == [[expected]]
