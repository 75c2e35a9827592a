"""The short key: for every line that is asked for its answer, what is accepted, and its points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from ..document import Inline, Math, MathNode, Table, Words
from ..options import Options
from ..report.blocks import math_cell, words_cell
from ..report.notation import Notation
from ..report.numbers import style_of
from ..solution import SolutionRecord, TensorSolution
from ..syntax.expression import Expr, ListOf, Name, Number
from . import sentences as say
from .key import Accepted, Item, key_of
from .parts import Section, chain_of

Cell = tuple[Inline, ...]
# A rounded end of an interval shows this many digits more than numbers do, so that no accepted number is left out.
_MORE = 2
_MOST_ENTRIES = 12  # of a tensor whose intervals are shown
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
    if len(item.numbers) > _MOST_ENTRIES:
        return words_cell(say.SHORT["entries"])
    if all(number.lowest == number.highest for number in item.numbers):
        style = style_of(record.problem, options.digits)
        values = [number.value for number in item.numbers]
        return math_cell(_in_shape(style.alike(values) if item.shape else [style.shown(values[0])], item.shape))
    low, high = (_in_shape(ends, item.shape) for ends in _ends(item.numbers, options.digits + _MORE))
    before, between, after = say.SHORT.pieces("between")
    return (Words(before), Math(low), Words(between), Math(high), *((Words(after),) if after else ()))


def _in_shape(entries: Sequence[Expr], shape: tuple[int, ...]) -> Expr:
    """A number, or the entries of a tensor as nested lists, which a printer sets as a matrix."""
    left = iter(entries)

    def nested(axes: tuple[int, ...]) -> Expr:
        return ListOf(tuple(nested(axes[1:]) for _ in range(axes[0]))) if axes else next(left)

    return nested(shape)


def _ends(numbers: tuple[Accepted, ...], digits: int) -> tuple[list[Expr], list[Expr]]:
    """The smallest and the largest of each that is accepted."""
    return [_end(each.lowest, digits) for each in numbers], [_end(each.highest, digits) for each in numbers]


def _end(end: Decimal, digits: int) -> Expr:
    places = max(0, digits - 1 - end.adjusted()) if end else 0
    shown = end.quantize(Decimal(1).scaleb(-places)).normalize()
    return Number(Fraction(shown), f"{shown:f}")
