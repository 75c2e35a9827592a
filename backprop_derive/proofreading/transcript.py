"""A text written anew from another one, piece by piece, in which every character knows where it was found."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import field

from ..errors import Place
from ..records import record
from ..syntax.source import Source

_COMMAND_ENDS = re.compile(r"\\[A-Za-z]+\Z")
_LONGEST_COMMAND = 24


@record(slots=False)
class Transcribed(Source):
    """A source that was written anew from `origin`; what is found in it has its place there.

    Piece k begins at `starts[k]` and was found at `spans[k]`.
    """

    origin: Source = field(default_factory=lambda: Source("", ""))
    starts: tuple[int, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    def place(self, offset: int) -> Place:
        return self.origin.place(self.stretch(offset, offset + 1)[0])

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        first, last = self._found(start)[0], self._found(max(start, end - 1))[1]
        return first, max(first, last)

    def with_text(self, text: str) -> Transcribed:
        return Transcribed(self.name, text, origin=self.origin, starts=self.starts, spans=self.spans)

    def _found(self, offset: int) -> tuple[int, int]:
        """Where a character was found: itself where its piece was copied, else all that the piece stands for."""
        k = bisect_right(self.starts, offset) - 1
        if k < 0:
            return 0, 0
        start, (begin, stop) = self.starts[k], self.spans[k]
        length = (self.starts[k + 1] if k + 1 < len(self.starts) else len(self.text)) - start
        if length != stop - begin:
            return begin, stop
        at = min(begin + offset - start, stop)
        return at, min(at + 1, stop)


class Transcript:
    """Pieces put together."""

    def __init__(self, origin: Source) -> None:
        self.origin = origin
        self.length = 0
        self.last = ""
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._spans: list[tuple[int, int]] = []

    def add(self, text: str, start: int, end: int) -> None:
        """A piece that stands for start..end of the origin; one of the same length is its copy, sign by sign."""
        if text:
            self._pieces.append(text)
            self._starts.append(self.length)
            self._spans.append((start, end))
            self.length += len(text)
            self.last = (self.last + text)[-_LONGEST_COMMAND:]

    def add_words(self, text: str, start: int, end: int) -> None:
        """Words and blanks; of blanks in a row, one."""
        if text[:1] == " " and self.last[-1:] in (" ", "\n", ""):
            text, start = text[1:], min(start + 1, end)
        self.add(text, start, end)

    def add_math(self, text: str, start: int, end: int) -> None:
        """A sign of LaTeX, kept apart from what it would melt into: a command, or the digits of a number."""
        before, first = self.last[-1:], text[:1]
        is_command = before.isascii() and before.isalpha() and _COMMAND_ENDS.search(self.last) is not None
        if (is_command and first.isascii() and first.isalpha()) or (
            before.isascii() and before.isdigit() and first.isalnum()
        ):
            self.add(" ", start, start)
        self.add(text, start, end)

    def finish(self) -> Transcribed:
        """The text that has been put together."""
        starts, spans = tuple(self._starts), tuple(self._spans)
        return Transcribed(self.origin.name, "".join(self._pieces), origin=self.origin, starts=starts, spans=spans)
