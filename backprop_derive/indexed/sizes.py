"""Sizes and how they fit: broadcasting, products of matrices, axes that an option names, indices and slices.

A size is a number, or a letter where it is symbolic. Broadcasting is NumPy's: shapes are aligned at their last
axis, and an axis of size 1, or one that is missing, is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..errors import ProblemError
from ..syntax.expression import Call, Expr, ListOf, Name, Negate, Number, Slice, TupleOf

Size = int | str
Shape = tuple[Size, ...]
# What may be declared of a square matrix; `structure` has the formula of each.
STRUCTURES = ("symmetric", "diagonal")


def written_shape(shape: Shape) -> str:
    """`(3, n)`, `(3,)`, `()`."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def broadcast(*shapes: Shape) -> Shape:
    """The shape that all broadcast to. Raises ProblemError naming both shapes and the axis that disagrees."""
    result: Shape = ()
    for shape in shapes:
        result = _broadcast_two(result, shape)
    return result


def _broadcast_two(a: Shape, b: Shape) -> Shape:
    rank = max(len(a), len(b))
    left, right = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    sizes: list[Size] = []
    for axis, (m, n) in enumerate(zip(left, right, strict=True)):
        if m != n and 1 not in (m, n):
            raise ProblemError(
                f"shapes {written_shape(a)} and {written_shape(b)} do not fit: axis {axis - rank} is {m} in one and {n}"
                " in the other",
                expected="equal sizes, or 1, on every axis counted from the last",
            )
        sizes.append(n if m == 1 else m)
    return tuple(sizes)


def matmul(a: Shape, b: Shape) -> Shape:
    """The shape of a @ b, with NumPy's rules for vectors and for leading axes."""
    if not a or not b:
        raise ProblemError(
            f"@ multiplies matrices and vectors, and the shapes are {written_shape(a)} and {written_shape(b)}",
            expected="no scalar on either side", hint="* for a product with a scalar",
        )  # fmt: skip
    inner_a, inner_b = a[-1], b[0] if len(b) == 1 else b[-2]
    if inner_a != inner_b:
        raise ProblemError(
            f"shapes {written_shape(a)} and {written_shape(b)} do not fit for @: the last axis of the left one is"
            f" {inner_a}, {'the only' if len(b) == 1 else 'the last but one'} axis of the right one is {inner_b}",
            expected="(n, k) @ (k, m)", hint=_transposed_hint(a, b),
        )  # fmt: skip
    rows = a[-2:-1]
    columns = () if len(b) == 1 else b[-1:]
    return (*broadcast(a[:-2], b[:-2]), *rows, *columns)


def _transposed_hint(a: Shape, b: Shape) -> str | None:
    if len(b) == 2 and a[-1] == b[-1]:
        return "the right side transposed: … @ ….T"
    return "the left side transposed: ….T @ …" if len(a) == 2 and a[0] == b[0] else None


# --- axes


def whole(expr: Expr) -> int | None:
    """The integer that an option or an index is written as, or None."""
    number = rational(expr)
    return int(number) if number is not None and number.denominator == 1 else None


def rational(expr: Expr) -> Fraction | None:
    """The number that is written, with or without a minus, or None."""
    if isinstance(expr, Negate):
        inner = rational(expr.operand)
        return None if inner is None else -inner
    return expr.value if isinstance(expr, Number) else None


def option(call: Call, name: str, parameters: Sequence[str] = ()) -> Expr | None:
    """The value of an option of a call, given by name or in its place; None where it is left out or `none`."""
    value = dict(call.options).get(name)
    if value is None and name in parameters and len(call.arguments) > parameters.index(name):
        value = call.arguments[parameters.index(name)]
    return None if isinstance(value, Name) and value.key == "none" else value


def is_true(value: Expr | None) -> bool:
    return isinstance(value, Name) and value.key == "true"


