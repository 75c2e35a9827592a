"""Deviations from the mean add up to nothing: Σ_i (x_i − 1/n Σ_k x_k) is 0.

The derivative of every normalisation holds such sums, since the mean depends on every entry; textbooks leave them out.
"""

from __future__ import annotations

import sympy

from . import light
from .canonical import are_equal
from .contract import Sizes


def without_centred_sums(expr: sympy.Expr, free: Sizes) -> sympy.Expr:
    """The expression without the sums of deviations that are proved to be 0; `free` are the sizes of its indices."""
    found = {total: sympy.S.Zero for total in expr.atoms(sympy.Sum) if _vanishes(total, free)}
    return expr.xreplace(found) if found else expr


def _vanishes(total: sympy.Sum, free: Sizes) -> bool:
    """Whether the sum over one of the indices, of what depends on it, is 0 whatever the other indices are."""
    bounds = {**free, **{index: last + 1 for index, _, last in total.limits}}
    for limit in total.limits:
        over = [factor for factor in sympy.Mul.make_args(total.function) if limit[0] in factor.free_symbols]
        is_candidate = len(over) == 1 and _is_deviation(over[0])
        if is_candidate and are_equal(light.Sum(over[0], limit), sympy.S.Zero, bounds):
            return True
    return False


def _is_deviation(factor: sympy.Expr) -> bool:
    return factor.is_Add and any(part.has(sympy.Sum) for part in factor.args)
