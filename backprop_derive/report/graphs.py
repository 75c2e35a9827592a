"""The graph of a solution as a picture: what stands in each box and on each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from ..document import (
    Block,
    Document,
    Figure,
    MathNode,
    Paragraph,
    Picture,
    PictureEdge,
    PictureNode,
    Strong,
    Words,
)  # fmt: skip
from ..graph import Graph
from ..indexed.shape import Shape
from ..records import record
from ..solution import TensorValue
from ..syntax.expression import Name, Negate, Number
from ..syntax.names import ambiguous
from .bands import bands
from .flows import matrix_form
from .matrices import shown_value
from .narrate import Story
from .sentences import HEADINGS, LABELS, PICTURE
from .single import equation
from .tensor_story import TensorStory

_MOST_ENTRIES = 3  # of a tensor whose values stand in its box; of a larger one the shape does


@record
class _Content:
    """What one kind of solution shows of a name and of an edge on a path."""

    formulas: Mapping[str, MathNode]
    values: Mapping[str, MathNode]
    adjoints: Mapping[str, MathNode]
    locals: Mapping[tuple[str, str], MathNode]
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    gradients: Mapping[str, Shape] = field(default_factory=dict)


def scalar_picture(story: Story) -> Picture:
    """Values forward, adjoints back, and on each edge of a path its local gradient."""
    record, lines, style = story.record, story.lines, story.style
    graph, first = record.derivation.graph, record.first
    formulas = {key: lines.numbers_in(step.expression) for key, step in graph.steps.items()}
    values: dict[str, MathNode] = {}
    adjoints: dict[str, MathNode] = {}
    if first is not None:
        values = {key: style.shown(value) for key, value in first.values.items()}
        adjoints = {key: style.shown(value) for key, value in first.adjoints.items() if key != graph.loss}
    found: dict[tuple[str, str], MathNode] = {}
    for gradient in record.derivation.local_gradients():
        edge = gradient.operand, gradient.step
        form = lines.numbers_in(gradient.shortest)
        found[edge] = form
        if first is not None and not _is_number(form):
            found[edge] = equation(form, style.shown(first.local[gradient.step, gradient.operand]))
    return _picture(graph, story.problem.title, _Content(formulas, values, adjoints, found))


def _is_number(form: MathNode) -> bool:
    """Whether there is nothing to evaluate: 2, −1."""
    return isinstance(form, Number) or (isinstance(form, Negate) and isinstance(form.operand, Number))


def tensor_picture(story: TensorStory) -> Picture:
    """The same with tensors: shapes where there are too many entries, and what flows back along each edge."""
    graph, first = story.derivation.graph, story.record.first
    shapes = story.problem.shapes
    formulas = {key: story.setter.set(step.expression) for key, step in graph.steps.items()}
    values: dict[str, MathNode] = {}
    adjoints: dict[str, MathNode] = {}
    gradients: dict[str, Shape] = {}
    if first is not None:
        values = {key: shown_value(value, story.style) for key, value in first.values.items() if _is_small(value)}
        found = {key: story.gradient_value(v) for key, v in first.adjoints.items() if key != graph.loss}
        adjoints = {key: shown_value(value, story.style) for key, value in found.items() if _is_small(value)}
        gradients = {key: value.shape for key, value in found.items()}
    locals_: dict[tuple[str, str], MathNode] = {}
    for flow in story.derivation.flows():
        form = matrix_form(story, flow)
        if form is not None and not form.meanings:
            locals_[flow.operand, flow.step] = story.flow_setter(flow).set(form.body)
    content = _Content(formulas, values, adjoints, locals_, shapes, gradients)
    return _picture(graph, story.problem.title, content)


def _is_small(value: TensorValue) -> bool:
    return len(value.entries) <= _MOST_ENTRIES


def _picture(graph: Graph, title: str, content: _Content) -> Picture:
    nodes = []
    for key in (*(given.key for given in graph.problem.givens), *graph.steps):
        is_step = key in graph.steps
        last = content.shapes.get(key, ())[-1:]
        nodes.append(
            PictureNode(
                key,
                "loss" if key == graph.loss else "step" if is_step else "given",
                Name(key),
                content.formulas.get(key),
                content.values.get(key),
                content.adjoints.get(key),
                content.shapes.get(key, ()),
                content.gradients.get(key, ()),
                key in graph.on_path,
                key in graph.wanted,
                last[0] if last and isinstance(last[0], int) else 0,
            )
        )
    edges = []
    for key, operands in graph.operands.items():
        for operand in dict.fromkeys(operands):
            on_path = key in graph.on_path and operand in graph.on_path
            edges.append(PictureEdge(operand, key, content.locals.get((operand, key)), on_path))
    names = ambiguous(tuple(graph.problem.spelled))
    return Picture(title or HEADINGS["solution"], tuple(nodes), tuple(edges), names, bands(graph))


def figure_of(picture: Picture) -> Figure:
    """The picture with the caption that tells how to read it."""
    has_numbers = any(node.adjoint is not None for node in picture.nodes)
    is_of_tensors = any(node.shape for node in picture.nodes)
    key = "tensors" if is_of_tensors else "numbers" if has_numbers else "symbols"
    return Figure(picture, (Words(PICTURE[key] + PICTURE["framed"] * bool(picture.bands)),))


def with_figure(document: Document, figure: Figure) -> Document:
    """The document with the figure below the question, before anything is computed."""
    places = [k for k, block in enumerate(document.blocks, 1) if _is_question(block)]
    place = places[-1] if places else 1
    return replace(document, blocks=(*document.blocks[:place], figure, *document.blocks[place:]))


def _is_question(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.content[:1] == (Strong(LABELS["find"]),)
