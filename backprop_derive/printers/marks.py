"""Numbers that leave a mark where they are printed, so that another number can be put there.

A mark is one character behind the digits, from a range of Unicode that stands for nothing; `Marks.places` tells which
number it is of, and in which state of the printer it was set: a fraction on a line of its own is set otherwise than one
in an exponent.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..records import record

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .base import Printer

_FIRST, _LAST = 0xE000, 0xF8F0
MARK = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


@record
class Place:
    """A number by its slot, the part of it that is printed, and the printer as it is there."""

    slot: int
    part: int
    printer: Printer


class Marks:
    """The marks of one kind of text; the same number in the same state has the same mark whenever it is printed."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._known: dict[Hashable, str] = {}

    def mark(self, slot: int, part: int, printer: Printer) -> str:
        """The mark of a number that is printed now."""
        key = slot, part, type(printer), printer.sizes()
        if key not in self._known:
            self._known[key] = chr(_FIRST + len(self.places))
            self.places.append(Place(slot, part, printer.copied()))
        return self._known[key]

    def place(self, mark: str) -> Place:
        return self.places[ord(mark) - _FIRST]

    @property
    def is_full(self) -> bool:
        """Whether there are more marks than characters."""
        return _FIRST + len(self.places) > _LAST


class Marked:
    """What a marked number knows besides its value."""

    __slots__ = ()
    slot: int
    part: int
    marks: Marks


class MarkedFraction(Fraction, Marked):
    """A rational that leaves a mark; what is computed from it does not."""

    __slots__ = ("marks", "part", "slot")

    @classmethod
    def of(cls, value: Fraction, slot: int, part: int, marks: Marks) -> MarkedFraction:
        made = cls(value)
        made.slot, made.part, made.marks = slot, part, marks
        return made


class MarkedDecimal(Decimal, Marked):
    """A decimal that leaves a mark; what is computed from it does not."""

    __slots__ = ("marks", "part", "slot")

    @classmethod
    def of(cls, value: Decimal, slot: int, part: int, marks: Marks) -> MarkedDecimal:
        made = cls(value)
        made.slot, made.part, made.marks = slot, part, marks
        return made


def mark_of(value: Fraction | Decimal, printer: Printer) -> str:
    """What a number leaves behind its digits: nothing, unless it is a marked one."""
    return value.marks.mark(value.slot, value.part, printer) if isinstance(value, Marked) else ""


def unmarked(text: str) -> str:
    """The text without marks."""
    return text if text.isascii() else MARK.sub("", text)
