"""One self-contained HTML page: MathML, a little CSS, no script, nothing from the network."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from ..document import Document, MathNode
from ..options import Options
from ..pictures.svg import svg as drawn
from ..printers.latex import LatexPrinter
from ..printers.speech import SpeechPrinter
from ..printers.text import width
from .squares import svg
from .templates import fill
from .views import SHORT, Segment, Voice, segments, views


def render(document: Document, options: Options) -> str:
    """The document as a page of its own."""
    return fill("html", document, views(document, _voice(document)), options)


def _voice(document: Document) -> Voice:
    return Voice(
        words=escape,
        strong=lambda text: Markup("<strong>{}</strong>").format(text),
        code=lambda text: Markup("<code>{}</code>").format(text),
        math=lambda part: _formula(part.node, document.literal_names),
        equation=lambda node: _formula(node, document.literal_names),
        code_block=escape,
        squares=lambda code: Markup(svg(code)),
        drawing=lambda picture: Markup(drawn(picture, is_inline=True)),
        join=_join,
    )


def _join(parts: Iterable[str]) -> Markup:
    return Markup("").join(parts)


class _SourcePrinter(LatexPrinter):
    """LaTeX as the source of MathML."""

    GAP = r"\,"
    # Apart from the comma between two indices, for `whole_numbers`.
    COMMA = r"\text{,}"

    def __init__(self, literal_names: frozenset[str] = frozenset()) -> None:
        super().__init__(literal_names, large=True)
        self.heights: list[float] = []

    def blank(self, width: int, height: float) -> str:
        self.heights.append(height)
        return rf"\underline{{\hspace{{{width}em}}}}"


def _formula(node: MathNode, names: frozenset[str]) -> Markup:
    """A formula in pieces between which a line can break, which MathML itself does not do."""

    def measure(part: MathNode) -> int:
        return width(part, names)

    pieces = (Segment("", node),) if measure(node) <= SHORT else segments(node, measure)
    shown: list[str] = []
    for piece in pieces:
        shown += [_math(piece, names), Markup(" " if piece.comma else "<wbr>")]
    return Markup('<span class="chain">{}</span>').format(_join(shown[:-1]))


def _math(piece: Segment, names: frozenset[str]) -> Markup:
    latex, speech = _SourcePrinter(names), SpeechPrinter(names)
    source, spoken = latex.show(piece.node, piece.outer), speech.show(piece.node, piece.outer)
    if piece.sign:
        # After an empty group, a sign keeps its distance on both sides.
        source = f"{{}} {latex.relation(piece.sign)} {source}"
        spoken = f"{speech.relation(piece.sign).strip()} {spoken}"
    if piece.comma:
        source, spoken = source + piece.comma, spoken + piece.comma
    mathml = _drawn(_converter().convert_with_local_state(source, displaystyle=False), latex.heights)
    mathml = whole_numbers(mathml)
    labelled = mathml.replace("<math", Markup('<math alttext="{}"').format(spoken), 1)
    return Markup('<span class="link">{}</span>').format(Markup(labelled.replace("&ApplyFunction;", "\u2061")))


def _drawn(mathml: str, heights: list[float]) -> str:
    """The blanks of a formula as high as they are to be and with a line below, which LaTeX does not bring here."""
    left = iter(heights)
    return _BLANK.sub(lambda found: f'<mspace class="blank" width="{found[1]}" height="{next(left):g}em"/>', mathml)


def whole_numbers(mathml: str) -> str:
    """A number with a decimal comma as one number."""
    return _SPLIT_NUMBER.sub(r"<mn>\1,\2</mn>", mathml)


_SPLIT_NUMBER = re.compile(r"<mn>(\d+)</mn><mtext>,</mtext><mn>(\d+)</mn>")
_BLANK = re.compile(r'<munder accentunder="true"><mspace width="(\d+em)"/><mo stretchy="true">[^<]*</mo></munder>')


@lru_cache(maxsize=1)
def _converter() -> Any:
    import math_core

    return math_core.LatexToMathML()
