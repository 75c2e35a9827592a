"""NumPy's operations as notes mean them: shapes that do not fit are told, and what has two readings is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..syntax.expression import Expr, Negate, Number, Slice
from .entries import Misfit, NoEntry, shown_shape
from .places import is_zeroth
from .sentences import because
from .values import NoValue

Array = Any


def stacked(items: list[Array]) -> Array:
    if len({item.shape for item in items}) != 1:
        raise Misfit(because("rows"))
    return np.array(items, dtype=float)


_COMBINED: Mapping[str, Callable[[Array, Array], Array]] = {
    "sum": np.add, "product": np.multiply, "quotient": np.divide, "matrix product": np.matmul,
}  # fmt: skip


def combined(what: str, a: Array, b: Array) -> Array:
    """A sum, a product, a quotient or a matrix product. Raises Misfit where the shapes do not fit."""
    return fitting(what, _COMBINED[what])(a, b)


def fitting(what: str, combine: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    def fitted(a: Array, b: Array) -> Array:
        try:
            return combine(a, b)
        except ValueError:
            raise Misfit(because(what, a=shown_shape(a), b=shown_shape(b))) from None

    return fitted


def matrix_product(a: Array, b: Array) -> Array:
    """The matrix product; beside a number, a multiple."""
    if not a.shape or not b.shape:
        return a * b
    return fitting("matrix product", np.matmul)(a, b)


def part_of(array: Array, items: Sequence[Expr | Slice | None]) -> Array:
    """What stands at places that are written as numbers. Raises NoValue where there is nothing."""
    if any(map(is_zeroth, items)):
        raise NoValue(because("counted"))
    if sum(item is not None for item in items) > array.ndim:
        raise NoValue(because("indices", count=len(items), axes=array.ndim))
    try:
        return array[tuple(map(_place, items))]
    except IndexError:
        raise NoEntry(because("no entry", shape=shown_shape(array))) from None


def _place(item: Expr | Slice | None) -> int | slice | None:
    match item:
        case Slice(start, stop, step):
            return slice(_place(start), _place(stop), _place(step))
        case Negate(Number(value)):
            return -int(value)
        case Number(value):
            return int(value)
    return None


def power_of(base: Array, exponent: Array, written: Expr, is_of_entries: bool) -> Array:
    """A power; of a square matrix only the inverse, since others have two readings, unless entries are meant."""
    is_square = base.ndim > 1 and base.shape[-2] == base.shape[-1] > 1
    if base.ndim < 2 or (exponent != -1 and (is_of_entries or not is_square)):
        return np.power(base, exponent)
    if exponent != -1 or not is_square or not is_number(written):
        raise NoValue(because("power"))
    try:
        return np.linalg.inv(base)
    except np.linalg.LinAlgError:
        raise NoValue(because("inverse")) from None


def is_number(node: Expr) -> bool:
    return isinstance(node, Number) or (isinstance(node, Negate) and isinstance(node.operand, Number))
