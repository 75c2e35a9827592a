"""Mathematics as one line of Unicode, for a terminal and for alternative texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..document import MathNode
from ..languages import has_decimal_comma
from ..syntax.names import Symbol
from ..syntax.precedence import Precedence as P
from .base import Printer

_COMBINING = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
_SUPERSCRIPTS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_RAISED = {"T": "ᵀ", "−T": "⁻ᵀ", "n": "ⁿ", "i": "ⁱ"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FENCES = {"bar": "|", "double bar": "‖", "floor left": "⌊", "floor right": "⌋"}


def text(node: MathNode, literal_names: frozenset[str] = frozenset()) -> str:
    """The node as one line of Unicode."""
    return TextPrinter(literal_names).show(node)


def width(node: MathNode, literal_names: frozenset[str] = frozenset()) -> int:
    """About how many characters wide the node is where its fractions are stacked and its cases stand in rows."""
    return len(_Silhouette(literal_names).show(node))


def separator(nodes: Sequence[MathNode]) -> str:
    """What stands between formulas side by side: a comma, or a semicolon where one of them holds a decimal comma."""
    printer = TextPrinter()
    return printer.separator([printer.show(node) for node in nodes]) if has_decimal_comma() else ","


class TextPrinter(Printer):
    """Unicode on one line."""

    DOT = "·"
    MINUS = "−"
    DEEPEST_STACK = 0
    CASES = P.ATOM
    INDICES_BELOW = False
    RELATIONS: ClassVar[Mapping[str, str]] = {
        ":=": "≔",
        "<-": "←",
        "->": "→",
        "<=": "≤",
        ">=": "≥",
        "!=": "≠",
        "==": "=",
    }

    def symbol(self, name: Symbol) -> str:
        base = name.base
        for accent in name.accents:
            base = (
                unicodedata.normalize("NFC", base + _COMBINING[accent]) if len(name.base) == 1 else f"{base}_{accent}"
            )
        base += "′" * name.primes
        if len(name.subscripts) == 1 and name.subscripts[0].isdigit() and name.subscripts[0].isascii():
            return base + name.subscripts[0].translate(_SUBSCRIPTS)
        return "_".join([base, *name.subscripts])

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = "10" + str(exponent).translate(_SUPERSCRIPTS)
        return f"{mantissa}·{power}" if mantissa else power

    def words(self, text: str) -> str:
        return text

    def fraction(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def power(self, base: str, exponent: str) -> str:
        if all((c.isascii() and c.isdigit()) or c in "-−" for c in exponent):
            return base + exponent.translate(_SUPERSCRIPTS)
        if exponent in _RAISED:
            return base + _RAISED[exponent]
        return f"{base}^{exponent}" if len(exponent) == 1 else f"{base}^({exponent})"

    def power_of_function(self, head: str, exponent: str, arguments: str) -> str:
        return self.power(self.application(head, arguments), exponent)

    def root(self, inner: str) -> str:
        return f"√{inner}" if len(inner) == 1 or inner.isdigit() else f"√({inner})"

    def fence(self, left: str, inner: str, right: str) -> str:
        return f"{_FENCES[left]}{inner}{_FENCES[right]}"

    def function(self, name: str, subscript: str) -> str:
        return name + (
            subscript.translate(_SUBSCRIPTS) if subscript.isdigit() else "_" + subscript if subscript else ""
        )

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return "{" + "; ".join(f"{value} {when}" for value, when in rows) + "}"

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        return ("d" if sign == "d" else "∂") + of

    def second_sign(self, sign: str, of: str, is_word: bool) -> str:
        return ("d²" if sign == "d" else "∂²") + of

    def juxtaposed_signs(self, left: str, right: str) -> str:
        return left + right

    def derivative(self, above: str, below: str, held: str) -> str:
        return f"{above}/{below}" + (f"|{held}" if held else "")

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return f"δ_{by}"
        return f"∇_{by} {of}" if sign == "nabla" else f"d{by}"

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        return f"{base}[{', '.join(indices)}]"

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        is_letter = len(indices) == 1 and indices[0].isalnum()
        return f"Σ_{indices[0] if is_letter else '(' + ','.join(indices) + ')'} {body}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        comma = f"{self.separator([entry for row in rows for entry in row])} "
        shown = ["…" if set(row) == {"…"} else f"[{comma.join(row)}]" for row in rows]
        return f"[{comma.join(shown)}]"

    def vector(self, items: Sequence[str]) -> str:
        return self.brackets(self.joined(items))

    def ellipsis(self) -> str:
        return "…"

    def blank(self, width: int, height: float) -> str:
        return "_" * (2 * width)

    def matrix_product(self, left: str, right: str) -> str:
        return f"{left} @ {right}"

    def reals(self, sizes: Sequence[str]) -> str:
        return "ℝ" if not sizes else f"ℝ^({'×'.join(sizes)})" if len(sizes) > 1 else f"ℝ^{sizes[0]}"


class _Silhouette(TextPrinter):
    """Text as wide as the formula on a page: of what is stacked, the widest row stands for all."""

    DEEPEST_STACK = 2

    def fraction(self, above: str, below: str) -> str:
        return max(above, below, key=len)

    def derivative(self, above: str, below: str, held: str) -> str:
        return max(above, below, key=len) + held

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return "{" + max((f"{value} {when}" for value, when in rows), key=len)

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return "(" + max(("  ".join(row) for row in rows), key=len) + ")"
