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
from .views import Voice, segments, views


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
        math=lambda part: _formula(part.node, document, part.large),
        equation=lambda node: _formula(node, document, True),
        code_block=escape,
        join=_join,
    )


def _join(parts: Iterable[str]) -> Markup:
    return Markup("").join(parts)


def _formula(node: MathNode, document: Document, large: bool) -> Markup:
    """A chain as a row of formulas, so that a line can break before each relation, which MathML itself does not do."""
    printer = LatexPrinter(document.literal_names, large)
    pieces = []
    for relation, link in segments(node):
        source = printer.show(link)
        alternative = plain(link, document.literal_names)
        if relation:
            source = f"{{}} {printer.relation(relation)} {source}"
            alternative = f"{_SPOKEN.get(relation, relation)} {alternative}"
        mathml = _converter().convert_with_local_state(source, displaystyle=False)
        labelled = mathml.replace("<math", Markup('<math alttext="{}"').format(alternative), 1)
        pieces.append(labelled.replace("&ApplyFunction;", "\u2061"))
    return Markup('<span class="chain">{}</span>').format(Markup(" ".join(pieces)))


_SPOKEN = {"<-": "←", ":=": "≔"}


@lru_cache(maxsize=1)
def _converter() -> Any:
    import math_core

    return math_core.LatexToMathML()
