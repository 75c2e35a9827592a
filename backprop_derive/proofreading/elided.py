"""Vectors and matrices that are written in part, with an ellipsis for what is left out: [1, 2, …] or [1, …, 9]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..document import MathNode
from ..syntax.expression import ListOf
from .entries import Misfit
from .literals import Literal, is_gap, literal
from .sentences import because

Place = tuple[int, ...]


def shown_entries(node: MathNode, shape: Sequence[int], at: Place = ()) -> Iterator[tuple[Place, MathNode]]:
    """The entries that are shown and their places; those behind an ellipsis are the last. Raises Misfit."""
    if not shape:
        if isinstance(node, ListOf):
            raise Misfit(because("shown", shape=_told(shape)))
        yield at, node
        return
    items: tuple[Any, ...] = node.items if isinstance(node, ListOf) else ()
    gaps = [k for k, item in enumerate(items) if is_gap(item)]
    size = shape[0]
    if len(gaps) > 1 or len(items) - len(gaps) > size or (not gaps and len(items) != size):
        raise Misfit(because("shown", shape=_told(shape)))
    for k, item in enumerate(items):
        if k not in gaps:
            place = k if not gaps or k < gaps[0] else size - len(items) + k
            yield from shown_entries(item, shape[1:], (*at, place))


def contradiction(first: MathNode, second: MathNode) -> tuple[MathNode, Literal] | None:
    """The entry of what is told the second time that is another one than the first time, and that one."""
    if isinstance(first, ListOf) and isinstance(second, ListOf):
        for one, other in zip(first.items, second.items, strict=False):
            if is_gap(one) or is_gap(other):
                return None
            if (found := contradiction(one, other)) is not None:
                return found
        return None
    known, told = literal(first), literal(second)
    if known is None or told is None or abs(known.value - told.value) <= known.half + told.half:
        return None
    return second, known


def _told(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "1"
