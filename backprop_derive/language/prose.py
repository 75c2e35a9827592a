"""Title and prose: plain text that is safe in any document, and the expressions between dollars in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ..errors import BackpropError, ProblemError, describe
from ..limits import Limits
from ..problem import Claim
from ..syntax.parser import Parser
from ..syntax.source import Source
from ..syntax.tokens import tokenise
from ..syntax.words import Vocabulary
from .lines import BLANK
from .scalars import FUNCTIONS

_DOLLARS = re.compile(r"\$(?! )([^$]*[^$ ])\$(?![0-9])")


def clean_text(source: Source, start: int, end: int) -> str:
    """Title or prose as it may stand in any document: control characters as U+FFFD, odd spaces as spaces.

    Raises ProblemError for invisible and bidirectional characters and a carriage return within the line, which would
    make a reader see something else than what is there.
    """
    text = source.text[start:end].strip(BLANK)
    offset = source.text.index(text, start) if text else start
    shown = []
    for k, c in enumerate(text):
        category = unicodedata.category(c)
        if category in ("Cf", "Zl", "Zp") or c == "\r":
            raise ProblemError(
                f"unexpected invisible, line-ending or bidirectional character {describe(c)}",
                place=source.place(offset + k), expected="text whose every character can be seen", hint="delete it",
            )  # fmt: skip
        shown.append("\ufffd" if category in ("Cc", "Cs", "Co", "Cn") and c != "\t" else " " if c in BLANK else c)
    return unicodedata.normalize("NFC", "".join(shown))


def prose_parts(text: str, spelled: Mapping[str, str], limits: Limits) -> tuple[str | Claim, ...]:
    """Plain text and claims in turn; dollars that hold no expression of the language are text."""
    parts: list[str | Claim] = []
    position = 0
    for match in _DOLLARS.finditer(text):
        claim = _claim(match[1], spelled, limits)
        if claim is not None:
            parts += [text[position : match.start()], claim]
            position = match.end()
    parts.append(text[position:])
    return tuple(part for part in parts if part != "")


def _claim(text: str, spelled: Mapping[str, str], limits: Limits) -> Claim | None:
    source = Source("prose", text)
    try:
        parser = Parser(source, tokenise(source, 0, len(text), limits), Vocabulary(FUNCTIONS, spelled), limits)
        left = parser.expression()
        right = parser.expression() if parser.accept("=") is not None else None
        parser.expect_end()
    except BackpropError:
        return None
    return Claim(left, right)
