"""Convolutions and pools in JAX, whose functions want a batch and channels, and a padding for each side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..indexed.shape import shape_of
from ..ops.table import bound_arguments
from ..syntax.expression import Call, Expr, Name, Number, TupleOf
from ..syntax.precedence import Precedence as P

if TYPE_CHECKING:
    from .arrays import ArrayWriter

_POOLS = {"max_pool1d": 1, "max_pool2d": 2, "avg_pool1d": 1, "avg_pool2d": 2}
_CONVOLUTIONS = {"conv1d": 1, "conv2d": 2}


def spatial(writer: ArrayWriter, call: Call) -> tuple[str, P] | None:
    """The code of a convolution or a pool, None for any other operation."""
    if call.function in _CONVOLUTIONS:
        return _convolution(writer, call, _CONVOLUTIONS[call.function])
    if call.function in _POOLS:
        return _pool(writer, call, _POOLS[call.function])
    return None


def _convolution(writer: ArrayWriter, call: Call, space: int) -> tuple[str, P]:
    bound = bound_arguments(call)
    x, weight = bound["x"], bound["W"]
    missing = space + 2 - writer.rank(x)
    data = _with_axes(writer, x, missing)
    kernel = _with_axes(writer, weight, space + 2 - writer.rank(weight))
    stride, padding = _numbers(bound["stride"], space), _numbers(bound["padding"], space)
    pads = [(pad, pad) for pad in padding]
    text = f"jax.lax.conv_general_dilated({data}, {kernel}, {stride}, {pads})"
    if bound["b"] != Name("none"):
        bias = writer.write(bound["b"], P.ATOM)
        axes = ", ".join([":"] + ["None"] * space) if writer.rank(bound["b"]) else ""
        return _taken(f"({text} + {bias}[{axes}])" if axes else f"({text} + {bias})", writer, call, missing)
    return _taken(text, writer, call, missing)


def _pool(writer: ArrayWriter, call: Call, space: int) -> tuple[str, P]:
    bound = bound_arguments(call)
    x = bound["x"]
    size = _numbers(bound["size"], space)
    stride = size if bound["stride"] == Name("none") else _numbers(bound["stride"], space)
    ahead = (1,) * (writer.rank(x) - space)
    window, step = (*ahead, *size), (*ahead, *stride)
    data = writer.write(x, P.RELATION)
    start, reduce = ("-jnp.inf", "jax.lax.max") if call.function.startswith("max") else ("0.0", "jax.lax.add")
    text = f'jax.lax.reduce_window({data}, {start}, {reduce}, {window}, {step}, "VALID")'
    if call.function.startswith("max"):
        return text, P.ATOM
    entries = 1
    for width in size:
        entries *= width
    return f"{text} / {entries}", P.PRODUCT


def _with_axes(writer: ArrayWriter, expr: Expr, missing: int) -> str:
    text = writer.write(expr, P.ATOM if missing > 0 else P.RELATION)
    return f"{text}[{', '.join(['None'] * missing)}]" if missing > 0 else text


def _taken(text: str, writer: ArrayWriter, call: Call, missing: int) -> tuple[str, P]:
    """Without the axes that were added, those of the result which the shape of the call does not have."""
    rank = len(shape_of(call, writer.shapes))
    extra = writer.rank(bound_arguments(call)["x"]) + missing - rank
    return (f"{text}[{', '.join(['0'] * extra)}]" if extra > 0 else text), P.ATOM


def _numbers(expr: Expr, space: int) -> tuple[int, ...]:
    if isinstance(expr, TupleOf):
        return tuple(int(item.value) for item in expr.items if isinstance(item, Number))
    assert isinstance(expr, Number)
    return (int(expr.value),) * space
