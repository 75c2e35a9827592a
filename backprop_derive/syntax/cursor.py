"""A position in a row of tokens: what every reader of the language looks at, and how it says what it did not expect."""

from __future__ import annotations

from ..errors import Place, ProblemError, shorten
from .source import Source
from .tokens import Token

# What cannot begin anything in this language, and what to write in its place.
_INSTEAD = {"√": "sqrt(…)", "∂": "Find ∂loss/∂w, on a line of its own", ";": "a new line in place of ;"}


class Cursor:
    """Tokens and a position in them. The last token is `end`, and the position never passes it."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.position = 0

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else self.tokens[-1]

    def advance(self) -> Token:
        token = self.peek()
        if self.position < len(self.tokens) - 1:
            self.position += 1
        return token

    @property
    def previous(self) -> Token:
        return self.tokens[self.position - 1]

    def at(self, *signs: str) -> bool:
        """Whether the next token is one of these signs; a name or a string of the same letters is none."""
        token = self.peek()
        return token.kind == "op" and token.text in signs

    def accept(self, *signs: str) -> Token | None:
        return self.advance() if self.at(*signs) else None

    def expect(self, sign: str, opened: Token) -> Token:
        """The sign that closes what `opened` began."""
        token = self.accept(sign)
        if token is not None:
            return token
        if self.peek().kind == "end":
            raise self.never_closed(opened, sign)
        raise self.unexpected(self.peek(), f"an operator or {sign!r}")

    def never_closed(self, opened: Token, sign: str) -> ProblemError:
        return ProblemError(
            f"{self.spelling(opened)!r} is never closed", place=self.place(opened), expected=f"{sign!r} further on"
        )

    def unexpected(self, token: Token, expected: str, hint: str | None = None) -> ProblemError:
        found = "end of the statement" if token.kind == "end" else repr(shorten(self.spelling(token)))
        return ProblemError(
            f"unexpected {found}", place=self.place(token), expected=expected, hint=hint or _INSTEAD.get(token.text)
        )

    def place(self, token: Token) -> Place:
        return self.source.place(token.start)

    def spelling(self, token: Token) -> str:
        return self.source.text[token.start : token.end]

    def between(self, first: Token, last: Token) -> str:
        """The author's text from one token to another, both included, on one line and not too long."""
        return shorten(" ".join(self.source.text[first.start : last.end].split()))
