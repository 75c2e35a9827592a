"""Jacobians, second derivatives and forward mode by declared matrices: all are taken by the free matrix."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.errors import BackpropError

VALUES = {"symmetric": "[[2, 1/2, -1], [1/2, 3, 0], [-1, 0, 5/2]]", "diagonal": "[[2, 0, 0], [0, -3, 0], [0, 0, 1/2]]"}
LOSSES = [
    "L = (x @ A @ x)^2",
    "L = log(det(A)^2) + x @ inv(A) @ x",
    "z = tanh(A @ x)\nL = sum(z^2 * [1, 2, 3])",
    "L = trace(A @ B @ A) + A[0, 1] * A[1, 0] * A[1, 1]",
    "P = softmax(A)\nL = sum(P^2 * B)",
]


def solved(structure: str, steps: str, find: str, values: str = "", **options: Any) -> bd.Solution:
    others = "x = [1, -2, 1/2], B = [[1, 2, -1], [0, 3, 1], [2, 1, -2]]"
    return bd.solve(f"Given A = {values or VALUES[structure]} {structure}, {others}\n{steps}\nFind {find}", **options)


def free(structure: str) -> Any:
    """∂A[i, j]/∂S[p, q] of the structure's formula of a free matrix."""
    size = numpy.arange(3)
    found = numpy.zeros((3, 3, 3, 3))
    for p in size:
        for q in size:
            one = numpy.zeros((3, 3))
            one[p, q] = 1
            found[:, :, p, q] = (one + one.T) / 2 if structure == "symmetric" else one * numpy.eye(3)
    return found


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("structure", VALUES)
def test_second_derivatives_are_those_by_the_free_matrix(structure: str, loss: str) -> None:
    inner = free(structure)
    declared, plain = (
        numpy.asarray(solved(kind, loss, "dL/dA", VALUES[structure]).hessian("A"), dtype=float).reshape((3,) * 4)
        for kind in (structure, "")
    )
    wanted = numpy.einsum("ijkl,ijpq,klrs->pqrs", plain, inner, inner)
    assert declared == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("structure", VALUES)
def test_forward_mode_finds_the_same_gradient(structure: str, loss: str) -> None:
    solution = solved(structure, loss, "dL/dA", mode="forward")
    gradient = numpy.asarray(solution.gradient("A"), dtype=float)
    assert changes(solution) == pytest.approx(gradient.ravel())
    direction = [[1, 2, 0], [2, 3, -1], [0, -1, 1]] if structure == "symmetric" else [[1, 0, 0], [0, 3, 0], [0, 0, -2]]
    along = solved(structure, loss, "dL/dA", direction={"A": direction})
    assert changes(along) == pytest.approx([(gradient * numpy.array(direction)).sum()])


def changes(solution: bd.Solution) -> list[float]:
    """How the loss changes in each sweep."""
    return [float(sweep["tangents"]["L"]["decimal"]) for sweep in json.loads(solution.to_json())["sweeps"]]


def test_a_tangent_is_that_of_the_free_matrix() -> None:
    problem = "Given A = [[2, 1], [1, 3]] symmetric, x = [1, 2]\nh = A @ x\nL = sum(h^2)\nFind dL/dA, dL/dx"
    told = bd.solve(problem, mode="forward").to_text()
    assert "ḣ = 1/2 · (Ȧ @ x + Ȧᵀ @ x)" in told
    assert "ḣ = A @ ẋ" in told


@pytest.mark.parametrize("structure", VALUES)
def test_jacobians_by_a_declared_matrix(structure: str) -> None:
    steps = "y = A @ x\nz = A @ tanh(y)"
    declared, plain = (
        numpy.asarray(solved(kind, steps, "dz/dA", VALUES[structure]).gradient("A"), dtype=float)
        for kind in (structure, "")
    )
    assert declared.shape == (3, 3, 3)
    assert declared == pytest.approx(numpy.einsum("mij,ijpq->mpq", plain, free(structure)))


def test_values_that_contradict_the_declaration_are_refused_for_jacobians_too() -> None:
    with pytest.raises(BackpropError, match=r"A is declared symmetric, and A\[0, 1\] is 2 where A\[1, 0\] is 3"):
        bd.solve("Given A = [[1, 2], [3, 4]] symmetric, x = [1, 2]\ny = A @ x\nFind dy/dx")


@pytest.mark.parametrize("layout", ["denominator", "numerator"])
def test_a_jacobian_is_the_same_in_either_layout(layout: str) -> None:
    told = bd.derive("Given A: (n, n) symmetric, x: (n)\ny = A @ tanh(A @ x)\nFind dy/dx").to_text(
        layout_convention=layout
    )
    assert "numerator layout" not in told
    assert "∂y/∂x = (A ⊙ (1 − tanh(A @ x) ⊙ tanh(A @ x))) @ A" in told


def test_a_hessian_uses_what_was_declared() -> None:
    told = bd.derive(
        "Given A: (n, n) symmetric, x: (n)\nh = A @ x\nL = sum(exp(h)) + x @ A @ x\nFind d2L/dx2"
    ).to_text()
    assert "∂²L/∂x² = A @ (diag(e^h) @ A) + 2A" in told
