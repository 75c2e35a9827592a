"""The Find line: `d(loss)/dw`, `dloss/dw`, `∂L/∂w`, `grad of loss with respect to w and b`, or names alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import ProblemError, shorten
from ..syntax.names import canonical, nearest_name
from ..syntax.source import Source
from ..syntax.tokens import Token, tokenise

_LEADING = frozenset("the all a of every for and find compute".split())
_GRADIENT = frozenset("grad gradient gradients derivative derivatives".split())
_BY = frozenset("wrt by".split())


@dataclass(frozen=True, slots=True)
class Question:
    """What a Find line asks: the loss (None where it names none) and the names to differentiate by, as keys."""

    loss: str | None
    wanted: tuple[str, ...]


def read_question(source: Source, start: int, end: int, spelled: Mapping[str, str]) -> Question:
    """The question of a Find line. `spelled` maps every defined key to its spelling. Raises ProblemError."""
    reader = _Reader(source, tokenise(source, start, end), spelled)
    return reader.question()


class _Reader:
    def __init__(self, source: Source, tokens: list[Token], spelled: Mapping[str, str]) -> None:
        self.source, self.spelled, self.position = source, spelled, 0
        self.tokens = tokens
        if len(tokens) > 1 and tokens[-2].text == ".":
            self.tokens = [*tokens[:-2], tokens[-1]]

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.token
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def question(self) -> Question:
        if self.token.kind == "end":
            raise ProblemError(
                "Find names nothing", place=self.source.place(self.token.start), expected="d(loss)/dw, or names"
            )
        losses: dict[str, Token] = {}
        wanted: list[str] = []
        while self.token.kind != "end":
            before = self.token
            loss, names = self.item()
            if loss is not None:
                losses.setdefault(loss, before)
            wanted += names
            if not self.separator():
                break
        if self.token.kind != "end":
            raise self.error(self.token, "a comma, `and`, or the end of the line")
        if len(losses) > 1:
            first, second, *_ = losses
            raise ProblemError(
                f"Find asks for derivatives of both {self.spelled[first]} and {self.spelled[second]}",
                place=self.source.place(losses[second].start), expected="derivatives of one loss",
            )  # fmt: skip
        return Question(next(iter(losses), None), tuple(dict.fromkeys(wanted)))

    def separator(self) -> bool:
        found = False
        while self.token.text in (",", "and") or self.token.text == ".":
            self.advance()
            found = True
        return found

    def item(self) -> tuple[str | None, list[str]]:
        while self.token.kind == "name" and self.token.text.lower() in _LEADING and not self.is_defined(self.token):
            self.advance()
        if self.token.kind == "name" and self.token.text.lower() in _GRADIENT and not self.is_defined(self.token):
            return self.spoken()
        if self.token.text == "∂" or self.slash_follows():
            return self.quotient()
        return None, [self.name(self.advance())]

    def slash_follows(self) -> bool:
        for token in self.tokens[self.position : self.position + 8]:
            if token.text == "/":
                return True
            if token.text in (",", "and"):
                return False
        return False

    def spoken(self) -> tuple[str | None, list[str]]:
        """gradient [of L] [with respect to | wrt | by] names"""
        self.advance()
        loss = None
        self.skip("of", "the")
        if self.token.kind == "name" and not self.at_by():
            loss = self.name(self.advance())
        if self.token.kind == "end":
            return loss, []
        self.skip_by()
        names = [self.name(self.advance())]
        while self.separator_before_name():
            names.append(self.name(self.advance()))
        return loss, names

    def at_by(self) -> bool:
        return self.token.text in _BY or self.token.text in ("with", "w")

    def skip(self, *words: str) -> None:
        while self.token.text in words and not self.is_defined(self.token):
            self.advance()

    def skip_by(self) -> None:
        first = self.token
        words = ("with", "respect", "to", "wrt", "by", "w", ".", "r", "t", "the")
        while self.token.text in words and not (self.is_defined(self.token) and self.position_after_by(first)):
            self.advance()
        if self.token is first:
            raise self.error(first, "`with respect to` and names")

    def position_after_by(self, first: Token) -> bool:
        return self.token is not first and self.tokens[self.position - 1].text in ("to", "wrt", "by", "t", ".", "the")

    def separator_before_name(self) -> bool:
        position = self.position
        if not self.separator() or self.token.kind != "name" or self.slash_follows():
            self.position = position
            return False
        if self.token.text.lower() in _GRADIENT and not self.is_defined(self.token):
            self.position = position
            return False
        return True

    def quotient(self) -> tuple[str, list[str]]:
        """d(L)/dw, dL/dw, ∂L/∂w"""
        loss = self.differential()
        slash = self.advance()
        if slash.text != "/":
            raise self.error(slash, "'/' and the name to differentiate by")
        return loss, [self.differential()]

    def differential(self) -> str:
        """Exactly one leading d comes off: `dloss`, `d(loss)`, `d loss`, `∂L`, `∂(L)`."""
        head = self.advance()
        if head.text != "∂" and not (head.kind == "name" and head.text.startswith("d")):
            raise self.error(head, "a derivative such as d(loss)/dw")
        if head.text == "∂" or head.text == "d":
            token = self.advance()
            if token.text == "(":
                key = self.name(self.advance())
                if self.token.text != ")":
                    raise self.error(self.token, "')' after one name")
                self.advance()
                return key
            return self.name(token)
        return self.name(head, offset=1)

    def name(self, token: Token, offset: int = 0) -> str:
        if token.kind != "name":
            raise self.error(token, "a name that the problem defines")
        spelling = token.text[offset:]
        end = token.end
        if self.token.text == "^" and self.token.start == end and canonical(spelling + "^") in self.spelled:
            self.advance()
            spelling += "^"
        key = canonical(spelling)
        if key not in self.spelled:
            close = nearest_name(spelling, self.spelled)
            raise ProblemError(
                f"Find names {shorten(spelling)}, which is not defined (unknown name)",
                place=self.source.place(token.start + offset), expected="a given or a step of the problem",
                hint=close,
            )  # fmt: skip
        return key

    def is_defined(self, token: Token) -> bool:
        return canonical(token.text) in self.spelled

    def error(self, token: Token, expected: str) -> ProblemError:
        found = "the end of the line" if token.kind == "end" else repr(self.source.text[token.start : token.end])
        return ProblemError(
            f"unexpected {found} in Find", place=self.source.place(token.start), expected=expected,
            hint="Find d(loss)/dw, d(loss)/db",
        )  # fmt: skip
