"""Shapes of layers and their losses: linear and normalising layers, attention, convolutions and pools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..errors import ProblemError
from ..syntax.expression import ZERO, Call, Expr, ListOf, Name, integer
from .call_shapes import ShapeOf
from .sizes import Shape, Size, broadcast, constant_tuple, matmul, option, rational, whole, written_shape


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
    if target != logits:
        _check_labels(call.arguments[1], logits[-1], "class")
    return ()


def _check_labels(labels: Expr, size: Size, what: str) -> None:
    """Refuse what is written out in a call and names no class or row; what is computed is checked with its values."""
    if isinstance(labels, ListOf):
        for item in labels.items:
            _check_labels(item, size, what)
        return
    label = rational(labels)
    if label is not None and isinstance(size, int) and not (label.denominator == 1 and 0 <= label < size):
        raise ProblemError(f"there is no {what} {label}", expected=f"a whole number from 0 to {size - 1}")


def _embedding_shape(call: Call, of: ShapeOf) -> Shape:
    table, rows = of(call.arguments[0]), of(call.arguments[1])
    _fit(call, table, (2,), "a table with a row for each word")
    _check_labels(call.arguments[1], table[0], "row")
    return (*rows, *table[1:])


def _one_hot_shape(call: Call, of: ShapeOf) -> Shape:
    labels, size = call.arguments
    return (*of(labels), size.key if isinstance(size, Name) else whole(size) or 0)


def _ones_shape(call: Call, of: ShapeOf) -> Shape:
    (size,) = call.arguments
    return (size.key if isinstance(size, Name) else whole(size) or 0,)


def _diagonal_shape(call: Call, of: ShapeOf) -> Shape:
    (size,) = of(call.arguments[0])
    return (size, size)


def _identity_shape(call: Call, of: ShapeOf) -> Shape:
    return _ones_shape(call, of) * 2


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


LAYER_SHAPES: dict[str, Callable[[Call, ShapeOf], Shape]] = {
    "cross_entropy": _class_loss_shape, "nll": _class_loss_shape, "embedding": _embedding_shape,
    "onehot": _one_hot_shape, "ones": _ones_shape, "identity": _identity_shape, "diag": _diagonal_shape,
    "linear": _linear_shape,
    "layer_norm": _normed_shape, "rms_norm": _normed_shape, "batch_norm": _normed_shape, "attention": _attention_shape,
    "conv1d": partial(_convolution_shape, space=1), "conv2d": partial(_convolution_shape, space=2),
    **{name: partial(_pool_shape, space=1) for name in ("max_pool1d", "avg_pool1d")},
    **{name: partial(_pool_shape, space=2) for name in ("max_pool2d", "avg_pool2d")},
}  # fmt: skip
