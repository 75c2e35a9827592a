"""A Typst document: the source of the PDF."""

from __future__ import annotations

from ..document import Document, MathNode
from ..options import Options
from ..printers.text import text as plain
from ..printers.typst import string_literal, typst
from .templates import fill
from .views import Voice, segments, views


def render(document: Document, options: Options) -> str:
    """The document as Typst source. Whatever a user wrote stands in string literals."""
    names = document.literal_names

    def formula(node: MathNode, block: bool) -> str:
        shown = " ".join(
            f"{_RELATION.get(sign, sign)} {typst(link, names)}" if sign else typst(link, names)
            for sign, link in segments(node)
        )
        alternative = string_literal(plain(node, names))
        return f"#formula({alternative}, {'true' if block else 'false'}, $display({shown})$)"

    voice = Voice(
        words=lambda text: f"#{string_literal(text)}" if text else "",
        strong=lambda text: f"#strong({string_literal(text)})",
        code=lambda text: f"#raw({string_literal(text)})",
        math=lambda part: formula(part.node, False),
        equation=lambda node: formula(node, True),
        code_block=string_literal,
    )
    blocks = views(document, voice)
    return fill(
        "typ", document, blocks, options, title=string_literal(document.title), language=string_literal(document.language)
    )


_RELATION = {"≈": "approx", ":=": "colon.eq", "<-": "arrow.l"}
