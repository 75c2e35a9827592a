"""Plain Unicode text for a terminal: chains aligned at their first relation, wrapped before a relation."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from ..document import Chain, Document, Inline, ListBlock, Math
from ..errors import printable, terminal_width
from ..options import Options
from ..printers.text import TextPrinter
from .templates import fill
from .views import BlockView, ItemView, Voice, views

_WIDTH = 88
_WIDEST_HEAD = 24


def render(document: Document, options: Options) -> str:
    """The document as text."""
    printer = TextPrinter(document.literal_names)
    voice = Voice(
        words=clean,
        strong=clean,
        code=clean,
        math=lambda part: printer.show(part.node),
        equation=printer.show,
        code_block=lambda text: "\n".join(map(clean, text.split("\n"))),
    )
    blocks = [_aligned(block, printer) for block in views(document, voice)]
    return fill("txt", document, blocks, options, underline=underline, wrapped=wrapped)


def clean(text: str) -> str:
    """Text that moves no cursor and hides nothing."""
    return "".join(printable(c) for c in unicodedata.normalize("NFC", text))


def underline(text: str, level: int) -> str:
    """A line as long as the heading above it."""
    return ("=" if level == 1 else "-") * max(3, terminal_width(text))


def wrapped(text: str, indent: int) -> str:
    """A paragraph in lines of at most the page's width."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and terminal_width(line) + 1 + terminal_width(word) > _WIDTH - indent:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return ("\n" + " " * indent).join([*lines, line])


def _aligned(block: BlockView, printer: TextPrinter) -> BlockView:
    """A list of chains with their first relations below each other."""
    source = block.source
    if not isinstance(source, ListBlock):
        return block
    nodes = [_formula(item.content) for item in source.items]
    heads = [terminal_width(printer.show(node.links[0])) for node in nodes if node is not None]
    column = max((width for width in heads if width <= _WIDEST_HEAD), default=0)
    items = tuple(
        view if node is None else ItemView(view.number, _chain(node, printer, column, block.width), view.notes)
        for view, node in zip(block.items, nodes, strict=True)
    )
    return replace(block, items=items)


def _formula(content: tuple[Inline, ...]) -> Chain | None:
    """The chain that is all of an item, or None."""
    only = content[0] if len(content) == 1 else None
    return only.node if isinstance(only, Math) and isinstance(only.node, Chain) else None


def _chain(node: Chain, printer: TextPrinter, column: int, indent: int) -> str:
    head = printer.show(node.links[0])
    text = head + " " * max(0, column - terminal_width(head))
    hanging = indent + column + 1
    line_width = indent + terminal_width(text)
    for relation, link in zip(node.relations, node.links[1:], strict=True):
        piece = f"{printer.relation(relation)} {printer.show(link)}"
        if line_width + 1 + terminal_width(piece) > _WIDTH and line_width > hanging:
            text += "\n" + " " * hanging + piece
            line_width = hanging + terminal_width(piece)
        else:
            text += " " + piece
            line_width += 1 + terminal_width(piece)
    return text
