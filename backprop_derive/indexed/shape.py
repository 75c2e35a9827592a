"""Shapes: what each construct of the language makes of the shapes of its operands, or why they do not fit.

A size is a number, or a letter where it is symbolic. Broadcasting is NumPy's: shapes are aligned at their last
axis, and an axis of size 1, or one that is missing, is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ..errors import ProblemError
from ..ops.table import is_loss
from ..syntax.expression import (
    ZERO,
    Call,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Slice,
    Text,
    Transpose,
    TupleOf,
    children,
    integer,
)  # fmt: skip

MINUS_ONE = integer(-1)
Size = int | str
Shape = tuple[Size, ...]


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
    if isinstance(expr, Negate):
        inner = whole(expr.operand)
        return None if inner is None else -inner
    if isinstance(expr, Number) and expr.value.denominator == 1:
        return int(expr.value)
    return None


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


# --- expressions


def shape_of(expr: Expr, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of an expression whose names have these shapes. Raises ProblemError, without a place."""

    def of(part: Expr) -> Shape:
        return shape_of(part, shapes)

    match expr:
        case Name(key):
            return shapes.get(key, ())
        case MatrixProduct(a, b):
            return matmul(of(a), of(b))
        case Transpose(operand):
            return of(operand)[::-1]
        case Index(base, items):
            return indexed(of(base), items)
        case ListOf(items):
            return (len(items), *_same([of(item) for item in items], "the entries of a list"))
        case Text() | TupleOf():
            return ()
        case Call(function) if function in CALL_SHAPES:
            return CALL_SHAPES[function](expr, of)
        case Call(function) if is_loss(expr):
            broadcast(*map(of, expr.arguments))
            return ()
        case Call("max" | "min", (_,)):
            return _extreme_shape(expr, of)
        case Call():
            return broadcast(*map(of, expr.arguments), *(of(value) for _, value in expr.options))
    return broadcast(*map(of, children(expr)))


ShapeOf = Callable[[Expr], Shape]


def _same(shapes: Sequence[Shape], what: str) -> Shape:
    first = shapes[0]
    for shape in shapes[1:]:
        if shape != first:
            raise ProblemError(f"{what} have different shapes: {written_shape(first)} and {written_shape(shape)}")
    return first


def _reduction_shape(call: Call, of: ShapeOf) -> Shape:
    shape = of(call.arguments[0])
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    return reduced(shape, axes, is_true(option(call, "keepdims")))


def _extreme_shape(call: Call, of: ShapeOf) -> Shape:
    if not of(call.arguments[0]):
        raise ProblemError(
            f"{call.function} of one scalar",
            expected="a tensor, or two scalars or more",
            hint=f"{call.function}(a, b, …)",
        )
    return _reduction_shape(call, of)


def _along_shape(call: Call, of: ShapeOf) -> Shape:
    shape = of(call.arguments[0])
    if not shape:
        raise ProblemError(
            f"{call.function} of a scalar", expected="a vector or a higher tensor", hint="[a, b] of scalars"
        )
    axes_of(option(call, "axis", ("x", "axis")) or MINUS_ONE, len(shape))
    return shape


def _vector_pair(call: Call, of: ShapeOf) -> tuple[Shape, Shape]:
    a, b = (of(argument) for argument in call.arguments)
    if len(a) != 1 or len(b) != 1:
        raise ProblemError(
            f"{call.function} takes two vectors, and the shapes are {written_shape(a)} and {written_shape(b)}",
            hint="@ for matrices" if call.function == "dot" else None,
        )
    return a, b


def _dot_shape(call: Call, of: ShapeOf) -> Shape:
    a, b = _vector_pair(call, of)
    if a != b:
        raise ProblemError(
            f"dot takes vectors of one length, and the shapes are {written_shape(a)} and {written_shape(b)}"
        )
    return ()


def _outer_shape(call: Call, of: ShapeOf) -> Shape:
    a, b = _vector_pair(call, of)
    return (*a, *b)


def square(call: Call, of: ShapeOf) -> Shape:
    """The shape of an argument that must be a square matrix."""
    shape = of(call.arguments[0])
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ProblemError(
            f"{call.function} takes a square matrix, and the shape is {written_shape(shape)}",
            expected="a shape such as (n, n)",
        )
    return shape


