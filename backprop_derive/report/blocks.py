"""The smallest blocks of a document, as every part of a report makes them."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Heading, Inline, Item, Listing, Math, MathNode, Words
from .sentences import HEADINGS, WORDS


def heading(key: str, level: int) -> Heading:
    """A heading by its key."""
    return Heading(level, (Words(HEADINGS[key]),))


def item(node: MathNode) -> Item:
    """An entry of a list that is one formula."""
    return Item((Math(node),))


def listing(items: tuple[MathNode, ...]) -> MathNode:
    """Formulas side by side, or the only one."""
    return items[0] if len(items) == 1 else Listing(items)


def series(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = names
    return f"{WORDS['comma'].join(others)}{WORDS['and']}{last}" if others else last


def words_cell(text: str) -> tuple[Inline, ...]:
    """A cell of plain text."""
    return (Words(text),)


def math_cell(node: MathNode) -> tuple[Inline, ...]:
    """A cell with one formula."""
    return (Math(node),)
