"""The lesson around a worked solution: purpose, four concepts, the example, the update, the check in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from itertools import islice

from ..derivation import RuleStatement
from ..document import (
    Applied,
    Block,
    Chain,
    CodeBlock,
    Derivative,
    Document,
    Equation,
    Heading,
    Item,
    ListBlock,
    Listing,
    Math,
    Paragraph,
    Words,
)  # fmt: skip
from ..ledger import Ledger
from ..options import Options
from ..problem import Problem
from ..solution import SolutionRecord, TensorPass, TensorSolution, TensorValue, Value
from ..syntax.expression import Name, Number
from . import tensors
from .flows import flow_items
from .narrate import Story, document, document_of, problem_blocks, rate_symbol, solution_blocks, tell
from .rules import chain_rule
from .sentences import HEADINGS, LESSON
from .tensor_story import TensorStory
from .tensors import tell_tensors
from .torch_code import Cell, torch_cells
from .torch_tensors import tensor_cells

_EXAMPLE_RATE = Number(Fraction(1, 10), "0.1")
# How many of the problem's own lines illustrate a concept.
_ILLUSTRATIONS = 3


def lesson(
    record: SolutionRecord,
    options: Options,
    rules: Mapping[str, RuleStatement] | None = None,
    ledger: Ledger | None = None,
) -> Document:
    """The whole lesson, illustrated with the problem's own steps. Code and its output come from the problem."""
    story = tell(record, options, rules, ledger)
    title = record.problem.title or HEADINGS["lesson"]
    blocks = [Heading(1, (Words(title),))]
    return document(story, title, (*blocks, *_lesson_blocks(story)))


def tensor_lesson(record: TensorSolution, options: Options, ledger: Ledger | None = None) -> Document:
    """The same lesson around a problem with tensors."""
    story = tell_tensors(record, options, ledger)
    title = record.problem.title or HEADINGS["lesson"]
    blocks = [Heading(1, (Words(title),)), *_tensor_blocks(story)]
    return document_of(record.problem, options, title, tuple(blocks))


def _lesson_blocks(story: Story) -> Iterator[Block]:
    yield from _before(story.problem)
    yield from _local(story)
    yield from _backward(story)
    yield _heading("example", 2)
    yield from problem_blocks(story)
    yield from solution_blocks(story, 3)
    if story.record.first is not None:
        if not story.record.updates:
            yield from _update(story)
        yield from _torch(torch_cells(story.record))


def _tensor_blocks(story: TensorStory) -> Iterator[Block]:
    yield from _before(story.problem)
    yield _concept(3, "local")
    flows = flow_items(story)
    lines = [Item(item.content) for item in islice(flows, _ILLUSTRATIONS)]
    yield Paragraph((Words(LESSON["local of tensors"]),))
    yield ListBlock(tuple(lines), ordered=False)
    yield Paragraph((Words(LESSON["local here"]),))
    yield _concept(4, "backward")
    yield Paragraph((Words(LESSON["backward"]),))
    yield _heading("example", 2)
    yield from tensors.problem_blocks(story)
    yield from tensors.solution_blocks(story, 3)
    if story.record.first is not None:
        if not story.record.updates:
            yield from _tensor_update(story, story.record.first)
        cells = tensor_cells(story.record)
        if cells:
            yield from _torch(cells)


def _before(problem: Problem) -> Iterator[Block]:
    """Purpose, chain rule and forward pass."""
    yield _heading("purpose", 2)
    yield from (Paragraph((Words(LESSON[key]),)) for key in ("purpose", "learning"))
    yield _heading("concepts", 2)
    yield from _chain_rule()
    yield from _forward(problem)


def _concept(number: int, key: str) -> Heading:
    return Heading(3, (Words(f"{number}. {HEADINGS[key]}"),))


def _heading(key: str, level: int) -> Heading:
    return Heading(level, (Words(HEADINGS[key]),))


def _chain_rule() -> Iterator[Block]:
    x = Name("x")
    composed = Chain((Applied("f", (x,)), Applied("g", (Applied("h", (x,)),))), ("=",))
    before, between = LESSON.pieces("composed")
    yield _concept(1, "chain rule")
    yield Paragraph((Words(before), Math(composed), Words(between)))
    yield Equation(Chain((Derivative(Applied("f", (x,)), x, "d"), *chain_rule().links), ("=", "=")))
    yield Paragraph((Words(LESSON["outer and inner"]),))


