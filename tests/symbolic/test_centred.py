"""Sums of deviations from a mean are 0, and nothing else is taken for one."""

from __future__ import annotations

import sympy

from backprop_derive.symbolic import light
from backprop_derive.symbolic.centred import without_centred_sums

i, k, m, n = (sympy.Symbol(name, integer=True, nonnegative=True) for name in "ikmn")
x, g = light.IndexedBase("x"), light.IndexedBase("g")


def over(index: sympy.Symbol, body: sympy.Expr) -> sympy.Expr:
    return light.Sum(body, (index, sympy.S.Zero, n - 1))


DEVIATION = x[i] - over(k, x[k]) / n


def test_a_sum_of_deviations_is_gone() -> None:
    assert without_centred_sums(over(i, DEVIATION), {}) == 0
    assert without_centred_sums(over(i, g[m] * DEVIATION / 3) + x[m], {m: n}) == x[m]


def test_so_is_one_under_another_sum() -> None:
    both = light.Sum(g[m] * DEVIATION, (m, sympy.S.Zero, n - 1), (i, sympy.S.Zero, n - 1))
    assert without_centred_sums(both + g[i], {i: n}) == g[i]


def test_a_weighted_sum_of_deviations_stays() -> None:
    for kept in (over(i, g[i] * DEVIATION), over(i, DEVIATION**2), over(i, x[i] - over(k, x[k]) / (n + 1))):
        assert without_centred_sums(kept, {}) == kept
