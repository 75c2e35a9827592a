"""Lists of plain numbers read at once: the tree that the parser would make, without a token and a call for each entry.

An array of a hundred thousand numbers is mostly what a text holds where it holds one at all. This is no second grammar:
whatever is not a rectangular list of numbers and nothing else is left to the parser, and so is every error.
"""

from __future__ import annotations

import re

from ..errors import LimitError
from ..limits import Limits
from .expression import Expr, ListOf, Negate, Number
from .numbers import exact_number

# Every quantifier is possessive, so that a list which is not plain is left in linear time.
_BLANK = r"[ \t\n]*+(?:\r\n[ \t\n]*+)*+"
_NUMBER = r"-?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
_ROW = re.compile(rf"\[{_BLANK}{_NUMBER}{_BLANK}(?:,{_BLANK}{_NUMBER}{_BLANK})*+\]")
_OPENING, _CLOSING = re.compile(rf"\[{_BLANK}"), re.compile(rf"{_BLANK}\]")
_COMMA = re.compile(rf"{_BLANK},{_BLANK}")
_DEEPEST = 32  # as many axes as an array of NumPy's has


def literal_list(text: str, start: int, end: int, limits: Limits) -> tuple[ListOf, int] | None:
    """The list that opens at text[start], and the offset behind it; None where the parser must read it."""
    reader = _Rows(text, end, limits)
    try:
        found = reader.nested(start, 1)
    except LimitError:
        return None  # the parser says where
    return None if found is None else (found, reader.position)


def signed_number(spelled: str, limits: Limits) -> Expr:
    """The tree of a number with or without a minus right before it. Raises LimitError."""
    digits = spelled.removeprefix("-")
    number = Number(exact_number(digits, limits), digits)
    return number if digits == spelled else Negate(number)


def is_rectangular(items: tuple[Expr, ...]) -> bool:
    """Whether a list of these is a rectangular list of plain numbers."""
    first = items[0]
    if isinstance(first, ListOf):
        shape = plain_shape(first)
        return all(isinstance(item, ListOf) and item.is_plain and plain_shape(item) == shape for item in items)
    return all(type(item) is Number or (type(item) is Negate and type(item.operand) is Number) for item in items)


def plain_shape(expr: Expr) -> tuple[int, ...]:
    """The shape of a plain list, by its first entries."""
    sizes = []
    while isinstance(expr, ListOf):
        sizes.append(len(expr.items))
        expr = expr.items[0]
    return tuple(sizes)


class _Rows:
    """A scan from row to row. Entries that are spelled alike are one node, as nodes are frozen."""

    def __init__(self, text: str, end: int, limits: Limits) -> None:
        self.text, self.end, self.limits = text, end, limits
        self.position = 0
        self.known: dict[str, Expr] = {}

    def nested(self, start: int, level: int) -> ListOf | None:
        """The list that opens at `start`; the position is then behind it."""
        if level > min(_DEEPEST, self.limits.depth - 1):  # a minus is one level more
            return None
        row = _ROW.match(self.text, start, self.end)
        if row is not None:
            self.position = row.end()
            return ListOf(self.numbers(row[0][1:-1].split(",")), is_plain=True)
        opening = _OPENING.match(self.text, start, self.end)
        items: list[Expr] = []
        following = opening
        while following is not None:
            item = self.nested(following.end(), level + 1)
            if item is None:
                return None
            items.append(item)
            following = _COMMA.match(self.text, self.position, self.end)
        closing = _CLOSING.match(self.text, self.position, self.end) if items else None
        if closing is None or not is_rectangular(tuple(items)):
            return None
        self.position = closing.end()
        return ListOf(tuple(items), is_plain=True)

    def numbers(self, row: list[str]) -> tuple[Expr, ...]:
        known, entries = self.known, []
        for spelled in map(str.strip, row):
            entry = known.get(spelled)
            if entry is None:
                entry = known[spelled] = signed_number(spelled, self.limits)
            entries.append(entry)
        return tuple(entries)
