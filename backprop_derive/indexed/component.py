"""A tensor expression by its entries: (X @ W + b)[i, j] is Σ_k X[i, k]·W[k, j] + b[j].

A component formula is an expression whose names carry indices (`Index` of a `Name`) or are scalars, with sums over
indices (`Over`). Element-wise operations, products of matrices, reductions and index maps all become one; so the
derivative of any of them is that of scalars under sums.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ops.table import expanded, is_loss, is_pointwise
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Product,
    Slice,
    Transpose,
    integer,
    map_children,
)  # fmt: skip
from .definitions import TENSOR_ENTRIES
from .layers import LAYER_ENTRIES, loss_entry
from .sizes import Shape, position, slice_range
from .writer import Indices, Writer, plus, times

_TENSOR_CALLS = {**TENSOR_ENTRIES, **LAYER_ENTRIES}


class Components(Writer):
    """Writes every construct of the language by its entries."""

    def entry(self, expr: Expr, at: Indices) -> Expr:
        """The entry of `expr` at the indices `at`, one an axis."""
        match expr:
            case Name():
                return Index(expr, at) if at else expr
            case MatrixProduct(a, b):
                return self._matrix_product(a, b, at)
            case Transpose(operand):
                return self.entry(operand, at[::-1])
            case Index(base, items):
                return self._indexed(base, items, at)
            case ListOf(items):
                return self.chosen([(self.entry(item, at[1:]), k) for k, item in enumerate(items)], at[0])
            case Call() if not is_pointwise(expr):
                return self._call(expr, at)
        return map_children(expr, lambda part: self.aligned(part, at))

    def _call(self, call: Call, at: Indices) -> Expr:
        if (write := _TENSOR_CALLS.get(call.function)) is not None:
            return write(self, call, at)
        if is_loss(call):
            return loss_entry(self, call)
        body = expanded(call)
        assert body is not None, f"{call.function} has no definition"
        return self.entry(body, at)

    def _matrix_product(self, a: Expr, b: Expr, at: Indices) -> Expr:
        left, right = self.shape_of(a), self.shape_of(b)
        column = () if len(right) == 1 else at[-1:]
        rest = at[: len(at) - len(column)]
        row = () if len(left) == 1 else rest[-1:]
        batch = rest[: len(rest) - len(row)]

        def term(k: Indices) -> Expr:
            left_at = (*_batch_of(left[:-2], batch), *row, *k)
            right_at = k if len(right) == 1 else (*_batch_of(right[:-2], batch), *k, *column)
            return Product((self.entry(a, left_at), self.entry(b, right_at)))

        return self.over(left[-1:], term)

    def _indexed(self, base: Expr, items: Sequence[Expr | Slice | None], at: Indices) -> Expr:
        shape = self.shape_of(base)
        places: list[Expr] = []
        remaining = list(at)
        for item in items:
            if item is None:
                remaining.pop(0)
            elif isinstance(item, Slice):
                here = remaining.pop(0)
                if item != Slice(None, None, None):
                    chosen = slice_range(item, shape[len(places)])
                    here = plus(times(here, chosen.step), chosen.start)
                places.append(here)
            else:
                places.append(integer(position(item, shape[len(places)], len(places))))
        return self.entry(base, (*places, *remaining))


def _batch_of(shape: Shape, batch: Indices) -> Indices:
    last = batch[len(batch) - len(shape) :]
    return tuple(integer(0) if size == 1 else k for k, size in zip(last, shape, strict=True))
