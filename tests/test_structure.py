"""Matrices declared symmetric or diagonal, from the declaration to the gradient, in values and in documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.errors import BackpropError
from backprop_derive.language.reader import read_problem
from backprop_derive.language.writer import written_problem

VALUES = {"symmetric": "[[2, 1/2, -1], [0.5, 3, 0], [-1, 0, 2.5]]", "diagonal": "[[2, 0, 0], [0, -3, 0], [0, 0, 1/2]]"}
OTHERS = "x = [1, -2, 0.5], B = [[1, 2, -1], [0, 3, 1], [2, 1, -2]]"
LOSSES = [
    "L = x @ A @ x",
    "L = trace(B @ A)",
    "L = log(det(A)^2)",
    "L = x @ inv(A) @ B @ x",
    "z = tanh(A @ x)\nL = sum(z * [1, 2, 3])",
    "M = A @ B @ A.T\nL = sum(M^2) + sum(A)^3",
    "P = softmax(A)\nL = sum(P^2 * B) + det(A)*trace(A)",
    "L = A[0, 1] * A[1, 0] + A[1, 1]^2 + A[2, 0]*A[0, 0]",
    "L = norm(A[1]) + einsum(\"ij,jk,ki->\", A, B, A)",
    "C = concat([A, B])\nL = sum(C^3) + max(A)",
]  # fmt: skip


def text(structure: str, loss: str) -> str:
    return f"Given A = {VALUES[structure]} {structure}, {OTHERS}\n{loss}\nFind dL/dA, dL/dx"


def floats(array: Any) -> Any:
    return numpy.asarray(array, dtype=float)


def undeclared(problem: str) -> Callable[[Any], float]:
    """The loss as a function of A, with no declaration in the way."""
    function = bd.compile(problem.replace(" symmetric,", ",").replace(" diagonal,", ",").replace(", dL/dx", ""))
    others = {"x": floats([1, -2, 0.5]), "B": floats([[1, 2, -1], [0, 3, 1], [2, 1, -2]])}
    return lambda matrix: function({"A": matrix, **others})[0]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("structure", VALUES)
def test_the_gradient_is_the_slope_along_every_direction_of_the_kind(structure: str, loss: str) -> None:
    problem = text(structure, loss)
    solution, loss_at, h = bd.solve(problem), undeclared(problem), 1e-5
    gradient, matrix = floats(solution.gradient("A")), floats(solution.value("A"))
    for i in range(3):
        for j in range(i + 1):
            direction = numpy.zeros((3, 3))
            direction[i, j] = direction[j, i] = 1.0
            if structure == "diagonal" and i != j:
                assert gradient[i, j] == gradient[j, i] == 0
                continue
            slope = (loss_at(matrix + h * direction) - loss_at(matrix - h * direction)) / (2 * h)
            assert (gradient * direction).sum() == pytest.approx(slope, rel=1e-6, abs=1e-6)
            assert gradient[i, j] == gradient[j, i]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("structure", VALUES)
def test_other_gradients_are_what_they_are_without_the_declaration(structure: str, loss: str) -> None:
    declared = bd.solve(text(structure, loss))
    free = bd.solve(text(structure, loss).replace(f" {structure},", ","))
    assert declared.loss == free.loss
    if "x" in loss:
        assert floats(declared.gradient("x")) == pytest.approx(floats(free.gradient("x")))
    projected = floats(free.gradient("A"))
    projected = (projected + projected.T) / 2 if structure == "symmetric" else projected * numpy.eye(3)
    assert floats(declared.gradient("A")) == pytest.approx(projected)


def test_exact_values_stay_exact_and_an_update_keeps_the_kind() -> None:
    solution = bd.solve(
        "Given A = [[2, 1], [1, 3]] symmetric, B = [[1, 2], [4, 5]]\nL = trace(B @ A)\nParameters: A\nlr = 1/2"
    )
    assert solution.gradient("A").tolist() == [[1, 3], [3, 5]]
    assert solution.updated(1)["A"].tolist() == (numpy.array([[2, 1], [1, 3]]) - solution.gradient("A") / 2).tolist()


def test_compiled_gradients_are_those_of_the_solution_and_arrays_of_another_kind_are_refused() -> None:
    function = bd.compile("Given A: (n, n) symmetric, x: (n)\nL = x @ A @ x + log(det(A))")
    matrix, x = floats([[2, 0.5], [0.5, 1]]), floats([1, 2])
    _, gradients = function(A=matrix, x=x)
    assert gradients["A"] == pytest.approx(numpy.outer(x, x) + numpy.linalg.inv(matrix))
    assert gradients["x"] == pytest.approx(2 * matrix @ x)
    with pytest.raises(bd.UsageError, match=r"A is declared symmetric, and A\[0, 1\] is 0.5 where A\[1, 0\] is 3"):
        function(A=floats([[2, 0.5], [3, 1]]), x=x)


# --- in documents


@pytest.mark.parametrize(
    ("declaration", "loss", "by", "form"),
    [
        ("symmetric", "L = x @ A @ x", "x", "2(A @ x)"),
        ("symmetric", "L = x @ A @ x", "A", "x @ xᵀ"),
        ("symmetric", "L = log(det(A))", "A", "A⁻¹"),
        ("symmetric", "L = trace(B @ A)", "A", "1/2 · (B + Bᵀ)"),
        ("symmetric", "L = x @ inv(A) @ x", "x", "2(A⁻¹ @ x)"),
        ("diagonal", "L = x @ A @ x", "x", "2(A @ x)"),
        ("diagonal", "L = trace(B @ A)", "A", "Bᵀ ⊙ I[n]"),
        ("diagonal", "L = log(det(A))", "A", "A⁻¹"),
    ],
)
def test_matrix_notation_uses_what_was_declared(declaration: str, loss: str, by: str, form: str) -> None:
    told = bd.derive(f"Given A: (n, n) {declaration}, x: (n), B: (n, n)\n{loss}\nFind dL/d{by}").to_text()
    assert f"∂L/∂{by} = {form}\n" in told


def test_the_declaration_and_its_convention_are_said() -> None:
    told = " ".join(bd.derive("Given A: (n, n) symmetric, D: (n, n) diagonal\nL = trace(A @ D)").to_text().split())
    assert "A is symmetric: A = Aᵀ." in told
    assert "D is diagonal: D = D ⊙ I[n]." in told
    assert "A is differentiated as ½(S + Sᵀ) of a free matrix S" in told
    assert "the gradient is 0 off the diagonal" in told
    held = bd.derive("Given A: (n, n) symmetric, x: (n)\nL = x @ A @ x\nFind dL/dx").to_text()
    assert "½(S + Sᵀ)" not in held, "no gradient by A is shown"


def test_json_names_the_structure() -> None:
    givens = json.loads(bd.derive("Given A: (n, n) symmetric, B: (n, n)\nL = trace(A @ B)").to_json())["givens"]
    assert [given.get("structure") for given in givens] == ["symmetric", None]


# --- in the language


@pytest.mark.parametrize(
    "given",
    [
        "A: (2, 2) symmetric",
        "A = [[2, 1], [1, 3]] symmetric",
        "A: (2, 2) diagonal = [[2, 0], [0, 3]]",
        "A: (2, 2) = [[2, 0], [0, 3]] diagonal",
        "A symmetric = [[2, 1], [1, 3]]",
        "A = [[2, 1], [1, 3]] symmetric, B = [[2, 0], [0, 1]] diagonal, c = 2",
    ],
)
def test_a_declaration_is_read_and_written(given: str) -> None:
    problem = f"Given {given}\nL = sum(A)"
    read = read_problem(problem)
    assert read.givens[0].structure in ("symmetric", "diagonal")
    assert read_problem(written_problem(read)) == read


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("A = [[2, 1], [1/2, 3]] symmetric", "A is declared symmetric, and A[0, 1] is 1 where A[1, 0] is 1/2"),
        ("A = [[2, 1], [0, 3]] diagonal", "A is declared diagonal, and A[0, 1] is 1"),
        ("A: (2, 3) symmetric", "A is declared symmetric and has shape (2, 3)"),
        ("A: (n) diagonal", "A is declared diagonal and has shape (n,)"),
        ("A = 3 symmetric", "A is declared symmetric and has shape ()"),
        ("A symmetric", "symmetric says something of a matrix, and there is none"),
        ("A: (n, n) symetric", "unexpected 'symetric'"),
        ("A: (n, n) symmetric diagonal", "unexpected 'diagonal'"),
        ("A = [[1, 2], [2, 1]] symmetric B = 2", "unexpected 'B'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_where_it_stands(given: str, found: str) -> None:
    with pytest.raises(BackpropError) as caught:
        bd.solve(f"Given {given}\nL = sum(A)")
    assert found in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.line == 1


def test_closed_forms_of_one_value_are_symmetric_and_values_of_a_caller_are_checked() -> None:
    problem = "Given A = [[1, sqrt(2)/2], [1/sqrt(2), 3]] symmetric\nL = sum(A)"
    assert bd.solve(problem).gradient("A").tolist() == [[1, 1], [1, 1]]
    with pytest.raises(BackpropError, match=r"A\[0, 1\] is 1 where A\[1, 0\] is 2"):
        bd.solve(problem, given={"A": [[0, 1], [2, 0]]})


def test_a_large_matrix_is_checked_and_differentiated_in_double_precision() -> None:
    size = 120
    rows = [[1 / (1 + abs(i - j)) for j in range(size)] for i in range(size)]
    problem = f"Given A: ({size}, {size}) symmetric, B: ({size}, {size})\nM = A @ B @ A\nL = sum(M)\nFind dL/dA"
    other = [[float(i - j) for j in range(size)] for i in range(size)]
    gradient = bd.solve(problem, given={"A": rows, "B": other}).gradient("A")
    assert gradient == pytest.approx(gradient.T, abs=1e-9)
    rows[3][5] = 7
    with pytest.raises(BackpropError, match=r"A\[3, 5\] is 7 where A\[5, 3\] is 0.333"):
        bd.solve(problem, given={"A": rows, "B": other})
