"""Lines of a worked solution left blank, to be filled in by hand: the key has the same lines in the same places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..document import Blank, Block, Chain, Heading, Inline, Item, ListBlock, Listing, Math, MathNode, Paragraph, Words
from ..printers.text import width
from ..syntax.expression import Expr, ListOf, walk
from . import sentences as say
from .parts import Section, chain_of

_PAGE = 36  # ems that a line of a solution has
_SHORTEST = 10  # ems to write on, however long what stands before
_ASSIGNING = ("<-", ":=")  # the signs that a blank keeps; any other may be = or ≈, which its result decides

Place = tuple[int, int]  # of a line: the number of its section, and its own number in that


def places(sections: tuple[Section, ...]) -> tuple[Place, ...]:
    """The places of all lines, in the order of the work."""
    return tuple((k, n) for k, section in enumerate(sections) for n in range(len(section.items)))


def every(sections: tuple[Section, ...], count: int) -> frozenset[Place]:
    """Each so-manyth line."""
    return frozenset(places(sections)[count - 1 :: count])


def with_blanks(sections: tuple[Section, ...], blank: frozenset[Place]) -> tuple[Section, ...]:
    """The sections with these lines left blank after what they begin with."""
    return changed(sections, blank, blanked)


def marked(sections: tuple[Section, ...], blank: frozenset[Place]) -> tuple[Section, ...]:
    """The sections with a remark below the lines that are blank on the sheet."""
    note = (Words(say.FADED["filled"]),)
    return changed(sections, blank, lambda item: replace(item, notes=(*item.notes, note)))


def changed(
    sections: tuple[Section, ...], where: frozenset[Place], change: Callable[[Item], Item]
) -> tuple[Section, ...]:
    """The sections with some of their lines changed."""
    return tuple(
        replace(section, blocks=tuple(_changed(section, frozenset(n for k, n in where if k == number), change)))
        for number, section in enumerate(sections)
    )


def _changed(section: Section, where: frozenset[int], change: Callable[[Item], Item]) -> Iterator[Block]:
    start = 0
    for block in section.blocks:
        if isinstance(block, ListBlock):
            items = tuple(change(item) if start + n in where else item for n, item in enumerate(block.items))
            start += len(items)
            block = replace(block, items=items)
        yield block


def blanked(item: Item) -> Item:
    """What a line begins with, and room for the rest of it."""
    chain = chain_of(item)
    if chain is not None:
        return Item((Math(blanked_chain(chain)),))
    formula = next((part.node for part in item.content if isinstance(part, Math)), None)
    return missing(item) if formula is None else Item((Math(Chain((formula, _blank(formula, formula)), ("=",))),))


def blanked_chain(chain: Chain) -> Chain:
    sign = chain.relations[0] if chain.relations[0] in _ASSIGNING else "="
    return Chain((chain.links[0], _blank(chain.links[0], chain)), (sign,))


def missing(item: Item) -> Item:
    """A line of which nothing is left."""
    chain = chain_of(item)
    return Item((Math(Blank(_PAGE, 1 if chain is None else _height(chain))),))


def blanked_answer(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The answer with its numbers left blank, each in a line of its own."""
    chains = [chain for block in blocks for chain in answers_in(block)]
    items = tuple(Item((Math(blanked_chain(chain)),)) for chain in chains)
    head = tuple(block for block in blocks[:1] if isinstance(block, Paragraph))
    return (*(Paragraph(block.content[:1]) for block in head), ListBlock(items, ordered=False))


def answers_in(block: Block) -> Iterator[Chain]:
    """The equations of an answer, which stand in a line or in a list."""
    contents: tuple[tuple[Inline, ...], ...] = ()
    match block:
        case Paragraph(content):
            contents = (content,)
        case ListBlock(items):
            contents = tuple(item.content for item in items)
    for content in contents:
        for part in content:
            if isinstance(part, Math):
                nodes = part.node.items if isinstance(part.node, Listing) else (part.node,)
                yield from (node for node in nodes if isinstance(node, Chain))


def _blank(head: MathNode, whole: MathNode) -> Blank:
    # About two characters make an em.
    return Blank(max(_SHORTEST, _PAGE - width(head) // 2 - 3), _height(whole))


def _height(node: MathNode) -> int:
    """Lines that the tallest matrix in a formula takes."""
    parts = node.links if isinstance(node, Chain) else (node,)
    rows = [1]
    for part in parts:
        lists = [n for n in walk(part) if isinstance(n, ListOf)] if isinstance(part, Expr) else []
        rows += [len(each.items) for each in lists if any(isinstance(item, ListOf) for item in each.items)]
    return max(rows)


def shown(sections: tuple[Section, ...], points: dict[str, int] | None = None) -> Iterator[Block]:
    """The sections with their headings, and the points of each where it has some."""
    for section in sections:
        count = (points or {}).get(section.key, 0)
        more = f" ({say.points(count)})" if count else ""
        yield Heading(2, (Words(section.title + more),))
        yield from section.blocks


def counted(sections: tuple[Section, ...], blank: frozenset[Place]) -> dict[str, int]:
    """How many lines of each section are blank."""
    return {section.key: sum(k == number for k, _ in blank) for number, section in enumerate(sections)}


def only(sections: tuple[Section, ...], blank: frozenset[Place]) -> tuple[Section, ...]:
    """The sections with these lines alone."""
    return tuple(
        replace(section, blocks=(ListBlock(tuple(i for n, i in enumerate(section.items) if (k, n) in blank)),))
        for k, section in enumerate(sections)
    )
