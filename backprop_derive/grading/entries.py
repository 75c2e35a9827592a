"""Vectors and matrices that are handed in entry by entry: `Z_{11} = 12`, a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod

from ..document import MathNode
from ..languages import Said
from ..proofreading.entries import Misfit, placed
from ..proofreading.indices import entry_of
from ..proofreading.values import Key as Symbol
from ..proofreading.values import NoValue, symbol_key
from ..records import record
from ..report.matrices import nested
from ..syntax.expression import Expr, Number
from .key import Key
from .record import EARNING, Item, Line
from .sentences import LINES
from .tensors import which

Place = tuple[int, ...]


@record
class Entry:
    """What one line says of an entry: its verdict, the line itself, and what it comes to."""

    verdict: str
    written: str
    node: Expr


def entry_asked(key: Key, node: MathNode | None) -> tuple[Symbol, Place] | None:
    """The item that the head of a line is an entry of, and where that stands in it; None for other heads."""
    base, places = entry_of(node) if node is not None else (None, ())
    symbol = symbol_key(base, key.loss) if base is not None and places else None
    right = key.array(symbol) if symbol is not None else None
    if symbol is None or right is None:
        return None
    try:
        found = placed(places, right)
    except (NoValue, Misfit):
        return None
    at = tuple(int(place.value) for place in found if isinstance(place, Number))
    return (symbol, at) if len(at) == len(found) else None


def put_together(entries: Mapping[Place, Entry], shape: Place) -> Expr | None:
    """The whole tensor, where all its entries are written."""
    if len(entries) < prod(shape):
        return None
    return nested([entries[at].node for at in sorted(entries)], shape)


def line_of_entries(item: Item, shape: Place, entries: Mapping[Place, Entry], expected: MathNode | None) -> Line:
    """The line of an item that is written entry by entry: a share of the point for each entry that is right."""
    earned = [at for at, entry in entries.items() if entry.verdict in EARNING]
    count = prod(shape)
    credit = Fraction(len(earned), count)
    written = ", ".join(entry.written for entry in entries.values())
    if len(earned) == count:
        verdict = max((entry.verdict for entry in entries.values()), key=EARNING.index)
        return Line(item, verdict, credit, written, expected=expected)
    wrong = [at for at, entry in sorted(entries.items()) if entry.verdict not in EARNING]
    reason = which(wrong) if wrong else Said(LINES, "left out", {"count": count - len(entries)})
    return Line(item, "partly" if earned else "wrong", credit, written, expected=expected, reason=reason)
