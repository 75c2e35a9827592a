"""Contraction: a Kronecker delta under a sum picks one value of the summed index, and the sum is gone.

What SymPy's derivative of a component formula leaves is a sum of products of entries and deltas under sums. Here
each delta kills a sum, index by index (Σ_k δ_kq·B_kj = B_qj); where the index is affine (δ(2s + u, p) in a
convolution) it is solved for, and the bounds that the solution must keep are left as a factor `Inside`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count

import sympy

from ..records import record
from . import light
from .choice import Choice
from .translate import InsideOf

_fresh = count()


@record
class Term:
    """Σ over `sums` (index, size) of the product of `factors`."""

    sums: tuple[tuple[sympy.Symbol, sympy.Expr], ...]
    factors: tuple[sympy.Expr, ...]

    def expression(self) -> sympy.Expr:
        result = sympy.Mul(*self.factors)
        for index, size in reversed(self.sums):
            result = light.Sum(result, (index, sympy.S.Zero, size - 1)) if result.has(index) else size * result
        return result


Sizes = dict[sympy.Symbol, sympy.Expr]


def contracted(expr: sympy.Expr, free: Sizes) -> sympy.Expr:
    """The expression with every delta under a sum contracted; `free` are the indices of the result with their sizes."""
    terms = (_contract(term, free) for term in _terms(expr))
    return sympy.Add(*(term.expression() for term in terms if term is not None))


def _terms(expr: sympy.Expr) -> list[Term]:
    """The expression multiplied out as far as deltas are concerned."""
    if isinstance(expr, sympy.Sum):
        return _terms_of_sum(expr)
    if not _has_delta(expr) and not (expr.is_Mul and _has_sum(expr)):
        return [Term((), (expr,))]
    if expr.is_Add:
        return [term for part in expr.args for term in _terms(part)]
    if isinstance(expr, Choice):
        return [term for part in _cases_apart(expr) for term in _terms(part)]
    if expr.is_Mul:
        products = [Term((), ())]
        for factor in expr.args:
            products = [
                Term((*left.sums, *right.sums), (*left.factors, *right.factors))
                for left in products
                for right in _terms(factor)
            ]
        return products
    return [Term((), (expr,))]


@lru_cache(maxsize=4096)
def _has_delta(expr: sympy.Expr) -> bool:
    return bool(expr.has(sympy.KroneckerDelta, InsideOf))


@lru_cache(maxsize=4096)
def _has_sum(expr: sympy.Expr) -> bool:
    return bool(expr.has(sympy.Sum))


def _cases_apart(expr: Choice) -> list[sympy.Expr]:
    """Each case times 1 where it applies, so that a delta in it can be reached."""
    left, right, a, b = expr.args
    zero, one = sympy.Integer(0), sympy.Integer(1)
    return [a * expr.func(left, right, one, zero), b * expr.func(left, right, zero, one)]


def _terms_of_sum(expr: sympy.Sum) -> list[Term]:
    sums, renamed = [], {}
    for index, _, last in reversed(expr.limits):
        own = sympy.Symbol(f"@s{next(_fresh):09d}", integer=True)  # so that their order is that of their making
        renamed[index] = own
        sums.append((own, last + 1))
    body = expr.function.xreplace(renamed)
    return [Term((*sums, *term.sums), term.factors) for term in _terms(body)]


def _contract(term: Term, free: Sizes) -> Term | None:
    """The term without the deltas that a sum absorbs; None where it is 0."""
    sums = dict(term.sums)
    factors = [f for f in term.factors if f != 1]
    while True:
        if any(f == 0 for f in factors):
            return None
        chosen = _absorbable(factors, sums)
        if chosen is None:
            bounds = {**free, **sums}
            kept = (f for f in factors if not (isinstance(f, InsideOf) and _is_inside(f.args[0], f.args[1], bounds)))
            return Term(tuple(sums.items()), tuple(kept))
        position, index, value = chosen
        size = sums.pop(index)
        rest = factors[:position] + factors[position + 1 :]
        factors = [f.xreplace({index: value}) if index in f.free_symbols else f for f in rest]
        if not _is_inside(value, size, {**free, **sums}):
            factors.append(inside(value, size))
        factors = [f for f in factors if f != 1]


def inside(value: sympy.Expr, size: sympy.Expr) -> sympy.Expr:
    """1 where 0 ≤ value < size; decided where both are numbers."""
    if value.is_Integer and size.is_Integer:
        return sympy.Integer(bool(0 <= value < size))
    return InsideOf(value, size)


def _absorbable(factors: list[sympy.Expr], sums: Sizes) -> tuple[int, sympy.Symbol, sympy.Expr] | None:
    """A delta that determines a summed index, and its value; plain indices before affine ones."""
    affine = None
    for position, factor in enumerate(factors):
        delta = factor.base if factor.is_Pow else factor
        if not isinstance(delta, sympy.KroneckerDelta):
            continue
        for index, value in _solved(delta):
            if index not in sums:
                continue
            if value.is_Symbol or value.is_Integer:
                return position, index, value
            affine = affine or (position, index, value)
    return affine


@lru_cache(maxsize=4096)
def _solved(delta: sympy.KroneckerDelta) -> tuple[tuple[sympy.Symbol, sympy.Expr], ...]:
    """What each index is where the delta is 1, for those that it determines."""
    left, right = delta.args
    if left.is_Symbol and right.is_Symbol:
        return tuple(sorted(((left, right), (right, left)), key=str))
    found = []
    difference = sympy.expand(left - right)
    for index in sorted(difference.free_symbols, key=str):
        slope = difference.coeff(index)
        if index.is_Symbol and slope in (1, -1):
            found.append((index, sympy.expand(index - difference / slope)))
    return tuple(found)


def _is_inside(value: sympy.Expr, size: sympy.Expr, sizes: Sizes) -> bool:
    """Whether a value is sure to be within the bounds of the index that it replaces."""
    if value.is_Integer:
        return bool(value >= 0 and (not size.is_Integer or value < size))
    bound = sizes.get(value)
    if bound is not None:
        return bool(bound == size or (bound.is_Integer and size.is_Integer and bound <= size))
    return bool(size.is_Integer) and _is_affine_inside(value, int(size), sizes)


def _is_affine_inside(value: sympy.Expr, size: int, sizes: Sizes) -> bool:
    """Whether 2i + j stays within the bounds, whatever its indices are."""
    lowest = highest = 0
    for term in sympy.Add.make_args(value):
        slope, index = term.as_coeff_Mul()
        bound = sympy.Integer(1) if index == 1 else sizes.get(index)
        if not slope.is_Integer or bound is None or not bound.is_Integer:
            return False
        ends = (slope, slope) if index == 1 else (0, slope * (bound - 1))
        lowest, highest = lowest + min(ends), highest + max(ends)
    return bool(lowest >= 0 and highest < size)
