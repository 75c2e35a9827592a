"""A document as slides: one step a slide, revealed one link after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import (
    Block,
    Chain,
    Document,
    Heading,
    Inline,
    Item,
    ListBlock,
    Math,
    PageBreak,
    Paragraph,
    Strong,
)


def as_slides(document: Document, *, reveals: bool) -> Document:
    """The document with a page break between slides, and the heading of its section on each.

    The steps of an ordered list get a slide each; where it `reveals`, one for each link of the chain, after the other.
    A table, a listing of code or a picture has a slide of its own; prose and remarks stay with what they stand beside.
    """
    slides: list[tuple[Block, ...]] = []
    for heading, blocks in _sections(document.blocks):
        head = () if heading is None else (heading,)
        is_problem = heading is None or heading.level == 1
        found = _statement(blocks) if is_problem else _slides(blocks, reveals)
        slides += [(*head, *slide) for slide in found] or [head]
    joined: list[Block] = []
    for slide in slides:
        joined += [PageBreak(), *slide] if joined else slide
    return replace(document, blocks=tuple(joined))


def _sections(blocks: tuple[Block, ...]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Each heading with what stands below it."""
    heading: Heading | None = None
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            if heading is not None or found:
                yield heading, found
            heading, found = block, []
        else:
            found.append(block)
    if heading is not None or found:
        yield heading, found


def _statement(blocks: list[Block]) -> Iterator[tuple[Block, ...]]:
    """The prose before a problem, then what is given, the steps and what is asked."""
    start = next((k for k, block in enumerate(blocks) if not _is_prose(block)), len(blocks))
    yield from (tuple(part) for part in (blocks[:start], blocks[start:]) if part)


def _is_prose(block: Block) -> bool:
    return isinstance(block, Paragraph) and not isinstance(block.content[0], Strong)


def _slides(blocks: list[Block], reveals: bool) -> Iterator[tuple[Block, ...]]:
    """What stands on each slide of a section: its steps one by one, what is between them together."""
    together: list[Block] = []
    for block in blocks:
        if isinstance(block, ListBlock) and block.ordered:
            lead = _lead(together)
            if together and not lead:
                yield tuple(together)
            for number, item in enumerate(block.items, block.start):
                for shown in _revealed(item) if reveals else (item,):
                    yield (*lead, ListBlock((shown,), True, number))
            together = []
        else:
            together.append(block)
    if together:
        yield tuple(together)


def _lead(blocks: list[Block]) -> tuple[Block, ...]:
    """A single paragraph before a list belongs to each of its slides."""
    return tuple(blocks) if len(blocks) == 1 and isinstance(blocks[0], Paragraph) else ()


def _revealed(item: Item) -> Iterator[Item]:
    """The item with one link more each time, its notes at the end."""
    content: tuple[Inline, ...] = item.content
    match content:
        case (Math(Chain(links, relations)) as whole,):
            for count in range(2, len(links)):
                yield Item((replace(whole, node=Chain(links[:count], relations[: count - 1])),))
    yield item
