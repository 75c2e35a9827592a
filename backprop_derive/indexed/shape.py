"""Shapes: what each construct of the language makes of the shapes of its operands, or why they do not fit."""

from __future__ import annotations

from collections.abc import Mapping

from ..ops.table import is_loss
from ..syntax.expression import Call, Expr, Index, ListOf, MatrixProduct, Name, Text, Transpose, TupleOf, children
from .call_shapes import TENSOR_SHAPES, extreme_shape, same
from .layer_shapes import LAYER_SHAPES
from .sizes import Shape, Size, broadcast, count, indexed, matmul, written_shape

__all__ = ["Shape", "Size", "broadcast", "count", "shape_of", "written_shape"]

_CALL_SHAPES = {**TENSOR_SHAPES, **LAYER_SHAPES}


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
        case ListOf(items, True):
            return (len(items), *of(items[0]))
        case ListOf(items):
            return (len(items), *same([of(item) for item in items], "the entries of a list"))
        case Text() | TupleOf():
            return ()
        case Call(function) if function in _CALL_SHAPES:
            return _CALL_SHAPES[function](expr, of)
        case Call(function) if is_loss(expr):
            broadcast(*map(of, expr.arguments))
            return ()
        case Call("max" | "min", (_,)):
            return extreme_shape(expr, of)
        case Call():
            return broadcast(*map(of, expr.arguments), *(of(value) for _, value in expr.options))
    return broadcast(*map(of, children(expr)))
