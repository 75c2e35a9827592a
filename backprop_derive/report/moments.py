"""The passes one moment at a time, as an interactive page steps through them: formulas without numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import Chain, MathNode
from ..records import record
from ..syntax.expression import Name
from .narrate import Story


@record
class Moment:
    """One step of a pass: `phase` is `forward`, `local` or `backward`.

    `about` is the name it computes; of a local gradient `edges` holds the edge, of an adjoint the edges it is summed
    over, each an operand and a step.
    """

    phase: str
    about: str
    edges: tuple[tuple[str, str], ...]
    formula: MathNode


def moments(story: Story) -> Iterator[Moment]:
    """Forward, then the local gradients and the adjoints from the loss back."""
    derivation = story.record.derivation
    graph = derivation.graph
    lines = replace(story.lines, first=None)
    for key, step in graph.steps.items():
        uses = tuple((operand, key) for operand in dict.fromkeys(graph.operands[key]))
        yield Moment("forward", key, uses, Chain((Name(key), lines.numbers_in(step.expression)), ("=",)))
    for gradient in derivation.local_gradients():
        edge = gradient.operand, gradient.step
        yield Moment("local", gradient.step, (edge,), lines.local(gradient, graph.steps[gradient.step]))
    for key in derivation.adjoint_order():
        edges = tuple((key, use.step) for use in derivation.uses[key])
        yield Moment("backward", key, edges, lines.backward(key))