def _forward(problem: Problem) -> Iterator[Block]:
    layers = ("input layer", "hidden layers", "output layer", "loss")
    yield _concept(2, "forward")
    yield Paragraph((Words(LESSON["forward"]),))
    yield ListBlock(tuple(Item((Words(LESSON[layer]),)) for layer in layers), ordered=False)
    names = tuple(Name(step.key) for step in problem.steps[:8])
    before, after = LESSON.pieces("forward here")
    yield Paragraph((Words(before), Math(Listing(names) if len(names) > 1 else names[0]), Words(after)))


def _local(story: Story) -> Iterator[Block]:
    yield _concept(3, "local")
    yield Paragraph((Words(LESSON["local"]),))
    graph = story.record.derivation.graph
    gradients = list(story.record.derivation.local_gradients())[:_ILLUSTRATIONS]
    yield ListBlock(tuple(Item((Math(story.lines.local(g, graph.steps[g.step])),)) for g in gradients), ordered=False)
    yield Paragraph((Words(LESSON["local here"]),))


def _backward(story: Story) -> Iterator[Block]:
    derivation, lines = story.record.derivation, story.lines
    yield _concept(4, "backward")
    yield Paragraph((Words(LESSON["backward"] + LESSON["in the example"]),))
    keys = [key for key in derivation.adjoint_order() if lines.has_own_line(key)][:_ILLUSTRATIONS]
    chains = []
    for key in keys:
        line = lines.backward(key)
        chains.append(Item((Math(Chain(line.links[:2], line.relations[:1])),)))
    yield ListBlock(tuple(chains), ordered=False)


def _update(story: Story) -> Iterator[Block]:
    """What one update would do, at an example rate, where the problem names none."""
    record = story.record
    assert record.first is not None
    lines = replace(story.lines, style=replace(story.style, decimal=True))
    keys = [key for key in record.problem.updated if key in {g.key for g in record.problem.givens}]
    if not keys:
        return
    symbol = rate_symbol(record.problem)
    yield from _rule(record.problem)
    items = []
    for key in keys:
        old, gradient = record.first.values[key], record.first.adjoints[key]
        items.append(Item((Math(lines.update(key, symbol, _EXAMPLE_RATE, old, gradient, _moved(old, gradient))),)))
    yield ListBlock(tuple(items), ordered=False)


def _rule(problem: Problem) -> Iterator[Block]:
    symbol = rate_symbol(problem)
    before, between, after = LESSON.pieces("update")
    yield _heading("weights", 2)
    yield Paragraph(
        (Words(before), Math(symbol), Words(between), Math(Chain((symbol, _EXAMPLE_RATE), ("=",))), Words(after))
    )


def _tensor_update(story: TensorStory, first: TensorPass) -> Iterator[Block]:
    """What one update would do to the tensors, where the problem names no rate."""
    givens = {given.key for given in story.problem.givens}
    keys = [key for key in story.problem.updated if key in givens]
    if not keys:
        return
    story = replace(story, style=replace(story.style, decimal=True))
    yield from _rule(story.problem)
    lines = []
    for key in keys:
        old, gradient = first.values[key], first.adjoints[key]
        entries = tuple(map(_moved, old.entries, gradient.entries))
        lines.append(tensors.update_line(story, key, _EXAMPLE_RATE, first, TensorValue(old.shape, entries)))
    yield ListBlock(tuple(Item((Math(line),)) for line in lines), ordered=False)


def _moved(old: Value, gradient: Value) -> Value:
    """old - rate · gradient: a product and a difference of known numbers."""
    context = Context(prec=50)
    exact = None
    if old.exact is not None and gradient.exact is not None:
        exact = old.exact - _EXAMPLE_RATE.value * gradient.exact
    decimal = context.subtract(old.decimal, context.multiply(Decimal("0.1"), gradient.decimal))
    return Value(decimal, exact)


def _torch(cells: Sequence[Cell]) -> Iterator[Block]:
    yield _heading("torch", 2)
    yield Paragraph((Words(LESSON["torch"]),))
    headings = {2: "torch forward", 3: "torch backward"}
    for position, cell in enumerate(cells):
        if position in headings:
            yield _heading(headings[position], 3)
        yield CodeBlock(cell.code, "python")
        if cell.output:
            yield CodeBlock(cell.output)
