"""Means and variances called by their names, and only where they are ones."""

from __future__ import annotations

import pytest

from backprop_derive.indexed.means import counted, with_means
from backprop_derive.ops.table import formula
from backprop_derive.syntax.written import written

SHAPES = {"x": ("n",), "u": (4,), "X": (3, 5), "w": ()}

FORMS = [
    ("x - sum(x)/n", "x - mean(x)"),
    ("3*x - 3*sum(x)/n", "3 * (x - mean(x))"),
    ("w*u/3 - w*sum(u)/12", "1/3 * w * (u - mean(u))"),
    ("X - sum(X, axis=0)/3", "X - mean(X, axis=0)"),
    ("X - sum(X)/15", "X - mean(X)"),
    ("sum(u)/4 - u", "-(u - mean(u))"),
    ("sum((u - sum(u)/4)^2)/4", "var(u)"),
    ("sum(w*(u - sum(u)/4)^2)/2", "2 * w * var(u)"),
    ("sqrt(sum((u - sum(u)/4)^2)/4)", "std(u)"),
]

OTHERS = [
    ("u - sum(u)/3", "u - sum(u)/3"),  # not the number of its entries
    ("x - sum(x)/4", "x - sum(x)/4"),
    ("u - 2 * sum(u)/4", "u - 2 * sum(u)/4"),
    ("X - sum(X, axis=0)/5", "X - sum(X, axis=0)/5"),
    ("u - sum(u^2)/4", "u - sum(u^2)/4"),
    ("sum((u - sum(u)/4)^3)/4", "sum((u - mean(u))^3)/4"),
    ("sum((u - sum(u)/4)^2) + 1", "sum((u - mean(u))^2) + 1"),
    ("sum((X - sum(X, axis=0)/3)^2)/15", "sum((X - mean(X, axis=0))^2)/15"),  # a mean a column, one sum over all
]


@pytest.mark.parametrize(("text", "form"), [*FORMS, *OTHERS])
def test_means_and_variances_have_their_names_and_nothing_else_has(text: str, form: str) -> None:
    assert written(with_means(formula(text), SHAPES)) == form


def test_an_axis_is_counted_from_the_first() -> None:
    assert written(counted(formula("std(X, axis=-1)"), SHAPES)) == "std(X, axis=1)"
    assert written(counted(formula("std(X)"), SHAPES)) == "std(X)"
