"""Numerator layout: vectors are columns, the gradient by one is a row, and that by a matrix is transposed.

Notes are read so where they say it, "in numerator layout", in any of our languages, and as much of them holds as by
gradients in the shape of their variables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

import numpy as np

from ..document import Derivative, Differential, MathNode
from ..syntax.expression import Call, Index, MatrixProduct, Product, Quotient, Sum, Transpose
from .arrays import Array, Arrays, is_filling
from .entries import Entries, is_by_entries
from .formula import Formula
from .indices import entry_of
from .operations import combined, part_of
from .values import symbol_key

_SAYS_SO = re.compile(
    r"numerator[\s-]+layout|Z(?:ä|ae)hler-?layout|disposition\s+au\s+num[ée]rateur|disposici[óo]n\s+de\s+numerador|分子布局",
    re.IGNORECASE,
)
# What is told of columns stands in a row.
_IN_ROWS = frozenset("colsum colmean colvar colstd".split())


def speaks_of_numerator(formulas: Sequence[Formula]) -> bool:
    """Whether notes say that gradients are in numerator layout."""
    sources = {id(formula.source.text): formula.source.text for formula in formulas}
    return any(_SAYS_SO.search(text) for text in sources.values())


class NumeratorArrays(Arrays):
    """The values of one scope, gradients transposed; vectors have one axis and count as columns."""

    def nearby(self) -> tuple[Arrays, ...]:
        return tuple(NumeratorArrays(self.scope, point.seed, self) for point in super().nearby())

    def value(self, node: MathNode) -> Array:
        if is_by_entries(node):
            return super().value(node)
        match node:
            case Transpose(operand) if not is_filling(node):
                found = self.value(operand)
                return found[None, :] if found.ndim == 1 else found.T
            case MatrixProduct(left, right) if not (is_filling(left) or is_filling(right)):
                return _product(self.value(left), self.value(right))
            case Sum(terms, minus):
                signed = [(-1 if m else 1) * self.value(t) for t, m in zip(terms, minus, strict=True)]
                return reduce(lambda a, b: combined("sum", *_alike(a, b)), signed)
            case Product(factors):
                return reduce(lambda a, b: combined("product", *_alike(a, b)), map(self.value, factors))
            case Quotient(above, below):
                return combined("quotient", *_alike(self.value(above), self.value(below)))
            case Call(function) if function in _IN_ROWS:
                return np.atleast_2d(super().value(node))
            case Index(base, items) if any(item is None for item in items):
                found = self.value(base)
                return part_of(np.ravel(found) if found.ndim == 2 and 1 in found.shape else found, items)
        return super().value(node)

    def known(self, node: MathNode) -> Array:
        found = super().known(node)
        base, places = entry_of(node)
        symbol = symbol_key(base, self.scope.loss)
        is_gradient = isinstance(base, Derivative | Differential) and (symbol is None or len(symbol) == 2)
        if places or not is_gradient:
            return found
        return found[None, :] if found.ndim == 1 else found.T if found.ndim == 2 else found

    def entries(self) -> Entries:
        """An entry of a gradient is the derivative by that entry, wherever it stands."""
        known = super().entries()
        return Entries(lambda node: self._by_itself(node), known.is_data)

    def _by_itself(self, node: MathNode) -> Array:
        return Arrays.known(self, node) if isinstance(node, Derivative | Differential) else self.value(node)


def _alike(a: Array, b: Array) -> tuple[Array, Array]:
    """A column and a vector as vectors; beside a matrix, either as what fits, a column or something for every row."""
    if a.ndim == 2 and b.ndim == 1:
        if a.shape[1] == 1 and len(a) == len(b):
            return a[:, 0], b
        if a.shape[1] != len(b) and len(a) == len(b):
            return a, b[:, None]
    if a.ndim == b.ndim == 2 and a.shape[1] == 1 and len(a) != len(b) and len(a) == b.shape[1]:
        return a[:, 0], b
    if b.ndim == a.ndim == 2 and b.shape[1] == 1 and len(a) != len(b) and len(b) == a.shape[1]:
        return a, b[:, 0]
    if a.ndim == 1 and b.ndim == 2:
        second, first = _alike(b, a)
        return first, second
    return a, b


def _product(a: Array, b: Array) -> Array:
    if not a.shape or not b.shape:
        return a * b
    if a.ndim == 1 and b.ndim == 2 and len(b) == 1:
        return np.outer(a, b)
    found = combined("matrix product", a, b)
    return found[..., 0] if found.ndim and found.shape == (1,) else found
