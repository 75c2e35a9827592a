"""Documents as part of another one: blocks, and a formula within a line."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document, Inline, Math, Paragraph
from ..formats import render
from ..languages import speaking
from ..options import Options


def written(document: Document, format: str, options: Options) -> str:
    """The blocks, without an end of the last line."""
    if format == "tex":
        from ..formats.tex import render_part

        return render_part(document, options)
    return str(render(document, format, options)).strip("\n")


def written_inline(document: Document, format: str, options: Options) -> str:
    """The only formula of a document, within a line."""
    if format != "tex":
        return written(document, format, options)
    from ..formats.tex import render_inline

    formulas = (part.node for part in inlines(document) if isinstance(part, Math))
    with speaking(options.language):
        return "".join(render_inline(node, document.literal_names) for node in formulas)


def inlines(document: Document) -> Iterator[Inline]:
    """What stands in the paragraphs of a document."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield from block.content
