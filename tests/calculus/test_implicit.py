"""Determinant and inverse of any size: exact values, and gradients that need no expansion."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
import sympy

import backprop_derive as bd
from backprop_derive.errors import DomainError


def matrix(size: int) -> list[list[int]]:
    return [[(3 * i * i + 5 * j + i * j * j) % 7 + (4 if i == j else 0) for j in range(size)] for i in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 8, 12])
def test_a_determinant_and_its_gradient_are_exact(size: int) -> None:
    solution = bd.solve(f"Given X = {matrix(size)}\nL = det(X)")
    true = sympy.Matrix(matrix(size))
    assert solution.loss == true.det()
    assert numpy.asarray(solution.gradient("X")).tolist() == true.cofactor_matrix(method="berkowitz").tolist()


@pytest.mark.parametrize("size", [1, 2, 7])
def test_an_inverse_and_its_gradient_are_exact(size: int) -> None:
    solution = bd.solve(f"Given X = {matrix(size)}\nY = inv(X)\nL = sum(Y)")
    inverse = sympy.Matrix(matrix(size)).inv()
    ours = [[Fraction(int(x.p), int(x.q)) for x in row] for row in inverse.tolist()]
    assert [[Fraction(x) for x in row] for row in numpy.asarray(solution.value("Y")).tolist()] == ours
    ones = sympy.ones(size, size)
    expected = (-inverse.T * ones * inverse.T).tolist()
    assert [[Fraction(x) for x in row] for row in numpy.asarray(solution.gradient("X")).tolist()] == [
        [Fraction(int(x.p), int(x.q)) for x in row] for row in expected
    ]


def test_a_singular_matrix_has_the_gradient_of_its_determinant_too() -> None:
    solution = bd.solve("Given X = [[1, 2], [2, 4]]\nL = det(X)")
    assert solution.loss == 0
    assert numpy.asarray(solution.gradient("X")).tolist() == [[4, -2], [-2, 1]]


def test_a_singular_matrix_has_no_inverse_and_is_told_so() -> None:
    with pytest.raises(DomainError, match="singular"):
        bd.solve("Given X = [[1, 2], [2, 4]]\nL = sum(inv(X))")


def test_an_inverse_of_roots_keeps_its_closed_form() -> None:
    solution = bd.solve("Given X = [[sqrt(2), 1], [1, sqrt(2)]]\nL = det(X)")
    assert solution.loss == 1


@pytest.mark.parametrize("expression", ["det(X)", "sum(inv(X)**2)", "log(det(X.T @ X))"])
def test_compiled_functions_know_them_too(expression: str) -> None:
    values = numpy.array(matrix(4), dtype=float)
    loss, gradients = bd.compile(f"Given X: (n, n)\nL = {expression}")({"X": values})
    exact = bd.solve(f"Given X = {matrix(4)}\nL = {expression}")
    assert loss == pytest.approx(float(exact.loss), rel=1e-9)
    assert gradients["X"] == pytest.approx(numpy.asarray(exact.gradient("X"), dtype=float), rel=1e-9, abs=1e-12)


def test_compiled_cofactors_of_a_singular_matrix_are_right() -> None:
    _, gradients = bd.compile("Given X: (2, 2)\nL = det(X)")({"X": [[1, 2], [2, 4]]})
    assert gradients["X"] == pytest.approx(numpy.array([[4.0, -2], [-2, 1]]), abs=1e-12)
