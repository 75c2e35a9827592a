"""Tensors as mathematics: values as matrices, products of tensors as ⊙, component formulas with letters for indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ..derivation import Component
from ..document import Entry, Entrywise, MathNode, Reals
from ..errors import ProblemError
from ..indexed.shape import Shape, shape_of
from ..solution import TensorValue
from ..syntax.expression import Expr, Index, ListOf, Name, Number, Over, Power, Product, map_children, walk
from .numbers import Style

# A tensor with more entries, or a longer row, is named by its shape: nobody reads a wall of digits.
_MOST_ENTRIES, _LONGEST_ROW = 36, 8
_INDEX_LETTERS = "ijklmnpqrstuvabcdefgh"


def shown_value(value: TensorValue, style: Style) -> MathNode:
    """A value as a number, a matrix, or the set it is from where it is too large to print."""
    if not value.shape:
        return style.shown(value.entries[0])
    if len(value.entries) > _MOST_ENTRIES or value.shape[-1] > _LONGEST_ROW or len(value.shape) > 4:
        return Reals(value.shape)
    return _nested([style.shown(entry) for entry in value.entries], value.shape)


def _nested(entries: Sequence[Expr], shape: Sequence[int]) -> Expr:
    if len(shape) == 1:
        return ListOf(tuple(entries))
    step = len(entries) // shape[0]
    return ListOf(tuple(_nested(entries[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])))


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets expressions of tensors as mathematics: products entry by entry get their ⊙.

    `shapes` are those of the names in the expressions, and `shown` is what stands for a name: another name, an
    adjoint, a matrix.
    """

    shapes: Mapping[str, Shape]
    shown: Mapping[str, MathNode]

    def rank(self, expr: Expr) -> int:
        """How many axes an expression has; 0 where its shape is not known."""
        try:
            return len(shape_of(expr, self.shapes))
        except ProblemError:
            return 0

    def set(self, expr: Expr) -> Expr:
        """The expression as it is printed."""
        match expr:
            case Name(key):
                return as_expr(self.shown.get(key, expr))
            case Product(factors):
                return self._product(factors, expr)
            case Power(base, Number(value)) if value == 2 and self.rank(base):
                inner = self.set(base)
                return as_expr(Entrywise((inner, inner)))
        return map_children(expr, self.set)

    def _product(self, factors: tuple[Expr, ...], whole: Product) -> Expr:
        shown = [(self.set(factor), self.rank(factor) > 0) for factor in factors]
        tensors = tuple(factor for factor, is_tensor in shown if is_tensor)
        if len(tensors) < 2:
            return replace(whole, factors=tuple(factor for factor, _ in shown))
        product = as_expr(Entrywise(tensors))
        scalars = tuple(factor for factor, is_tensor in shown if not is_tensor)
        return Product((*scalars, product)) if scalars else product

    def by_entries(self, component: Component, taken: Sequence[str]) -> tuple[Expr, tuple[Expr, ...]]:
        """A component formula with letters for its indices, and those of its result.

        `taken` are letters that mean something else in the problem.
        """
        order = list(dict.fromkeys([*component.at, *_indices(component.body)]))
        free = (letter for letter in _INDEX_LETTERS if letter not in taken)
        letters = {index: Name(letter) for index, letter in zip(order, free, strict=False)}
        return self._lettered(component.body, letters), tuple(letters[index] for index in component.at)

    def _lettered(self, expr: Expr, letters: Mapping[str, Name]) -> Expr:
        match expr:
            case Name(key):
                return letters.get(key) or as_expr(self.shown.get(key, expr))
            case Over(index, size, body):
                return Over(letters[index].key, size, self._lettered(body, letters))
            case Index(Name(key) as base, places):
                inner = tuple(self._lettered(cast(Expr, place), letters) for place in places)
                return as_expr(Entry(self.shown.get(key, base), inner))
        return map_children(expr, lambda part: self._lettered(part, letters))


def as_expr(node: Any) -> Expr:
    """A node of documents in the place of an expression: only printers will meet it."""
    return cast(Expr, node)


def _indices(body: Expr) -> list[str]:
    found = []
    for node in walk(body):
        if isinstance(node, Name) and node.key.startswith("@"):
            found.append(node.key)
        elif isinstance(node, Over):
            found.append(node.index)
    return found
