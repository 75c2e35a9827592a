"""Choices by cases, comparisons and matrices, as the parser of formulas reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..document import MathNode
from ..syntax.expression import Call, Compare, ListOf
from .tokens import Token, Unread

if TYPE_CHECKING:
    from .parser import Parser

_MATRICES = frozenset("matrix pmatrix bmatrix array smallmatrix".split())
COMPARED = {"=": "==", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!="}
Row = tuple[MathNode, MathNode | None]


def comparison(p: Parser) -> Compare:
    """left relation right"""
    left = p.expression()
    sign = p.advance()
    if sign.kind != "rel" or sign.text not in COMPARED:
        raise Unread("a comparison is expected", sign.start)
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
        rows.append((value, _condition(p)))
        if p.peek().kind != "row":
            break
        p.advance()
        if p.peek().kind == "end":
            break
    if not _is_closed(p):
        raise Unread("the cases are not understood", p.peek(-1).start)
    return _chosen(rows)


def _condition(p: Parser) -> MathNode | None:
    """What a row holds for: a comparison, or None for all other cases. Words behind it only explain."""
    if p.peek().kind == "words":
        word = p.advance().text.strip().lower()
        if word in ("otherwise", "else"):
            return None
    elif p.peek().kind == "name" and p.peek().text in ("otherwise", "else"):
        p.advance()
        return None
    elif p.peek().kind == "name" and p.peek().text in ("if", "for", "when"):
        p.advance()
    in_braces = p.peek().at("{") and p.peek(1).at("-")
    condition = _braced_comparison(p) if in_braces else comparison(p)
    if p.peek().kind == "words" and p.peek().text.startswith(","):
        while p.peek().kind not in ("row", "end"):
            p.advance()
    return condition


def _braced_comparison(p: Parser) -> Compare:
    return comparison(p)


def typed_cases(p: Parser) -> MathNode:
    """{1 if z > 0; 0 otherwise}"""
    rows: list[Row] = []
    while True:
        value = p.expression()
        word = p.advance()
        if word.kind != "words":
            raise Unread("cases are written {a if condition; b otherwise}", word.start)
        rows.append((value, None if word.text == "otherwise" else comparison(p)))
        if p.accept(";") is None:
            break
    p.expect("⦄")
    return _chosen(rows)


def _chosen(rows: list[Row]) -> MathNode:
    """The rows as nested choices; the last one is what else there is."""
    *first, (rest, _) = rows
    for value, condition in reversed(first):
        if condition is None:
            raise Unread("a row without a condition stands before another", 0)
        rest = Call("where", (condition, value, rest))  # type: ignore[arg-type]
    return rest


def matrix(p: Parser, opened: Token) -> MathNode:
    """The entries of a matrix, row by row."""
    if opened.text not in _MATRICES:
        raise Unread(f"the environment {opened.text} is not known", opened.start)
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
        raise Unread("the matrix is not understood", opened.start)
    rows.append(ListOf(tuple(row)))  # type: ignore[arg-type]
    return ListOf(tuple(rows))
