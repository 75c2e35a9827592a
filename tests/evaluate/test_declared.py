"""Matrices that are declared symmetric or diagonal, and whose values are not."""

from __future__ import annotations

import re

import numpy
import pytest

import backprop_derive as bd

TEXT = "Given A = {values} {kind}\nL = sum(A^2)\nFind dL/dA"


@pytest.mark.parametrize(
    ("kind", "values", "found", "expected"),
    [
        ("symmetric", "[[1, 2], [3, 4]]", r"A\[0, 1\] is 2 where A\[1, 0\] is 3", "A[0, 1] = A[1, 0]"),
        ("symmetric", "[[1, 2, 0], [2, 4, 5], [1, 5, 6]]", r"A\[0, 2\] is 0 where A\[2, 0\] is 1", "A[0, 2] = A[2, 0]"),
        ("symmetric", "[[1, 2, 0], [2, 4, 5], [0, 1/2, 6]]", r"A\[1, 2\] is 5 where A\[2, 1\] is 1/2",
         "A[1, 2] = A[2, 1]"),
        ("diagonal", "[[1, 0], [3, 4]]", r"A\[1, 0\] is 3$", "A[1, 0] = 0, off the diagonal"),
        ("diagonal", "[[1, 2], [0, 4]]", r"A\[0, 1\] is 2$", "A[0, 1] = 0, off the diagonal"),
    ],
)  # fmt: skip
def test_values_that_are_not_what_was_declared(kind: str, values: str, found: str, expected: str) -> None:
    with pytest.raises(bd.ProblemError, match=f"A is declared {kind}, and ") as caught:
        bd.solve(TEXT.format(kind=kind, values=values))
    error = caught.value
    assert re.search(found, error.found)
    assert (error.expected, error.hint) == (expected, f"the values corrected, or A without the word {kind}")


@pytest.mark.parametrize(
    ("kind", "values"),
    [("symmetric", "[[1, sqrt(8)], [2*sqrt(2), 4]]"), ("symmetric", "[[1, 1/2], [0.5, 4]]"),
     ("diagonal", "[[1, 0], [1 - 1, 4]]"), ("symmetric", "[[7]]"), ("diagonal", "[[7]]")],
)  # fmt: skip
def test_values_that_are(kind: str, values: str) -> None:
    assert bd.solve(TEXT.format(kind=kind, values=values)).value("A").shape in ((2, 2), (1, 1))


def test_arrays_that_are_not_what_was_declared() -> None:
    symmetric, diagonal = (bd.compile(f"Given A: (2, 2) {kind}\nL = sum(A^2)") for kind in ("symmetric", "diagonal"))
    with pytest.raises(bd.UsageError, match=r"A is declared symmetric, and A\[0, 1\] is 2\.0 where A\[1, 0\] is 3\.0"):
        symmetric(A=[[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(bd.UsageError, match=r"declared diagonal, and A\[1, 0\] is 3\.0 where it is off the diagonal"):
        diagonal(A=[[1.0, 0.0], [3.0, 4.0]])


def test_rounding_is_no_asymmetry() -> None:
    function = bd.compile("Given A: (2, 2) symmetric\nL = sum(A^2)")
    assert function(A=[[1.0, 0.1 + 0.2], [0.3, 4.0]])[0] == pytest.approx(17.18)
    assert function(A=numpy.zeros((2, 2)))[0] == 0
    with pytest.raises(bd.UsageError):
        function(A=[[1.0, 0.3], [0.3 + 1e-6, 4.0]])
