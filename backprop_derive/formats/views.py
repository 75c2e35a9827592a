"""Blocks as templates see them: every inline already printed and escaped in the format's own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field, replace
from itertools import pairwise, repeat
from operator import attrgetter

from ..document import (
    Block,
    Chain,
    Code,
    CodeBlock,
    Document,
    Entrywise,
    Equation,
    Figure,
    Heading,
    Inline,
    ListBlock,
    Listing,
    Math,
    MathNode,
    Minus,
    PageBreak,
    Paragraph,
    Picture,
    Plus,
    Remark,
    Room,
    SheetHead,
    Squares,
    Strong,
    Table,
    Times,
    Words,
)  # fmt: skip
from ..printers.text import separator
from ..records import record
from ..syntax.expression import MatrixProduct, Product, Quotient, Sum
from ..syntax.precedence import Precedence as P


@record
class Voice:
    """How one format prints inlines and displayed formulas; each function returns finished markup."""

    words: Callable[[str], str]
    strong: Callable[[str], str]
    code: Callable[[str], str]
    math: Callable[[Math], str]
    equation: Callable[[MathNode], str]
    code_block: Callable[[str], str] = str
    squares: Callable[[Squares], str] = attrgetter("text")
    drawing: Callable[[Picture], str] = attrgetter("title")
    join: Callable[[Iterable[str]], str] = "".join


@record
class ItemView:
    """An entry of a list: its number (0 in a bulleted one), content and the notes below it."""

    number: int
    content: str
    notes: tuple[str, ...]


@record
class BlockView:
    """A block: `kind` names the template macro that sets it; the other fields are those of its kind.

    A paragraph that `leads` belongs to what follows it and stays on its page. The head of a sheet has its `fields` to
    fill in, its `name` and a `picture` of it, a figure its `picture` and the caption; room to write is so many lines in
    `height`, `framed` or not.
    """

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
    leads: bool = False
    fields: str = ""
    name: str = ""
    picture: str = ""
    starts_page: bool = False
    height: int = 0
    framed: bool = False
    source: Block | None = field(default=None, repr=False)


def views(document: Document, voice: Voice) -> list[BlockView]:
    """Every block of a document, printed by `voice`."""
    found = [_view(block, voice) for block in document.blocks]
    for k, (block, following) in enumerate(pairwise(found)):
        if block.kind == "paragraph" and following.kind in _LED:
            found[k] = replace(block, leads=True)
    return found


_LED = ("list", "equation", "table", "code")


def _view(block: Block, voice: Voice) -> BlockView:
    def line(content: tuple[Inline, ...]) -> str:
        return voice.join(inline(part, voice) for part in content)

    match block:
        case Heading(level, content):
            return BlockView("heading", line(content), level, source=block)
        case Paragraph(content):
            return BlockView("paragraph", line(content), source=block)
        case Remark(content):
            return BlockView("remark", line(content), source=block)
        case ListBlock(items, ordered, start):
            shown = tuple(
                ItemView(start + k if ordered else 0, line(item.content), tuple(line(note) for note in item.notes))
                for k, item in enumerate(items)
            )
            width = len(str(start + len(items) - 1)) + 2 if ordered else 2
            return BlockView("list", items=shown, ordered=ordered, start=start, width=width, source=block)
        case Equation(node):
            return BlockView("equation", voice.equation(node), source=block)
        case Table(header, rows):
            return BlockView(
                "table",
                header=tuple(line(cell) for cell in header),
                rows=tuple(tuple(line(cell) for cell in row) for row in rows),
                source=block,
            )
        case CodeBlock(code, language):
            return BlockView("code", voice.code_block(code), language=language, source=block)
        case SheetHead(title, fields, name, scanned, starts_page):
            picture = "" if scanned is None else voice.squares(scanned)
            named = voice.words(name)
            return BlockView(
                "sheet_head", line(title), fields=line(fields), name=named, picture=picture, starts_page=starts_page
            )
        case Figure(picture, caption):
            return BlockView("figure", line(caption), picture=voice.drawing(picture), source=block)
        case Room(lines, framed):
            return BlockView("room", height=lines, framed=framed, source=block)
        case PageBreak():
            return BlockView("page_break", source=block)
    raise TypeError(f"no view of {type(block).__name__}")


def inline(part: Inline, voice: Voice) -> str:
    match part:
        case Words(words):
            return voice.words(words)
        case Strong(words):
            return voice.strong(words)
        case Code(code):
            return voice.code(code)
        case Math():
            return voice.math(part)
    raise TypeError(f"no voice for {type(part).__name__}")


def plain_inlines(content: Iterable[Inline], math: Callable[[MathNode], str]) -> str:
    """Inlines as plain text."""
    return "".join(math(part.node) if isinstance(part, Math) else part.text for part in content)


@record
class Segment:
    """A piece of a formula that stays on one line.

    `sign` is the relation or operator before it (or nothing), `outer` how tightly its place binds, `comma` the comma or
    semicolon after it (or nothing).
    """

    sign: str
    node: MathNode
    outer: P = P.RELATION
    comma: str = ""


# In characters: a formula that is narrower is never broken, an item of a listing is kept whole, a link is kept whole.
SHORT = 24
_WHOLE_ITEM = 40
_WHOLE_LINK = 60

Measure = Callable[[MathNode], int]


def segments(node: MathNode, measure: Measure) -> tuple[Segment, ...]:
    """The pieces of a formula, between which a line may break: at commas, before relations, and within a link that is
    too long for a line before its plus, minus and times. `measure` tells how wide a formula is in this format."""
    if isinstance(node, Listing):
        pieces: list[Segment] = []
        comma = separator(node.items)
        for item in node.items:
            pieces += (Segment("", item),) if measure(item) <= _WHOLE_ITEM else _item_segments(item, measure)
            pieces[-1] = replace(pieces[-1], comma="" if item is node.items[-1] else comma)
        return tuple(pieces)
    if not isinstance(node, Chain):
        return tuple(_broken(Segment("", node), measure))
    places = (P.SUM, *repeat(P.RELATION, len(node.relations)))
    links = map(Segment, ("", *node.relations), node.links, places)
    return tuple(piece for link in links for piece in _broken(link, measure))


def _item_segments(node: MathNode, measure: Measure) -> tuple[Segment, ...]:
    """The pieces of an item of a listing: a short name stays with the first link after it."""
    if not isinstance(node, Chain) or measure(node.links[0]) > SHORT:
        return segments(node, measure)
    head = Segment("", Chain(node.links[:2], node.relations[:1]))
    return (head, *map(Segment, node.relations[1:], node.links[2:], repeat(P.RELATION)))


def _broken(piece: Segment, measure: Measure) -> Iterator[Segment]:
    """The piece, or, where it is too long for a line, its terms, and of a term that still is, its factors."""
    parts = _terms(piece) if measure(piece.node) > _WHOLE_LINK else ()
    if not parts:
        yield piece
    for part in parts:
        yield from _broken(part, measure)


def _terms(piece: Segment) -> tuple[Segment, ...]:
    """What a sum adds or a product multiplies, each with the sign before it; () for anything else."""
    if piece.outer > P.PRODUCT:
        return ()  # in parentheses
    match piece.node:
        case Sum(terms, minus):
            if piece.outer > P.SUM:
                return ()
            signs = ("-" if is_minus else "+" for is_minus in minus[1:])
            return _joined(piece, terms, signs, P.NEGATION, P.PRODUCT)
        case Plus(terms):
            return () if piece.outer > P.SUM else _joined(piece, terms, repeat("+"), P.NEGATION, P.PRODUCT)
        case Minus(left, right):
            return () if piece.outer > P.SUM else _joined(piece, (left, right), ("-",), P.NEGATION, P.PRODUCT)
        case Entrywise(factors):
            return _joined(piece, factors, repeat("⊙"), max(piece.outer, P.JUXTAPOSITION), P.JUXTAPOSITION)
        case MatrixProduct():
            return _matrix_factors(piece)
        case Times(factors):
            return _joined(piece, factors, repeat("·"), max(piece.outer, P.NEGATION), P.PRODUCT)
        case Product(factors, False) if not isinstance(factors[0], Product):
            return _joined(piece, factors, repeat("·"), max(piece.outer, P.NEGATION), P.JUXTAPOSITION)
    return ()


def _matrix_factors(piece: Segment) -> tuple[Segment, ...]:
    """The factors of A B C; a left one that is a product of another kind keeps its parentheses."""
    factors: list[MathNode] = []
    left: MathNode = piece.node
    while isinstance(left, MatrixProduct):
        factors.append(left.right)
        left = left.left
    first = P.POWER if isinstance(left, Product | Quotient | Entrywise) else P.PRODUCT
    return _joined(piece, [left, *reversed(factors)], repeat("@"), first, P.POWER)


def _joined(
    piece: Segment, nodes: Sequence[MathNode], signs: Iterable[str], first: P, others: P
) -> tuple[Segment, ...]:
    rest = (Segment(sign, node, others) for sign, node in zip(signs, nodes[1:], strict=False))
    return (Segment(piece.sign, nodes[0], first), *rest)
