"""What stands between operators: numbers, names, calls, and what is enclosed in brackets or bars."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import LimitError, ProblemError
from ..limits import Limits
from .adjacent import bare_function
from .calls import Called
from .cursor import Cursor
from .expression import Call, Compare, Constant, Expr, Index, ListOf, Name, Number, Slice, Text, Transpose, TupleOf
from .names import canonical
from .numbers import exact_number
from .source import Source
from .tokens import Token
from .words import CONSTANTS, Vocabulary, called_name, unknown_function, unknown_name

RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
OPERAND = "an operand: a number, a name or a parenthesis"
_BARS = ("|", "‖")
_SWITCHES = ("true", "false", "none")
_COMPARISON = "a comparison (<, <=, >, >=, ==, !=): where(condition, a, b)"


class Operands(Cursor, ABC):
    """The readers of one operand each; what is enclosed in one is an expression again."""

    def __init__(
        self,
        source: Source,
        tokens: list[Token],
        vocabulary: Vocabulary,
        limits: Limits,
        values: dict[int, Expr] | None = None,
    ) -> None:
        super().__init__(source, tokens)
        self.vocabulary = vocabulary
        self.limits = limits
        self.depth = -1  # the outermost expression is nested in nothing
        self.open_bars = 0
        self.values = {} if values is None else values  # what the `value` tokens stand for, by their start

    @abstractmethod
    def expression(self) -> Expr:
        """A whole expression, one level deeper."""

    def check_depth(self, depth: int, token: Token) -> None:
        if depth > self.limits.depth:  # the place is looked up where it is needed only, as that copies the line
            self.limits.check("depth", depth, "the depth of an expression", self.place(token))

    @contextmanager
    def bars(self, count: int) -> Iterator[None]:
        """How many `|` are open within."""
        outer, self.open_bars = self.open_bars, count
        yield
        self.open_bars = outer

    def starts_operand(self, token: Token) -> bool:
        """Whether an operand begins here, which cannot follow another one."""
        if token.kind == "op":
            return token.text in ("(", "[", "√") or (token.text in _BARS and not self.open_bars)
        return token.kind in ("name", "number", "text")

    # --- enclosed and indexed

    def postfix(self) -> Expr:
        """postfix := atom ('.T' | '[' items ']')*"""
        expr = self.atom()
        depth_here = 0
        while self.at(".", "["):
            depth_here += 1
            self.check_depth(depth_here + self.depth, self.peek())
            if self.at("["):
                expr = Index(expr, self.index_items())
            else:
                self.transpose_sign()
                expr = Transpose(expr)
        return expr

    def atom(self) -> Expr:
        token = self.peek()
        match token.kind:
            case "number":
                return self.number()
            case "name":
                return self.word()
            case "value":
                return self.values[self.advance().start]
            case "text":
                raise ProblemError(
                    "a string stands here",
                    place=self.place(token), expected="an expression; strings stand in einsum only",
                )  # fmt: skip
            case "op" if token.text == "(":
                return self.parenthesised()
            case "op" if token.text == "[":
                return self.list_of()
            case "op" if token.text in _BARS:
                return self.fenced()
        raise self.unexpected(token, OPERAND)

    def number(self) -> Number:
        token = self.advance()
        try:
            return Number(exact_number(token.text, self.limits), token.text)
        except LimitError as error:
            error.place = self.place(token)
            raise

    def parenthesised(self) -> Expr:
        opened = self.advance()
        if self.at(")"):
            raise ProblemError("empty parentheses", place=self.place(opened), expected="an expression between them")
        with self.bars(0):
            items = [self.expression()]
            is_tuple = False
            while self.accept(",") is not None:
                is_tuple = True
                if self.at(")"):
                    break
                items.append(self.expression())
        if self.at(*RELATIONS):
            raise self.unexpected(self.peek(), "')'; a comparison stands in where, without parentheses around it")
        self.expect(")", opened)
        return TupleOf(tuple(items)) if is_tuple else items[0]

    def list_of(self) -> Expr:
        opened = self.advance()
        items: list[Expr] = []
        with self.bars(0):
            while not self.at("]"):
                items.append(self.expression())
                if self.accept(",") is None:
                    break
        self.expect("]", opened)
        if not items:
            raise ProblemError("an empty list", place=self.place(opened), expected="numbers between the brackets")
        return ListOf(tuple(items))

    def fenced(self) -> Expr:
        """|x| and ‖x‖ or ||x||; a bar where an operand is due opens, any other closes."""
        opened = self.advance()
        is_double = opened.text == "|" and self.at("|") and self.peek().start == opened.end
        second = self.advance() if is_double else opened
        with self.bars(self.open_bars + 1):
            inner = self.expression()
        closing = self.close_bar(opened, opened.text * (1 + is_double))
        if not is_double:
            return Call("abs" if opened.text == "|" else "norm", (inner,))
        if self.at("|") and self.peek().start == closing.end:
            self.advance()
            return Call("norm", (inner,))
        # `||x| - y|`: what looked like one double bar was two, and the inner value is the first operand of the outer.
        self.position -= 1
        self.tokens[self.position] = Token("value", "", second.start, closing.end)
        self.values[second.start] = Call("abs", (inner,))
        if self.peek(1).kind == "end":
            raise self.never_closed(opened, "|")
        with self.bars(self.open_bars + 1):
            outer = self.expression()
        self.close_bar(opened, "|")
        return Call("abs", (outer,))

    def close_bar(self, opened: Token, bar: str) -> Token:
        token = self.peek()
        if self.accept(opened.text) is not None:
            return token
        if token.kind == "end":
            raise self.never_closed(opened, bar)
        raise self.unexpected(token, f"an operator, or the bar {bar!r} that closes")

    def transpose_sign(self) -> None:
        dot = self.advance()
        word = self.peek()
        if word.kind != "name":
            raise self.unexpected(dot, "an operator or the end of the statement")
        if word.text != "T":
            raise ProblemError(
                f"attribute access .{word.text} is not part of the language",
                place=self.place(dot), expected="an operator; .T, the transpose, is the only word after a dot",
            )  # fmt: skip
        self.advance()

    def index_items(self) -> tuple[Expr | Slice | None, ...]:
        opened = self.advance()
        items: list[Expr | Slice | None] = []
        with self.bars(0):
            while not self.at("]"):
                items.append(self.index_item(opened))
                if self.accept(",") is None:
                    break
        self.expect("]", opened)
        if not items:
            raise ProblemError("empty index", place=self.place(opened), expected="an index such as [0] or [:, 1]")
        return tuple(items)

    def index_item(self, opened: Token) -> Expr | Slice | None:
        if self.peek().kind == "name" and self.peek().text == "None" and self.peek(1).text in (",", "]"):
            self.advance()
            return None
        parts: list[Expr | None] = [None]
        while not self.at(",", "]"):
            if self.accept(":") is not None:
                parts.append(None)
            elif parts[-1] is None:
                parts[-1] = self.expression()
            else:
                self.expect("]", opened)
        if len(parts) > 3:
            raise ProblemError("a slice has at most start:stop:step", place=self.place(self.previous))
        if len(parts) > 1:
            return Slice(parts[0], parts[1], parts[2] if len(parts) == 3 else None)
        if parts[0] is None:
            raise self.unexpected(self.peek(), "an index")
        return parts[0]

    # --- words

    def word(self) -> Expr:
        token = self.advance()
        hat = self.hat_key(token)
        if hat is not None:
            self.advance()
            return Name(hat)
        if self.at("(") and self.is_function(token):
            return self.call(token)
        return self.resolve(token)

    def hat_key(self, token: Token) -> str | None:
        """The key of the hatted name where `name^` is one, by the rules of the language for names."""
        caret, following = self.peek(), self.peek(1)
        if not self.at("^") or caret.start != token.end or self.vocabulary.defined is None:
            return None
        if self.starts_operand(following):
            return None
        hat = token.text + "^"
        is_minus = following.kind == "op" and following.text == "-"
        if not self.vocabulary.is_taken(canonical(hat)):
            if is_minus:
                return None
            raise self.unfinished_power(token)
        if is_minus and following.start == caret.end and self.vocabulary.is_known(canonical(token.text)):
            raise ProblemError(
                f"{hat}-… is ambiguous: both {token.text} and {hat} are defined",
                place=self.place(caret), expected="a space before the minus, or parentheses after ^",
                hint=f"{token.text}^(-…) for the power, {hat} - … (with a space) for the hat",
            )  # fmt: skip
        if not self.vocabulary.is_known(canonical(hat)):
            raise unknown_name(hat, self.vocabulary, self.place(token))
        return canonical(hat)

    def unfinished_power(self, token: Token) -> ProblemError:
        """`y^` without an exponent, where no ŷ is defined."""
        word = token.text
        error = unknown_name(word + "^", self.vocabulary, self.place(token))
        if self.vocabulary.is_known(canonical(word)):
            error.expected = f"an exponent after {word}^, or a given or an earlier step that defines {word}^"
            error.hint = f"{word}^2 for a power, {word} for the name without a hat"
        return error

    def is_function(self, token: Token) -> bool:
        """Whether a word before a parenthesis is called. `σ(` is the sigmoid, whatever σ alone may be."""
        vocabulary, key = self.vocabulary, canonical(token.text)
        if token.text != "σ" and vocabulary.is_taken(key):
            if not vocabulary.is_function(token.text) and not vocabulary.is_known(key):
                return False  # a name that is used too early, which is the greater of the two mistakes
            raise called_name(token.text, vocabulary, self.place(token))
        if token.text not in vocabulary.functions:
            raise unknown_function(token.text, vocabulary, self.place(token))
        return True

    def resolve(self, token: Token) -> Expr:
        vocabulary, key = self.vocabulary, canonical(token.text)
        if vocabulary.is_known(key):
            return Name(key)
        if vocabulary.is_taken(key):
            raise unknown_name(token.text, vocabulary, self.place(token))
        if key in CONSTANTS:
            return Constant(key)
        if vocabulary.defined is None:
            return Name(key)
        if vocabulary.is_function(token.text):
            raise bare_function(self, token)
        raise unknown_name(token.text, vocabulary, self.place(token))

    # --- calls

    def call(self, token: Token) -> Expr:
        called = Called(self.vocabulary.functions[token.text], token.text, token)
        opened = self.advance()
        with self.bars(0):
            while not self.at(")"):
                if self.peek().kind == "name" and self.peek(1).text == "=":
                    self.option(called)
                elif called.options:
                    raise self.unexpected(self.peek(), "an option by name; arguments come before options")
                else:
                    called.arguments.append(self.argument(called, len(called.arguments)))
                if self.accept(",") is None:
                    break
        self.expect(")", opened)
        called.check(self)
        return called.finished()

    def argument(self, called: Called, position: int) -> Expr:
        if self.peek().kind == "text" and called.operation.name == "einsum" and position == 0:
            return Text(self.advance().text[1:-1])
        left = self.expression()
        is_condition = called.operation.name == "where" and position == 0
        if not self.at(*RELATIONS):
            if is_condition and self.peek().kind != "end":
                raise self.unexpected(self.peek(), _COMPARISON)
            return left
        if not is_condition:
            raise self.unexpected(self.peek(), "',' or ')'; comparisons stand in where(condition, a, b) only")
        relation = self.advance()
        right = self.expression()
        if self.at(*RELATIONS):
            raise self.unexpected(self.peek(), "',' after one comparison", "a where inside of a where")
        return Compare(relation.text, left, right)

    def option(self, called: Called) -> None:
        name, equals = self.advance(), self.advance()
        is_first = not called.arguments and not called.options
        if called.operation.name == "where" and is_first and name.text != "condition":
            raise self.unexpected(equals, _COMPARISON, f"where({self.spelling(name)} == …, a, b)")
        called.check_option(name.text, self, name)
        allowed = called.values_of(name.text)
        if not allowed:
            if self.peek().text in _SWITCHES and not self.vocabulary.is_known(self.peek().text):
                called.options.append((name.text, Name(self.advance().text)))
                return
            parameters = called.operation.parameters
            position = parameters.index(name.text) if name.text in parameters else len(parameters)
            called.options.append((name.text, self.argument(called, position)))
            return
        value = self.advance()
        if value.text not in allowed:
            raise self.unexpected(value, " or ".join(allowed))
        called.options.append((name.text, Name(value.text)))
