"""A text that variants share but for their numbers: lines with places for these, learned from texts with marks.

Of each line there is a template for the looks that its numbers had (`slots`): sign, decimal or fraction, rounded or
not, and which of them are equal. On what numbers a line depends is found, not stated: on those that stand in it, and
those that equal one that does, since a link is left out of a chain where it looks like the one before it. Every text of
the line gives such a set that is large enough; what is not in all of them is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from operator import itemgetter

from ..printers.latex import LatexPrinter
from ..printers.marks import MARK, Marks
from ..records import record
from .slots import Slots

# Where a text is cut into lines, in Markdown and in HTML.
_ENDS = re.compile("(?<=\n)|(?=<li>)")
_APPROXIMATELY = LatexPrinter.RELATIONS["≈"]
# An outline is given up where, of so many texts, more than half had looks that were not known before.
_TRIAL = 300
_MOST = 10_000  # templates that are kept


@record
class _Template:
    """A line with `%s` for each number, and the mark that the number leaves there."""

    text: str
    marks: tuple[str, ...]
    is_rounded: bool


class _Line:
    """A line by the looks of the numbers in `slots`, which decide how it is told."""

    def __init__(self, slots: frozenset[int]) -> None:
        self.slots = slots
        self.templates: dict[Hashable, _Template] = {}
        self._order = sorted(slots)
        self._of = itemgetter(*self._order) if len(slots) > 1 else None

    def look(self, numbers: Slots) -> Hashable:
        """Of its numbers, and which of them are equal where any are."""
        if self._of is None:
            return numbers.looks[self._order[0]]
        looks: Hashable = self._of(numbers.looks)
        same = self._of(numbers.same)
        return looks if len(set(same)) == len(same) else (looks, tuple(map(same.index, same)))


class _Texts(dict[str, str]):
    """The text of each number by its mark."""

    def __init__(self, marks: Marks, numbers: Slots) -> None:
        self.marks, self.numbers = marks, numbers

    def __missing__(self, mark: str) -> str:
        place = self.marks.place(mark)
        text = self[mark] = place.printer.printed(self.numbers.leaf(place.slot, place.part))[0]
        return text


class Unfit(Exception):
    """A text that is not made of lines with numbers in them."""


class Outline:
    """What is known of a text. Text around the lines may depend on whether any of them holds a rounded number."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.lines: list[_Line] = []
        self.frames: dict[bool, list[str]] = {}
        self.is_fit = True
        self._asked = self._learned = 0

    @property
    def learns(self) -> bool:
        """Whether more is to be kept of it."""
        is_useful = self._asked < _TRIAL or self._learned * 2 <= self._asked
        return self.is_fit and is_useful and sum(len(line.templates) for line in self.lines) < _MOST

    def filled(self, numbers: Slots) -> str | None:
        """The text with these numbers, or None where not all of it is known."""
        self._asked += 1
        found = [template for line in self.lines if (template := line.templates.get(line.look(numbers))) is not None]
        if len(found) < len(self.lines):
            return None
        frame = self.frames.get(any(template.is_rounded for template in found))
        if frame is None:
            return None
        texts = _Texts(self.marks, numbers)
        lines = (template.text % tuple(map(texts.__getitem__, template.marks)) for template in found)
        return "".join(part for pair in zip(frame, (*lines, ""), strict=True) for part in pair)

    def learn(self, text: str, numbers: Slots) -> None:
        """Keep what is new in a text with marks, which was told with these numbers."""
        self._learned += 1
        try:
            self._learn(text, numbers)
        except Unfit:
            self.is_fit = False

    def _learn(self, text: str, numbers: Slots) -> None:
        frame, found = [""], []
        texts = _Texts(self.marks, numbers)
        for unit in _ENDS.split(text):
            if MARK.search(unit):
                found.append(_template(unit, texts))
                frame.append("")
            else:
                frame[-1] += unit
        needed = [self._needed(template, numbers) for template in found]
        if not self.lines:
            self.lines = [_Line(slots) for slots in needed]
        is_rounded = any(template.is_rounded for template in found)
        if len(found) != len(self.lines) or self.frames.setdefault(is_rounded, frame) != frame or self.marks.is_full:
            raise Unfit
        for k, (template, slots) in enumerate(zip(found, needed, strict=True)):
            line = self.lines[k]
            if not line.slots <= slots:
                line = self.lines[k] = _Line(line.slots & slots)
            if not self._standing(template) <= line.slots:
                raise Unfit
            line.templates[line.look(numbers)] = template

    def _standing(self, template: _Template) -> set[int]:
        return {self.marks.place(mark).slot for mark in template.marks}

    def _needed(self, template: _Template, numbers: Slots) -> frozenset[int]:
        """The slots of the numbers that stand in a line, and those that are equal to one."""
        same = {numbers.same[slot] for slot in self._standing(template)}
        return frozenset(slot for slot, first in enumerate(numbers.same) if first in same)


def _template(line: str, texts: _Texts) -> _Template:
    """A line cut at its marks, before each of which its number stands."""
    marks = tuple(MARK.findall(line))
    pieces = MARK.split(line)
    for k, mark in enumerate(marks):
        if not pieces[k].endswith(texts[mark]):
            raise Unfit  # it was escaped
        pieces[k] = pieces[k].removesuffix(texts[mark])
    text = "%s".join(piece.replace("%", "%%") for piece in pieces)
    return _Template(text, marks, _APPROXIMATELY in line)
