"""A step's own output is found where its definition stands, whatever the order of its terms."""

from __future__ import annotations

import pytest

from backprop_derive.indexed.patterns import whole_in_output
from backprop_derive.ops.table import formula
from backprop_derive.syntax.written import written


@pytest.mark.parametrize(
    ("form", "definition", "expected"),
    [
        ("1 - tanh(W @ x + b)^2", "tanh(W @ x + b)", "1 - h^2"),
        ("1 - tanh(b + W @ x)^2", "tanh(W @ x + b)", "1 - h^2"),
        ("tanh(y*x*2) * exp(b - x*y)", "tanh(2*x*y)", "h * exp(b - x * y)"),
        ("exp(b - x - y)", "exp(b - y - x)", "h"),
        ("exp(x - b)", "exp(b - x)", "exp(x - b)"),
        ("tanh(x @ W + b)", "tanh(W @ x + b)", "tanh(x @ W + b)"),
        ("std(X, axis=1) * std(X)", "std(X, axis=1)", "h * std(X)"),
    ],
)
def test_a_definition_gives_way_to_what_it_defines(form: str, definition: str, expected: str) -> None:
    assert written(whole_in_output(formula(form), formula(definition), "h")) == expected
