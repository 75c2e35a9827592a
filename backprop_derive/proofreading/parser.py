"""Tokens of written mathematics into trees: expressions of the language, with derivatives and functions as leaves.

Everything that our own printers write is read back. What has two readings, and what is not known, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from ..document import Applied, Derivative, Differential, Ellipsis, MathNode
from ..errors import BackpropError
from ..syntax.expression import (
    ONE,
    Call,
    Constant,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Text,
    Transpose,
)  # fmt: skip
from ..syntax.numbers import exact_number
from .derivatives import at_a_point, derivative, fraction, gradient
from .indices import condition, delta, identity, indicator, is_tensor, ones, reals, summation, with_places
from .sentences import lacking, unread
from .structures import cases, matrix, norm, turned, typed_cases
from .tokens import DOTS_ENTRIES, Token, Unread, Vocabulary, is_known_function

_DEEPEST = 60
_CLOSES = {"(": ")", "[": "]", "{": "}", "⦃": "⦄", "|": "|", "‖": "‖", "⌊": "⌋"}
_OPERANDS = frozenset("number name func D frac sqrt nabla begin sum indicator".split())
_FENCED = {"|": "abs", "‖": "norm", "⌊": "floor"}


@dataclass
class Parser:
    """A position in the tokens of one formula; `places` holds where each number and each derivative stands."""

    tokens: Sequence[Token]
    vocabulary: Vocabulary
    end: int
    position: int = 0
    depth: int = 0
    open_bars: int = 0
    is_side_by_side: bool = False  # whether the last factor that was read is a product without a sign
    places: dict[int, int] = field(default_factory=dict)
    kept: list[MathNode] = field(default_factory=list)

    # --- the cursor

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else Token("end", "", self.end, self.end)

    def advance(self) -> Token:
        token = self.peek()
        self.position = min(self.position + 1, len(self.tokens))  # the end is told as often as somebody asks
        return token

    def accept(self, *signs: str) -> Token | None:
        return self.advance() if self.peek().at(*signs) else None

    def expect(self, sign: str) -> Token:
        if not self.peek().at(sign):
            found = self.peek()
            instead = repr(found.text) if found.text else unread("end")
            raise Unread(unread("expected", sign=repr(sign), found=instead), found.start)
        return self.advance()

    def placed(self, node: MathNode, start: int) -> MathNode:
        """The node, with its place noted."""
        self.places[id(node)] = start
        self.kept.append(node)
        return node

    # --- sums and products

    def whole(self) -> MathNode:
        """All tokens as one expression."""
        node = self.expression()
        rest = self.peek()
        if rest.kind != "end" or rest.text:
            raise Unread(unread("here", found=repr(rest.text)), rest.start)
        return turned(node) if isinstance(node, Transpose) and isinstance(node.operand, ListOf) else node

    def expression(self) -> MathNode:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unread(unread("deep"), self.peek().start)
        terms, minus = [self.signed()], [False]
        while self.peek().at("+", "-"):
            minus.append(self.advance().text == "-")
            terms.append(self.signed())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), tuple(minus))  # type: ignore[arg-type]

    def signed(self) -> MathNode:
        sign = self.accept("-", "+")
        term = self.term()
        return Negate(term) if sign is not None and sign.text == "-" else term  # type: ignore[arg-type]

    def term(self) -> MathNode:
        factors = [self.factor()]
        while self.peek().at("*", "·", "/", "⊙", "@"):
            sign = self.advance()
            negative = self.accept("-")
            right = self.factor()
            if sign.text == "/":
                if isinstance(right, Product) and self.is_side_by_side:
                    raise Unread(unread("slash"), sign.start)
                left = factors[0] if len(factors) == 1 else Product(tuple(factors))  # type: ignore[arg-type]
                below = Negate(right) if negative else right  # type: ignore[arg-type]
                factors = [self.placed(Quotient(left, below), sign.start)]  # type: ignore[arg-type]
            elif sign.text == "@" or (sign.text == "·" and self.are_tensors(factors[-1], right)):
                left = factors[0] if len(factors) == 1 else Product(tuple(factors))  # type: ignore[arg-type]
                factors = [MatrixProduct(left, right)]  # type: ignore[arg-type]
            else:
                factors.append(Negate(right) if negative else right)  # type: ignore[arg-type]
        return factors[0] if len(factors) == 1 else Product(tuple(factors))  # type: ignore[arg-type]

    def factor(self) -> MathNode:
        """Powers side by side: a product without a sign."""
        items = [self.power()]
        self.is_side_by_side = False
        while self.begins_operand():
            if self.peek().kind == "number":
                raise Unread(unread("numbers"), self.peek().start)
            items.append(self.power())
        self.is_side_by_side = len(items) > 1
        if len(items) > 1 and sum(is_tensor(item, self.vocabulary.tensors) for item in items) > 1:
            return reduce(MatrixProduct, items)  # type: ignore[arg-type]
        is_multiple = len(items) == 2 and isinstance(items[0], Number)
        return items[0] if len(items) == 1 else Product(tuple(items), is_multiple)  # type: ignore[arg-type]

    def are_tensors(self, *factors: MathNode) -> bool:
        """Whether a dot between them is that of a dot product, or of a product of matrices; σ′(z) has entries."""
        if self.vocabulary.knows(DOTS_ENTRIES) or any(isinstance(factor, Applied) for factor in factors):
            return False
        return all(is_tensor(f, self.vocabulary.tensors) and not self.may_be_number(f) for f in factors)

    def may_be_number(self, factor: MathNode) -> bool:
        """Whether it is not known of a name, or of what a derivative is by, if it has entries."""
        name = factor.by if isinstance(factor, Derivative | Differential) else factor
        return isinstance(name, Name) and self.vocabulary.knows(DOTS_ENTRIES + name.key)

    def begins_operand(self) -> bool:
        token = self.peek()
        if token.kind in _OPERANDS:
            return True
        if token.at("|", "‖"):
            return self.open_bars == 0 and self.begins_fence(token)
        return token.at("(", "[", "{", "⌊", "⟨", "⦃")

    def begins_fence(self, token: Token) -> bool:
        """Whether a bar opens: another one follows that closes it."""
        return any(other.at(token.text) for other in self.tokens[self.position + 1 :])

    def power(self) -> MathNode:
        base = with_places(self, self.atom())
        while (caret := self.accept("^")) is not None:
            base = self.raised(base, caret)
            base = with_places(self, base) if isinstance(base, Transpose) else base
        return base

    def raised(self, base: MathNode, caret: Token) -> MathNode:
        in_braces = self.accept("{") is not None
        if self.accept("⁻T") or (in_braces and self.peek().at("-") and self.peek(1).at("T")):
            if in_braces:
                self.position += 2
                self.expect("}")
            return Transpose(Power(base, Negate(ONE)))  # type: ignore[arg-type]
        if self.peek().at("T") or (self.peek().text == "T" and not self.vocabulary.knows("T")):
            self.advance()
            if in_braces:
                self.expect("}")
            return Transpose(base)  # type: ignore[arg-type]
        if in_braces:
            exponent = self.expression()
            self.expect("}")
        else:
            sign = self.accept("-")
            exponent = self.atom()
            if self.peek().at("^"):
                exponent = self.raised(exponent, self.advance())
            exponent = Negate(exponent) if sign else exponent  # type: ignore[arg-type]
        if base == Constant("e"):
            return Call("exp", (exponent,))  # type: ignore[arg-type]
        return Power(base, exponent)  # type: ignore[arg-type]

    # --- atoms

    def atom(self) -> MathNode:
        token = self.advance()
        match token.kind:
            case "number":
                return self.placed(self.number(token), token.start)
            case "name":
                return self.placed(self.name(token), token.start)
            case "func":
                return self.application(token.text, token)
            case "frac":
                return self.placed(fraction(self, token), token.start)
            case "sqrt":
                return self.root()
            case "D":
                return self.placed(derivative(self, token), token.start)
            case "nabla":
                return self.placed(gradient(self), token.start)
            case "sum":
                return summation(self, token)
            case "indicator":
                return indicator(self, token)
            case "reals":
                return reals(self, token)
            case "string":
                return Text(token.text)
            case "begin":
                return cases(self) if token.text in ("cases", "dcases") else matrix(self, token)
            case "unread" if token.text == "…":
                return Ellipsis()
            case "op":
                return self.fenced(token)
        found = unread("end") if token.kind == "end" else repr(token.text)
        raise Unread(unread("here", found=found), token.start)

    def number(self, token: Token) -> Number:
        try:
            return Number(exact_number(token.text), token.text)
        except BackpropError as error:
            raise Unread(error.found, token.start) from None

    def fenced(self, token: Token) -> MathNode:
        if token.text == "⦃":
            return typed_cases(self)
        if token.text == "⟨":
            return at_a_point(self)
        if token.text not in _CLOSES:
            raise Unread(unread("here", found=repr(token.text)), token.start)
        bars, self.open_bars = self.open_bars, int(token.text in "|‖")
        first = self.position
        items = [self.expression()]
        are_rows = self.is_bracketed(first)
        while token.text in "([" and self.accept(","):
            first = self.position
            items.append(self.expression())
            are_rows = are_rows and self.is_bracketed(first)
        self.open_bars = bars
        if token.text == "[" and len(items) > 1 and are_rows:  # a column: [2] is a row of it, not 2 in brackets
            items = [item if isinstance(item, ListOf) else ListOf((item,)) for item in items]  # type: ignore[arg-type]
        if self.peek().kind == "rel" and token.text == "[" and len(items) == 1:
            items = [condition(self, items[0])]
        self.expect(_CLOSES[token.text])
        if token.text == "[" and len(items) == 1 and _is_number(items[0]):  # a vector, where (2) would be a number
            return ListOf((items[0],))  # type: ignore[arg-type]
        if len(items) > 1 or (token.text == "[" and isinstance(items[0], ListOf)):
            return ListOf(tuple(items))  # type: ignore[arg-type]
        if token.text == "‖" and self.accept("_"):
            return norm(self, items[0])
        if token.text in _FENCED:
            return Call(_FENCED[token.text], (items[0],))  # type: ignore[arg-type]
        return items[0]

    def is_bracketed(self, first: int) -> bool:
        """Whether what was read from a place on stands in square brackets."""
        return self.tokens[first].text == "[" and self.tokens[self.position - 1].text == "]"

    def root(self) -> MathNode:
        degree: MathNode | None = None
        if self.accept("["):
            degree = self.expression()
            self.expect("]")
        inner = self.atom()
        if degree is not None:
            return Power(inner, Quotient(ONE, degree))  # type: ignore[arg-type]
        return Call("sqrt", (inner,))  # type: ignore[arg-type]

    def name(self, token: Token) -> MathNode:
        """A name; where it is none that is known, what its spelling stands for."""
        key, vocabulary = token.text, self.vocabulary
        stem = key.rstrip("'")
        primes = len(key) - len(stem)
        opens = self.peek().at("(")
        is_defined = stem in vocabulary.functions and not vocabulary.knows(stem)
        if vocabulary.tensors and (key == "I" or key.startswith("I_")) and not vocabulary.knows(key):
            return identity(self, key)
        if key == "1" or key.startswith("1_"):
            return ones(key)
        if key == "delta" and not vocabulary.knows(key) and self.peek().at("_", "["):
            return delta(self, token)
        if opens and (is_defined or (stem not in vocabulary.tensors and self.is_function(stem))):
            return Applied(stem, tuple(self.arguments()), primes)
        if vocabulary.knows(key):
            return Name(key)
        if opens and stem == "sigma":
            return self.called("sigmoid", primes)
        if key.startswith("delta_") and vocabulary.knows(key.removeprefix("delta_")):
            return Differential("delta", Name(key.removeprefix("delta_")))
        if key in ("e", "pi"):
            return Constant(key)
        return Name(key)

    def is_function(self, stem: str) -> bool:
        """Whether a letter before a parenthesis is a function of its own: f(x), not 2w(x + 1)."""
        return len(stem) == 1 and stem in "fghuvFGHφψ" and is_argument(self.tokens[self.position :])

    def called(self, function: str, primes: int) -> MathNode:
        arguments = tuple(self.arguments())
        return Applied(function, arguments, primes) if primes else Call(function, arguments)  # type: ignore[arg-type]

    def arguments(self) -> list[MathNode]:
        self.expect("(")
        bars, self.open_bars = self.open_bars, 0
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        self.open_bars = bars
        self.expect(")")
        return found

    def application(self, function: str, token: Token) -> MathNode:
        """A function with its arguments; an exponent behind its name is one of the value: tanh²(z)."""
        exponent: MathNode | None = None
        primes = 0
        while self.accept("'"):
            primes += 1
        if self.accept("^"):
            if self.peek().at("{"):
                exponent = self.atom()
            else:
                exponent = self.number(self.advance()) if self.peek().kind == "number" else None
            if exponent is None:
                raise Unread(unread("exponent", name=function), token.start)
        if not is_known_function(function):
            raise Unread(unread("function", name=function), token.start)
        node = self.applied(function, primes)
        return node if exponent is None else Power(node, exponent)  # type: ignore[arg-type]

    def applied(self, function: str, primes: int) -> MathNode:
        if not self.peek().at("("):
            argument = self.power()
            if self.begins_operand():
                raise Unread(unread("argument"), self.peek().start)
            return Applied(function, (argument,), primes) if primes else Call(function, (argument,))  # type: ignore[arg-type]
        opening = self.advance()
        if self.peek().at(")"):
            raise Unread(lacking(function), opening.start)
        bars, self.open_bars = self.open_bars, 0
        arguments, options = [], []
        while True:
            if self.peek().kind in ("name", "words") and self.peek(1).kind == "rel" and self.peek(1).text == "=":
                name = self.advance().text.strip()
                self.advance()
                options.append((name, self.expression()))
            else:
                arguments.append(self.expression())
            if not self.accept(","):
                break
        self.open_bars = bars
        self.expect(")")
        if primes:
            return Applied(function, tuple(arguments), primes)
        return Call(function, tuple(arguments), tuple(options))  # type: ignore[arg-type]


def _is_number(node: MathNode) -> bool:
    return isinstance(node, Number) or (isinstance(node, Negate) and isinstance(node.operand, Number))


def is_argument(tokens: Sequence[Token]) -> bool:
    """Whether parentheses hold what a function of x is applied to: one name, or another application."""
    depth = 0
    for token in tokens:
        depth += token.at("(") - token.at(")")
        if token.at("+", "-", "*", "·", "/", "^") or token.kind in ("number", "frac"):
            return False
        if depth == 0:
            return True
    return False
