"""Mathematics in Typst's math mode. Words stand in string literals, so nothing of a name is ever live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ..document import MathNode
from ..syntax.names import Symbol
from .base import Printer

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


class TypstPrinter(Printer):
    """Typst 0.13 and later."""

    DOT = "dot.op"
    MINUS = "-"
    RELATIONS: ClassVar[dict[str, str]] = {
        "=": "=", "≈": "approx", ":=": "colon.eq", "<-": "arrow.l", "<=": "lt.eq", ">=": "gt.eq", "!=": "eq.not",
        "==": "=", "<": "lt", ">": "gt",
    }  # fmt: skip

    def symbol(self, name: Symbol) -> str:
        base = self.letters(name.base)
        for accent in name.accents:
            base = f"{_ACCENTS[accent]}({base})"
        base += "'" * name.primes
        if name.subscripts:
            base += f"_({','.join(map(self.letters, name.subscripts))})"
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

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^({exponent})"

    def root(self, inner: str) -> str:
        return f"sqrt({inner})"

    def fence(self, left: str, inner: str, right: str) -> str:
        return f"lr({_FENCES[left]} {inner} {_FENCES[right]})"

    def function(self, name: str, subscript: str) -> str:
        head = f"op({string_literal(name)})"
        return f"{head}_({self.letters(subscript)})" if subscript else head

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return f"cases({', '.join(f'{value} & {when}' for value, when in rows)})"

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        return f"d {of}" if sign == "d" else f"partial {of}"

    def derivative(self, above: str, below: str, held: str) -> str:
        quotient = self.fraction(above, below)
        return f"lr({quotient} |)_({held})" if held else quotient

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return f"delta_({by})"
        return f"nabla_({by}) {of}" if sign == "nabla" else f"d {by}"

    def juxtaposed(self, left: str, right: str) -> str:
        return f"{left} {right}"

    def listing(self, items: Sequence[str]) -> str:
        return ", space ".join(items)
