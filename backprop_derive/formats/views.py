"""Blocks as templates see them: every inline already printed and escaped in the format's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..document import (
    Block,
    Chain,
    Code,
    CodeBlock,
    Document,
    Equation,
    Heading,
    Inline,
    ListBlock,
    Listing,
    Math,
    MathNode,
    Paragraph,
    Remark,
    Strong,
    Table,
    Words,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """How one format prints inlines and displayed formulas; each function returns finished markup."""

    words: Callable[[str], str]
    strong: Callable[[str], str]
    code: Callable[[str], str]
    math: Callable[[Math], str]
    equation: Callable[[MathNode], str]
    code_block: Callable[[str], str] = str
    join: Callable[[Iterable[str]], str] = "".join


@dataclass(frozen=True, slots=True)
class ItemView:
    """An entry of a list: its number (0 in a bulleted one), content and the notes below it."""

    number: int
    content: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block: `kind` names the template macro that sets it; the other fields are those of its kind."""

    kind: str
    content: str = ""
    level: int = 0
    items: tuple[ItemView, ...] = ()
    ordered: bool = False
    start: int = 1
    width: int = 0
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    language: str = ""
    source: Block | None = field(default=None, repr=False)


def views(document: Document, voice: Voice) -> list[BlockView]:
    """Every block of a document, printed by `voice`."""
    return [_view(block, voice) for block in document.blocks]


def _view(block: Block, voice: Voice) -> BlockView:
    def inline(content: tuple[Inline, ...]) -> str:
        return voice.join(_inline(part, voice) for part in content)

    match block:
        case Heading(level, content):
            return BlockView("heading", inline(content), level, source=block)
        case Paragraph(content):
            return BlockView("paragraph", inline(content), source=block)
        case Remark(content):
            return BlockView("remark", inline(content), source=block)
        case ListBlock(items, ordered, start):
            shown = tuple(
                ItemView(start + k if ordered else 0, inline(item.content), tuple(inline(note) for note in item.notes))
                for k, item in enumerate(items)
            )
            width = len(str(start + len(items) - 1)) + 2 if ordered else 2
            return BlockView("list", items=shown, ordered=ordered, start=start, width=width, source=block)
        case Equation(node):
            return BlockView("equation", voice.equation(node), source=block)
        case Table(header, rows):
            return BlockView(
                "table",
                header=tuple(inline(cell) for cell in header),
                rows=tuple(tuple(inline(cell) for cell in row) for row in rows),
                source=block,
            )
        case CodeBlock(text, language):
            return BlockView("code", voice.code_block(text), language=language, source=block)
    raise TypeError(f"no view of {type(block).__name__}")


def _inline(part: Inline, voice: Voice) -> str:
    match part:
        case Words(text):
            return voice.words(text)
        case Strong(text):
            return voice.strong(text)
        case Code(text):
            return voice.code(text)
        case Math():
            return voice.math(part)
    raise TypeError(f"no voice for {type(part).__name__}")


def plain_inlines(content: Iterable[Inline], math: Callable[[MathNode], str]) -> str:
    """Inlines as plain text."""
    return "".join(math(part.node) if isinstance(part, Math) else part.text for part in content)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a formula that stays on one line: the relation before it (or nothing), and the comma after it."""

    relation: str
    node: MathNode
    comma: bool = False


# A formula that is shorter than this as plain text is never broken.
SHORT = 24


def segments(node: MathNode) -> tuple[Segment, ...]:
    """The pieces of a chain or a listing, between which a line may break."""
    if isinstance(node, Listing):
        pieces = []
        for position, item in enumerate(node.items):
            inner = segments(item)
            last = Segment(inner[-1].relation, inner[-1].node, position < len(node.items) - 1)
            pieces += [*inner[:-1], last]
        return tuple(pieces)
    if not isinstance(node, Chain):
        return (Segment("", node),)
    return tuple(Segment(*pair) for pair in zip(("", *node.relations), node.links, strict=True))
