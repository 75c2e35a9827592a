"""Errors that a user meets: where, what was found, what was expected, the nearest thing that works.

The four parts travel as fields and are worded in one place, `BackpropError.__str__`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .records import record


@record
class Place:
    """A place in a source text: its name, line and column (code points, from 1) and that line's text."""

    source: str
    line: int
    column: int
    text: str

    def excerpt(self, width: int = 76) -> str:
        """The line and a caret under the column, a long line cut to a window around it."""
        start = 0
        if len(self.text) > width:
            start = max(0, self.column - 1 - width // 2)
        window = self.text[start : start + width]
        before = ("…" if start else "") + "".join(printable(c) for c in window[: self.column - 1 - start])
        after = "".join(printable(c) for c in window[self.column - 1 - start :])
        if start + width < len(self.text):
            after += "…"
        return f"    {before}{after}\n    {' ' * terminal_width(before)}^"


class BackpropError(Exception):
    """Base of every error that this package raises on purpose; `str()` is the whole message."""

    def __init__(
        self, found: str, *, place: Place | None = None, expected: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(found)
        self.found = found
        self.place = place
        self.expected = expected
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.found]
        if self.place is not None:
            lines = [f"{self.place.source}:{self.place.line}:{self.place.column}: {self.found}", self.place.excerpt()]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.hint:
            lines.append(f"  try: {self.hint}")
        return "\n".join(lines)


class ProblemError(BackpropError):
    """The problem's text says something that cannot be read or does not fit together."""


class DomainError(BackpropError):
    """A value or a derivative does not exist at the given numbers (log of 0, division by zero)."""


class LimitError(BackpropError):
    """A stated limit was passed; the message names it and how to raise it."""


class CertificateError(BackpropError):
    """A line of a solution was refuted by another road, so that the solution is not certified."""


class OutputError(BackpropError):
    """A result could not be written, or a template or an engine failed."""


class UsageError(BackpropError):
    """An option or an argument of a call is wrong."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The known word most like `word`, or None where none is close; long words are not compared."""
    from difflib import get_close_matches

    if len(word) > 64:
        return None
    known = [c for c in candidates if len(c) <= 64][:2000]
    folded = [c for c in known if c.casefold() == word.casefold()]
    close = folded or get_close_matches(word, known, n=1, cutoff=0.6)
    return close[0] if close else None


def shorten(text: str, limit: int = 40) -> str:
    """`text` as one line that is safe on a terminal, cut to `limit` characters."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(printable(c) for c in shown)


def describe(character: str) -> str:
    """A character by its code point and Unicode name: `U+200B ZERO WIDTH SPACE`."""
    name = unicodedata.name(character, _CONTROL_NAMES.get(character, "control character"))
    return f"U+{ord(character):04X} {name}"


_CONTROL_NAMES = {"\0": "NUL", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE (control character)"}


def is_hidden(character: str) -> bool:
    """Whether a character is a control, invisible, bidirectional, private or unassigned one."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def printable(character: str) -> str:
    """The character as it may be echoed: tabs and odd spaces as a space, hidden ones as U+FFFD."""
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    return "\ufffd" if is_hidden(character) else character


def terminal_width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide letters two, combining marks none."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    # Marks by their category: many that stack have the combining class 0, as Thai vowels do.
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
