"""The parser of one expression: precedence climbing, one function a level of the language's grammar.

It never evaluates anything; a word is a defined name, a constant or an operation of the table, or an error.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from ..errors import Place, ProblemError, describe, nearest, shorten
from ..limits import DEFAULT_LIMITS, Limits
from .expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    TupleOf,
)  # fmt: skip
from .names import canonical, nearest_name
from .source import Source
from .tokens import Token, tokenise


class Signature(Protocol):
    """What the parser asks of an operation's record."""

    @property
    def name(self) -> str: ...
    @property
    def signature(self) -> str: ...
    @property
    def parameters(self) -> tuple[str, ...]: ...
    @property
    def required(self) -> int: ...
    @property
    def is_variadic(self) -> bool: ...
    @property
    def variants(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class Vocabulary:
    """What words mean where an expression stands.

    `functions` maps every spelling to its record, `defined` the keys of givens and earlier steps to their spellings
    (None accepts any name), `later` a name to the line further down that defines it. `unavailable` are words that would
    be functions of tensors; `hints` say more about a name that is not defined.
    """

    functions: Mapping[str, Signature]
    defined: Mapping[str, str] | None = None
    later: Mapping[str, int] = field(default_factory=dict)
    current: str | None = None
    unavailable: frozenset[str] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)


_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_CONSTANTS = frozenset(("pi", "e"))
_PRODUCT_SIGNS = frozenset(("*", "/", "@"))
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
    while (relation := parser.peek()).text in _RELATIONS:
        parser.advance()
        right = parser.expression()
        found.append(Compare(relation.text, left, right))
        left = right
    parser.expect_end()
    return tuple(found)