def _trace_shape(call: Call, of: ShapeOf) -> Shape:
    square(call, of)
    return ()


# Laplace's expansion of an n × n matrix has n! terms.
_LARGEST_EXPANDED = 6


def _expanded_shape(call: Call, of: ShapeOf) -> Shape:
    shape = square(call, of)
    size = shape[0]
    if isinstance(size, int) and size > _LARGEST_EXPANDED:
        raise ProblemError(
            f"{call.function} of a {size} × {size} matrix is too large: by Laplace's expansion it has {size}! terms",
            expected=f"at most {_LARGEST_EXPANDED} × {_LARGEST_EXPANDED}",
        )
    return shape if call.function == "inv" else ()


def _transpose_shape(call: Call, of: ShapeOf) -> Shape:
    shape = of(call.arguments[0])
    order = constant_tuple(option(call, "axes", ("x", "axes")))
    if not order:
        return shape[::-1]
    axes = [axis % len(shape) if isinstance(axis, int) and -len(shape) <= axis < len(shape) else axis for axis in order]
    if sorted(map(str, axes)) != sorted(map(str, range(len(shape)))):
        raise ProblemError(f"transpose needs each of the {len(shape)} axes once, and found {written_shape(order)}")
    return tuple(shape[int(axis)] for axis in axes)


