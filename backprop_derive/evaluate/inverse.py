"""Determinant, cofactors and inverse of a matrix of exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .number import Arithmetic, Number

Matrix = list[list[Number]]


def determinant_and_adjugate(arithmetic: Arithmetic, numbers: Sequence[Number], size: int) -> tuple[Number, Matrix]:
    """By Faddeev and LeVerrier's recursion: only whole numbers are divided by, so no pivot is sought, and a singular
    matrix has its cofactors too. The inverse is the adjugate over the determinant."""
    add, multiply = arithmetic.add, arithmetic.multiply
    rows = [list(numbers[k * size : (k + 1) * size]) for k in range(size)]
    adjugate: Matrix = [[Fraction(i == j) for j in range(size)] for i in range(size)]
    for k in range(1, size + 1):
        columns = list(zip(*adjugate, strict=True))
        step = [
            [add([multiply([a, b]) for a, b in zip(row, column, strict=True)]) for column in columns] for row in rows
        ]
        coefficient = multiply([Fraction(-1, k), add([step[i][i] for i in range(size)])])
        if k == size:
            break
        adjugate = [[add([x, coefficient]) if i == j else x for j, x in enumerate(row)] for i, row in enumerate(step)]
    sign = Fraction(-1) ** size
    determinant = multiply([sign, coefficient])
    return determinant, [[multiply([-sign, x]) for x in row] for row in adjugate]
