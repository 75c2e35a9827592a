"""A value that does not exist is told with the line that asks for it, in tensors and in numbers."""

from __future__ import annotations

import pytest

import backprop_derive as bd


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("Given x = [1, 0]\nz = 2*log(x)\nL = sum(z)", (2, 5), "log of 0: log(x[1]) needs x > 0, and x is 0 (in z)"),
        ("Given x = 0\nz = 2*log(x)\nL = z", (2, 5), "log of 0: log(x) needs x > 0, and x is 0 (in z)"),
        ("Given y = 1, x = [1, log(0)]\nL = sum(x)", (1, 14), "log of 0: log(0) needs x > 0, and x is 0 (in x)"),
        ("Given y = 1, x = log(0)\nL = x", (1, 14), "log of 0: log(0) needs x > 0, and x is 0 (in x)"),
        ("Given x = [2, 0]\nz = 1/x\nL = sum(z)", (2, 5), "division by zero: x[1] is 0 in 1/x[1] (in z)"),
        ("Given x = [[1, 2], [2, 4]]\nB = inv(x)\nL = sum(B)", (2, 5),
         "the matrix is singular: its determinant is 0, so it has no inverse (in B)"),
        ("Given x = [[1, 2], [3, 4]]\nB = inv(x)\nC = 1/(x - 1)\nL = sum(B) + sum(C)", (3, 5),
         "division by zero: x[0, 0] - 1 is 0 in 1/(x[0, 0] - 1) (in C)"),
        ("Given x = 1\nz = sqrt(x - 1)\nL = z", (2, 5),
         "the derivative of z by x does not exist here: division by zero: 2z is 0 in 1/(2z)"),
        ("Given x = 5\nz = asin(x)\nL = z", (2, 5), "asin of a number: asin(x) needs -1 <= x <= 1, and x is 5 (in z)"),
    ],
)  # fmt: skip
def test_where_a_value_does_not_exist(text: str, place: tuple[int, int], found: str) -> None:
    with pytest.raises(bd.DomainError) as caught:
        bd.solve(f"{text}\nFind dL/dx")
    error = caught.value
    assert error.place is not None
    assert ((error.place.line, error.place.column), error.found) == (place, found)