def _reshape_shape(call: Call, of: ShapeOf) -> Shape:
    shape, wanted = of(call.arguments[0]), constant_tuple(call.arguments[1])
    total = count(shape)
    if total is None:
        raise ProblemError(
            f"reshape of a tensor with symbolic sizes, {written_shape(shape)}", expected="sizes that are numbers"
        )
    known = count(tuple(size for size in wanted if size != -1))
    if wanted.count(-1) == 1 and known and total % known == 0:
        wanted = tuple(total // known if size == -1 else size for size in wanted)
    if count(wanted) != total or any(isinstance(size, int) and size < 1 for size in wanted):
        raise ProblemError(
            f"a tensor of shape {written_shape(shape)} has {total} elements and cannot take the shape"
            f" {written_shape(wanted)}",
            expected=f"sizes whose product is {total}",
        )
    return wanted


def _parts(call: Call, of: ShapeOf) -> list[Shape]:
    (parts, *_) = call.arguments
    if not isinstance(parts, ListOf):
        raise ProblemError(f"{call.function} takes a list of tensors", expected=f"{call.function}([a, b], axis=0)")
    return [of(item) for item in parts.items]


def _concat_shape(call: Call, of: ShapeOf) -> Shape:
    shapes = _parts(call, of)
    first = shapes[0]
    if not first:
        raise ProblemError("concat of scalars", hint="stack([a, b]) makes a vector of scalars")
    (axis,) = axes_of(option(call, "axis", ("tensors", "axis")) or ZERO, len(first))
    total = 0
    for shape in shapes:
        if len(shape) != len(first) or any(
            m != n for k, (m, n) in enumerate(zip(shape, first, strict=True)) if k != axis
        ):
            raise ProblemError(
                f"shapes {written_shape(first)} and {written_shape(shape)} do not fit for concat along axis {axis}",
                expected="equal sizes on every other axis",
            )
        size = shape[axis]
        if isinstance(size, str):
            raise ProblemError(f"concat along an axis of unknown size {size}", expected="sizes that are numbers")
        total += size
    return (*first[:axis], total, *first[axis + 1 :])


def _stack_shape(call: Call, of: ShapeOf) -> Shape:
    shapes = _parts(call, of)
    first = _same(shapes, "the parts of a stack")
    (axis,) = axes_of(option(call, "axis", ("tensors", "axis")) or ZERO, len(first) + 1)
    return (*first[:axis], len(shapes), *first[axis:])


def _einsum_shape(call: Call, of: ShapeOf) -> Shape:
    text, *operands = call.arguments
    if not isinstance(text, Text):
        raise ProblemError("einsum takes its subscripts in quotes first", expected='einsum("ij,jk->ik", A, B)')
    subscripts, arrow, output = text.value.replace(" ", "").partition("->")
    inputs = subscripts.split(",")
    if not arrow or not all(part.isascii() and (part.isalpha() or not part) for part in (*inputs, output)):
        raise ProblemError(f"einsum subscripts {text.value!r}", expected='letters, commas and an arrow: "ij,jk->ik"')
    if len(inputs) != len(operands):
        raise ProblemError(f"einsum has subscripts for {len(inputs)} tensors, and {len(operands)} are given")
    sizes: dict[str, Size] = {}
    for part, operand in zip(inputs, operands, strict=True):
        shape = of(operand)
        if len(part) != len(shape):
            raise ProblemError(f"einsum: {part!r} names {len(part)} axes of a tensor of shape {written_shape(shape)}")
        for letter, size in zip(part, shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ProblemError(f"einsum: the index {letter} has sizes {sizes[letter]} and {size}")
    if missing := [letter for letter in output if letter not in sizes]:
        raise ProblemError(f"einsum: the index {missing[0]} of the result is in none of the operands")
    if len(set(output)) < len(output):
        raise ProblemError("einsum: an index stands twice in the result")
    return tuple(sizes[letter] for letter in output)


CALL_SHAPES: dict[str, Callable[[Call, ShapeOf], Shape]] = {
    **dict.fromkeys(("sum", "mean", "var", "std", "prod", "norm", "logsumexp"), _reduction_shape),
    **dict.fromkeys(("softmax", "log_softmax"), _along_shape),
    "dot": _dot_shape, "outer": _outer_shape, "trace": _trace_shape, "transpose": _transpose_shape,
    "reshape": _reshape_shape, "concat": _concat_shape, "stack": _stack_shape, "einsum": _einsum_shape,
    "det": _expanded_shape, "inv": _expanded_shape,
}  # fmt: skip


# --- layers


def _fit(call: Call, shape: Shape, allowed: Sequence[int], what: str) -> None:
    if len(shape) not in allowed:
        raise ProblemError(
            f"{call.function} takes {what}, and the shape is {written_shape(shape)}",
            expected=" or ".join(f"{rank} axes" for rank in allowed),
        )


def _class_loss_shape(call: Call, of: ShapeOf) -> Shape:
    logits, target = of(call.arguments[0]), of(call.arguments[1])
    if not logits or target not in (logits, logits[:-1]):
        raise ProblemError(
            f"shapes {written_shape(logits)} and {written_shape(target)} do not fit for {call.function}",
            expected=f"a class for each row, {written_shape(logits[:-1])}, or one-hot rows, {written_shape(logits)}",
        )
    return ()


def _embedding_shape(call: Call, of: ShapeOf) -> Shape:
    table, rows = of(call.arguments[0]), of(call.arguments[1])
    _fit(call, table, (2,), "a table with a row for each word")
    return (*rows, *table[1:])


def _one_hot_shape(call: Call, of: ShapeOf) -> Shape:
    labels, size = call.arguments
    return (*of(labels), size.key if isinstance(size, Name) else whole(size) or 0)


def _ones_shape(call: Call, of: ShapeOf) -> Shape:
    (size,) = call.arguments
    return (size.key if isinstance(size, Name) else whole(size) or 0,)


def _linear_shape(call: Call, of: ShapeOf) -> Shape:
    x, weight, *bias = map(of, call.arguments)
    _fit(call, weight, (2,), "a weight of shape (out, in)")
    return broadcast(matmul(x, weight[::-1]), *bias)


def _normed_shape(call: Call, of: ShapeOf) -> Shape:
    x, *scales = map(of, call.arguments)
    axis = 1 if call.function == "batch_norm" and len(x) > 1 else -1
    for scale in scales:
        if scale not in ((), x[axis:][:1]):
            raise ProblemError(
                f"shapes {written_shape(x)} and {written_shape(scale)} do not fit for {call.function}",
                expected=f"a gain and a bias of shape {written_shape(x[axis:][:1])}",
            )
    return x


def _attention_shape(call: Call, of: ShapeOf) -> Shape:
    q, k, v, *mask = map(of, call.arguments)
    scores = matmul(q, (*k[:-2], *k[-2:][::-1]))
    if mask and broadcast(scores, mask[0]) != scores:
        raise ProblemError(
            f"the mask has shape {written_shape(mask[0])}", expected=f"the shape of Q Kᵀ, {written_shape(scores)}"
        )
    return matmul(scores, v)


def numbers_of(expr: Expr | None, space: int, what: str) -> tuple[int, ...]:
    """An option of a convolution or a pool: one whole number for every axis of space, or one each."""
    found = constant_tuple(expr)
    if len(found) not in (1, space) or not all(isinstance(n, int) for n in found):
        raise ProblemError(f"{what} is a whole number, or one for each axis of space")
    return tuple(int(n) for n in (found * space if len(found) == 1 else found))


def stretch(size: Size, window: Size, stride: int, padding: int, what: str) -> int:
    """How many places a window takes along an axis."""
    if isinstance(size, str) or isinstance(window, str):
        raise ProblemError(f"{what} along an axis of unknown size", expected="sizes that are numbers")
    if stride < 1:
        raise ProblemError(f"the stride of {what} is {stride}", expected="a stride of at least 1")
    if padding < 0:
        raise ProblemError(f"the padding of {what} is {padding}", expected="a padding of at least 0")
    if window < 1 or size + 2 * padding < window:
        raise ProblemError(f"{what}: a window of {window} does not fit into {size + 2 * padding} entries")
    return (size + 2 * padding - window) // stride + 1


def _convolution_shape(call: Call, of: ShapeOf, space: int) -> Shape:
    names = ("x", "W", "b", "stride", "padding")
    x, weight = of(call.arguments[0]), of(call.arguments[1])
    _fit(call, weight, (space, space + 2), "a kernel with or without axes of channels")
    has_channels = len(weight) == space + 2
    _fit(call, x, (space + 1, space + 2) if has_channels else (space,), "an input with the same axes as its kernel")
    if has_channels and x[-space - 1] != weight[1]:
        raise ProblemError(
            f"shapes {written_shape(x)} and {written_shape(weight)} do not fit for {call.function}: the input has"
            f" {x[-space - 1]} channels, the kernel {weight[1]}"
        )
    stride = numbers_of(option(call, "stride", names) or integer(1), space, "stride")
    padding = numbers_of(option(call, "padding", names) or ZERO, space, "padding")
    places = tuple(
        stretch(size, window, step, pad, call.function)
        for size, window, step, pad in zip(
            x[len(x) - space :], weight[len(weight) - space :], stride, padding, strict=True
        )
    )
    bias = option(call, "b", names)
    channels = weight[:1] if has_channels else ()
    if bias is not None and of(bias) != channels:
        raise ProblemError(
            f"the bias of {call.function} has shape {written_shape(of(bias))}", expected=written_shape(channels)
        )
    return (*x[: len(x) - space - len(channels)], *channels, *places)


def _pool_shape(call: Call, of: ShapeOf, space: int) -> Shape:
    names = ("x", "size", "stride")
    x = of(call.arguments[0])
    _fit(call, x, tuple(range(space, space + 3)), "an input with axes of space last")
    window = numbers_of(option(call, "size", names), space, "size")
    given = option(call, "stride", names)
    stride = window if given is None else numbers_of(given, space, "stride")
    places = tuple(
        stretch(size, w, step, 0, call.function)
        for size, w, step in zip(x[len(x) - space :], window, stride, strict=True)
    )
    return (*x[: len(x) - space], *places)


CALL_SHAPES.update({
    "cross_entropy": _class_loss_shape, "nll": _class_loss_shape, "embedding": _embedding_shape,
    "onehot": _one_hot_shape, "ones": _ones_shape,
    "linear": _linear_shape,
    "layer_norm": _normed_shape, "rms_norm": _normed_shape, "batch_norm": _normed_shape, "attention": _attention_shape,
    "conv1d": partial(_convolution_shape, space=1), "conv2d": partial(_convolution_shape, space=2),
    **{name: partial(_pool_shape, space=1) for name in ("max_pool1d", "avg_pool1d")},
    **{name: partial(_pool_shape, space=2) for name in ("max_pool2d", "avg_pool2d")},
})  # fmt: skip
