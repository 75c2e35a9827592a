"""Given lines: names with values, with shapes, or alone."""

from __future__ import annotations

from ..errors import ProblemError, nearest
from ..indexed.sizes import STRUCTURES, Shape, Size
from ..limits import Limits
from ..problem import Given
from ..syntax.expression import Expr
from ..syntax.names import canonical
from ..syntax.numbers import comma_meant
from ..syntax.parser import Parser
from ..syntax.source import Source
from ..syntax.tokens import Token, tokenise
from .definitions import Definitions, read_name
from .lines import Line
from .scalars import VALUES, checked

_BETWEEN = "a comma between givens, or the end of the line"


def read_givens(source: Source, line: Line, definitions: Definitions, limits: Limits) -> list[Given]:
    """The givens of one statement, which may go over several lines. Raises ProblemError, LimitError."""
    values: dict[int, Expr] = {}
    parser = Parser(source, tokenise(source, line.start, line.end, limits, values), VALUES, limits, values)
    reader = _Givens(parser, definitions, limits)
    try:
        return reader.givens()
    except ProblemError as error:
        first = source.number_of(line.start)
        if error.place is not None and error.place.line > first:
            error.hint = f"no comma at the end of the line before, if line {error.place.line} is no part of Given"
        raise


class _Givens:
    def __init__(self, parser: Parser, definitions: Definitions, limits: Limits) -> None:
        self.parser, self.definitions, self.limits = parser, definitions, limits

    def givens(self) -> list[Given]:
        parser = self.parser
        if parser.peek().kind == "end":
            raise ProblemError(
                "Given names nothing", place=parser.place(parser.peek()),
                expected="names with values on the same line", hint="Given x = 1, y = 2",
            )  # fmt: skip
        self.refuse_unclosed()
        found = [self.given()]
        while parser.accept(",") is not None and parser.peek().kind != "end":
            found.append(self.given())
        token = parser.peek()
        if token.kind != "end":
            is_word = token.kind == "name"
            raise parser.unexpected(token, _BETWEEN, "> at the beginning of the line, for prose" if is_word else None)
        return found

    def refuse_unclosed(self) -> None:
        """A bracket that stays open has taken in every line below: that is the mistake to tell."""
        opened: list[Token] = []
        for token in self.parser.tokens:
            if token.kind == "op" and token.text in ("(", "["):
                opened.append(token)
            elif token.kind == "op" and token.text in (")", "]") and opened:
                opened.pop()
        if opened:
            raise self.parser.never_closed(opened[0], ")" if opened[0].text == "(" else "]")

    def given(self) -> Given:
        parser = self.parser
        token, written = read_name(parser)
        if token.kind != "name":
            raise parser.unexpected(token, "a name, such as x = 1", self.thousands(token))
        key = self.definitions.define(written, token)
        place = parser.place(token)
        shape = self.shape() if parser.accept(":") is not None else None
        structure = self.structure(shape is not None)
        if parser.accept("=") is None:
            return Given(key, written, None, place, shape, structure)
        if shape is None:
            self.refuse_missing_comma()
        structure = self.structure_behind() or structure
        start = parser.place(parser.peek())
        return Given(key, written, checked(parser.expression(), written, start, self.limits), place, shape, structure)

    def structure(self, has_shape: bool) -> str:
        """`symmetric` or `diagonal` behind a name or its shape; "" where there is none."""
        parser, token = self.parser, self.parser.peek()
        if token.kind == "name" and token.text in STRUCTURES:
            if not has_shape and parser.tokens[parser.position + 1].text != "=":
                raise ProblemError(
                    f"{token.text} says something of a matrix, and there is none", place=parser.place(token),
                    expected=f"a shape or a value, such as A: (n, n) {token.text}",
                )  # fmt: skip
            return parser.advance().text
        if token.kind == "name" and (close := nearest(token.text, STRUCTURES)) is not None:
            raise parser.unexpected(token, _BETWEEN, close)
        return ""

    def structure_behind(self) -> str:
        """The word behind a value, `A = [[2, 1], [1, 3]] symmetric`, taken away before the value is read."""
        parser, depth = self.parser, 0
        for k in range(parser.position, len(parser.tokens)):
            token = parser.tokens[k]
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth == 0 and (token.text in (",", ";") or token.kind == "end"):
                last = parser.tokens[k - 1]
                if k - 1 > parser.position and last.kind == "name" and last.text in STRUCTURES:
                    del parser.tokens[k - 1]
                    return last.text
                break
        return ""

    def thousands(self, token: Token) -> str | None:
        """`x = 1,000`: the comma parts givens, and no number."""
        tokens = self.parser.tokens
        k = tokens.index(token)
        if token.kind != "number" or k < 2 or tokens[k - 2].kind != "number":
            return None
        return comma_meant(tokens[k - 2].text, token.text)

    def refuse_missing_comma(self) -> None:
        """`x = 1 w = 2` and `x = 1 w`, before 1 w is taken for a product."""
        parser, depth = self.parser, 0
        for k in range(parser.position, len(parser.tokens)):
            token, before = parser.tokens[k], parser.tokens[k - 1]
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if depth == 0 and token.text in (",", ";"):
                return
            if depth == 0 and token.text == "=" and token.kind == "op" and k > parser.position:
                name = k - 1 - (before.text == "^")
                word = name - (parser.tokens[name - 1].text == "and")
                hint = f"a comma before {parser.spelling(parser.tokens[name])}"
                raise parser.unexpected(parser.tokens[word], _BETWEEN, hint)

    def shape(self) -> Shape:
        parser = self.parser
        sizes: list[Size] = []
        opened = parser.peek()
        if parser.accept("(") is None:
            raise parser.unexpected(opened, "a shape such as (n, d); a value stands behind =")
        while not parser.at(")"):
            size = parser.advance()
            if size.kind not in ("name", "number"):
                raise parser.unexpected(size, "a size of the shape: a number or a letter")
            sizes.append(self.size(size))
            if not parser.at(",", ")"):
                raise parser.unexpected(parser.peek(), "a comma between the sizes of the shape, or ')'")
            parser.accept(",")
        parser.expect(")", opened)
        return tuple(sizes)

    def size(self, token: Token) -> Size:
        if token.kind == "name":
            return canonical(token.text)
        if not token.text.isdigit() or int(token.text[:10]) < 1:
            raise self.parser.unexpected(token, "a size of the shape: a whole number from 1 on, or a letter")
        return int(token.text)
