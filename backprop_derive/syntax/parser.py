"""The parser of one expression: precedence climbing, one function a level of the language's grammar.

It never evaluates anything; a word is a defined name, a constant or an operation of the table, or an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ..limits import DEFAULT_LIMITS, Limits
from .adjacent import ambiguous_division, ambiguous_exponent, side_by_side
from .expression import Compare, Expr, MatrixProduct, Negate, Power, Product, Quotient, Sum
from .numbers import DIGITS, comma_meant, signed_whole_number
from .operands import OPERAND, RELATIONS, Operands
from .source import Source
from .tokens import Token, tokenise
from .words import Signature, Vocabulary

# Parsing and every walk over a tree use a few frames a level; the language allows a depth of 1,000.
_FRAMES = 30_000


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow as many frames as the deepest expression within the limits needs."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def parse_expression(
    source: Source, start: int, end: int, vocabulary: Vocabulary, limits: Limits = DEFAULT_LIMITS
) -> Expr:
    """The expression that stands in source.text[start:end], all of it. Raises ProblemError, LimitError."""
    parser = Parser(source, tokenise(source, start, end, limits), vocabulary, limits)
    with deep_recursion():
        expr = parser.expression()
        parser.expect_end()
    return expr


def parse_formula(text: str, functions: Mapping[str, Signature]) -> Expr:
    """A formula of an operation's record, in which every name that is no constant is an argument."""
    source = Source("definition", text)
    return parse_expression(source, 0, len(text), Vocabulary(functions))


def parse_comparisons(text: str, functions: Mapping[str, Signature]) -> tuple[Compare, ...]:
    """The comparisons of a record's domain; `0 <= p <= 1` is two."""
    source = Source("domain", text)
    parser = Parser(source, tokenise(source, 0, len(text)), Vocabulary(functions), DEFAULT_LIMITS)
    left = parser.expression()
    found = []
    while (relation := parser.accept(*RELATIONS)) is not None:
        right = parser.expression()
        found.append(Compare(relation.text, left, right))
        left = right
    parser.expect_end()
    return tuple(found)


class Parser(Operands):
    """Tokens and a position in them; each method reads one construct and leaves the position behind it."""

    def expression(self) -> Expr:
        """sum := signed product (('+' | '-') signed product)*"""
        self.depth += 1
        self.check_depth(self.depth, self.peek())
        terms = [self.signed(self.product)]
        minus = [False]
        while (sign := self.accept("+", "-")) is not None:
            terms.append(self.signed(self.product))
            minus.append(sign.text == "-")
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), tuple(minus))

    def signed(self, operand: Callable[[], Expr]) -> Expr:
        """'-'* operand"""
        first = self.peek()
        negations = 0
        while self.accept("-") is not None:
            negations += 1
        self.check_depth(negations + self.depth, first)
        if self.at("+"):
            raise self.unexpected(self.peek(), OPERAND, "the operand without the sign +")
        expr = operand()
        for _ in range(negations):
            expr = Negate(expr)
        return expr

    def product(self) -> Expr:
        """product := juxtaposed (('*' | '/' | '@') signed juxtaposed)*, from left to right"""
        run: list[Expr] = [self.juxtaposed()]
        depth_here = 0
        while (sign := self.accept("*", "/", "@")) is not None:
            right = self.signed(self.divisor if sign.text == "/" else self.juxtaposed)
            if sign.text == "*":
                run.append(right)
                continue
            depth_here += 1
            self.check_depth(depth_here + self.depth, sign)
            left = run[0] if len(run) == 1 else Product(tuple(run))
            run = [Quotient(left, right) if sign.text == "/" else MatrixProduct(left, right)]
        return run[0] if len(run) == 1 else Product(tuple(run))

    def divisor(self) -> Expr:
        """What a division ends with. `2x` cannot stand there, as the division might end before or after x."""
        if self.at("/"):
            raise self.unexpected(self.peek(), OPERAND, "floor(a/b) for the whole part of a quotient")
        first, is_juxtaposed = self.peek(), self.at_juxtaposition()
        expr = self.juxtaposed()
        if is_juxtaposed:
            raise ambiguous_division(self, first)
        return expr

    def juxtaposed(self) -> Expr:
        """number name | number ( expression ) | power; a number is the only thing that multiplies without a sign"""
        first = self.peek()
        if self.at_juxtaposition():
            expr: Expr = Product((self.number(), self.power()), implicit=True)
        else:
            expr = self.power()
        if self.starts_operand(self.peek()):
            raise side_by_side(self, self.vocabulary, first)
        return expr

    def at_juxtaposition(self) -> bool:
        following = self.peek(1)
        return self.peek().kind == "number" and (
            following.kind == "name" or (following.kind == "op" and following.text == "(")
        )

    def power(self) -> Expr:
        """power := postfix [superscript] [('^' | '**') '-'* power], from right to left"""
        base = self.postfix()
        if self.peek().kind == "super":
            base = Power(base, self.superscript())
        if (sign := self.accept("^", "**")) is None:
            return base
        self.depth += 1
        self.check_depth(self.depth, sign)
        exponent = self.signed(self.exponent)
        self.depth -= 1
        return Power(base, exponent)

    def superscript(self) -> Expr:
        token = self.advance()
        if token.end - token.start > self.limits.literal:
            self.limits.check("literal", token.end - token.start, DIGITS, self.place(token))
        return signed_whole_number(token.text)

    def exponent(self) -> Expr:
        first, is_juxtaposed = self.peek(), self.at_juxtaposition()
        if is_juxtaposed:
            self.advance()
        expr = self.power()
        if is_juxtaposed:
            raise ambiguous_exponent(self, first)
        return expr

    def expect_end(self) -> None:
        token = self.peek()
        if token.kind == "end":
            return
        expected = "an operator or the end of the statement"
        if self.at(*RELATIONS):
            raise self.unexpected(token, f"{expected}; comparisons stand inside where(condition, a, b) only")
        if self.at("="):
            raise self.unexpected(token, f"{expected}; a statement has one '='")
        raise self.unexpected(token, expected, self.number_meant(token))

    def number_meant(self, token: Token) -> str | None:
        """`1,000` and `0,5`: a comma is no part of a number."""
        before, after = self.previous, self.peek(1)
        if not self.at(",") or before.kind != "number" or after.kind != "number":
            return None
        return comma_meant(before.text, after.text)
