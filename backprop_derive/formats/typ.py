"""A Typst document: the source of the PDF."""

from __future__ import annotations

from ..document import Document, MathNode
from ..options import Options
from ..printers.text import text as plain
from ..printers.typst import string_literal, typst
from .templates import fill
from .views import SHORT, Segment, Voice, segments, views


def render(document: Document, options: Options) -> str:
    """The document as Typst source. Whatever a user wrote stands in string literals."""
    names = document.literal_names

    def formula(node: MathNode) -> str:
        whole = plain(node, names)
        if len(whole) <= SHORT:
            return f"#link({string_literal(whole)}, ${typst(node, names)}$)"
        return "".join(_piece(segment, names) for segment in segments(node))

    def equation(node: MathNode) -> str:
        return f"#formula({string_literal(plain(node, names))}, ${typst(node, names)}$)"

    voice = Voice(
        words=lambda text: f"#{string_literal(text)}" if text else "",
        strong=lambda text: f"#strong({string_literal(text)})",
        code=lambda text: f"#raw({string_literal(text)})",
        math=lambda part: formula(part.node),
        equation=equation,
        code_block=string_literal,
    )
    blocks = views(document, voice)
    return fill(
        "typ",
        document,
        blocks,
        options,
        title=string_literal(document.title),
        language=string_literal(document.language),
    )


# A piece that is longer than a line must break within; a shorter one is kept together.
_LONGEST_KEPT = 75
_RELATION = {"≈": "approx", ":=": "colon.eq", "<-": "arrow.l"}


def _piece(segment: Segment, names: frozenset[str]) -> str:
    """One link of a chain with the relation before it: a line may break before each, never within a short one."""
    alternative, source = plain(segment.node, names), typst(segment.node, names)
    if segment.relation:
        alternative = f"{segment.relation} {alternative}"
        source = f"{_RELATION.get(segment.relation, segment.relation)} {source}"
    function = "link" if len(alternative) <= _LONGEST_KEPT else "formula"
    gap = "#relation-gap" if segment.relation else ""
    return f"{gap}#{function}({string_literal(alternative)}, ${source}$)" + (", " if segment.comma else "")
