"""The normal form: what is equal by renaming and multiplying out is seen to be, and nothing else is."""

from __future__ import annotations

import pytest
import sympy

from backprop_derive.symbolic.canonical import are_equal
from backprop_derive.symbolic.contract import contracted
from backprop_derive.symbolic.opaque import opaque

X, Y, W = (sympy.IndexedBase(name) for name in "XYW")
i, j, k, m, p, q, n = sympy.symbols("i j k m p q n", integer=True, nonnegative=True)
exp, log = opaque("exp"), opaque("log")
FREE = {p: n, q: n}


def total(body: sympy.Expr, *indices: sympy.Symbol) -> sympy.Expr:
    return sympy.Sum(body, *((index, 0, n - 1) for index in indices))


EQUAL = {
    "renamed indices": (total(X[p, i] * Y[i, q], i), total(Y[k, q] * X[p, k], k)),
    "two sums in another order": (total(X[i, j] * Y[j, i], i, j), total(X[j, i] * Y[i, j], i, j)),
    "a product multiplied out": (total((X[p, i] + 1) * Y[i, q], i), total(X[p, i] * Y[i, q], i) + total(Y[i, q], i)),
    "a sum of what does not depend": (total(X[p, q], i), n * X[p, q]),
    "sums inside functions": (exp(total(X[i, p], i)), exp(total(X[j, p], j))),
    "sums inside sums": (total(X[i, p] * exp(total(Y[i, j], j)), i), total(X[k, p] * exp(total(Y[k, i], i)), k)),
    "a square of a sum": (total(X[p, i], i) ** 2, total(X[p, i] * X[p, j], i, j)),
    "a fraction": (total(X[i, q] / total(exp(X[i, k]), k), i), total(X[m, q] / total(exp(X[m, j]), j), m)),
    "a delta": (total(sympy.KroneckerDelta(i, p) * X[i, q], i), X[p, q]),
    "a delta of the result": (sympy.KroneckerDelta(p, q) * X[p, p], sympy.KroneckerDelta(p, q) * X[q, p]),
}
DIFFERENT = {
    "a transpose": (total(X[p, i] * Y[i, q], i), total(X[i, p] * Y[i, q], i)),
    "a sign": (X[p, q] - Y[p, q], X[p, q] + Y[p, q]),
    "a term": (X[p, q] + Y[p, q], X[p, q]),
    "an index": (total(X[p, i] * Y[q, i], i), total(X[p, i] * Y[p, i], i)),
    "one sum for two": (total(X[i, i], i), total(X[i, j], i, j)),
    "the axis of an inner sum": (exp(total(X[p, j], j)), exp(total(X[j, p], j))),
    # Σ_i X_i exp(Σ_j Y_ij) and Σ_i X_i exp(Σ_j Y_jj): inner names must not catch outer ones.
    "an index that an inner sum would catch": (
        total(X[i, p] * exp(total(Y[i, j], j)), i), total(X[i, p] * exp(total(Y[j, j], j)), i),
    ),
    "the same one level deeper": (
        total(X[i, p] * exp(total(Y[i, j] * log(total(W[i, k], k)), j)), i),
        total(X[i, p] * exp(total(Y[i, j] * log(total(W[j, k], k)), j)), i),
    ),
    "the arguments of one atom": (total(exp(X[i, j]) * Y[i, j], i, j), total(exp(X[i, j]) * Y[j, i], i, j)),
    "a power": (total(X[p, i], i) ** 2, total(X[p, i] ** 2, i)),
    "sizes": (n * X[p, q], X[p, q]),
    "a root": (sympy.sqrt(total(X[p, i], i)), total(sympy.sqrt(X[p, i]), i)),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUAL)
def test_what_differs_in_writing_only_is_proved_equal(name: str) -> None:
    assert are_equal(*EQUAL[name], FREE)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_not_equal_is_not_proved_equal(name: str) -> None:
    assert not are_equal(*DIFFERENT[name], FREE)


def test_a_delta_that_picks_a_place_outside_leaves_nothing() -> None:
    out_of_range = sympy.Sum(sympy.KroneckerDelta(i, 5) * X[i, q], (i, 0, 2))
    assert contracted(out_of_range, FREE) == 0
