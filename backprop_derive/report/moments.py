"""The passes one moment at a time, as an interactive page steps through them: formulas without numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..document import Chain, Inline, Math, Plus
from ..records import record
from ..syntax.expression import Name
from .flows import flow_content
from .narrate import Story
from .tensor_story import TensorStory, nodes_of


@record
class Moment:
    """One step of a pass: `phase` is `forward`, `local`, `part` or `backward`.

    `about` is the name it computes; of a local gradient, and of the part of an adjoint that comes by one of several
    uses, `edges` holds the edge, of an adjoint the edges it is summed over, each an operand and a step.
    """

    phase: str
    about: str
    edges: tuple[tuple[str, str], ...]
    content: tuple[Inline, ...]

    @property
    def asking(self) -> tuple[Inline, ...]:
        """The formula without the number that it ends in, which a quiz asks for; () where it ends in none."""
        match self.content:
            case (Math(Chain(links, signs)),) if len(links) > 1 and not any(
                isinstance(n, Name) for n in nodes_of(links[-1])
            ):
                return (Math(Chain(links[:-1], signs[:-1])),)
        return ()


def moments(story: Story) -> Iterator[Moment]:
    """Forward, then the local gradients and the adjoints from the loss back."""
    derivation = story.record.derivation
    graph = derivation.graph
    lines = replace(story.lines, first=None)
    for key, step in graph.steps.items():
        uses = tuple((operand, key) for operand in dict.fromkeys(graph.operands[key]))
        formula = Chain((Name(key), lines.numbers_in(step.expression)), ("=",))
        yield Moment("forward", key, uses, (Math(formula),))
    for gradient in derivation.local_gradients():
        edge = gradient.operand, gradient.step
        formula = lines.local(gradient, graph.steps[gradient.step])
        yield Moment("local", gradient.step, (edge,), (Math(formula),))
    for key in derivation.adjoint_order():
        edges = tuple((key, use.step) for use in derivation.uses[key])
        yield Moment("backward", key, edges, (Math(lines.backward(key)),))


def tensor_moments(story: TensorStory) -> Iterator[Moment]:
    """The same with tensors: what comes back by each of several uses, then their sum."""
    derivation = story.derivation
    graph = derivation.graph
    for key, step in graph.steps.items():
        uses = tuple((operand, key) for operand in dict.fromkeys(graph.operands[key]))
        formula = Chain((Name(key), story.setter.set(step.expression)), ("=",))
        yield Moment("forward", key, uses, (Math(formula),))
    for key in derivation.adjoint_order():
        flows = derivation.uses.get(key, ())
        edges = tuple((key, flow.step) for flow in flows)
        contents = [flow_content(story, flow) for flow in flows]
        if len(flows) > 1:
            for edge, content in zip(edges, contents, strict=True):
                yield Moment("part", key, (edge,), content)
            parts = Plus(tuple(story.part(flow) for flow in flows))
            yield Moment("backward", key, edges, (Math(Chain((story.notation.adjoint(key), parts), ("=",))),))
        elif flows:
            yield Moment("backward", key, edges, contents[0])
