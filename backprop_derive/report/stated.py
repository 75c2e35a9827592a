"""A problem as its author stated it: givens, steps and prose in their order, then the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from ..document import Block, Chain, Inline, Item, ListBlock, Math, MathNode, Paragraph, Strong, Words
from ..problem import Claim, Given, Problem, Prose, Step
from ..syntax.expression import Expr, Name
from .blocks import item, listing
from .notation import Notation
from .sentences import LABELS


def stated_blocks(
    problem: Problem,
    notation: Notation,
    given: Callable[[Given], MathNode],
    body: Callable[[Expr], MathNode],
    declared: Callable[[Given], Iterator[Block]] = lambda given: iter(()),
) -> Iterator[Block]:
    """What stands side by side makes one block. `given` shows a given, `body` the right side of a step.

    `declared` are the blocks that say more about a given.
    """
    number = 1
    for kind, statements in groupby(problem.statements, type):
        group = list(statements)
        if kind is Prose:
            yield from _paragraphs([p for p in group if isinstance(p, Prose)])
        elif kind is Given:
            givens = [g for g in group if isinstance(g, Given) and _is_told(g)]
            if givens:
                yield Paragraph((Strong(LABELS["given"]), Words(" "), Math(listing(tuple(map(given, givens))))))
            for each in givens:
                yield from declared(each)
        else:
            steps = [s for s in group if isinstance(s, Step)]
            yield ListBlock(tuple(_step(s, body) for s in steps), True, number)
            number += len(steps)
    first = (notation.adjoint(key) for key in problem.gradients)
    second = (notation.second(*pair) for pair in problem.second)
    yield Paragraph((Strong(LABELS["find"]), Words(" "), Math(listing((*first, *second)), large=True)))


def _is_told(given: Given) -> bool:
    """Whether a given is listed: a size without a number stands in the shapes already."""
    return given.value is not None or not given.is_size


def _step(step: Step, body: Callable[[Expr], MathNode]) -> Item:
    return item(Chain((Name(step.key), body(step.expression)), ("=",)))


def _paragraphs(lines: list[Prose]) -> Iterator[Paragraph]:
    content: list[Inline] = []
    for line in lines:
        if content and not line.goes_on:
            yield Paragraph(tuple(content))
            content = []
        if line.parts:
            content += [Words(" "), *_prose(line)] if content else _prose(line)
    if content:
        yield Paragraph(tuple(content))


def _prose(prose: Prose) -> Iterator[Inline]:
    for part in prose.parts:
        if isinstance(part, Claim):
            yield Math(part.left if part.right is None else Chain((part.left, part.right), ("=",)))
        else:
            yield Words(part)
