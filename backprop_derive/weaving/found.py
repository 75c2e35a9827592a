"""What stands in a document for the weaver: blocks that hold a problem, and roles that ask for one value."""

from __future__ import annotations

from ..errors import Place
from ..records import record


@record
class Written:
    """An option as a document writes it, and where. An empty value is that of a switch."""

    key: str
    value: str
    place: Place


@record
class Line:
    """A line of a block: its number in the document from 1, how many characters stand before it, the whole line."""

    number: int
    column: int
    whole: str


@record
class Block:
    """A problem in a document. What is between `start` and `end` is replaced, by lines that begin with `prefix`.

    `apart` tells whether an empty line is missing before and after it. `text` is the problem, line by line as `lines`
    say; lines that hold options are empty in it. The first line has its prefix
    already where it `follows` a bullet; lines end with \\r\\n where `ends_with_return`.
    """

    start: int
    end: int
    text: str
    lines: tuple[Line, ...]
    written: tuple[Written, ...]
    place: Place
    prefix: str = ""
    follows: bool = False
    apart: tuple[bool, bool] = (False, False)
    ends_with_return: bool = False

    def in_document(self, place: Place | None) -> Place:
        """The place in the document of one in the text of the block; that of the block for none."""
        if place is None or not 1 <= place.line <= len(self.lines):
            return self.place
        line = self.lines[place.line - 1]
        return Place(self.place.source, line.number, line.column + place.column, line.whole)


@record
class Role:
    """A value within a line: `w.grad`, of the block above or of the one that is called `block`."""

    start: int
    end: int
    block: str
    asked: str
    place: Place


Found = Block | Role
