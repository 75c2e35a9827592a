"""Entries of declared matrices: SymPy is told what the declaration says, and differentiates by the free entries.

A matrix A of a structure is a formula of a free matrix S (`indexed.structure`). What depends on A is differentiated by
S[p, q] with the chain rule, Σ_ij ∂f/∂A[i, j]·∂A[i, j]/∂S[p, q], whose second factor SymPy derives from that formula.
An entry of a symmetric matrix has its places in order, so that A[i, j] and A[j, i] are one; an entry of a diagonal one
is 0 where its places differ.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy

from . import light

_F = light.IndexedBase("F")
_I, _J, _P, _Q = sympy.symbols("i j p q", integer=True, nonnegative=True)


class StructuredBase(light.IndexedBase):
    """A matrix that was declared to have a structure, which its inverse and its cofactors have too."""

    structure: str

    def __getitem__(self, places: Any, **_: Any) -> sympy.Expr:
        i, j = places
        return self.entry(i, j)

    def entry(self, i: sympy.Expr, j: sympy.Expr) -> light.Indexed:
        """The free entry that stands at these places, by which is differentiated."""
        entry: light.Indexed = light.Indexed(self, i, j)
        return entry

    @abstractmethod
    def settled(self, of: Callable[..., sympy.Expr], i: sympy.Expr, j: sympy.Expr) -> sympy.Expr | None:
        """An entry `of(self, i, j)` as the structure has it; None where it is settled."""


class SymmetricBase(StructuredBase):
    structure = "symmetric"

    def entry(self, i: sympy.Expr, j: sympy.Expr) -> light.Indexed:
        return SymmetricEntry(self, i, j)

    def settled(self, of: Callable[..., sympy.Expr], i: sympy.Expr, j: sympy.Expr) -> sympy.Expr | None:
        return None if in_order(i, j) == (i, j) else of(self, j, i)


class DiagonalBase(StructuredBase):
    structure = "diagonal"

    def __getitem__(self, places: Any, **_: Any) -> sympy.Expr:
        i, j = places
        return self.entry(i, j) * light.KroneckerDelta(i, j)

    def settled(self, of: Callable[..., sympy.Expr], i: sympy.Expr, j: sympy.Expr) -> sympy.Expr | None:
        return None if i == j else of(self, i, i) * light.KroneckerDelta(i, j)


class SymmetricEntry(light.Indexed):
    """A[i, j] of a symmetric matrix. Whatever replaces its places, they come into order again."""

    def __new__(cls, base: Any, i: sympy.Expr, j: sympy.Expr) -> SymmetricEntry:
        made: SymmetricEntry = super().__new__(cls, base, *in_order(i, j))
        return made

    def _eval_derivative(self, variable: sympy.Basic) -> sympy.Expr:
        if not isinstance(variable, SymmetricEntry) or variable.base != self.base:
            return sympy.S.Zero
        i, j = self.indices
        delta = light.KroneckerDelta
        return by_free_entry(self.base, lambda a, b: delta(i, a) * delta(j, b), *variable.indices)


def in_order(i: sympy.Expr, j: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Two places in an order that depends on nothing but them."""
    return (j, i) if str(j) < str(i) else (i, j)


_BASES: dict[str, type[StructuredBase]] = {cls.structure: cls for cls in (SymmetricBase, DiagonalBase)}


def matrix_base(key: str, structure: str) -> light.IndexedBase:
    """The SymPy object of a tensor, with the structure that was declared or none."""
    return _BASES[structure](key) if structure else light.IndexedBase(key)


def by_free_entry(
    matrix: light.IndexedBase, by_entry: Callable[[Any, Any], sympy.Expr], p: sympy.Expr, q: sympy.Expr
) -> sympy.Expr:
    """The derivative by the free entry [p, q], where `by_entry` is that by the matrix's own entries."""
    if not isinstance(matrix, StructuredBase):
        return by_entry(p, q)
    rule = _chain_rule(matrix.structure)
    pulled = rule.xreplace({_P: p, _Q: q})
    return pulled.replace(
        lambda part: isinstance(part, light.Indexed) and part.base == _F, lambda f: by_entry(*f.indices)
    )


@lru_cache(maxsize=len(_BASES))
def _chain_rule(structure: str) -> sympy.Expr:
    """Σ_ij F[i, j]·∂A[i, j]/∂S[p, q], with the derivative taken by SymPy from the structure's formula."""
    from ..indexed.component import Components
    from ..indexed.shape import shape_of
    from ..indexed.structure import FREE, SIZE, definition
    from ..syntax.expression import Name
    from .contract import contracted
    from .translate import to_sympy

    shapes = {FREE: (SIZE, SIZE)}
    size = sympy.Symbol(SIZE, integer=True, positive=True)
    components = Components(shapes, lambda expr: shape_of(expr, shapes))
    entry = components.entry(definition(structure), (Name("i"), Name("j")))
    free = light.IndexedBase(FREE)
    body = to_sympy(entry, {FREE: free, SIZE: size, "i": _I, "j": _J})
    derivative = _F[_I, _J] * light.derivative(body, free[_P, _Q])
    total = light.Sum(sympy.expand(derivative), *((index, sympy.S.Zero, size - 1) for index in (_J, _I)))
    return contracted(total, {_P: size, _Q: size})
