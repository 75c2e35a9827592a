"""What nobody writes goes out of a formula in matrix notation, and its value stays."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from backprop_derive.indexed.tidy import tidied
from backprop_derive.ops.table import formula
from backprop_derive.syntax.expression import (
    Call,
    Expr,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Product,
    Sum,
    Transpose,
)  # fmt: skip
from backprop_derive.syntax.written import written

A, B = numpy.array([[1.0, 2.0], [3.0, 5.0]]), numpy.array([[0.5, -1.0], [2.0, 7.0]])
CASES = {
    "(A.T).T": "A",
    "(A.T).T @ B": "A @ B",
    "identity(2) @ A": "A",
    "A @ (identity(2)).T @ B": "A @ B",
    "(-A) @ B": "-A @ B",
    "A @ (-B)": "-A @ B",
    "(-A).T": "-A.T",
    "1*A": "A",
    "1*A + (-A @ B)": "A - A @ B",
    "(-(A @ B)) + A": "A - A @ B",
    "-(-A)": "A",
}


def value(expr: Expr) -> Any:
    match expr:
        case Name(key):
            return {"A": A, "B": B}[key]
        case Number(number):
            return float(number)
        case Call("identity"):
            return numpy.eye(2)
        case Negate(operand):
            return -value(operand)
        case Transpose(operand):
            return value(operand).T
        case MatrixProduct(left, right):
            return value(left) @ value(right)
        case Product(factors):
            return numpy.prod([value(factor) * numpy.ones((2, 2)) for factor in factors], axis=0)
        case Sum(terms, minus):
            return sum(-value(term) if m else value(term) for term, m in zip(terms, minus, strict=True))
    raise AssertionError(expr)


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_formula_is_tidied(text: str, expected: str) -> None:
    found = tidied(formula(text))
    assert written(found) == expected
    assert value(found) == pytest.approx(value(formula(text)))
