"""One self-contained HTML page: MathML, a little CSS, no script, nothing from the network."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from ..document import Document, MathNode
from ..options import Options
from ..printers.latex import LatexPrinter
from ..printers.text import text as plain
from .templates import fill
from .views import SHORT, Voice, segments, views


def render(document: Document, options: Options) -> str:
    """The document as a page of its own."""
    return fill("html", document, views(document, _voice(document)), options, is_page=True)


def fragment(document: Document, options: Options) -> str:
    """The document as a piece of HTML, for a notebook."""
    return fill("html", document, views(document, _voice(document)), options, is_page=False)


def _voice(document: Document) -> Voice:
    return Voice(
        words=escape,
        strong=lambda text: Markup("<strong>{}</strong>").format(text),
        code=lambda text: Markup("<code>{}</code>").format(text),
        math=lambda part: _formula(part.node, document),
        equation=lambda node: _formula(node, document),
        code_block=escape,
        join=_join,
    )


def _join(parts: Iterable[str]) -> Markup:
    return Markup("").join(parts)


def _formula(node: MathNode, document: Document) -> Markup:
    """A chain as a row of formulas, so that a line can break before each relation, which MathML itself does not do."""
    printer = LatexPrinter(document.literal_names, large=True)
    names = document.literal_names
    whole = plain(node, names)
    if len(whole) <= SHORT:
        return Markup('<span class="chain">{}</span>').format(_math(printer.show(node), whole))
    pieces = []
    for segment in segments(node):
        source, alternative = printer.show(segment.node), plain(segment.node, names)
        if segment.relation:
            source = f"{{}} {printer.relation(segment.relation)} {source}"
            alternative = f"{_SPOKEN.get(segment.relation, segment.relation)} {alternative}"
        comma = "," if segment.comma else ""
        pieces.append(_math(source + comma, alternative + comma))
        pieces.append(Markup(" " if segment.comma else "<wbr>"))
    return Markup('<span class="chain">{}</span>').format(Markup("").join(pieces[:-1]))


def _math(source: str, alternative: str) -> Markup:
    mathml = _converter().convert_with_local_state(source, displaystyle=False)
    labelled = mathml.replace("<math", Markup('<math alttext="{}"').format(alternative), 1)
    return Markup(labelled.replace("&ApplyFunction;", "\u2061"))


_SPOKEN = {"<-": "←", ":=": "≔"}


@lru_cache(maxsize=1)
def _converter() -> Any:
    import math_core

    return math_core.LatexToMathML()