def axes_of(value: Expr | None, rank: int) -> tuple[int, ...]:
    """The axes that an `axis` option names, counted from 0; all of them where it is left out."""
    if value is None:
        return tuple(range(rank))
    named = value.items if isinstance(value, TupleOf | ListOf) else (value,)
    axes = []
    for item in named:
        axis = whole(item)
        if axis is None:
            raise ProblemError("an axis is a whole number", expected="axis=0, axis=-1 or axis=(0, 1)")
        if not -rank <= axis < rank:
            known = ", ".join(f"axis {k}" for k in range(rank)) or "none, since it is a scalar"
            raise ProblemError(f"there is no axis {axis}", expected=known)
        axes.append(axis % rank)
    if len(set(axes)) < len(axes):
        raise ProblemError("an axis is named twice", expected="each axis once")
    return tuple(axes)


def axis_of(value: Expr, rank: int) -> int:
    """The one axis that an `axis` option names, counted from 0."""
    axes = axes_of(value, rank)
    if len(axes) != 1:
        raise ProblemError(f"{len(axes)} axes where one is meant", expected="one axis, such as axis=0")
    return axes[0]


def reduced(shape: Shape, axes: Sequence[int], keep: bool) -> Shape:
    """The shape after a reduction over some axes."""
    if keep:
        return tuple(1 if k in axes else size for k, size in enumerate(shape))
    return tuple(size for k, size in enumerate(shape) if k not in axes)


# --- indices


def indexed(shape: Shape, items: Sequence[Expr | Slice | None]) -> Shape:
    """The shape of x[items], as NumPy's basic indexing has it."""
    used = sum(item is not None for item in items)
    if used > len(shape):
        counted = f"{used} ind{'ex' if used == 1 else 'ices'}"
        what = f"a tensor of shape {written_shape(shape)}" if shape else "a scalar"
        raise ProblemError(f"{counted} for {what}", expected="a vector or a higher tensor, and an index for each axis")
    sizes: list[Size] = []
    axis = 0
    for item in items:
        if item is None:
            sizes.append(1)
            continue
        size = shape[axis]
        axis += 1
        if isinstance(item, Slice):
            sizes.append(size if item == Slice(None, None, None) else len(slice_range(item, size)))
        else:
            position(item, size, axis - 1)
    return (*sizes, *shape[axis:])


def position(item: Expr, size: Size, axis: int) -> int:
    """The place that an index names, counted from 0."""
    index = whole(item)
    if index is None:
        raise ProblemError("an index is a whole number", expected="x[0], x[-1], x[1:3] or x[:, None]")
    if isinstance(size, str):
        if index < 0:
            raise ProblemError(f"the index {index} counts from the end of an axis of unknown size {size}")
        return index
    if not -size <= index < size:
        raise ProblemError(
            f"index {index} is out of range: axis {axis} has size {size}", expected=f"{-size} to {size - 1}"
        )
    return index % size


def slice_range(item: Slice, size: Size) -> range:
    """The places that a slice names."""
    if isinstance(size, str):
        raise ProblemError(f"a slice of an axis of unknown size {size}", expected="a size that is a number")
    parts = [None if part is None else whole(part) for part in (item.start, item.stop, item.step)]
    if any(
        part is None and given is not None
        for part, given in zip(parts, (item.start, item.stop, item.step), strict=True)
    ):
        raise ProblemError("the ends of a slice are whole numbers", expected="x[1:3]")
    if parts[2] == 0:
        raise ProblemError("the step of a slice is 0", expected="a step that moves")
    return range(*slice(*parts).indices(size))


def constant_tuple(expr: Expr | None) -> tuple[Size, ...]:
    """The sizes or axes of a tuple such as (2, 3) or (n, 1)."""
    items = expr.items if isinstance(expr, TupleOf | ListOf) else () if expr is None else (expr,)
    found: list[Size] = []
    for item in items:
        number = whole(item)
        if number is None and not isinstance(item, Name):
            raise ProblemError("a shape holds whole numbers", expected="a shape such as (2, 3)")
        found.append(item.key if isinstance(item, Name) else number)  # type: ignore[arg-type]
    return tuple(found)


def count(shape: Shape) -> int | None:
    """How many elements a shape has, or None where a size is symbolic."""
    total = 1
    for size in shape:
        if isinstance(size, str):
            return None
        total *= size
    return total
