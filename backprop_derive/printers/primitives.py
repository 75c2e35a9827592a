"""What a notation implements: a fraction, a power, a fence …, each from the text of its parts.

A primitive that a notation has no sign for is an error, not a blank. Which of them a node needs is decided in `base`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar, Self

from ..languages import has_decimal_comma
from ..syntax.names import GREEK, Symbol
from ..syntax.precedence import Precedence as P
from .sentences import WORDS

_BETWEEN_DIGITS = re.compile(r"\d,\d")
Printed = tuple[str, P]  # a node's text and how tightly it binds


class Primitives:
    """`literal_names` are keys that must be set as typed, since their symbols would look alike."""

    DOT = "·"
    MINUS = "-"
    # What a decimal comma is in this notation.
    COMMA = ","
    RELATIONS: ClassVar[Mapping[str, str]] = {}
    # So many fractions may be stacked in each other; deeper ones stand on one line, a/b, or they would be too small.
    DEEPEST_STACK = 2
    # Whether the indices of an entry are subscripts, as the number in a name is.
    INDICES_BELOW = True
    # How tightly a choice by cases binds: a brace on its left alone needs parentheses in a product.
    CASES = P.RELATION

    def __init__(self, literal_names: frozenset[str] = frozenset()) -> None:
        self.literal_names = literal_names
        self.level = 0
        # A page shows the same few derivatives all over; what is printed once is kept, by node and size.
        self.kept: dict[Hashable, Printed] = {}

    def deeper(self, levels: int = 1) -> Self:
        """The printer of what stands within a fraction, an exponent or a case."""
        inner = self.copied()
        inner.level += levels
        return inner

    def copied(self) -> Self:
        """A printer in the same state, to be changed."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def sizes(self) -> Hashable:
        """All of the printer's state that decides how large something is set."""
        return self.level

    @property
    def stacks(self) -> bool:
        """Whether a fraction here is stacked, which makes it an atom; else it stands on one line, as a quotient."""
        return self.level < self.DEEPEST_STACK

    def symbol(self, name: Symbol) -> str:
        raise TypeError(f"{type(self).__name__} prints no symbol")

    def digits(self, text: str) -> str:
        return text.replace(".", self.COMMA) if has_decimal_comma() else text

    def separator(self, items: Sequence[str]) -> str:
        """What stands between the items of a list: a semicolon where a comma in one of them is a decimal one."""
        return ";" if has_decimal_comma() and any(map(self.holds_comma, items)) else ","

    def holds_comma(self, shown: str) -> bool:
        """Whether there is a decimal comma in a formula; where it is set as any other, it stands between digits."""
        return self.COMMA in shown if self.COMMA != "," else _BETWEEN_DIGITS.search(shown) is not None

    def joined(self, items: Sequence[str]) -> str:
        """The items of a list."""
        return f"{self.separator(items)} ".join(items)

    def scientific(self, mantissa: str, exponent: int) -> str:
        raise TypeError(f"{type(self).__name__} prints no scientific number")

    def words(self, text: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no words")

    def greek(self, name: str) -> str:
        return self.symbol(Symbol(GREEK[name]))

    def fraction(self, above: str, below: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no fraction")

    def slash(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def power(self, base: str, exponent: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no power")

    def root(self, inner: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no root")

    def fence(self, left: str, inner: str, right: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no fence")

    def parentheses(self, inner: str) -> str:
        return f"({inner})"

    def function(self, name: str, subscript: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no function name")

    def application(self, head: str, arguments: str) -> str:
        return head + self.parentheses(arguments)

    def power_of_function(self, head: str, exponent: str, arguments: str) -> str:
        return self.application(self.power(head, exponent), arguments)

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        raise TypeError(f"{type(self).__name__} prints no cases")

    def condition(self, shown: str) -> str:
        return self.words(WORDS["if"]) + shown

    def derivative(self, above: str, below: str, held: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no derivative")

    def differential(self, sign: str, by: str, of: str | None) -> str:
        raise TypeError(f"{type(self).__name__} prints no differential")

    def operator(self, above: str, below: str, operand: str) -> str:
        return f"{self.fraction(above, below)} {operand}"

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        raise TypeError(f"{type(self).__name__} prints no sign of differentiation")

    def second_sign(self, sign: str, of: str, is_word: bool) -> str:
        """∂²L"""
        return f"{self.power(self.sign_of(sign, '', False).strip(), '2')} {of}"

    def juxtaposed_signs(self, left: str, right: str) -> str:
        """∂u ∂v"""
        return f"{left} {right}"

    def juxtaposed(self, left: str, right: str) -> str:
        return left + right

    def brackets(self, inner: str) -> str:
        return f"[{inner}]"

    def transposed(self, inner: str) -> str:
        return self.power(inner, "T")

    def inverse_transposed(self, inner: str) -> str:
        return self.power(inner, "−T")

    def identity(self, size: str) -> str:
        """The identity matrix."""
        return self.subscripted(self.symbol(Symbol("I")), [size])

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        raise TypeError(f"{type(self).__name__} prints no indices")

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        raise TypeError(f"{type(self).__name__} prints no sum over indices")

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        raise TypeError(f"{type(self).__name__} prints no matrix")

    def vector(self, items: Sequence[str]) -> str:
        """A vector in a line: with commas it is no row of a matrix, and may stand on either side of one.

        One of a single entry has no comma, and needs brackets: (1) is a number.
        """
        return self.parentheses(self.joined(items)) if len(items) > 1 else self.brackets(self.joined(items))

    def ones(self, size: str) -> str:
        """The vector of ones."""
        return self.application(self.function("ones", ""), size) if size else self.function("ones", "")

    def ellipsis(self) -> str:
        raise TypeError(f"{type(self).__name__} prints no ellipsis")

    def matrix_product(self, left: str, right: str) -> str:
        return f"{left} {right}"

    def reals(self, sizes: Sequence[str]) -> str:
        raise TypeError(f"{type(self).__name__} prints no set of numbers")

    def blank(self, width: int, height: float) -> str:
        raise TypeError(f"{type(self).__name__} prints no blank")

    def listing(self, items: Sequence[str]) -> str:
        return self.joined(items)

    def relation(self, sign: str) -> str:
        """The sign that stands between two formulas: of a relation, or `+`, `-`, `·`."""
        return self.RELATIONS.get(sign) or {"·": self.DOT, "-": self.MINUS}.get(sign, sign)


def is_phrase(parts: Sequence[str]) -> bool:
    """Whether subscripts are the words of a long name rather than indices."""
    return len(parts) > 1 and any(len(part) > 2 and part.isalpha() for part in parts)