class Parser:
    """Tokens and a position in them; each method reads one construct and leaves the position behind it."""

    def __init__(self, source: Source, tokens: Sequence[Token], vocabulary: Vocabulary, limits: Limits) -> None:
        self.source = source
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.limits = limits
        self.position = 0
        self.open_bars: list[str] = []
        self.depth = 0

    # --- tokens

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else self.tokens[-1]

    def advance(self) -> Token:
        token = self.peek()
        if self.position < len(self.tokens) - 1:
            self.position += 1
        return token

    def place(self, token: Token) -> Place:
        return self.source.place(token.start)

    def accept(self, *spellings: str) -> Token | None:
        token = self.peek()
        if token.kind == "op" and token.text in spellings:
            return self.advance()
        return None

    def expect(self, spelling: str, opened: Token | None = None) -> Token:
        token = self.accept(spelling)
        if token is not None:
            return token
        found = self.peek()
        if found.kind == "end" and opened is not None:
            raise ProblemError(
                f"{opened.text!r} is never closed", place=self.place(opened), expected=f"{spelling!r} further on"
            )
        raise self.unexpected(found, repr(spelling))

    def unexpected(self, token: Token, expected: str, hint: str | None = None) -> ProblemError:
        found = "the end of the statement" if token.kind == "end" else repr(shorten(self.spelling(token)))
        return ProblemError(f"unexpected {found}", place=self.place(token), expected=expected, hint=hint)

    def spelling(self, token: Token) -> str:
        return self.source.text[token.start : token.end]

    def expect_end(self) -> None:
        token = self.peek()
        if token.kind == "end":
            return
        if token.text in _RELATIONS or token.text == "=":
            raise self.unexpected(
                token, "an operator or the end of the line", "comparisons stand inside where(condition, a, b) only"
            )
        raise self.unexpected(token, "an operator or the end of the statement")

    # --- grammar, loosest first

    def expression(self) -> Expr:
        """sum := ['-'] product (('+' | '-') product)*"""
        self.depth += 1
        self.limits.check("depth", self.depth, "the depth of an expression", self.place(self.peek()))
        terms = [self.signed_product()]
        minus = [False]
        while (sign := self.accept("+", "-")) is not None:
            terms.append(self.signed_product())
            minus.append(sign.text == "-")
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), tuple(minus))

    def signed_product(self) -> Expr:
        negations = self.minus_signs()
        expr = self.product()
        for _ in range(negations):
            expr = Negate(expr)
        return expr

    def minus_signs(self) -> int:
        count, first = 0, self.peek()
        while self.accept("-") is not None:
            count += 1
        self.limits.check("depth", count + self.depth, "the depth of an expression", self.place(first))
        return count

    def product(self) -> Expr:
        """product := factor (('*' | '/' | '@') factor)*, from left to right"""
        expr = self.factor()
        run: list[Expr] = [expr]
        depth_here = 0
        while (token := self.peek()).kind == "op" and token.text in _PRODUCT_SIGNS:
            self.advance()
            right = self.factor(divided_by=token.text == "/", dividend=token)
            if token.text == "*":
                run.append(right)
                continue
            depth_here += 1
            self.limits.check("depth", depth_here + self.depth, "the depth of an expression", self.place(token))
            left = run[0] if len(run) == 1 else Product(tuple(run))
            run = [Quotient(left, right) if token.text == "/" else MatrixProduct(left, right)]
        return run[0] if len(run) == 1 else Product(tuple(run))

    def factor(self, divided_by: bool = False, dividend: Token | None = None) -> Expr:
        negations = self.minus_signs()
        start = self.peek()
        expr = self.juxtaposed()
        if divided_by and isinstance(expr, Product) and expr.implicit and dividend is not None:
            self.refuse_divided_juxtaposition(start, dividend)
        for _ in range(negations):
            expr = Negate(expr)
        return expr

    def refuse_divided_juxtaposition(self, start: Token, slash: Token) -> None:
        number = self.spelling(start)
        rest = self.source.text[start.end : self.tokens[self.position - 1].end].strip()
        raise ProblemError(
            f"…/{shorten(number + rest)} is ambiguous: the division may end before or after {shorten(rest)}",
            place=self.place(slash),
            hint=f"…/({number}*{shorten(rest)}) or (…/{number})*{shorten(rest)}, with parentheses",
        )

    def juxtaposed(self) -> Expr:
        """number name | number ( expression ) | power; a number is the only thing that multiplies without a sign"""
        first = self.peek()
        if first.kind == "number" and self.starts_juxtaposition(self.peek(1)):
            number = self.number()
            right = self.power()
            self.refuse_adjacent()
            return Product((number, right), implicit=True)
        expr = self.power()
        self.refuse_adjacent()
        return expr

    def starts_juxtaposition(self, token: Token) -> bool:
        return token.kind == "name" or (token.kind == "op" and token.text == "(")

    def power(self) -> Expr:
        """power := postfix [('^' | '**') ['-'] power], from right to left"""
        base = self.postfix()
        if (token := self.peek()).kind == "super":
            self.advance()
            base = Power(base, _signed_integer(token.text))
        if (token := self.peek()).kind == "op" and token.text in ("^", "**"):
            self.advance()
            self.depth += 1
            self.limits.check("depth", self.depth, "the depth of an expression", self.place(token))
            exponent = self.exponent(token)
            self.depth -= 1
            return Power(base, exponent)
        return base

    def exponent(self, caret: Token) -> Expr:
        negations = self.minus_signs()
        first = self.peek()
        if first.kind == "number" and self.starts_juxtaposition(self.peek(1)):
            number, right = self.spelling(first), self.spelling(self.peek(1))
            raise ProblemError(
                f"the exponent {number}{shorten(right)}… is ambiguous",
                place=self.place(first), hint=f"(…^{number})*{shorten(right)} or …^({number}*{shorten(right)})",
            )  # fmt: skip
        expr = self.power()
        for _ in range(negations):
            expr = Negate(expr)
        return expr

    def postfix(self) -> Expr:
        """postfix := atom ('.T' | '[' items ']')*"""
        expr = self.atom()
        while True:
            if (dot := self.accept(".")) is not None:
                word = self.advance()
                if word.text != "T":
                    raise ProblemError(
                        f"attribute access .{shorten(self.spelling(word))} is not part of the language",
                        place=self.place(dot), expected=".T, the transpose, is the only word after a dot",
                    )  # fmt: skip
                expr = Transpose(expr)
            elif self.peek().text == "[" and self.peek().kind == "op":
                expr = Index(expr, self.index_items())
            else:
                return expr

    def index_items(self) -> tuple[Expr | Slice | None, ...]:
        opened = self.advance()
        items: list[Expr | Slice | None] = []
        while self.peek().text != "]":
            items.append(self.index_item())
            if self.accept(",") is None:
                break
        self.expect("]", opened)
        if not items:
            raise ProblemError("empty index", place=self.place(opened), expected="an index such as [0] or [:, 1]")
        return tuple(items)

    def index_item(self) -> Expr | Slice | None:
        if self.peek().kind == "name" and self.peek().text == "None" and self.peek(1).text in (",", "]"):
            self.advance()
            return None
        parts: list[Expr | None] = [None]
        while self.peek().text not in (",", "]") and self.peek().kind != "end":
            if self.accept(":") is not None:
                parts.append(None)
            else:
                parts[-1] = self.expression()
        if len(parts) == 1:
            if parts[0] is None:
                raise self.unexpected(self.peek(), "an index")
            return parts[0]
        if len(parts) > 3:
            raise ProblemError("a slice has at most start:stop:step", place=self.place(self.peek()))
        start, stop, *rest = parts
        return Slice(start, stop, rest[0] if rest else None)

    # --- atoms

    def atom(self) -> Expr:
        token = self.peek()
        match token.kind:
            case "number":
                return self.number()
            case "name":
                return self.word()
            case "text":
                raise ProblemError(
                    "a string stands here",
                    place=self.place(token),
                    expected="an expression; strings stand in einsum only",
                )
            case "op" if token.text == "(":
                return self.parenthesised()
            case "op" if token.text == "[":
                return self.list_of()
            case "op" if token.text in ("|", "‖"):
                return self.fenced()
            case "op" if token.text == "√":
                raise self.unexpected(token, "an operand", "sqrt(…)")
        raise self.unexpected(token, "an operand: a number, a name or a parenthesis")

    def number(self) -> Number:
        token = self.advance()
        return Number(exact_number(token.text, self.limits, self.place(token)), token.text)

    def parenthesised(self) -> Expr:
        opened = self.advance()
        if self.peek().text == ")":
            raise ProblemError("empty parentheses", place=self.place(opened), expected="an expression between them")
        bars, self.open_bars = self.open_bars, []
        items = [self.expression()]
        is_tuple = False
        while self.accept(",") is not None:
            is_tuple = True
            if self.peek().text == ")":
                break
            items.append(self.expression())
        self.expect(")", opened)
        self.open_bars = bars
        return TupleOf(tuple(items)) if is_tuple else items[0]

    def list_of(self) -> Expr:
        opened = self.advance()
        bars, self.open_bars = self.open_bars, []
        items: list[Expr] = []
        self.depth += 1
        while self.peek().text != "]":
            items.append(self.expression())
            if self.accept(",") is None:
                break
        self.depth -= 1
        self.expect("]", opened)
        self.open_bars = bars
        if not items:
            raise ProblemError("an empty list", place=self.place(opened), expected="numbers between the brackets")
        return ListOf(tuple(items))

    def fenced(self) -> Expr:
        """|x| and ‖x‖ or ||x||; a bar where an operand is due opens, any other closes."""
        opened = self.advance()
        double = opened.text == "‖" or (self.peek().text == "|" and self.peek().start == opened.end)
        if double and opened.text == "|":
            self.advance()
        self.open_bars.append("‖" if double else "|")
        inner = self.expression()
        closing = self.peek()
        if closing.text not in ("|", "‖"):
            raise ProblemError(
                f"the bar {'||' if double else '|'} is never closed", place=self.place(opened), expected="a closing bar"
            )
        self.advance()
        if double and closing.text == "|":
            self.expect("|", opened)
        self.open_bars.pop()
        return Call("norm" if double else "abs", (inner,))

    # --- words

    def word(self) -> Expr:
        token = self.advance()
        following = self.peek()
        hat = self.hat_key(token)
        if hat is not None:
            self.advance()
            return Name(hat)
        if following.text == "(" and following.kind == "op" and self.is_function(token):
            return self.call(token)
        return self.resolve(token)

    def is_function(self, token: Token) -> bool:
        functions, defined = self.vocabulary.functions, self.vocabulary.defined
        known = token.text in functions
        key = canonical(token.text)
        if defined is not None and key in defined and token.text != "σ":
            if known:
                raise ProblemError(
                    f"{token.text} is a name of this problem, so {token.text}(…) cannot be called",
                    place=self.place(token), hint=f"give the step {token.text} another name",
                )  # fmt: skip
            raise ProblemError(
                f"{token.text}(…) is not a function: {token.text} is a name of this problem",
                place=self.place(token), expected="an operator between a name and a parenthesis",
                hint=f"{token.text}*(…)",
            )  # fmt: skip
        if known:
            return True
        if token.text in self.vocabulary.unavailable:
            raise ProblemError(
                f"{token.text}(…) works on vectors and matrices, which this version does not derive yet",
                place=self.place(token), hint="write the components out as scalars",
            )  # fmt: skip
        close = nearest(token.text, functions)
        raise ProblemError(
            f"unknown function {shorten(token.text)}",
            place=self.place(token), expected="a function of the language", hint=f"{close}(…)" if close else None,
        )  # fmt: skip

    def hat_key(self, token: Token) -> str | None:
        """The key of the hatted name where `name^` is one, by the rules of LANGUAGE, "Names"."""
        caret = self.peek()
        if caret.text != "^" or caret.start != token.end:
            return None
        hat = canonical(token.text + "^")
        following = self.peek(1)
        is_operand = (
            following.kind in ("number", "name", "text")
            or (following.kind == "op" and following.text in ("(", "[", "√"))
            or (following.text in ("|", "‖") and not self.open_bars)
        )
        defined = self.vocabulary.defined
        if defined is None or hat not in defined:
            is_power = is_operand or following.text == "-"
            if not is_power and defined is not None:
                raise self.unknown_name(token, hat, token.text + "^")
            return None
        if is_operand:
            return None
        if following.text == "-" and following.start == caret.end and canonical(token.text) in defined:
            raise ProblemError(
                f"{token.text}^-… is ambiguous: both {token.text} and {token.text}^ are defined",
                place=self.place(caret),
                hint=f"{token.text}^(-…) for the power, {token.text}^ - … (with a space) for the hat",
            )
        return hat

    def resolve(self, token: Token) -> Expr:
        key = canonical(token.text)
        defined = self.vocabulary.defined
        if defined is not None and key in defined:
            return Name(key)
        if key in _CONSTANTS:
            return Constant(key)
        if defined is None:
            return Name(key)
        raise self.unknown_name(token, key, token.text)

    def unknown_name(self, token: Token, key: str, spelled: str) -> ProblemError:
        place = self.place(token)
        vocabulary = self.vocabulary
        if key == vocabulary.current:
            return ProblemError(
                f"{spelled} is used in its own definition, before it is defined: a step cannot need itself", place=place
            )
        if key in vocabulary.later:
            line = vocabulary.later[key]
            return ProblemError(
                f"{spelled} is used before it is defined, later in line {line}",
                place=place, expected="steps in an order that defines before it uses, without a cycle",
                hint=f"move line {line} up",
            )  # fmt: skip
        if token.text in vocabulary.functions or token.text in vocabulary.unavailable:
            following = self.peek()
            argument = self.spelling(following) if following.kind in ("name", "number") else "x"
            return ProblemError(
                f"{token.text} is a function and needs its argument in parentheses; no name {token.text} is defined",
                place=place, hint=f"{token.text}({argument})",
            )  # fmt: skip
        if token.text in ("inf", "nan"):
            return ProblemError(
                f"{token.text} is no number here (unknown name)", place=place, expected="a finite number"
            )
        known = vocabulary.defined or {}
        twin = _lookalike(key, known)
        if twin is not None:
            odd = next((c for c in spelled + known[twin] if not c.isascii()), None)
            reason = f": one of them holds {describe(odd)}" if odd else ""
            return ProblemError(
                f"unknown name {spelled}: it looks like {known[twin]}, but is another{reason}",
                place=place, hint="type both in the same alphabet and case",
            )  # fmt: skip
        close = nearest_name(spelled, known)
        return ProblemError(
            f"unknown name {shorten(spelled)}",
            place=place, expected="a name that a given or an earlier step defines",
            hint=vocabulary.hints.get(key) or (shorten(close) if close else None),
        )  # fmt: skip

    def refuse_adjacent(self) -> None:
        """Two operands side by side are no product; say what was probably meant."""
        token = self.peek()
        if token.kind not in ("name", "number", "text") and not (token.kind == "op" and token.text in ("(", "[", "√")):
            if not (token.text in ("|", "‖") and not self.open_bars):
                return
            left = self.spelling(self.tokens[self.position - 1])
            raise ProblemError(
                "a bar after an operand: it is unclear which bars open and which close",
                place=self.place(token), expected="an operator",
                hint="abs(…) in place of bars, with * between factors: |a|*b*|c| or |a*|b|*c|",
            ) if left in ("|", "‖") else self.unexpected(token, "an operator", "a * before the bar")  # fmt: skip
        left_token = self.tokens[self.position - 1]
        left, right = shorten(self.spelling(left_token)), shorten(self.spelling(token))
        if left == "|" and token.kind == "name":
            raise ProblemError(
                f"unexpected {right!r} after a closing bar: |a|b|c| can be read in two ways",
                place=self.place(token), expected="an operator", hint=f"|…|*{right}*|…| or |…*|{right}|*…|",
            )  # fmt: skip
        if left_token.kind == "name" and (left in self.vocabulary.functions) and token.kind in ("name", "number"):
            raise self.unexpected(token, "the argument in parentheses", f"{left}({right})")
        expected = "an operator such as *, for a product"
        raise self.unexpected(token, expected, f"{left}*{right}{'…' if right in '([' else ''}")

    # --- calls

    def call(self, token: Token) -> Expr:
        operation = self.vocabulary.functions[token.text]
        opened = self.advance()
        bars, self.open_bars = self.open_bars, []
        arguments: list[Expr] = []
        options: list[tuple[str, Expr]] = []
        while self.peek().text != ")":
            if self.peek().kind == "name" and self.peek(1).text == "=":
                options.append(self.option(operation, token))
            else:
                if options:
                    raise self.unexpected(self.peek(), "an option by name; arguments come before options")
                arguments.append(self.argument(operation, len(arguments)))
            if self.accept(",") is None:
                break
        self.expect(")", opened)
        self.open_bars = bars
        self.check_count(operation, token, arguments, options)
        return Call(operation.name, tuple(arguments), tuple(options))

    def argument(self, operation: Signature, position: int) -> Expr:
        left = self.expression()
        token = self.peek()
        if token.text not in _RELATIONS:
            if operation.name == "where" and position == 0:
                raise self.unexpected(token, "a comparison (<, <=, >, >=, ==, !=): where(condition, a, b)")
            return left
        if operation.name != "where" or position != 0:
            raise self.unexpected(token, "',' or ')'; comparisons stand in where(condition, a, b) only")
        self.advance()
        return Compare(token.text, left, self.expression())

    def option(self, operation: Signature, called: Token) -> tuple[str, Expr]:
        name = self.advance()
        known = [*operation.parameters, *(variant.split("=")[0] for variant in operation.variants)]
        if name.text not in known:
            close = nearest(name.text, known)
            raise ProblemError(
                f"{called.text} takes no option or argument called {shorten(name.text)}",
                place=self.place(name), expected=f"{called.text}({operation.signature})", hint=close,
            )  # fmt: skip
        self.advance()
        value = self.peek()
        if any(variant.startswith(f"{name.text}=") for variant in operation.variants):
            self.advance()
            if f"{name.text}={value.text}" not in operation.variants:
                raise self.unexpected(value, " or ".join(v.split("=")[1] for v in operation.variants))
            return name.text, Name(value.text)
        return name.text, self.expression()

    def check_count(
        self, operation: Signature, token: Token, arguments: list[Expr], options: list[tuple[str, Expr]]
    ) -> None:
        given = len(arguments) + sum(1 for name, _ in options if name in operation.parameters)
        most = None if operation.is_variadic else len(operation.parameters)
        if given < operation.required or (most is not None and given > most):
            wanted = f"{operation.required} or more" if most is None else str(operation.required)
            if most is not None and most > operation.required:
                wanted = f"{operation.required} to {most}"
            raise ProblemError(
                f"{token.text} takes {wanted} argument{'' if wanted == '1' else 's'}, {given} given",
                place=self.place(token), expected=f"{token.text}({operation.signature})",
            )  # fmt: skip


