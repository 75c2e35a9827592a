"""Tensors as mathematics: values as matrices, products of tensors as ⊙, component formulas with letters for indices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, cast

from ..derivation import Component
from ..document import Applied, Ellipsis, Entry, Entrywise, Indicator, MathNode
from ..errors import ProblemError
from ..indexed.shape import Shape, shape_of
from ..records import record
from ..solution import TensorValue
from ..syntax.expression import (
    ONE,
    ZERO,
    Call,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    integer,
    map_children,
    names_in,
    walk,
)  # fmt: skip
from .numbers import Style

# A tensor with more entries, or a longer row, is shown by its first ones: nobody reads a wall of digits.
_MOST_ENTRIES, _LONGEST_ROW = 36, 8
# How many rows and entries of a row stand before an ellipsis; of blocks of a higher tensor.
_FIRST_ROWS, _FIRST_ENTRIES, _FIRST_BLOCKS = 3, 4, 2
_INDEX_LETTERS = "ijklmnpqrstuvabcdefgh"


def is_whole(value: TensorValue) -> bool:
    """Whether a value is short enough to be written out."""
    is_short = len(value.entries) <= _MOST_ENTRIES and len(value.shape) <= 4
    return not value.shape or (is_short and value.shape[-1] <= _LONGEST_ROW)


def shown_value(value: TensorValue, style: Style) -> Expr:
    """A value as a number or a matrix; a large one as its first entries and an ellipsis."""
    if not value.shape:
        return style.shown(value.entries[0])
    if is_whole(value):
        return nested(style.alike(value.entries), value.shape)
    return _beginning(value, style)


def _beginning(value: TensorValue, style: Style) -> Expr:
    """The first entries of a large tensor, along each axis as many as one sees at a glance."""
    rank = len(value.shape)
    limits = [_FIRST_BLOCKS] * max(0, rank - 2) + [_FIRST_ROWS, _FIRST_ENTRIES][-min(rank, 2) :]
    kept = [min(n, limit if n > limit + 1 else n) for n, limit in zip(value.shape, limits, strict=True)]
    places = list(product(*map(range, kept)))
    strides = [math.prod(value.shape[axis + 1 :]) for axis in range(rank)]
    chosen = [value.entries[sum(k * s for k, s in zip(place, strides, strict=True))] for place in places]
    shown = dict(zip(places, style.alike(chosen), strict=True))

    def level(place: tuple[int, ...]) -> Expr:
        if len(place) == rank:
            return shown[place]
        axis = len(place)
        items = [level((*place, k)) for k in range(kept[axis])]
        if kept[axis] < value.shape[axis]:
            items.append(_ellipses(items[0]))
        return ListOf(tuple(items))

    return level(())


def _ellipses(like: Expr) -> Expr:
    """An ellipsis in the place of an entry; below the rows of a matrix, one in each column."""
    if isinstance(like, ListOf) and not any(isinstance(item, ListOf) for item in like.items):
        return ListOf((as_expr(Ellipsis()),) * len(like.items))
    return as_expr(Ellipsis())


def nested(entries: Sequence[Expr], shape: Sequence[int]) -> Expr:
    """Entries row by row as lists in lists."""
    if len(shape) == 1:
        return ListOf(tuple(entries))
    step = len(entries) // shape[0]
    return ListOf(tuple(nested(entries[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])))


def is_mask(expr: Expr) -> bool:
    """Whether a choice is that between 1 and 0, a condition as a number."""
    return isinstance(expr, Call) and expr.function == "where" and expr.arguments[1:] == (ONE, ZERO)


@record
class Setter:
    """Sets expressions of tensors as mathematics: products entry by entry get their ⊙.

    `shapes` are those of the names in the expressions, and `shown` is what stands for a name: another name, an
    adjoint, a matrix. What was `derived` is written as notes do; what the author wrote stays as it is.
    """

    shapes: Mapping[str, Shape]
    shown: Mapping[str, MathNode]
    derived: bool = False

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
            case Transpose(operand):
                return _transposed(self.set(operand))
            case Quotient(above, below) if self._is_scaled(above) and not self.rank(below):
                return Product((Quotient(ONE, self.set(below)), self.set(above)))
            case Call("where", (condition, _, _)) if is_mask(expr) and self.rank(condition):
                return as_expr(Indicator(self.set(condition)))
            case Quotient(above, below) if self.derived and self.rank(below):
                rank = self.rank(expr)
                return Quotient(self._beside(above, rank), self._beside(below, rank))
        if self.derived and (found := self._derived(expr)) is not None:
            return found
        return map_children(expr, self.set)

    def _is_scaled(self, above: Expr) -> bool:
        """Whether a quotient by a number is set as a factor before the tensor: always for matrices."""
        if not self.rank(above):
            return False
        return self.derived or any(isinstance(self.shown.get(name), ListOf) for name in names_in(above))

    def _derived(self, expr: Expr) -> Expr | None:
        """What derived forms write shorter than programs do: sums of rows and of columns, common factors."""
        match expr:
            case Index(Call("sum", (inner,), options), (Slice(None, None, None), None)) if _axis(options) == 1:
                return self._line_sum(inner, 1)
            case Call("sum" | "mean" | "var" | "std" as word, (inner,), options) if self.rank(inner) == 2 and _is_plain(
                options
            ):
                return self._line_sum(inner, cast(int, _axis(options)), word)
            case Index(vector, (Slice(None, None, None), None)) if self.rank(vector) == 1:
                return MatrixProduct(self.set(vector), Transpose(Call("ones", ())))
            case MatrixProduct(left, Product((factor, *rest))) if rest and not self.rank(factor):
                return self.set(Product((factor, MatrixProduct(left, _joined(rest)))))
            case MatrixProduct(left, right) if (parts := self._over_number(right)) is not None:
                return self.set(Quotient(MatrixProduct(left, parts[0]), parts[1]))
            case Call("sum", (inner,), options) if (parts := self._over_number(inner)) is not None:
                return self.set(Quotient(Call("sum", (parts[0],), options), parts[1]))
            case Sum(terms, minus) if self.rank(expr):
                return self._tensor_sum(terms, minus)
        return None

    def _beside(self, expr: Expr, rank: int) -> Expr:
        """A part of an expression of that many axes. A vector beside a matrix is repeated as a row is; what rows come
        to is a column, and is turned for it."""
        shown = self.set(expr)
        match expr:
            case Call("sum" | "mean" | "var" | "std", (inner,), options) if (
                self.derived and rank == self.rank(inner) == 2
            ):
                is_kept = any(name == "keepdims" for name, _ in options)
                return shown if is_kept or _axis(options) not in (1, -1) else Transpose(shown)
        if not self.derived or (rank, self.rank(expr)) != (2, 1):
            return shown
        match expr:
            case Product(factors):
                return self._product(factors, expr, rank)
            case Sum(terms, minus):
                return self._tensor_sum(terms, minus, rank)
            case Quotient(above, below) if not self.rank(below):
                return Product((Quotient(ONE, self.set(below)), self._beside(above, rank)))
            case Power(base, Number(value)) if value == 2:
                inner = self._beside(base, rank)
                return as_expr(Entrywise((inner, inner)))
            case Quotient() | Negate() | Call(_, (_,), ()):
                return map_children(expr, lambda part: self._beside(part, rank))
        return shown

    def _over_number(self, tensor: Expr) -> tuple[Expr, Expr] | None:
        """A tensor as another one and the number that it is divided by."""
        parts: tuple[Expr, Expr | None] = _divided(tensor) if isinstance(tensor, Quotient) else (tensor, None)
        if isinstance(tensor, Sum) and (common := _common_divisor(tensor.terms)) is not None:
            parts = Sum(common[1], tensor.minus), common[0]
        above, below = parts
        return None if below is None or self.rank(below) or not self.rank(above) else (above, below)

    def _line_sum(self, inner: Expr, axis: int, word: str = "sum") -> Expr:
        return as_expr(Applied(f"{'col' if axis in (0, -2) else 'row'}{word}", (self.set(inner),)))

    def _tensor_sum(self, terms: tuple[Expr, ...], minus: tuple[bool, ...], beside: int = 0) -> Expr:
        """1/n (A − B) for A/n − B/n; a vector of ones beside a tensor is the number 1, repeated."""
        common = _common_divisor(terms)
        if common is not None and not self.rank(common[0]):
            return Product((Quotient(ONE, self.set(common[0])), self._tensor_sum(common[1], minus, beside)))
        is_full = any(not _is_ones(term) and self.rank(term) for term in terms)
        rank = max(beside, *map(self.rank, terms))
        kept = tuple(ONE if _is_ones(term) and is_full else self._beside(term, rank) for term in terms)
        return Sum(kept, minus)

    def _product(self, factors: tuple[Expr, ...], whole: Product, beside: int = 0) -> Expr:
        rank = max(beside, self.rank(whole))
        shown = [(self._beside(factor, rank), self.rank(factor) > 0) for factor in factors]
        tensors = tuple(factor for factor, is_tensor in shown if is_tensor)
        scalars = tuple(factor for factor, is_tensor in shown if not is_tensor)
        if len(tensors) < 2:
            is_double = self.derived and len(shown) == 2 and _is_whole_number(factors[0])
            is_double = is_double and not isinstance(shown[1][0], ListOf | Index | Call)
            return Product(
                tuple(factor for factor, _ in shown),
                (whole.implicit and not isinstance(shown[-1][0], ListOf)) or is_double,
            )
        product_ = as_expr(Entrywise(tensors))
        return Product((*scalars, product_)) if scalars else product_

    def by_entries(
        self, component: Component, taken: Sequence[str], first: Sequence[str] = ()
    ) -> tuple[Expr, tuple[Expr, ...]]:
        """A component formula with letters for its indices, and those of its result.

        `taken` are letters that mean something else in the problem; the indices `first` get the first letters.
        """
        order = list(dict.fromkeys([*first, *component.at, *_indices(component.body)]))
        free = (letter for letter in _INDEX_LETTERS if letter not in taken)
        letters = {index: Name(letter) for index, letter in zip(order, free, strict=False)}
        body = signs_outside(component.body)
        return self._lettered(body, letters), tuple(letters[index] for index in component.at)

    def _lettered(self, expr: Expr, letters: Mapping[str, Name]) -> Expr:
        match expr:
            case Name(key):
                return letters.get(key) or as_expr(self.shown.get(key, expr))
            case Over(index, size, body):
                return Over(letters[index].key, size, self._lettered(body, letters))
            case Index(Name(key) as base, places):
                inner = tuple(self._lettered(cast(Expr, place), letters) for place in places)
                return as_expr(Entry(self.shown.get(key, base), inner))
            case Index(Call() as whole, places):  # an entry of an inverse
                inner = tuple(self._lettered(cast(Expr, place), letters) for place in places)
                return as_expr(Entry(self._lettered(whole, letters), inner))
            case Call("where", (condition, _, _)) if is_mask(expr):
                return as_expr(Indicator(self._lettered(condition, letters)))
        return map_children(expr, lambda part: self._lettered(part, letters))


def signs_outside(expr: Expr) -> Expr:
    """A component formula with its minus signs before its terms: a − Σ b for a + Σ (−b)."""
    expr = map_children(expr, signs_outside)
    match expr:
        case Over(index, size, Negate(body)):
            return Negate(Over(index, size, body))
        case Quotient(Negate(above), below):
            return Negate(Quotient(above, below))
        case Product((Negate(first), *rest)):
            return Negate(Product((first, *rest)))
        case Negate(Negate(operand)):
            return operand
        case Sum(terms, minus):
            signed = [
                (t.operand, not m) if isinstance(t, Negate) else (t, m) for t, m in zip(terms, minus, strict=True)
            ]
            signed.sort(key=lambda pair: pair[1])
            (head, is_minus), *others = signed
            first_term = Negate(head) if is_minus else head
            return Sum((first_term, *(t for t, _ in others)), (False, *(m for _, m in others)))
    return expr


def _axis(options: tuple[tuple[str, Expr], ...]) -> int | None:
    """The axis of a sum along one; None for any other."""
    axis = dict(options).get("axis")
    if isinstance(axis, Negate) and isinstance(axis.operand, Number):
        return -int(axis.operand.value)
    return int(axis.value) if isinstance(axis, Number) else None


def _is_plain(options: tuple[tuple[str, Expr], ...]) -> bool:
    """Whether the options name an axis, and nothing but that it may be kept."""
    return _axis(options) is not None and all(name in ("axis", "keepdims") for name, _ in options)


def _transposed(shown: Expr) -> Expr:
    """A matrix of numbers is written transposed; a name gets the sign."""
    if isinstance(shown, ListOf) and all(isinstance(row, ListOf) for row in shown.items):
        columns = zip(*(cast(ListOf, row).items for row in shown.items), strict=True)
        return ListOf(tuple(ListOf(column) for column in columns))
    return Transpose(shown)


def _joined(factors: Sequence[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _common_divisor(terms: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...]] | None:
    """The number that every term is divided by, and the terms without it."""
    parts = [_divided(term) for term in terms]
    divisor = parts[0][1]
    if divisor is None or any(below != divisor for _, below in parts):
        return None
    return divisor, tuple(above for above, _ in parts)


def _divided(term: Expr) -> tuple[Expr, Expr | None]:
    """A term without the number it is divided by, and that number."""
    match term:
        case Quotient(above, below):
            return above, below
        case Product((Quotient(Number(one), below), *rest)) if one == 1:
            return _joined(rest), below
        case Product((Number(value), *rest)) if value.numerator == 1 and value.denominator > 1:
            return _joined(rest), integer(value.denominator)
    return term, None


def _is_ones(term: Expr) -> bool:
    match term:
        case Call("ones"):
            return True
        case Call("outer", arguments):
            return all(map(_is_ones, arguments))
    return False


def _is_whole_number(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value.denominator == 1 and expr.value > 0


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
