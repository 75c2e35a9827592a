"""A ladder of hints: each says more than the one before, and the last stops short of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..derivation import Derivation, TensorDerivation
from ..document import (
    Block,
    Chain,
    Heading,
    Inline,
    Item,
    ListBlock,
    Math,
    MathNode,
    PageBreak,
    Paragraph,
    Reals,
    Words,
)
from ..options import Options
from ..report.blocks import listing
from ..report.notation import Notation
from ..solution import SolutionRecord, TensorSolution
from ..syntax.expression import Name
from . import sentences as say
from .parts import Parts, chain_of


def hint_blocks(record: SolutionRecord | TensorSolution, parts: Parts, options: Options) -> tuple[Block, ...]:
    """The hints on a page of their own."""
    items = tuple(_hints(record, parts, Notation(options.notation, record.derivation)))
    heading = Heading(2, (Words(say.HINTS["heading"]),))
    return (PageBreak(), heading, Paragraph((Words(say.HINTS["how"]),)), ListBlock(items))


def _hints(record: SolutionRecord | TensorSolution, parts: Parts, notation: Notation) -> Iterator[Item]:
    derivation = record.derivation
    yield from _ways(derivation)
    yield from _said("values", _pairs(parts, "forward", -1))
    if isinstance(derivation, TensorDerivation):
        shapes = record.problem.shapes
        names = derivation.graph.wanted
        yield from _said("shapes", tuple(Chain((Name(name), Reals(shapes[name])), ("∈",)) for name in names))
        section = parts.section("local")
        lines = section.items if section is not None else ()
        if lines:
            yield Item((Words(say.HINTS["flows"]),), tuple(line.content for line in lines))
    else:
        yield from _said("composed", _pairs(parts, "backward", 1))
        yield from _said("local", _pairs(parts, "local", -1))
    # What is asked for itself stays to be found.
    asked = [notation.adjoint(key) for key in record.problem.gradients]
    yield from _said("almost", tuple(c for c in _pairs(parts, "backward", -1) if c.links[0] not in asked))


def _said(key: str, formulas: Sequence[MathNode]) -> Iterator[Item]:
    if formulas:
        yield Item((Words(say.HINTS[key]), Math(listing(tuple(formulas)))))


def _pairs(parts: Parts, key: str, link: int) -> tuple[Chain, ...]:
    """What the lines of a section begin with, and one of their links."""
    section = parts.section(key)
    chains = [chain_of(item) for item in section.items] if section is not None else []
    return tuple(
        Chain((chain.links[0], chain.links[link]), (chain.relations[link if link < 0 else link - 1],))
        for chain in chains
        if chain is not None
    )


def _ways(derivation: Derivation | TensorDerivation) -> Iterator[Item]:
    """How what is asked for reaches the loss: along which names, or by which steps that use it."""
    for key in derivation.graph.wanted:
        if key not in derivation.uses:
            continue
        way, steps = [key], _users(derivation, key)
        while len(steps) == 1:
            way.append(steps[0])
            steps = _users(derivation, steps[0])
        if not steps:
            chain = Chain(tuple(map(Name, way)), ("->",) * (len(way) - 1))
            yield Item(_told("path", Math(Name(key)), Math(chain)))
        else:
            names = Math(listing(tuple(map(Name, steps))))
            yield Item(_told("paths", Math(Name(way[-1])), names))


def _told(key: str, *formulas: Math) -> tuple[Inline, ...]:
    """A sentence with formulas in its gaps."""
    first, *rest = map(Words, say.HINTS.pieces(key))
    content = (first, *(part for pair in zip(formulas, rest, strict=True) for part in pair))
    return tuple(part for part in content if part != Words(""))


def _users(derivation: Derivation | TensorDerivation, key: str) -> tuple[str, ...]:
    return tuple(use.step for use in derivation.uses.get(key, ()))
