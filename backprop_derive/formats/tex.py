"""A LaTeX article that pdflatex compiles with packages of the base installation, or a body to \\input."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from ..document import Document, MathNode, Squares
from ..languages import NEEDS_FONTS, spoken
from ..options import Options
from ..pictures.tikz import tikz
from ..printers.latex import LatexPrinter
from ..printers.text import width
from ..syntax.names import GREEK_NAME
from .squares import runs
from .templates import fill
from .views import Voice, segments, views

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"{\char34}", "-": "{-}", "'": "{'}", "`": r"\textasciigrave{}",
    "–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", "…": r"\ldots{}", "•": r"\textbullet{}",
    "€": r"\texteuro{}", "°": r"\textdegree{}", "≈": r"$\approx$", "·": r"\textperiodcentered{}", "∂": r"$\partial$",
    "→": r"$\to$", "←": r"$\leftarrow$", "≤": r"$\le$", "≥": r"$\ge$", "−": "$-$", "×": r"$\times$", "√": r"$\sqrt{}$",
    "\u00a0": "~", "⊙": r"$\odot$",
}  # fmt: skip

# Within the metadata of a file hyperref knows letters and signs by their commands, and no formulas.
_METADATA = {
    **{chr(code): _ESCAPES.get(chr(code), chr(code)) for code in range(0x20, 0x7F)}, '"': r"\textquotedbl{}",
    "–": r"\textendash{}", "—": r"\textemdash{}", "’": r"\textquoteright{}", "‘": r"\textquoteleft{}",
    "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}", "…": r"\textellipsis{}", "•": r"\textbullet{}",
    "°": r"\textdegree{}", "\u00a0": "~",
}  # fmt: skip

# What babel calls the language, to hyphenate it; English needs nothing.
_BABEL = {"de": "ngerman", "es": "spanish", "fr": "french"}


def render(document: Document, options: Options) -> str:
    """The document as LaTeX source."""
    printer = TexPrinter(document.literal_names, large=True)
    voice = Voice(
        words=escape,
        strong=lambda text: rf"\textbf{{{escape(text)}}}",
        code=lambda text: rf"\texttt{{{escape(text)}}}",
        math=lambda part: _breakable(part.node, printer),
        equation=printer.show,
        code_block=lambda text: "\\\\\n".join(map(_code_line, text.split("\n"))),
        squares=_squares,
        drawing=lambda picture: tikz(picture, TexPrinter(picture.literal_names).show),
    )
    return fill(
        "tex",
        document,
        views(document, voice),
        options,
        title=_title(document.title),
        babel=_BABEL.get(document.language, ""),
    )


def render_part(document: Document, options: Options) -> str:
    """The document as a part of another one: paragraphs of their own, without a word on how to include them."""
    lines = render(document, replace(options, fragment=True)).strip("\n").split("\n")
    first = next(k for k, line in enumerate(lines) if not line.startswith("%"))
    return "\n".join([r"\par\medskip", *lines[first:], r"\medskip"])


def render_inline(node: MathNode, literal_names: frozenset[str]) -> str:
    """A formula within a line of another document."""
    return f"${TexPrinter(literal_names).show(node)}$"


def definition(name: str, body: str) -> str:
    """What backprop.sty reads: the text that stands for a name."""
    return rf"\BackpropDefine{{{name}}}{{{body}}}"


def escape(text: str) -> str:
    """Text in which nothing is a command, and no character that pdflatex does not know."""
    return "".join(_character(c) for c in text)


def _code_line(line: str) -> str:
    """A line of code: its blanks are kept, and a line that is too long breaks at one."""
    code = line.lstrip(" ")
    return "~" * (len(line) - len(code)) + escape(code).replace("  ", " ~") or "~"


def _squares(code: Squares) -> str:
    """A code to scan, of black rules in a picture."""
    size = len(code.rows)
    put = "".join(rf"\put({x},{size - y - 1}){{\rule{{{n}\unitlength}}{{\unitlength}}}}" for x, y, n in runs(code))
    return rf"\setlength{{\unitlength}}{{0.8mm}}\begin{{picture}}({size},{size}){put}\end{{picture}}"


def _title(text: str) -> str:
    """A title as metadata of the file, where no mathematics may stand and no character by its number."""
    return "".join(_METADATA.get(c) or (c if _is_known(c) or spoken() in NEEDS_FONTS else " ") for c in text)


def _character(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c in GREEK_NAME:
        name = GREEK_NAME[c]
        has_command = (c.islower() and name != "omicron") or name in _CAPITALS
        return rf"$\{name}$" if has_command else rf"$\mathrm{{{name[0]}}}$"
    if c.isascii() or _is_known(c) or (spoken() in NEEDS_FONTS and unicodedata.east_asian_width(c) in "WF"):
        return c
    # What the font of a plain pdflatex lacks is named by its code point: visible, and never an error.
    return rf"\texttt{{U+{ord(c):04X}}}"


_CAPITALS = frozenset("Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split())


def _is_known(c: str) -> bool:
    """Whether the T1 encoding has the letter: Latin with the accents of European languages."""
    return c.isalpha() and ord(c) < 0x180 and unicodedata.name(c, "").startswith("LATIN")


def _breakable(node: MathNode, printer: LatexPrinter) -> str:
    """A formula that TeX may break where its pieces meet: before signs, and after commas."""
    shown = []
    for piece in segments(node, lambda part: width(part, printer.literal_names)):
        text = printer.show(piece.node, piece.outer) + (rf"{piece.comma}\;" if piece.comma else "")
        shown.append(rf"{printer.relation(piece.sign)} {text}" if piece.sign else text)
    body = r" \allowbreak ".join(shown)
    return f"${body}$"


class TexPrinter(LatexPrinter):
    """LaTeX whose words hold only what pdflatex can set."""

    GAP = r"\,"

    def letters(self, text: str) -> str:
        if text.isascii() or text in GREEK_NAME:
            return super().letters(text)
        return rf"\text{{{escape(text)}}}"

    def words(self, text: str) -> str:
        return rf"\text{{{re.sub('[{}]', '', escape(text)) if text.isascii() and text.isalnum() else escape(text)}}}"
