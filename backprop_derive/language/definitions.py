"""Which names a problem defines, in which line, and how each is spelled there."""

from __future__ import annotations

from ..errors import ProblemError, UsageError, shorten
from ..limits import Limits
from ..syntax.cursor import Cursor
from ..syntax.names import canonical
from ..syntax.source import Source
from ..syntax.tokens import Token, tokenise
from .lines import KEYWORDS


class Definitions:
    """Every name of a problem by its key. `has_rate` tells that lr is the learning rate, and no name."""

    def __init__(self, source: Source, has_rate: bool) -> None:
        self.source = source
        self.has_rate = has_rate
        self.lines: dict[str, int] = {}  # key → line of its definition, 0 for a caller's
        self.spelled: dict[str, str] = {}

    def define(self, written: str, token: Token) -> str:
        """The key of a name that is defined here. Raises ProblemError for a keyword and for a second definition."""
        key, place = canonical(written), None
        if self.has_rate and key.lower() == "lr":
            raise ProblemError(
                f"{written} is the learning rate of this problem", place=self.source.place(token.start),
                expected="one learning rate, which steps may use as lr", hint="another name",
            )  # fmt: skip
        if key.lower() in KEYWORDS:
            place = self.source.place(token.start)
            colon = "" if key.lower() in ("given", "find", "vary", "require") else ":"
            raise ProblemError(
                f"{written} is a keyword, which begins a line and is no name", place=place, expected="another name",
                hint=f"{written}_1 for a name, {key.capitalize()}{colon} … for the statement",
            )  # fmt: skip
        if key in self.lines:
            raise self._twice(written, key, token)
        self.lines[key], self.spelled[key] = self.source.number_of(token.start), written
        return key

    def define_for_caller(self, word: str, limits: Limits) -> str:
        """The key of a given that the caller names, in a problem that writes none. Raises UsageError."""
        source = Source("--given", word)
        name, written = read_name(Cursor(source, tokenise(source, 0, len(word), limits)))
        if name.kind != "name" or written != word or canonical(word).lower() in KEYWORDS:
            raise UsageError(f"--given {shorten(word)}: {shorten(word)} is no name", expected="a name, such as x=1")
        key = canonical(word)
        if key in self.lines:
            raise UsageError(f"--given {word}: {word} and {self.spelled[key]} are the same name", expected="one value")
        self.lines[key], self.spelled[key] = 0, word
        return key

    def _twice(self, written: str, key: str, token: Token) -> ProblemError:
        other = self.spelled[key]
        same = "" if other == written else f" ({other} and {written} are the same name)"
        where = f"in line {self.lines[key]}" if self.lines[key] else "by --given"
        return ProblemError(
            f"{written} is defined twice: already {where}{same}", place=self.source.place(token.start),
            expected="one definition of a name", hint="give one of them another name",
        )  # fmt: skip


def read_name(cursor: Cursor) -> tuple[Token, str]:
    """The next token, and the spelling of the name that it begins: `y^` is a hat where a name is defined."""
    token = cursor.advance()
    if token.kind == "name" and cursor.at("^") and cursor.peek().start == token.end:
        cursor.advance()
        return token, token.text + "^"
    return token, token.text
