"""Far out, where floats end, the compiled program still has the numbers of the exact evaluation."""

from __future__ import annotations

import pytest

import backprop_derive as bd

from .test_compiled import agree

FAR = ("x = [1000, -1000, 0, 2]", "x = [-900, -901, -902, -900]", "x = [700, 710, 720, 730]", "x = [1, 2, 3, 4]")
FORMULAS = (
    "sum(1/(1 + exp(-x)))", "sum(exp(x)/(1 + exp(x)))", "sum(exp(x)/(1 + exp(x))^2)", "sum(1/(1 + exp(x))^2)",
    "sum(exp(2*x)/(1 + exp(x))^2)", "sum(y*exp(x)/(1 + exp(x)))", "sum(sigmoid(x)*exp(-y))",
    "sum(exp(x - 3)/exp(x))", "sum(y*exp(x))/sum(exp(x))", "sum(y*exp(-x))/sum(exp(-x))",
    "sum(exp(x)/sum(exp(x)) * y)", "sum((exp(x)/sum(exp(x)))^2)", "sum(softmax(x) * log_softmax(x))",
    "log(sum(exp(x)))", "log(sum(y^2*exp(x)))", "log(sum(exp(x)) + sum(exp(2*x)))", "-log(exp(x[0])/sum(exp(x)))",
    "sum(log(1 + exp(x)))", "sum(log(1 + exp(-x)))", "sum(softplus(x) - x)",
    "sum(tanh(x))", "sum((exp(x) - exp(-x))/(exp(x) + exp(-x)))",
    "sum(x*exp(-x^2))", "logsumexp(x) - max(x)", "sum(y*exp(x)/(exp(x) + exp(y)))",
    "sum(exp(x)/(1 + exp(x)) * exp(y)/(1 + exp(y)))", "sum(exp(x)*y)/(sum(exp(x))*sum(exp(y)))",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_far_out(formula: str) -> None:
    for x in FAR:
        agree(f"Given {x}, y = [1, 1/2, 3, 2]\nL = {formula}\nFind dL/dx, dL/dy")


@pytest.mark.parametrize(
    "formula",
    ["sum(exp(x)*exp(-x))", "sum(log(sigmoid(x)))", "sum(log(exp(x)/(1 + exp(x))))", "sum(2*y*log(softmax(x)))"],
)
def test_what_floats_cannot_hold_is_said_and_never_wrong(formula: str) -> None:
    for x in FAR[3:]:
        agree(f"Given {x}, y = [1, 1/2, 3, 2]\nL = {formula}\nFind dL/dx, dL/dy")
    with pytest.raises(bd.DomainError, match=r"log of 0|beyond the range"):
        agree(f"Given {FAR[0]}, y = [1, 1/2, 3, 2]\nL = {formula}\nFind dL/dx, dL/dy")


@pytest.mark.parametrize(
    "formula",
    [
        "sum(y*log(p))", "2*sum(y*log(p))", "sum(2*y*log(p))", "-sum(y*log(p) + (1 - y)*log(1 - p))",
        "sum(log(p)*y*3)", "sum(p*log(p))", "sum(y*log(p)/2)", "sum(y*y*log(p))",
    ],
)  # fmt: skip
def test_nothing_times_the_logarithm_of_nothing_is_nothing(formula: str) -> None:
    agree(f"Given y = [0, 1, 0], p = [0, 1, 0]\nL = {formula} + sum(w*y)\nGiven w = [1, 2, 3]\nFind dL/dw")
