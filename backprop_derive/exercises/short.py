"""The short key: for every line that is asked for its answer, what is accepted, and its points."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ..document import Inline, Math, MathNode, Table, Words
from ..options import Options
from ..report.blocks import math_cell, words_cell
from ..report.notation import Notation
from ..report.numbers import style_of
from ..solution import SolutionRecord, TensorSolution
from ..syntax.expression import Name, Number, Rounded
from . import sentences as say
from .key import Accepted, Item, key_of
from .parts import Section, chain_of

Cell = tuple[Inline, ...]
# A rounded end of an interval shows this many digits more than numbers do, so that no accepted number is left out.
_MORE = 2
# The kinds of key items that the lines of a section answer.
_KINDS = {"forward": "value", "backward": "gradient", "update": "after"}


def short_table(record: SolutionRecord | TensorSolution, sections: tuple[Section, ...], options: Options) -> Table:
    """One row a line of the sections."""
    rows = tuple(row for section in sections for row in _rows(record, section, options))
    return Table(tuple(words_cell(say.SHORT[key]) for key in ("asked", "answer", "accepted", "points")), rows)


def _rows(record: SolutionRecord | TensorSolution, section: Section, options: Options) -> Iterator[tuple[Cell, ...]]:
    kind = _KINDS.get(section.key)
    items = {} if kind is None else _by_head(record, kind, options)
    for line in section.items:
        chain = chain_of(line)
        if chain is None:
            continue
        found = items.get(chain.links[0])
        accepted = words_cell(say.SHORT["form"]) if found is None else _accepted(record, found, options)
        yield math_cell(chain.links[0]), math_cell(chain.links[-1]), accepted, words_cell("1")


def _by_head(record: SolutionRecord | TensorSolution, kind: str, options: Options) -> dict[MathNode, Item]:
    """The items of the key by what their line begins with."""
    notation = Notation(options.notation, record.derivation)
    found = key_of(record, (kind,))
    return {notation.adjoint(item.name) if kind == "gradient" else Name(item.name): item for item in found}


def _accepted(record: SolutionRecord | TensorSolution, item: Item, options: Options) -> Cell:
    """What is accepted: the exact number, or the interval that it lies in."""
    if len(item.numbers) > 1:
        return words_cell(say.SHORT["entries"])
    (number,) = item.numbers
    if number.lowest == number.highest:
        return math_cell(style_of(record.problem, options.digits).shown(number.value))
    low, high = _ends(number, options.digits + _MORE)
    before, between, after = say.SHORT.pieces("between")
    return (Words(before), Math(low), Words(between), Math(high), *((Words(after),) if after else ()))


def _ends(number: Accepted, digits: int) -> tuple[MathNode, MathNode]:
    return tuple(_end(end, digits) for end in (number.lowest, number.highest))  # type: ignore[return-value]


def _end(end: Decimal, digits: int) -> Number | Rounded:
    places = max(0, digits - 1 - end.adjusted()) if end else 0
    shown = end.quantize(Decimal(1).scaleb(-places)).normalize()
    return Number(Fraction(shown), f"{shown:f}")
