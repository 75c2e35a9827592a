"""Which rules of differentiation an expression needs, in the order in which they are met."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.calculus.rules import rules_for


@pytest.mark.parametrize(
    ("expression", "rules"),
    [
        ("x", ("identity",)), ("-x", ("identity",)), ("-x^2", ("multiple", "power")), ("x + w", ("sum",)),
        ("w*x", ("multiple",)), ("x*x", ("product",)), ("x/w", ("multiple",)), ("w/x", ("quotient",)),
        ("x^3", ("power",)), ("2^x", ("exponential",)), ("w^(2*x)", ("exponential", "chain", "multiple")),
        ("(x + 1)^2", ("power", "chain", "sum")), ("where(x > 0, x^2, w)", ("cases", "power")),
        ("sin(x)", ("function sin",)), ("sin(2*x)", ("function sin", "chain", "multiple")),
        ("x*sin(x)", ("product", "function sin")), ("exp(w)*x", ("multiple",)),
    ],
)  # fmt: skip
def test_the_rules_of_an_expression(expression: str, rules: tuple[str, ...]) -> None:
    step = bd.derive(f"Given x, w\nL = {expression}", wrt="x").problem.steps[0].expression
    assert rules_for(step, "x") == rules