def exact_number(spelled: str, limits: Limits = DEFAULT_LIMITS, place: Place | None = None) -> Fraction:
    """The exact value of a number as written: `0.1` is 1/10, `1e-3` is 1/1000, `½` is 1/2. Raises LimitError."""
    if len(spelled) == 1 and not spelled.isascii():
        return Fraction(unicodedata.numeric(spelled)).limit_denominator(100)
    mantissa, _, exponent = spelled.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    shift = (int(exponent) if len(exponent) < 12 else 10**11) - len(decimals) if exponent else -len(decimals)
    limits.check("literal", max(len(spelled), abs(shift)), "a number's digits", place)
    digits = _integer(whole + decimals)
    return Fraction(digits * 10**shift) if shift >= 0 else Fraction(digits, 10**-shift)


def _integer(digits: str) -> int:
    """int(digits) without the host's limit on the length of a literal; the language's own was checked before."""
    block = 4000
    value = 0
    for start in range(0, len(digits), block):
        part = digits[start : start + block]
        value = value * 10 ** len(part) + int(part)
    return value


def _signed_integer(text: str) -> Expr:
    number = Number(Fraction(int(text.lstrip("-"))), text.lstrip("-"))
    return Negate(number) if text.startswith("-") else number


_TWINS = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHaopvikABEZHIKMNOPTYX"
)


def _skeleton(key: str) -> str:
    return unicodedata.normalize("NFKC", key).translate(_TWINS).casefold()


def _lookalike(key: str, known: Mapping[str, str]) -> str | None:
    """A known name that looks like `key` and is another: other alphabet, other case, full-width letters."""
    shape = _skeleton(key)
    return next((other for other in known if other != key and _skeleton(other) == shape), None)
