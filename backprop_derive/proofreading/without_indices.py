"""Steps by entries as steps of whole tensors, which the engine derives: L = −Σ_k y_k log p_k as −sum(y ⊙ log(p))."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from ..document import Applied, Derivative, Differential, MathNode
from ..ops.activations import ACTIVATIONS
from ..ops.elementary import ELEMENTARY
from ..syntax.expression import (
    Call,
    Constant,
    Expr,
    Index,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    children,
    integer,
    map_children,
    walk,
)  # fmt: skip
from .indices import entry_of

_BY_ENTRIES = frozenset(op.name for op in (*ELEMENTARY, *ACTIVATIONS))
_ALL = Slice(None, None, None)
# The length of an axis of a name: a number or a letter; 0 where it is not known, None for what has no such axis.
Length = Callable[[str, int], int | str | None]


class _Indexed(Exception):
    """A formula that has no form without its indices here."""


@dataclass
class _Axes:
    """What is found on the way: the axes that each letter runs along, and how far its sum says that it runs."""

    length: Length
    along: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    bounds: dict[str, int | str] = field(default_factory=dict)


def has_letters(body: Expr) -> bool:
    """Whether a formula has sums over letters, or entries at them."""
    return any(isinstance(n, Over) or (isinstance(n, Index) and _letters(n.items) is not None) for n in walk(body))


def without_indices(body: Expr, letters: Sequence[str], length: Length) -> Expr | None:
    """The formula of a tensor with an axis for each of `letters`, from that of its entry; None where there is none.

    Each entry becomes the whole, its axes in one order for all of them; a sum is one along its axis.
    """
    axes = _Axes(length)
    try:
        found, over = _lowered(body, tuple(letters), axes)
    except _Indexed:
        return None
    is_whole = over == tuple(letters)
    return found if is_whole and all(_is_full(axes, letter) for letter in axes.bounds) else None


def _is_full(axes: _Axes, letter: str) -> bool:
    """Whether a sum with bounds goes over all of the axis."""
    bound = axes.bounds[letter]
    lengths = {axes.length(*place) for place in axes.along[letter]} - {None, 0}
    if isinstance(bound, int):
        return bound in lengths
    return all(isinstance(length, int) or length == bound for length in lengths)


def _letters(places: Sequence[Expr | Slice | None]) -> tuple[str, ...] | None:
    """The letters that an entry stands at, all different; None for other places."""
    keys = tuple(place.key for place in places if isinstance(place, Name))
    return keys if len(keys) == len(places) == len(set(keys)) else None


def _lowered(node: MathNode, order: tuple[str, ...], axes: _Axes) -> tuple[Expr, tuple[str, ...]]:
    """The formula without letters and the letters of its axes, in the order of all."""
    match node:
        case Number() | Constant():
            return node, ()
        case Name(key) if key not in order and axes.length(key, 0) is None:
            return node, ()
        case Index(Name()) | Derivative(Name()) | Differential():
            base, places = entry_of(node)
            return _entry(cast(Expr, base), places, order, axes)
        case Over(letter, size, body) if letter not in order:
            inner, over = _lowered(body, (*order, letter), axes)
            if letter not in over:
                raise _Indexed
            if size:
                axes.bounds[letter] = size
            options = (("axis", integer(len(over) - 1)),) if len(over) > 1 else ()
            return Call("sum", (inner,), options), over[:-1]
        case Negate() | Sum() | Product() | Quotient() | Power():
            pass
        case Call(function) if function in _BY_ENTRIES:
            pass
        case Applied(function, (argument,)) if function in _BY_ENTRIES:
            inner, over = _lowered(argument, order, axes)
            return cast(Expr, Applied(function, (inner,), node.primes)), over
        case _:
            raise _Indexed
    parts = [_lowered(child, order, axes) for child in children(node)]
    all_over = tuple(letter for letter in order if any(letter in over for _, over in parts))
    aligned = iter([_aligned(part, over, all_over) for part, over in parts])
    return map_children(node, lambda _: next(aligned)), all_over


def _entry(whole: Expr, places: tuple[Expr, ...], order: tuple[str, ...], axes: _Axes) -> tuple[Expr, tuple[str, ...]]:
    letters = _letters(places)
    if letters is None or not set(letters) <= set(order):
        raise _Indexed
    for axis, letter in enumerate(letters):
        axes.along.setdefault(letter, []).append((whole.key if isinstance(whole, Name) else "", axis))
    ordered = tuple(letter for letter in order if letter in letters)
    if ordered == letters:
        return whole, ordered
    if len(letters) != 2:
        raise _Indexed
    return Transpose(whole), ordered


def _aligned(part: Expr, over: tuple[str, ...], all_over: tuple[str, ...]) -> Expr:
    """The part with an axis of length 1 for each letter behind its first one that it does not have."""
    behind = all_over[all_over.index(over[0]) :] if over else ()
    if behind == over:
        return part
    return Index(part, tuple(_ALL if letter in over else None for letter in behind))
