"""Documents as nodes of docutils, which Sphinx writes in every format of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docutils import nodes

from ..document import (
    Block,
    Code,
    CodeBlock,
    Document,
    Equation,
    Figure,
    Heading,
    Inline,
    ListBlock,
    Math,
    MathNode,
    PageBreak,
    Paragraph,
    Picture,
    Remark,
    Room,
    SheetHead,
    Strong,
    Table,
    Words,
)  # fmt: skip
from ..formats.tex import TexPrinter
from ..pictures.svg import svg
from ..pictures.tikz import tikz
from ..printers.latex import LatexPrinter


def nodes_of(document: Document) -> list[nodes.Node]:
    """The blocks of a document."""
    names = document.literal_names
    return [node for block in document.blocks for node in _block(block, names)]


def math_node(node: MathNode, names: frozenset[str], large: bool = False) -> nodes.math:
    """A formula within a line."""
    source = LatexPrinter(names, large).show(node)
    return nodes.math(source, source)


def _block(block: Block, names: frozenset[str]) -> Iterator[nodes.Node]:
    match block:
        case Heading(_, content):
            # A section cannot begin within a directive.
            yield nodes.rubric("", "", *_inlines(content, names))
        case Paragraph(content):
            yield nodes.paragraph("", "", *_inlines(content, names))
        case Remark(content):
            yield nodes.container("", nodes.paragraph("", "", *_inlines(content, names)), classes=["backprop-remark"])
        case Equation(node):
            source = LatexPrinter(names).show(node)
            yield nodes.math_block(source, source, nowrap=False, number=None, label=None)
        case ListBlock():
            yield _list(block, names)
        case Table(header, rows):
            yield _table(header, rows, names)
        case Figure(picture, caption):
            yield _figure(picture, nodes.caption("", "", *_inlines(caption, names)))
        case CodeBlock(text, language):
            yield nodes.literal_block(text, text, language=language or "none")
        case SheetHead(title, fields):
            yield nodes.rubric("", "", *_inlines(title, names))
            yield nodes.paragraph("", "", *_inlines(fields, names))
        case Room(lines):
            yield nodes.line_block("", *(nodes.line("", "") for _ in range(lines)))
        case PageBreak():
            yield nodes.transition()
        case _:
            raise TypeError(f"no node for {type(block).__name__}")


def _figure(picture: Picture, caption: nodes.caption) -> nodes.Node:
    """Drawn for pages and for LaTeX; any other builder shows what it is a picture of."""
    drawn = [
        nodes.raw("", f'<div style="overflow-x: auto">{svg(picture)}</div>', format="html"),
        nodes.raw("", tikz(picture, TexPrinter(picture.literal_names).show), format="latex"),
    ]
    return nodes.figure("", *drawn, caption)


def _list(block: ListBlock, names: frozenset[str]) -> nodes.Node:
    found: nodes.Element = nodes.bullet_list()
    if block.ordered:
        found = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        if block.start != 1:
            found["start"] = block.start
    for item in block.items:
        paragraphs = [nodes.paragraph("", "", *_inlines(content, names)) for content in (item.content, *item.notes)]
        found += nodes.list_item("", *paragraphs)
    return found


def _table(
    header: tuple[tuple[Inline, ...], ...], rows: tuple[tuple[tuple[Inline, ...], ...], ...], names: frozenset[str]
) -> nodes.Node:
    def row(cells: Iterable[tuple[Inline, ...]]) -> nodes.Node:
        shown = (nodes.entry("", nodes.paragraph("", "", *_inlines(cell, names))) for cell in cells)
        return nodes.row("", *shown)

    group = nodes.tgroup("", cols=len(header))
    group += [nodes.colspec(colwidth=1) for _ in header]
    group += nodes.thead("", row(header))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group)


def _inlines(content: tuple[Inline, ...], names: frozenset[str]) -> Iterator[nodes.Node]:
    for part in content:
        match part:
            case Words(text):
                yield nodes.Text(text)
            case Strong(text):
                yield nodes.strong(text, text)
            case Code(text):
                yield nodes.literal(text, text)
            case Math(node, large):
                yield math_node(node, names, large)
