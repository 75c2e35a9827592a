"""What rearranges entries, and operators of two operands, as expressions of the problem language."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Product,
    Slice,
    Text,
    TupleOf,
    integer,
)  # fmt: skip
from .draft import Draft
from .functions import Arguments, Function, add, axis_of, expression, function, multiply, rank

# --- shapes


def pieces(draft: Draft, x: Expr, count: int, axis: int) -> list[Expr]:
    shape = draft.shape(x)
    axis = axis_of(draft, axis, len(shape))
    size = int(shape[axis])
    step = -(-size // count)
    return [between(x, axis, start, min(start + step, size)) for start in range(0, size, step)]


def between(x: Expr, axis: int, start: int, stop: int) -> Expr:
    every = Slice(None, None, None)
    return Index(x, (*([every] * axis), Slice(integer(start), integer(stop), None)))


def split_function(draft: Draft, a: Arguments) -> tuple[Expr, ...]:
    x = expression(draft, a["input"])
    axis = axis_of(draft, a["dim"], rank(draft, x))
    total = int(draft.shape(x)[axis])
    size = a["split_size"]
    widths = [size] * (total // size) + ([total % size] if total % size else []) if isinstance(size, int) else size
    starts = [sum(widths[:k]) for k in range(len(widths))]
    return tuple(between(x, axis, start, start + width) for start, width in zip(starts, widths, strict=True))


def reshape_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = a["shape"]
    wanted = [shape] if isinstance(shape, int) else list(shape)
    wanted = list(wanted[0]) if len(wanted) == 1 and isinstance(wanted[0], list | tuple) else wanted
    own = draft.shape(x)
    if not all(isinstance(size, int) for size in (*own, *wanted)):
        draft.refuse("reshape with sizes that are not numbers is not supported")
    if -1 in wanted:
        total, known = 1, 1
        for size in own:
            total *= int(size)
        for size in wanted:
            known *= size if size != -1 else 1
        wanted[wanted.index(-1)] = total // known
    return to_shape(x, tuple(wanted))


def to_shape(x: Expr, shape: tuple[int, ...]) -> Expr:
    if not shape:
        return Call("sum", (x,))
    return Call("reshape", (x, TupleOf(tuple(map(integer, shape)))))


def flatten_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = tuple(int(size) for size in draft.shape(x))
    start, end = (axis_of(draft, a[name], len(shape)) for name in ("start_dim", "end_dim"))
    total = 1
    for size in shape[start : end + 1]:
        total *= size
    if start == end:
        return x
    return to_shape(x, (*shape[:start], total, *shape[end + 1 :]))


def permuted(x: Expr, axes: list[int]) -> Expr:
    return Call("transpose", (x, TupleOf(tuple(map(integer, axes)))))


def transpose_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    axes = list(range(rank(draft, x)))
    first, second = (axis_of(draft, a[name], len(axes)) for name in ("dim0", "dim1"))
    axes[first], axes[second] = axes[second], axes[first]
    return permuted(x, axes)


def permute_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    dims = a["dims"]
    dims = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    return permuted(x, [axis_of(draft, dim, rank(draft, x)) for dim in dims])


def unsqueeze_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    axis = axis_of(draft, a["dim"], rank(draft, x) + 1)
    return Index(x, (*([Slice(None, None, None)] * axis), None))


def squeeze_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = draft.shape(x)
    dims = range(len(shape)) if a["dim"] is None else [axis_of(draft, a["dim"], len(shape))]
    taken = [axis for axis in dims if shape[axis] == 1]
    items = tuple(integer(0) if axis in taken else Slice(None, None, None) for axis in range(len(shape)))
    return Index(x, items) if taken else x


def joined_function(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        items = [expression(draft, item) for item in a["tensors"]]
        axis = axis_of(draft, a["dim"], rank(draft, items[0]) + (op == "stack"))
        return Call(op, (ListOf(tuple(items)),), () if axis == 0 else (("axis", integer(axis)),))

    return function("tensors, dim=0", make)


def size_function(draft: Draft, a: Arguments) -> Any:
    shape = draft.shape(expression(draft, a["input"]))
    return tuple(shape) if a["dim"] is None else shape[a["dim"]]


def einsum_function(draft: Draft, a: Arguments) -> Expr:
    operands = a["operands"] if isinstance(a["operands"], list | tuple) else (a["operands"],)
    return Call("einsum", (Text(str(a["equation"])), *(expression(draft, operand) for operand in operands)))


def of_two(make: Callable[[Expr, Expr], Expr]) -> Function:
    return function("input, other", lambda d, a: make(expression(d, a["input"]), expression(d, a["other"])))


def dot_function(draft: Draft, a: Arguments) -> Expr:
    """Of two vectors their dot product; of matrices NumPy's dot is the matrix product."""
    left, right = expression(draft, a["input"]), expression(draft, a["other"])
    ranks = rank(draft, left), rank(draft, right)
    if 0 in ranks:
        return multiply(left, right)
    return Call("dot", (left, right)) if ranks == (1, 1) else MatrixProduct(left, right)


def scaled_function(minus: bool) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        other = expression(draft, a["other"])
        other = other if a["alpha"] == 1 else Product((expression(draft, a["alpha"]), other))
        return add(expression(draft, a["input"]), other, minus)

    return function("input, other, alpha=1", make)


def masked_fill(draft: Draft, a: Arguments) -> Expr:
    """The value where the mask holds; a mask of 0 and 1 holds at 1."""
    mask, value = a["mask"], a["value"]
    if isinstance(mask, Name):
        mask = Compare("==", mask, integer(1))
    if isinstance(value, float) and value == -math.inf:
        value = Negate(Constant("inf"))
    return Call("where", (mask, expression(draft, value), expression(draft, a["input"])))


def same(draft: Draft, a: Arguments) -> Expr:
    return expression(draft, a["input"])


def refused_detach(draft: Draft, a: Arguments) -> Expr:
    draft.refuse("detach stops the gradient, which a problem cannot say", hint="the value as a given of its own")
