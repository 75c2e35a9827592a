"""Where the product of tensors cancels across steps, the short form is shown in matrix notation, and it is proved."""

from __future__ import annotations

import re

import numpy
import pytest

from backprop_derive import derive, solve
from backprop_derive.calculus.cancel_tensors import with_short_adjoints
from backprop_derive.calculus.tensors import derive_tensors
from backprop_derive.derivation import ShortTensor
from backprop_derive.graph import build_graph
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.written import written

BINARY = "Given z: (n), y: (n)\np = {p}\nL = {loss}\nFind dL/dz"
CLASSES = "Given Z: (n, k), Y: (n, k)\nP = softmax(Z)\nL = -sum(Y*log(P))\nFind dL/dZ"
VECTOR = "Given z = [1, 2, 0], y = {y}\np = softmax(z)\nL = -sum(y*log(p))\nFind dL/dz"
BY_HAND = "Given z = [1, 2, 0], y = {y}\ne = exp(z)\nS = sum(e)\np = e/S\nL = -sum(y*log(p))\nFind dL/dz"


def short(text: str, has_values: bool = False) -> dict[str, ShortTensor]:
    derivation = derive_tensors(build_graph(read_problem(text)))
    return dict(with_short_adjoints(derivation, has_values).short)


def matrix(found: ShortTensor | None) -> str:
    assert found is not None
    assert found.matrix is not None
    return written(found.matrix)


@pytest.mark.parametrize("p", ["sigmoid(z)", "1/(1 + exp(-z))"])
@pytest.mark.parametrize(
    "loss", ["bce(p, y, reduction=sum)", "-sum(y*log(p) + (1-y)*log(1-p))", "-dot(y, log(p)) - dot(1-y, log(1-p))"]
)
def test_a_sigmoid_and_binary_cross_entropy_are_p_minus_y(p: str, loss: str) -> None:
    assert matrix(short(BINARY.format(p=p, loss=loss))["z"]) == "p - y"


def test_a_softmax_and_the_logarithm_of_its_entries_keep_an_unknown_targets_sum() -> None:
    found = short(CLASSES)["Z"]
    assert re.sub(r" ", "", matrix(found)) in ("P*sum(Y,axis=1)[:,None]-Y", "P*sum(Y,axis=1,keepdims=true)-Y")
    assert matrix(found.reduced) == "P - Y"
    assert not found.is_known
    page = derive(CLASSES).to_text()
    assert "∂L/∂Z = P ⊙ rowsum(Y) − Y, which is P − Y where rowsum(Y) = 1" in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("text", [VECTOR, BY_HAND])
@pytest.mark.parametrize("y", ["[0, 1, 0]", "[0.25, 0.5, 1/4]"])
def test_a_target_whose_entries_add_up_to_1_is_said_to(text: str, y: str) -> None:
    found = short(text.format(y=y), has_values=True)["z"]
    assert matrix(found.reduced) == "p - y"
    assert found.is_known
    assert "p − y, since sum(y) = 1" in solve(text.format(y=y)).to_text()


MATRICES = "Given Z = [[1, 2, 0], [0, 1, 1]], Y = {y}\nP = softmax(Z{axis})\nL = -sum(Y*log(P))\nFind dL/dZ"
ROWS, COLUMNS = "[[0, 1, 0], [1/4, 1/4, 0.5]]", "[[0, 1, 1/4], [1, 0, 3/4]]"


@pytest.mark.parametrize(
    ("y", "axis", "is_known"),
    [
        (ROWS, "", True), (ROWS, ", axis=1", True), (ROWS, ", axis=-1", True), (ROWS, ", axis=0", None),
        (COLUMNS, ", axis=0", True), (COLUMNS, ", axis=-2", True), (COLUMNS, "", None),
        ("sin([[1, 2, 3], [4, 5, 6]])", "", None),
    ],
)  # fmt: skip
def test_the_rows_or_the_columns_of_a_target_add_up_to_1(y: str, axis: str, is_known: bool | None) -> None:
    found = short(MATRICES.format(y=y, axis=axis), has_values=True)["Z"]
    assert found.is_known == is_known or (is_known is None and found.reduced is None)
    if is_known:
        assert matrix(found.reduced) == "P - Y"


def test_a_target_whose_entries_do_not_add_up_to_1_keeps_its_sum() -> None:
    found = short(VECTOR.format(y="[1, 1, 0]"), has_values=True)["z"]
    assert found.reduced is None
    assert matrix(found) == "sum(y) * p - y"


@pytest.mark.parametrize("y", ["[0, 1, 0]", "[1, 1, 0]"])
def test_a_short_form_has_the_values_of_the_gradient(y: str) -> None:
    solution = solve(BY_HAND.format(y=y))
    p, target = (numpy.asarray(solution.value(name), float) for name in ("p", "y"))
    assert numpy.asarray(solution.gradient("z"), float) == pytest.approx(target.sum() * p - target)


@pytest.mark.parametrize(
    "text",
    [
        "Given X: (n, d), w: (d), y: (n)\nr = X @ w - y\nL = sum(r^2)\nFind dL/dw",
        "Given Z: (n, k), y: (n)\nP = softmax(Z)\nL = sum(P*P)\nFind dL/dZ",
        "Given x: (n), s\nz = x/s\nL = sum(z^2)\nFind dL/dx",
    ],
)
def test_an_ordinary_chain_is_left_as_it_is(text: str) -> None:
    assert short(text) == {}


def test_an_answer_is_composed_of_the_short_form() -> None:
    text = "Given X: (n, d), w: (d), y: (n)\nz = X @ w\np = sigmoid(z)\nL = bce(p, y)\nFind dL/dw"
    assert "Answer ∂L/∂w = 1/n · (Xᵀ @ (p − y))" in derive(text).to_text()
