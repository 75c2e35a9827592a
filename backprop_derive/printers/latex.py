"""Mathematics in LaTeX, for Markdown, TeX and (through math-core) MathML."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import ClassVar, Self

from ..document import MathNode
from ..syntax.names import GREEK_NAME, Symbol
from .base import Printer
from .marks import unmarked
from .primitives import is_phrase

_ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde", "dot": r"\dot"}
_WIDE_ACCENTS = {"hat": r"\widehat", "bar": r"\overline", "tilde": r"\widetilde", "dot": r"\dot"}
_OPERATORS = frozenset("sin cos tan sinh cosh tanh arcsin arccos arctan log ln exp max min".split())
_FENCES = {
    # Not `|` itself: TeX takes it for a letter (so that the minus of |-2| would be a difference), a table for a column.
    "bar": (r"\lvert", r"\rvert"),
    "double bar": (r"\lVert", r"\rVert"),
    "floor left": (r"\lfloor", r"\rfloor"),
    "floor right": (r"\lfloor", r"\rfloor"),
}
# Greek capitals that TeX has no command for, since they look like Latin ones; and omicron.
_LATIN_LOOK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))


def latex(node: MathNode, literal_names: frozenset[str] = frozenset(), *, large: bool = False) -> str:
    """The LaTeX of a node; `large` sets its fractions full size."""
    return LatexPrinter(literal_names, large).show(node)


def escape_words(text: str) -> str:
    """Text within \\text{…}: no character of it is live."""
    return "".join(_TEXT_ESCAPES.get(c, c) for c in text)


_TEXT_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


class LatexPrinter(Printer):
    """LaTeX with amsmath."""

    DOT = r"\cdot"
    COMMA = "{,}"
    # Between ∂ and a word.
    GAP = ""
    RELATIONS: ClassVar[Mapping[str, str]] = {
        "≈": r"\approx", ":=": ":=", "<-": r"\leftarrow", "->": r"\to", "<=": r"\le", ">=": r"\ge", "!=": r"\ne",
        "==": "=", "⊙": r"\odot", "@": r"\,", "∈": r"\in",
    }  # fmt: skip

    def __init__(self, literal_names: frozenset[str] = frozenset(), large: bool = False) -> None:
        super().__init__(literal_names)
        self.large = large

    def in_size(self, large: bool) -> Self:
        """The same printer with its outermost fractions full size, or as small as a line of text asks for."""
        other = self.copied()
        other.large = large
        return other

    def sizes(self) -> Hashable:
        return self.level, self.large

    def symbol(self, name: Symbol) -> str:
        base = self.letters(name.base)
        accents = _WIDE_ACCENTS if name.is_word else _ACCENTS
        for accent in name.accents:
            base = f"{accents[accent]}{{{base}}}"
        if name.subscripts:
            inner = self.subscript(name.subscripts)
            base += f"_{inner}" if len(inner) == 1 else f"_{{{inner}}}"
        # Primes come last: TeX joins them with a power that follows, and with nothing else.
        return base + "'" * name.primes

    def subscript(self, parts: Sequence[str]) -> str:
        """Indices with commas; words as the phrase that they are."""
        if is_phrase(parts):
            return self.words(" ".join(parts))
        return ",".join(map(self.letters, parts))

    def letters(self, text: str) -> str:
        if text in _LATIN_LOOK:
            return rf"\mathrm{{{_LATIN_LOOK[text]}}}" if text != "ο" else "o"
        if text in GREEK_NAME:
            return r"\varepsilon" if text == "ε" else "\\" + GREEK_NAME[text]
        if (len(text) == 1 and text.isascii()) or text.isdigit():
            return text
        return rf"\text{{{escape_words(text)}}}"

    def scientific(self, mantissa: str, exponent: int) -> str:
        power = f"10^{{{exponent}}}"
        return rf"{mantissa} \cdot {power}" if mantissa else power

    def words(self, text: str) -> str:
        return rf"\text{{{escape_words(text)}}}"

    def greek(self, name: str) -> str:
        return "\\" + name

    def fraction(self, above: str, below: str) -> str:
        # Only the outermost fraction is set full size.
        command = r"\dfrac" if self.large and self.level == 0 else r"\frac"
        return f"{command}{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}" if len(unmarked(exponent)) == 1 else f"{base}^{{{exponent}}}"

    def root(self, inner: str) -> str:
        return rf"\sqrt{{{inner}}}"

    def fence(self, left: str, inner: str, right: str) -> str:
        opening, closing = _FENCES[left][0], _FENCES[right][1]
        if _is_tall(inner):
            return rf"\left{opening} {inner} \right{closing}"
        return f"{opening} {inner} {closing}"

    def parentheses(self, inner: str) -> str:
        return rf"\left({inner}\right)" if _is_tall(inner) else f"({inner})"

    def function(self, name: str, subscript: str) -> str:
        head = "\\" + name if name in _OPERATORS else self.named_operator(name)
        return f"{head}_{{{self.letters(subscript)}}}" if subscript else head

    def named_operator(self, name: str) -> str:
        return rf"\operatorname{{{name}}}"

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return r"\begin{cases} " + r" \\ ".join(f"{value} & {when}" for value, when in rows) + r" \end{cases}"

    def condition(self, shown: str) -> str:
        # In braces, a leading minus is a sign and no difference.
        if shown.startswith("-"):
            first, space, rest = shown.partition(" ")
            shown = f"{{{first}}}{space}{rest}"
        return super().condition(shown)

    def juxtaposed(self, left: str, right: str) -> str:
        return rf"{left}\,{right}" if right.startswith((r"\text", r"\wide", r"\over")) else left + right

    def sign_of(self, sign: str, of: str, is_word: bool) -> str:
        if sign == "d":
            return rf"d\,{of}" if is_word else f"d{of}" if of[:1].isalpha() else f"d {of}"
        return rf"\partial{self.GAP}{of}" if is_word and self.GAP else rf"\partial {of}"

    def juxtaposed_signs(self, left: str, right: str) -> str:
        return rf"{left} \, {right}"

    def derivative(self, above: str, below: str, held: str) -> str:
        quotient = self.fraction(above, below)
        return rf"\left.{quotient}\right|_{{{held}}}" if held else quotient

    def differential(self, sign: str, by: str, of: str | None) -> str:
        if sign == "delta":
            return rf"\delta_{{{by}}}"
        if sign == "nabla":
            return rf"\nabla_{{{by}}} {of}"
        return f"d{by}" if by[:1].isalpha() else f"d {by}"

    def brackets(self, inner: str) -> str:
        return f"[{inner}]"

    def transposed(self, inner: str) -> str:
        return rf"{inner}^\top"

    def inverse_transposed(self, inner: str) -> str:
        return rf"{inner}^{{-\top}}"

    def subscripted(self, base: str, indices: Sequence[str]) -> str:
        inner = "".join(indices) if all(len(index) == 1 for index in indices) else ",".join(indices)
        return f"{base}_{{{inner}}}"

    def big_sum(self, indices: Sequence[str], body: str) -> str:
        return rf"\sum_{{{','.join(indices)}}} {body}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        inner = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{pmatrix}} {inner} \end{{pmatrix}}"

    def vector(self, items: Sequence[str]) -> str:
        around = self.parentheses if len(items) > 1 else self.brackets
        return around(rf"{self.separator(items)}\, ".join(items))

    def ones(self, size: str) -> str:
        return rf"\mathbf{{1}}_{{{size}}}" if size else r"\mathbf{1}"

    def ellipsis(self) -> str:
        return r"\ldots"

    def matrix_product(self, left: str, right: str) -> str:
        return rf"{left} \, {right}"

    def reals(self, sizes: Sequence[str]) -> str:
        power = r" \times ".join(sizes)
        return rf"\mathbb{{R}}^{{{power}}}" if sizes else r"\mathbb{R}"

    def blank(self, width: int, height: float) -> str:
        # A strut keeps the space above the line free for a hand.
        return rf"\underline{{\rule{{0pt}}{{{height:g}em}}\hspace{{{width}em}}}}"

    def listing(self, items: Sequence[str]) -> str:
        return rf"{self.separator(items)}\; ".join(items)


def _is_tall(inner: str) -> bool:
    return "frac{" in inner or r"\begin{" in inner
