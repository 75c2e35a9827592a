"""Choices by cases, comparisons and matrices, as the parser of formulas reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..document import MathNode
from ..records import record
from ..syntax.expression import ONE, ZERO, Call, Compare, ListOf, Sum, Transpose, children, substitute
from .sentences import unread
from .tokens import Token, Unread

if TYPE_CHECKING:
    from .parser import Parser

_MATRICES = frozenset("matrix pmatrix bmatrix array smallmatrix".split())
COMPARED = {"=": "==", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!="}
_COUNTED = re.compile(r"(\w+)\s+of them equal")


@record
class Row:
    """A value, what it holds for (None for all else), and what is said of that."""

    value: MathNode
    condition: Compare | None
    words: str


def comparison(p: Parser) -> Compare:
    """left relation right"""
    left = p.expression()
    sign = p.advance()
    if sign.kind != "rel" or sign.text not in COMPARED:
        raise Unread(unread("comparison"), sign.start)
    return Compare(COMPARED[sign.text], left, p.expression())  # type: ignore[arg-type]


def _is_closed(p: Parser) -> bool:
    """Whether an \\end follows; where the formula is over, the token has no text."""
    token = p.advance()
    return token.kind == "end" and bool(token.text)


def cases(p: Parser) -> MathNode:
    """The rows of \\begin{cases}, value & condition, up to \\end{cases}."""
    rows: list[Row] = []
    while True:
        value = p.expression()
        p.accept(",")
        if p.peek().kind == "amp":
            p.advance()
        rows.append(Row(value, _condition(p), _words(p, "row", "end")))
        if p.peek().kind != "row":
            break
        p.advance()
        if p.peek().kind == "end":
            break
    if not _is_closed(p):
        raise Unread(unread("cases"), p.peek(-1).start)
    return _chosen(rows)


def _condition(p: Parser) -> Compare | None:
    """What a row holds for: a comparison, or None for all other cases."""
    if p.peek().kind == "words":
        word = p.advance().text.strip().lower()
        if word in ("otherwise", "else"):
            return None
    elif p.peek().kind == "name" and p.peek().text in ("otherwise", "else"):
        p.advance()
        return None
    elif p.peek().kind == "name" and p.peek().text in ("if", "for", "when"):
        p.advance()
    return comparison(p)


def _words(p: Parser, *ends: str) -> str:
    """What is said behind a condition and a comma, up to the end of the row."""
    if not (p.peek().at(",") or (p.peek().kind == "words" and p.peek().text.startswith(","))):
        return ""
    said = []
    while p.peek().kind not in ends and not p.peek().at(*ends) and p.peek().text:
        said.append(p.advance().text.strip())
    return " ".join(said)


def typed_cases(p: Parser) -> MathNode:
    """{1 if z > 0; 0 otherwise}"""
    rows: list[Row] = []
    while True:
        value = p.expression()
        word = p.advance()
        if word.kind != "words":
            raise Unread(unread("typed cases"), word.start)
        rows.append(Row(value, None if word.text == "otherwise" else comparison(p), _words(p, ";", "⦄")))
        if p.accept(";") is None:
            break
    p.expect("⦄")
    return _chosen(rows)


def _chosen(rows: list[Row]) -> MathNode:
    """The rows as nested choices; the last one is what else there is."""
    *first, last = rows
    rest = last.value
    for row in reversed(first):
        if row.condition is None:
            raise Unread(unread("condition"), 0)
        value = _with_ties(row, rest)
        rest = Call("where", (row.condition, value, rest))  # type: ignore[arg-type]
    return rest


def _with_ties(row: Row, rest: MathNode) -> MathNode:
    """The value of a row that says which of equal ones it is about: "k of them equal", "the first to be"."""
    match row.condition:
        case Compare("==", left, Call("max" | "min", others) as best):
            pass
        case _:
            return row.value
    if (counted := _COUNTED.search(row.words)) is not None:
        ties = [Call("where", (Compare("==", other, best), ONE, ZERO)) for other in dict.fromkeys((left, *others))]
        return substitute(row.value, {counted[1]: Sum(tuple(ties), (False,) * len(ties))})  # type: ignore[arg-type]
    value = row.value
    if "first" in row.words.split() and left in others:
        for other in others[: others.index(left)]:
            value = Call("where", (Compare("==", other, best), rest, value))  # type: ignore[arg-type]
    return value


def norm(p: Parser, inner: MathNode) -> MathNode:
    """What is written below the bars of a norm: 2 and F for the usual one, 1 for the sum of absolute values."""
    in_braces = p.accept("{") is not None
    which = p.advance()
    if in_braces:
        p.expect("}")
    if which.text in ("2", "F"):
        return Call("norm", (inner,))  # type: ignore[arg-type]
    if which.text == "1":
        return Call("sum", (Call("abs", (inner,)),))  # type: ignore[arg-type]
    raise Unread(unread("here", found=repr(which.text)), which.start)


def turned(written: Transpose) -> MathNode:
    """What is written as a row and turned, [1, 2]ᵀ: a vector, which is neither; a matrix with its rows as columns."""
    rows = children(written.operand)
    if not all(isinstance(row, ListOf) for row in rows):
        return written.operand
    columns = zip(*map(children, rows), strict=False)
    return ListOf(tuple(map(ListOf, columns)))


def matrix(p: Parser, opened: Token) -> MathNode:
    """The entries of a matrix, row by row."""
    if opened.text not in _MATRICES:
        raise Unread(unread("environment", name=opened.text), opened.start)
    rows, row = [], [p.expression()]
    while p.peek().kind in ("amp", "row"):
        is_new = p.advance().kind == "row"
        if p.peek().kind == "end":
            break
        if is_new:
            rows.append(ListOf(tuple(row)))  # type: ignore[arg-type]
            row = []
        row.append(p.expression())
    if not _is_closed(p):
        raise Unread(unread("matrix"), opened.start)
    rows.append(ListOf(tuple(row)))  # type: ignore[arg-type]
    return ListOf(tuple(rows))
