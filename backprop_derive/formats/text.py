"""Plain Unicode text for a terminal: chains aligned at their first relation, wrapped before a relation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from ..document import Chain, Document, Inline, ListBlock, Math, MathNode
from ..errors import printable, terminal_width
from ..options import Options
from ..pictures.words import description
from ..printers.text import TextPrinter
from ..report.sentences import WORDS
from .squares import half_blocks
from .templates import fill
from .views import SHORT, BlockView, ItemView, Measure, Segment, Voice, segments, views

_WIDTH = 88
_WIDEST_HEAD = 24
_WIDEST_HANGING = 10  # within prose and notes: what stands before a line's text
_INDENT = 4  # of displayed formulas and code
_COLUMN_GAP = 3
_SIGNS = "@⊙+−·"
_DEEPEST_ROW = 3  # brackets around a row of the highest tensor that is written out
_GLUE = "\N{NO-BREAK SPACE}"  # within a piece of a formula that stays on one line; `clean` leaves none in words


def render(document: Document, options: Options) -> str:
    """The document as text."""
    printer = TextPrinter(document.literal_names)
    voice = Voice(
        words=clean,
        strong=clean,
        code=clean,
        math=lambda part: " ".join(p.replace(" ", _GLUE) for p in _split(_pieces(part.node, printer), _WIDEST_HANGING)),
        equation=lambda node: _formula(node, printer, _INDENT, _INDENT + 2),
        code_block=lambda text: "\n".join(map(clean, text.split("\n"))),
        squares=half_blocks,
        drawing=lambda picture: clean(description(picture)),
    )
    note = WORDS["note"]
    blocks = [_arranged(block, printer) for block in views(document, voice)]
    return fill(
        "txt",
        document,
        blocks,
        options,
        underline=underline,
        wrapped=wrapped,
        note=note,
        note_width=terminal_width(note),
    ).replace(_GLUE, " ")


def clean(text: str) -> str:
    """Text that moves no cursor and hides nothing."""
    return "".join(printable(c) for c in unicodedata.normalize("NFC", text))


def underline(text: str, level: int) -> str:
    """A line as long as the heading above it, or as its last line."""
    return ("=" if level == 1 else "-") * max(3, terminal_width(text.rpartition("\n")[2]))


def wrapped(text: str, indent: int) -> str:
    """A paragraph in lines of at most the page's width; between wide characters a line may break without a blank."""
    return _lines(text.rstrip(" ").split(" "), indent, indent)


def _lines(pieces: Iterable[str], start: int, hanging: int) -> str:
    """Pieces joined by blanks, in lines of at most the page's width; the first line begins at column `start`."""
    text, column = "", start
    for piece in pieces:
        gap = " " if text else ""
        for part in _BREAKS.split(piece):
            needed = terminal_width(part)
            if text and column + len(gap) + needed > _WIDTH:
                text, column = f"{text}\n{' ' * hanging}{part}", hanging + needed
            else:
                text, column = f"{text}{gap}{part}", column + len(gap) + needed
            gap = ""
    return text


# Before and after a character of Chinese, but not before a mark that ends something, nor after one that opens.
_BREAKS = re.compile(
    r"(?<=[\u3400-\u9fff、。，；：！？）》”])(?![、。，；：！？）》”])|(?<![（《“\s])(?=[\u3400-\u9fff（《“])"
)


def _arranged(block: BlockView, printer: TextPrinter) -> BlockView:
    if isinstance(block.source, ListBlock):
        return _aligned(block, block.source, printer)
    return _columns(block) if block.kind == "table" else block


def _aligned(block: BlockView, source: ListBlock, printer: TextPrinter) -> BlockView:
    """A list of chains with their first relations below each other."""
    nodes = [_only_chain(item.content) for item in source.items]
    heads = [terminal_width(printer.show(node.links[0])) for node in nodes if node is not None]
    column = max((width for width in heads if width <= _WIDEST_HEAD), default=0)
    items = tuple(
        ItemView(view.number, wrapped(view.content, block.width), view.notes)
        if node is None
        else ItemView(view.number, _chain(node, printer, column, block.width), view.notes)
        for view, node in zip(block.items, nodes, strict=True)
    )
    return replace(block, items=items)


def _only_chain(content: tuple[Inline, ...]) -> Chain | None:
    """The chain that is all of an item, or None."""
    only = content[0] if len(content) == 1 else None
    return only.node if isinstance(only, Math) and isinstance(only.node, Chain) else None


def _chain(node: Chain, printer: TextPrinter, column: int, indent: int) -> str:
    head = printer.show(node.links[0])
    padded = head + " " * max(0, column - terminal_width(head))
    hanging = indent + column + 1
    start = indent + terminal_width(padded)
    rest = [_shown(piece, printer) for piece in segments(node, _measure(printer)) if piece.sign]
    if start > hanging and rest:
        # A head that sticks out of the column stands on a line of its own.
        return f"{padded}\n{' ' * hanging}{_lines(_split(rest, hanging), hanging, hanging)}"
    return f"{padded} {_lines(_split(rest, hanging), start + 1, hanging)}".rstrip()


def _formula(node: MathNode, printer: TextPrinter, start: int, hanging: int) -> str:
    return _lines(_split(_pieces(node, printer), hanging), start, hanging)


def _pieces(node: MathNode, printer: TextPrinter) -> list[str]:
    measure = _measure(printer)
    pieces = (Segment("", node),) if measure(node) <= SHORT else segments(node, measure)
    return [_shown(piece, printer) for piece in pieces]


def _measure(printer: TextPrinter) -> Measure:
    return lambda part: terminal_width(printer.show(part))


def _shown(piece: Segment, printer: TextPrinter) -> str:
    sign = f"{printer.relation(piece.sign)} " if piece.sign else ""
    return sign + printer.show(piece.node, piece.outer) + piece.comma


def _split(pieces: Iterable[str], hanging: int) -> Iterable[str]:
    """The pieces, one that is wider than a line at its blanks: at best between rows of matrices, before signs."""
    for piece in pieces:
        yield from _fitting(piece, _WIDTH - hanging, 0)


def _fitting(piece: str, width: int, depth: int) -> Iterable[str]:
    """The piece broken outside of `depth` brackets, and what is still too wide within more of them."""
    if terminal_width(piece) <= width:
        yield piece
    elif depth > _DEEPEST_ROW:
        yield from piece.split(" ")
    else:
        for part in _outside(piece, depth):
            yield from _fitting(part, width, depth + 1)


def _outside(piece: str, depth: int) -> Iterable[str]:
    """The piece at the blanks that stand in at most `depth` brackets; outside of all, only before a sign."""
    start, level = 0, 0
    for position, c in enumerate(piece):
        level += (c in "([{") - (c in ")]}")
        follows = piece[position + 1 : position + 2]
        if c == " " and level <= depth and (depth > 0 or follows in _SIGNS) and position > start + 1:
            yield piece[start:position]
            start = position + 1
    yield piece[start:]


def _columns(block: BlockView) -> BlockView:
    """A table with every cell as wide as its column, numbers to the right."""
    table = (block.header, *block.rows)
    widths = [max(terminal_width(row[k]) for row in table) for k in range(len(block.header))]
    header, *rows = (
        tuple(" " * (width - terminal_width(cell)) + cell for cell, width in zip(row, widths, strict=True))
        for row in table
    )
    return replace(block, header=header, rows=tuple(rows), width=sum(widths) + _COLUMN_GAP * (len(widths) - 1))
