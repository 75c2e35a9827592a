"""A source text, and the place of an offset in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from ..errors import Place
from ..records import record


@record(slots=False)
class Source:
    """A named text. Lines end with `\\n` or `\\r\\n`; columns count code points from 1.

    `numbers` are those of its lines in the text that it was made from, where that is another one.
    """

    name: str
    text: str
    numbers: tuple[int, ...] = ()
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)
    _shown: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        start = 0
        while start >= 0:
            self._starts.append(start)
            start = self.text.find("\n", start) + 1 or -1

    @property
    def line_count(self) -> int:
        return len(self._starts)

    def line_bounds(self, line: int) -> tuple[int, int]:
        """Offsets of the first character of a line (from 1) and of its end, the line end left out."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        if end > start and self.text[end - 1] == "\r" and line < len(self._starts):
            end -= 1
        return start, end

    def place(self, offset: int) -> Place:
        """The place of an offset, for a message. Places in one line share that line's text, which may be long."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset)
        start, end = self.line_bounds(line)
        if line not in self._shown:
            self._shown[line] = self.text[start:end]
        return Place(self.name, self._number(line), offset - start + 1, self._shown[line])

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Where start..end stands in the text that it was made from."""
        return start, end

    def with_text(self, text: str) -> Source:
        """The same places with other characters there."""
        return Source(self.name, text, self.numbers)

    def _number(self, line: int) -> int:
        return self.numbers[line - 1] if self.numbers else line

    def number_of(self, offset: int) -> int:
        """The number, for a message, of the line that holds an offset."""
        return self._number(self.line_of(offset))

    def line_of(self, offset: int) -> int:
        """The number of the line that holds an offset."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """The offset at which the line that holds an offset begins."""
        return self._starts[self.line_of(offset) - 1]
