"""Shapes of reductions, products and index maps: what each call makes of the shapes of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import ProblemError
from ..syntax.expression import ZERO, Call, Expr, ListOf, Text, integer
from .sizes import (
    Shape,
    Size,
    axes_of,
    axis_of,
    broadcast,
    constant_tuple,
    count,
    is_true,
    option,
    reduced,
    written_shape,
)

MINUS_ONE = integer(-1)
ShapeOf = Callable[[Expr], Shape]


def same(shapes: Sequence[Shape], what: str) -> Shape:
    first = shapes[0]
    for shape in shapes[1:]:
        if shape != first:
            raise ProblemError(f"{what} have different shapes: {written_shape(first)} and {written_shape(shape)}")
    return first


def _reduction_shape(call: Call, of: ShapeOf) -> Shape:
    shape = of(call.arguments[0])
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    return reduced(shape, axes, is_true(option(call, "keepdims")))


def extreme_shape(call: Call, of: ShapeOf) -> Shape:
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
    axis_of(option(call, "axis", ("x", "axis")) or MINUS_ONE, len(shape))
    mask = option(call, "mask", ("x", "axis", "mask"))
    if mask is not None and broadcast(shape, of(mask)) != shape:
        raise ProblemError(
            f"the mask has shape {written_shape(of(mask))}", expected=f"a shape that fits {written_shape(shape)}"
        )
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
    if any(isinstance(size, str) for size in wanted):
        raise ProblemError(f"a shape to take has letters, {written_shape(wanted)}", expected="sizes that are numbers")
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
    axis = axis_of(option(call, "axis", ("tensors", "axis")) or ZERO, len(first))
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
    first = same(shapes, "the parts of a stack")
    axis = axis_of(option(call, "axis", ("tensors", "axis")) or ZERO, len(first) + 1)
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


TENSOR_SHAPES: dict[str, Callable[[Call, ShapeOf], Shape]] = {
    **dict.fromkeys(("sum", "mean", "var", "std", "prod", "norm", "logsumexp"), _reduction_shape),
    **dict.fromkeys(("softmax", "log_softmax"), _along_shape),
    "dot": _dot_shape, "outer": _outer_shape, "trace": _trace_shape, "transpose": _transpose_shape,
    "reshape": _reshape_shape, "concat": _concat_shape, "stack": _stack_shape, "einsum": _einsum_shape,
    "det": _trace_shape, "inv": square, "cofactor": square,
}  # fmt: skip
