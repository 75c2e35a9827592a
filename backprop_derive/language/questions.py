"""The Find line: `d(loss)/dw`, `∂L/∂w`, `d2(loss)/dw2`, `grad of loss with respect to w and b`, or names alone."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import Place, ProblemError, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..records import record
from ..syntax.cursor import Cursor
from ..syntax.names import canonical, nearest_name
from ..syntax.source import Source
from ..syntax.tokens import Token, tokenise
from .second import order_of, pairs_of, second_quotient

_LEADING = frozenset("the all a both each of every for and find compute partial".split())
_GRADIENT = frozenset("grad gradient gradients derivative derivatives".split())
_HESSIAN = frozenset(("hessian",))
_BY = [phrase.split() for phrase in ("with respect to", "w . r . t .", "w . r . t", "wrt", "by")]
_EXAMPLE = "Find d(loss)/dw, d(loss)/db"


@record
class Question:
    """What a Find line asks: the loss (None where it names none) and the names to differentiate by, as keys.

    `second` are the pairs of names by which second derivatives are asked for.
    """

    loss: str | None
    wanted: tuple[str, ...]
    place: Place
    second: tuple[tuple[str, str], ...] = ()


def read_question(
    source: Source, start: int, end: int, spelled: Mapping[str, str], limits: Limits = DEFAULT_LIMITS
) -> Question:
    """The question of a Find line. `spelled` maps every defined key to its spelling. Raises ProblemError."""
    return NameReader(source, tokenise(source, start, end, limits), spelled, "Find").question()


def read_names(
    source: Source, start: int, end: int, spelled: Mapping[str, str], limits: Limits = DEFAULT_LIMITS
) -> dict[str, Place]:
    """The keys of a Parameters line, each with its place. Raises ProblemError."""
    return NameReader(source, tokenise(source, start, end, limits), spelled, "Parameters").names()


class NameReader(Cursor):
    """The tokens of a line that names things; `line` is its keyword, for messages."""

    def __init__(self, source: Source, tokens: list[Token], spelled: Mapping[str, str], line: str) -> None:
        if len(tokens) > 1 and tokens[-2].text == ".":  # Find is a sentence: a full stop may end it
            tokens = [*tokens[:-2], tokens[-1]]
        super().__init__(source, tokens)
        self.spelled, self.line = spelled, line
        self.second: list[tuple[str, str]] = []

    def question(self) -> Question:
        first = self.peek()
        self.refuse_nothing()
        losses: dict[str, Token] = {}
        wanted: list[str] = []
        while True:
            before = self.peek()
            loss, names = self.item()
            if loss is not None:
                losses.setdefault(loss, before)
            wanted += names
            if not self.separator():
                break
        if self.peek().kind != "end":
            raise self.error(self.peek(), "a comma, `and`, or the end of the line")
        if len(losses) > 1:
            one, other, *_ = losses
            raise two_losses(self.spelled[one], self.spelled[other], self.place(losses[other]))
        second = tuple(dict.fromkeys(self.second))
        return Question(next(iter(losses), None), tuple(dict.fromkeys(wanted)), self.place(first), second)

    def names(self) -> dict[str, Place]:
        self.refuse_nothing()
        found: dict[str, Place] = {}
        while True:
            place = self.place(self.peek())
            found.setdefault(self.name(self.advance()), place)
            if not self.separator():
                break
        if self.peek().kind != "end":
            raise self.error(self.peek(), "a comma, `and`, or the end of the line")
        return found

    def refuse_nothing(self) -> None:
        if self.peek().kind == "end":
            raise ProblemError(
                f"{self.line} names nothing", place=self.place(self.peek()),
                expected="d(loss)/dw, or names" if self.line == "Find" else "names of givens", hint=self.example,
            )  # fmt: skip

    # --- what separates

    def separator(self) -> bool:
        """A comma, `and`, or both."""
        comma = self.accept(",") is not None
        if self.peek().kind == "name" and self.peek().text == "and" and self.peek(1).kind != "end":
            self.advance()
            return True
        return comma

    def separator_before_name(self) -> bool:
        """A separator, where a name follows it and no derivative; else the position is left where it was."""
        position = self.position
        if self.separator() and self.peek().kind == "name" and not self.slash_follows() and not self.at_gradient():
            return True
        self.position = position
        return False

    # --- one item

    def item(self) -> tuple[str | None, list[str]]:
        while self.at_word(_LEADING):
            self.advance()
        if self.at_gradient():
            return self.spoken()
        if self.at_word(_HESSIAN):
            return self.hessian()
        is_differential = self.peek().text == "d" and self.peek(1).text == "("
        if self.at("∂") or is_differential or self.slash_follows():
            return self.quotient()
        return None, [self.name(self.advance())]

    def at_word(self, words: frozenset[str]) -> bool:
        """Whether a word of the sentence comes next, and no name of the problem."""
        token = self.peek()
        return token.kind == "name" and token.text.lower() in words and not self.is_defined(token)

    def at_gradient(self) -> bool:
        return self.at_word(_GRADIENT)

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
        while self.at_word(frozenset(("of", "the"))):
            self.advance()
        if self.peek().kind == "name" and not self.at_by():
            loss = self.name(self.advance())
        if self.peek().kind == "end":
            return loss, []
        if not self.at_by():
            raise self.error(self.peek(), "`with respect to` and names")
        self.position += self.at_by()
        while self.at_word(frozenset(("the",))):
            self.advance()
        names = [self.name(self.advance())]
        while self.separator_before_name():
            names.append(self.name(self.advance()))
        return loss, names

    def hessian(self) -> tuple[str | None, list[str]]:
        """hessian [of L] with respect to names: every pair of them"""
        head = self.peek()
        loss, names = self.spoken()
        if not names:
            raise ProblemError(
                "Find asks for a Hessian and names nothing to differentiate by", place=self.place(head),
                expected="`with respect to` and names", hint="Find hessian of loss with respect to w and b",
            )  # fmt: skip
        self.second += pairs_of(names)
        return loss, []

    def at_by(self) -> int:
        """How many tokens of `with respect to` or one of its like come next; its words may be names elsewhere."""
        for phrase in _BY:
            if all(self.peek(k).text.lower() == word for k, word in enumerate(phrase)):
                return len(phrase)
        return 0

    def quotient(self) -> tuple[str, list[str]]:
        """d(L)/dw, dL/dw, ∂L/∂w; of a second derivative, whose names are put aside, the first part only"""
        if order_of(self) == 2:
            twice, pair = second_quotient(self)
            self.second.append(pair)
            return twice, []
        loss = self.differential()
        if self.accept("/") is None:
            raise self.error(self.peek(), "'/' and the name to differentiate by")
        return loss, [self.differential()]

    def differential(self) -> str:
        """Exactly one leading d comes off: `dloss`, `d(loss)`, `d loss`, `∂L`, `∂(L)`."""
        head = self.advance()
        if head.text != "∂" and not (head.kind == "name" and head.text.startswith("d")):
            raise self.error(head, "a derivative such as d(loss)/dw")
        if head.text not in ("∂", "d"):
            return self.name(head, offset=1)
        return self.bracketed_name()

    def bracketed_name(self) -> str:
        """A name, in parentheses or not."""
        if self.accept("(") is None:
            return self.name(self.advance())
        key = self.name(self.advance())
        if self.accept(")") is None:
            raise self.error(self.peek(), "')' after one name")
        return key

    def name(self, token: Token, offset: int = 0) -> str:
        if token.kind != "name":
            raise self.error(token, "a name that the problem defines")
        spelling = token.text[offset:]
        if self.at("^") and self.peek().start == token.end and canonical(spelling + "^") in self.spelled:
            self.advance()
            spelling += "^"
        key = canonical(spelling)
        if key not in self.spelled:
            raise ProblemError(
                f"{self.line} names {shorten(spelling)}, which is not defined (unknown name)",
                place=self.source.place(token.start + offset), expected="a given or a step of the problem",
                hint=self.meant(spelling),
            )  # fmt: skip
        return key

    def meant(self, spelling: str) -> str | None:
        if spelling.startswith("d") and canonical(spelling[1:]) in self.spelled:
            return f"d(…)/{spelling} for the derivative, {spelling[1:]} for the name"
        return nearest_name(spelling, self.spelled)

    def is_defined(self, token: Token) -> bool:
        return canonical(token.text) in self.spelled

    @property
    def example(self) -> str:
        return _EXAMPLE if self.line == "Find" else "Parameters: w, b"

    def error(self, token: Token, expected: str) -> ProblemError:
        found = "end of the line" if token.kind == "end" else repr(shorten(self.spelling(token)))
        return ProblemError(
            f"unexpected {found} in {self.line}", place=self.place(token), expected=expected, hint=self.example
        )


def needed_besides(
    asked: tuple[str, ...], second: tuple[tuple[str, str], ...], moved: tuple[str, ...]
) -> tuple[str, ...]:
    """The names that must be differentiated by besides those asked for: of second derivatives, and of updates."""
    names = dict.fromkeys([*(key for pair in second for key in pair), *moved])
    return tuple(key for key in names if key not in asked)


def two_losses(one: str, other: str, place: Place) -> ProblemError:
    """The error where one problem asks for derivatives of two things."""
    return ProblemError(
        f"Find asks for derivatives of both {one} and {other}",
        place=place, expected="derivatives of one loss", hint="a problem for each of them",
    )  # fmt: skip
