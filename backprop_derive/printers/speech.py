"""Mathematics in words, for those who hear a page: the alternative text of every formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ..document import MathNode
from ..syntax.names import GREEK_NAME, Symbol
from .base import Printer

_POWERS = {"2": "squared", "3": "cubed"}
_FENCES = {"bar": "the absolute value of", "double bar": "the norm of", "floor left": "the floor of"}


def speech(node: MathNode, literal_names: frozenset[str] = frozenset()) -> str:
    """The node as a listener can follow it: "partial loss by partial w equals minus 2"."""
    return SpeechPrinter(literal_names).show(node)


class SpeechPrinter(Printer):
    """English words. A fraction of more than single words is heard from "the fraction" to "end fraction"."""

    DOT = "times"
    MINUS = "minus "
    RELATIONS: ClassVar[dict[str, str]] = {
        "=": "equals", "≈": "is approximately", ":=": "is defined as", "<-": "becomes", "->": "to", "<=": "is at most",
        ">=": "is at least", "!=": "is not", "==": "equals", "<": "is less than", ">": "is greater than",
        "+": "plus", "-": "minus", "·": "times", "⊙": "times entry by entry", "@": "matrix times", "∈": "is one of",
    }  # fmt: skip

    def symbol(self, name: Symbol) -> str:
        parts = [_letters(name.base), *name.accents]
        if name.subscripts:
            parts += ["sub", *map(_letters, name.subscripts)]
        return " ".join([*parts, *["prime"] * name.primes])

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = f"10 to the power {self.MINUS if exponent < 0 else ''}{abs(exponent)}"
        return f"{mantissa} times {power}" if mantissa else power

    def words(self, text: str) -> str:
        return text

    def fraction(self, above: str, below: str) -> str:
        is_short = " " not in above and " " not in below
        return f"{above} over {below}" if is_short else f"the fraction {above} over {below} end fraction"

    def slash(self, above: str, below: str) -> str:
        return f"{above} over {below}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base} {_POWERS[exponent]}" if exponent in _POWERS else f"{base} to the power {exponent}"

    def transposed(self, inner: str) -> str:
        return f"{inner} transposed"

    def inverse_transposed(self, inner: str) -> str:
        return f"the inverse of {inner} transposed"

    def root(self, inner: str) -> str:
        return f"the square root of {inner}" + ("" if " " not in inner else " end root")

    def fence(self, left: str, inner: str, right: str) -> str:
        return f"{_FENCES[left]} {inner}" + ("" if " " not in inner else ", end of it")

    def parentheses(self, inner: str) -> str:
        # Readers skip bare parentheses, so a listener would not know where they are.
        return f"open parenthesis {inner} close parenthesis"

    def function(self, name: str, subscript: str) -> str:
        return f"{name} sub {subscript}" if subscript else name

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return "by cases " + "; ".join(f"{value} {when}" for value, when in rows) + "; end of cases"

    def operator(self, above: str, below: str, operand: str) -> str:
        return f"{above} by {below} of {operand}"

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        return f"{'d' if sign == 'd' else 'partial'} {of}"

    def second_sign(self, sign: str, of: str, is_word: bool) -> str:
        return f"second {'d' if sign == 'd' else 'partial'} {of}"

    def derivative(self, above: str, below: str, held: str) -> str:
        return f"{above} by {below}" + (f" with {held} held fixed" if held else "")

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return f"delta sub {by}"
        return f"the gradient of {of} by {by}" if sign == "nabla" else f"d {by}"

    def application(self, head: str, arguments: str) -> str:
        return f"{head} of {arguments if ' ' not in arguments else self.parentheses(arguments)}"

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        return f"{base} sub {' '.join(indices)}"

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        return f"the sum over {' and '.join(indices)} of {body}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return "the matrix with rows " + "; ".join(", ".join(row) for row in rows) + " end matrix"

    def vector(self, items: Sequence[str]) -> str:
        return f"the vector {', '.join(items)} end vector"

    def ellipsis(self) -> str:
        return "and so on"

    def blank(self, width: int, height: float) -> str:
        return "blank"

    def matrix_product(self, left: str, right: str) -> str:
        return f"{left} matrix times {right}"

    def reals(self, sizes: Sequence[str]) -> str:
        return f"the real tensors of shape {' by '.join(sizes)}" if sizes else "the real numbers"

    def juxtaposed(self, left: str, right: str) -> str:
        return f"{left} {right}"


def _letters(text: str) -> str:
    name = GREEK_NAME.get(text)
    return text if name is None else f"capital {name.lower()}" if name[0].isupper() else name
