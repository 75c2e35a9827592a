"""Blocks of a tensor: G[i, j + 2] for all i and j is the block of G that begins with the third column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..syntax.expression import Expr, Index, Name, Number, Slice, Sum, integer
from .sizes import Size


def block_form(
    body: Expr, at: Sequence[str], sizes: Sequence[Size], shapes: Mapping[str, Sequence[Size]]
) -> Expr | None:
    """A candidate for the tensor whose entry at the indices `at`, of these sizes, is `body`: a block of another one.

    `shapes` are those of the names.
    """
    if not (isinstance(body, Index) and isinstance(body.base, Name) and len(body.items) == len(at)):
        return None
    slices: list[Expr | Slice | None] = []
    for place, index, size, whole in zip(body.items, at, sizes, shapes[body.base.key], strict=True):
        start = _offset(place, index)
        if start is None or not isinstance(size, int):
            return None
        first = integer(start) if start else None
        last = None if start + size == whole else integer(start + size)
        slices.append(Slice(first, last, None))
    return Index(body.base, tuple(slices))


def _offset(place: Expr | Slice | None, index: str) -> int | None:
    """What is added to an index; None where a place is anything else."""
    match place:
        case Name(key) if key == index:
            return 0
        case Sum((Name(key), Number(value)), (_, is_minus)) if key == index and value.denominator == 1:
            return int(-value if is_minus else value)
    return None
