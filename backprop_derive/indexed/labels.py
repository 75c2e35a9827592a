"""What the calls of a step take as class labels or as rows of a table: data that must name an entry of an axis."""

from __future__ import annotations

from collections.abc import Mapping

from ..records import record
from ..syntax.expression import Call, Expr, walk
from .shape import Shape, Size, shape_of

_ROWS = frozenset(("embedding",))
_CLASSES = frozenset(("cross_entropy", "nll"))


@record
class Labels:
    """Labels as they are called with, their shape, and the size of the axis that they point into."""

    expression: Expr
    shape: Shape
    size: Size


def labels_called(expr: Expr, shapes: Mapping[str, Shape]) -> tuple[Labels, ...]:
    """The labels in the calls of an expression whose names have these shapes."""
    calls = [node for node in walk(expr) if isinstance(node, Call) and node.function in _ROWS | _CLASSES]
    return tuple(labels for call in calls if (labels := _of_call(call, shapes)) is not None)


def _of_call(call: Call, shapes: Mapping[str, Shape]) -> Labels | None:
    table, labels = call.arguments
    of_table, of_labels = shape_of(table, shapes), shape_of(labels, shapes)
    if call.function in _CLASSES and of_labels == of_table:
        return None  # one-hot, or weights
    return Labels(labels, of_labels, of_table[0] if call.function in _ROWS else of_table[-1])
