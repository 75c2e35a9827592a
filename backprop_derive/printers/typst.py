"""Mathematics in Typst's math mode. Words stand in string literals, so nothing of a name is ever live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import ClassVar

from ..document import MathNode
from ..syntax.names import Symbol
from .base import Printer
from .primitives import is_phrase
from .sentences import WORDS

_ACCENTS = {"hat": "hat", "bar": "macron", "tilde": "tilde", "dot": "dot"}
_FENCES = {"bar": "|", "double bar": "‖", "floor left": "⌊", "floor right": "⌋"}


def typst(node: MathNode, literal_names: frozenset[str] = frozenset()) -> str:
    """The Typst mathematics of a node, to stand between dollars."""
    return TypstPrinter(literal_names).show(node)


def string_literal(text: str) -> str:
    """Text as a Typst string: nothing in it is markup."""
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return f'"{escaped}"'


def spaced(before: str, after: str) -> str:
    """Source beside source: a blank beside a word would be set as a whole space."""
    return f"{before}{after}" if after.startswith('"') else f"{before} {after}"


class TypstPrinter(Printer):
    """Typst 0.13 and later."""

    DOT = "dot.op"
    MINUS = "-"
    # Of the class of letters, it has no space after it.
    COMMA = ' class("normal", comma) '
    RELATIONS: ClassVar[Mapping[str, str]] = {
        "=": "=", "≈": "approx", ":=": "colon.eq", "<-": "arrow.l", "->": "arrow.r", "<=": "lt.eq", ">=": "gt.eq",
        "!=": "eq.not", "==": "=", "<": "lt", ">": "gt", "⊙": "dot.o", "@": "thin", "∈": "in",
    }  # fmt: skip

    def separator(self, items: Sequence[str]) -> str:
        return super().separator(items).replace(";", "\\;")

    def symbol(self, name: Symbol) -> str:
        base = self.letters(name.base)
        for accent in name.accents:
            base = f"{_ACCENTS[accent]}({base})"
        base += "'" * name.primes
        if name.subscripts:
            phrase = string_literal(" ".join(name.subscripts))
            base += f"_({phrase if is_phrase(name.subscripts) else ','.join(map(self.letters, name.subscripts))})"
        return base

    def letters(self, text: str) -> str:
        if (len(text) == 1 and text.isalpha()) or (text.isascii() and text.isdigit()):
            return text
        return string_literal(text)

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = f"10^({exponent})"
        return f"{mantissa} dot.op {power}" if mantissa else power

    def words(self, text: str) -> str:
        return string_literal(text)

    def fraction(self, above: str, below: str) -> str:
        return f"frac({above}, {below})"

    def slash(self, above: str, below: str) -> str:
        return f"{above}\\/{below}"

    def power(self, base: str, exponent: str) -> str:
        # A function's parentheses belong to it, and not to their exponent, which would set them apart.
        return f"attach({base}, t: {exponent})" if base.startswith("op(") else f"{base}^({exponent})"

    def power_of_function(self, head: str, exponent: str, arguments: str) -> str:
        return f"{head}^({exponent}) {self.parentheses(arguments)}"

    def root(self, inner: str) -> str:
        return f"sqrt({inner})"

    def fence(self, left: str, inner: str, right: str) -> str:
        return f"lr({_FENCES[left]} {inner} {_FENCES[right]})"

    def function(self, name: str, subscript: str) -> str:
        head = f"op({string_literal(name)})"
        return f"{head}_({self.letters(subscript)})" if subscript else head

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return f"cases({', '.join(f'{value} & {when}' for value, when in rows)})"

    def condition(self, shown: str) -> str:
        # Of the class of letters, a leading minus is a sign and no difference.
        return (
            string_literal(WORDS["if"].strip())
            + " "
            + (f'class("normal", -) {shown[1:]}' if shown.startswith("-") else shown)
        )

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        head = "d" if sign == "d" else "partial"
        return spaced(f"{head} thin", of) if is_word else f"{head} {of}"

    def second_sign(self, sign: str, of: str, is_word: bool) -> str:
        head = "d^2" if sign == "d" else "partial^2"
        return spaced(f"{head} thin", of) if is_word else f"{head} {of}"

    def juxtaposed_signs(self, left: str, right: str) -> str:
        return f"{left} thin {right}"

    def derivative(self, above: str, below: str, held: str) -> str:
        quotient = self.fraction(above, below)
        return f"lr({quotient} |)_({held})" if held else quotient

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return f"delta_({by})"
        if sign == "nabla":
            return spaced(f"nabla_({by}) thin", of or "")
        return spaced("d thin", by) if by.startswith('"') else f"d {by}"

    def juxtaposed(self, left: str, right: str) -> str:
        return f"{left} {right}"

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        return f"{base}_({' '.join(indices) if all(len(index) == 1 for index in indices) else ', '.join(indices)})"

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        return f"sum_({', '.join(indices)}) {body}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return f"mat({'; '.join(', '.join(row) for row in rows)})"

    def ones(self, size: str) -> str:
        return f"bold(1)_({size})" if size else "bold(1)"

    def ellipsis(self) -> str:
        return "dots"

    def matrix_product(self, left: str, right: str) -> str:
        return f"{left} thin {right}"

    def transposed(self, inner: str) -> str:
        return f"{inner}^(tack.b)"

    def inverse_transposed(self, inner: str) -> str:
        return f"{inner}^(-tack.b)"

    def reals(self, sizes: Sequence[str]) -> str:
        return f"RR^({' times '.join(sizes)})" if sizes else "RR"

    def blank(self, width: int, height: float) -> str:
        return f"#box(width: {width}em, height: {height:g}em, stroke: (bottom: 0.5pt))"

    def listing(self, items: Sequence[str]) -> str:
        sign = self.separator(items)
        return reduce(lambda shown, item: spaced(f"{shown}{sign} thick", item), items) if items else ""
