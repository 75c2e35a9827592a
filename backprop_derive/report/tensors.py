"""A solution with tensors as a Document: each step by its matrices, each gradient in two voices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from ..derivation import INCOMING, OUTPUT, Flow, TensorDerivation
from ..document import (
    Block,
    Chain,
    Derivative,
    Document,
    Entry,
    Heading,
    Inline,
    Item,
    ListBlock,
    Listing,
    Math,
    MathNode,
    Minus,
    Paragraph,
    Plus,
    Reals,
    Strong,
    Times,
    Words,
)  # fmt: skip
from ..indexed.shape import Shape
from ..options import Options
from ..problem import Given, Problem, Prose, Step
from ..solution import TensorPass, TensorSolution, TensorValue
from ..syntax.expression import ZERO, Expr, Name, Over, names_in, size
from .matrices import Setter, as_expr, shown_value
from .narrate import answer_heading, document_of, listing, paragraphs, rate_symbol, shows_rounded
from .notation import Notation
from .numbers import Style, is_rounded, style_of
from .remarks import remarks
from .sentences import HEADINGS, LABELS, TENSORS

# A formula of more operations, or whose matrices have more entries, is not filled with numbers; a Jacobian of more
# operations is not written out by entries.
_LONGEST_FILLED, _MOST_FILLED, _LONGEST_COMPONENT = 8, 24, 40


@dataclass(frozen=True)
class TensorStory:
    """What narrating one solution needs at every turn."""

    record: TensorSolution
    options: Options
    style: Style
    notation: Notation

    @property
    def problem(self) -> Problem:
        return self.record.problem

    @property
    def derivation(self) -> TensorDerivation:
        return self.record.derivation

    @property
    def setter(self) -> Setter:
        """Sets the author's own expressions."""
        return Setter(self.problem.shapes, {})

    @property
    def taken(self) -> tuple[str, ...]:
        """Letters that indices may not have: names and sizes of the problem."""
        sizes = {size for shape in self.problem.shapes.values() for size in shape if isinstance(size, str)}
        return (*self.problem.spelled, *sizes)

    def slot_shapes(self, flow: Flow) -> dict[str, Shape]:
        """The shapes of the slots of a flow's forms."""
        shapes = self.problem.shapes
        slots = {f"#{k}": shapes[key] for k, key in enumerate(flow.slots)}
        return {**slots, INCOMING: shapes[flow.step], OUTPUT: shapes[flow.step]}

    def flow_setter(self, flow: Flow) -> Setter:
        """Sets a flow's forms: the problem's names for the slots, and the step's adjoint for what comes in."""
        names: dict[str, MathNode] = {f"#{k}": Name(key) for k, key in enumerate(flow.slots)}
        incoming = self.notation.adjoint(flow.step)
        return Setter(self.slot_shapes(flow), {**names, INCOMING: incoming, OUTPUT: Name(flow.step)})


def narrate_tensors(record: TensorSolution, options: Options) -> Document:
    """The worked solution: problem, forward pass, gradients through each step, backward pass, answer, updates, remarks.

    `record.derivation` has its flows in matrix notation where one was proved.
    """
    story = TensorStory(
        record, options, style_of(record.problem, options.digits), Notation(options.notation, record.derivation),
    )  # fmt: skip
    title = record.problem.title or HEADINGS["solution"]
    body = list(_solution(story))
    blocks = (Heading(1, (Words(title),)), *_problem(story), *body)
    found = remarks(record, options, story.style, shows_rounded(body))
    return document_of(record.problem, options, title, (*blocks, *found))


# --- the problem


def _problem(story: TensorStory) -> Iterator[Block]:
    position, number = 0, 1
    statements = story.problem.statements
    while position < len(statements):
        kind = type(statements[position])
        end = position
        while end < len(statements) and isinstance(statements[end], kind):
            end += 1
        group = statements[position:end]
        position = end
        if kind is Prose:
            yield from paragraphs([p for p in group if isinstance(p, Prose)])
        elif kind is Given:
            givens = tuple(_given(story, g) for g in group if isinstance(g, Given))
            yield Paragraph((Strong(LABELS["given"]), Words(" "), Math(listing(givens))))
        else:
            steps = [s for s in group if isinstance(s, Step)]
            lines = tuple(Chain((Name(s.key), story.setter.set(s.expression)), ("=",)) for s in steps)
            yield ListBlock(tuple(map(_item, lines)), True, number)
            number += len(steps)
    wanted = tuple(story.notation.adjoint(key) for key in story.derivation.graph.wanted)
    yield Paragraph((Strong(LABELS["find"]), Words(" "), Math(listing(wanted), large=True)))


def _given(story: TensorStory, given: Given) -> MathNode:
    shape = story.problem.shapes[given.key]
    if given.value is None:
        return Chain((Name(given.key), Reals(shape)), ("∈",)) if shape else Name(given.key)
    value = story.record.first.values[given.key] if story.record.first is not None else None
    if not shape or value is None:
        return Chain((Name(given.key), given.value), ("=",))
    return _equation(Name(given.key), shown_value(value, story.style))


def _equation(left: MathNode, right: MathNode) -> Chain:
    sign = "∈" if isinstance(right, Reals) else "≈" if _is_rounded(right) else "="
    return Chain((left, right), (sign,))


def _is_rounded(node: MathNode) -> bool:
    return not isinstance(node, Reals | Chain | Listing) and is_rounded(cast(Expr, node))


# --- the sections


def _solution(story: TensorStory) -> Iterator[Block]:
    first = story.record.first
    if first is not None:
        yield _heading("forward")
        yield ListBlock(tuple(_item(_forward(story, step, first)) for step in story.problem.steps))
    flows = list(story.derivation.flows())
    if flows:
        yield _heading("flows")
        yield ListBlock(tuple(item for flow in flows for item in _flow_items(story, flow)))
    if first is not None and flows:
        yield _heading("backward")
        keys = story.derivation.adjoint_order()
        yield ListBlock(tuple(_item(_backward(story, key, first)) for key in keys))
    yield from _answers(story)
    if story.record.updates:
        yield from _updates(story)


def _forward(story: TensorStory, step: Step, first: TensorPass) -> Chain:
    """Z = X W + b = (…)(…) + (…) = (…)"""
    links: list[MathNode] = [Name(step.key), story.setter.set(step.expression)]
    relations = ["="]
    filled = _filled(story, step.expression, first)
    if filled is not None:
        links.append(filled)
        relations.append("≈" if _holds_rounded(step.expression, story, first) else "=")
    return _concluded(links, relations, first.values[step.key], story)


def _filled(story: TensorStory, expr: Expr, first: TensorPass) -> MathNode | None:
    """The expression with the values of its names in their places, where that is short enough to read."""
    return _fill(story, expr, first.values, story.problem.shapes)


def _fill(
    story: TensorStory, expr: Expr, values: Mapping[str, TensorValue], shapes: Mapping[str, Shape]
) -> MathNode | None:
    used = {name: values[name] for name in names_in(expr) if name in values}
    shown = {name: shown_value(value, story.style) for name, value in used.items()}
    if not used or size(expr) > _LONGEST_FILLED or any(isinstance(value, Reals) for value in shown.values()):
        return None
    if sum(len(value.entries) for value in used.values()) > _MOST_FILLED:
        return None
    return Setter(shapes, shown).set(expr)


def _holds_rounded(expr: Expr, story: TensorStory, first: TensorPass) -> bool:
    return any(
        _is_rounded(shown_value(first.values[name], story.style)) for name in names_in(expr) if name in first.values
    )


def _concluded(links: list[MathNode], relations: list[str], value: TensorValue, story: TensorStory) -> Chain:
    result = shown_value(value, story.style)
    if isinstance(result, Reals):
        return Chain((*links, result), (*relations, "∈"))
    if result != links[-1]:
        was_rounded = "≈" in relations or any(entry.was_rounded for entry in value.entries)
        links.append(result)
        relations.append("≈" if was_rounded or _is_rounded(result) else "=")
    return Chain(tuple(links), tuple(relations))


# --- gradients through each step, in two voices


def _flow_items(story: TensorStory, flow: Flow) -> Iterator[Item]:
    """The flow in matrix notation, and by entries below it; with every step where the detail is full."""
    notes = _steps(story, flow) if story.options.detail == "full" else []
    component = Math(_component_line(story, flow))
    if flow.matrix is None:
        yield Item((component,), tuple(notes))
        return
    if story.options.detail != "brief":
        notes.append((Words(TENSORS["by entries"]), component))
    yield Item((Math(Chain((_part(story, flow), story.flow_setter(flow).set(flow.matrix)), ("=",))),), tuple(notes))


def _part(story: TensorStory, flow: Flow) -> MathNode:
    """∂L/∂W, with a bar where W reaches the loss by other steps too: what comes by this one."""
    left = story.notation.adjoint(flow.operand)
    if len(story.derivation.uses[flow.operand]) > 1 and isinstance(left, Derivative):
        return replace(left, held=(Name(flow.step),))
    return left


def _entry(node: MathNode, at: tuple[Expr, ...]) -> MathNode:
    return Entry(node, at) if at else node


def _component_line(story: TensorStory, flow: Flow) -> Chain:
    body, at = story.flow_setter(flow).by_entries(flow.component, story.taken)
    return Chain((_entry(story.notation.adjoint(flow.operand), at), body), ("=",))


def _steps(story: TensorStory, flow: Flow) -> list[tuple[Inline, ...]]:
    """The derivation by entries: the chain rule as a sum over the step's entries, and the derivative under it."""
    if size(flow.jacobian.body) > _LONGEST_COMPONENT:
        return []
    body, at = story.flow_setter(flow).by_entries(flow.jacobian, story.taken)
    rank = len(story.problem.shapes[flow.step])
    rows, columns = at[:rank], at[rank:]
    of, by = _entry(Name(flow.step), rows), _entry(Name(flow.operand), columns)
    derivative = Derivative(of, as_expr(by), story.notation.sign)
    chain: MathNode = derivative
    if flow.step != story.derivation.graph.loss:
        chain = Times((_entry(story.notation.adjoint(flow.step), rows), derivative))
    for index in reversed(rows):
        assert isinstance(index, Name)
        chain = Over(index.key, 0, as_expr(chain))
    notes: list[tuple[Inline, ...]] = []
    if rank:
        rule = Chain((_entry(story.notation.adjoint(flow.operand), columns), chain), ("=",))
        notes.append((Words(TENSORS["chain rule"]), Math(rule)))
    notes.append((Words(TENSORS["derivative"]), Math(Chain((derivative, body), ("=",)))))
    return notes


# --- numbers


def _backward(story: TensorStory, key: str, first: TensorPass) -> Chain:
    """∂L/∂W = Xᵀ ∂L/∂Z = (…)ᵀ (…) = (…)"""
    uses = story.derivation.uses[key]
    links: list[MathNode] = [story.notation.adjoint(key)]
    relations: list[str] = []
    if all(flow.matrix is not None for flow in uses):
        parts = [story.flow_setter(flow).set(as_expr(flow.matrix)) for flow in uses]
        links.append(parts[0] if len(parts) == 1 else Plus(tuple(parts)))
        relations.append("=")
        filled = [_filled_flow(story, flow, first) for flow in uses]
        known = [part for part in filled if part is not None]
        if len(known) == len(filled):
            numbers: MathNode = known[0] if len(known) == 1 else Plus(tuple(known))
            if numbers != links[-1]:
                links.append(numbers)
                relations.append("≈" if any(_flow_is_rounded(story, flow, first) for flow in uses) else "=")
    return _concluded(links, relations, first.adjoints[key], story)


def _filled_flow(story: TensorStory, flow: Flow, first: TensorPass) -> MathNode | None:
    assert flow.matrix is not None
    return _fill(story, flow.matrix, _flow_values(flow, first), story.slot_shapes(flow))


def _flow_values(flow: Flow, first: TensorPass) -> dict[str, TensorValue]:
    values = {f"#{k}": first.values[key] for k, key in enumerate(flow.slots)}
    return {**values, INCOMING: first.adjoints[flow.step], OUTPUT: first.values[flow.step]}


def _flow_is_rounded(story: TensorStory, flow: Flow, first: TensorPass) -> bool:
    assert flow.matrix is not None
    values = _flow_values(flow, first)
    return any(_is_rounded(shown_value(values[n], story.style)) for n in names_in(flow.matrix) if n in values)


def _answers(story: TensorStory) -> Iterator[Block]:
    graph, first = story.derivation.graph, story.record.first
    answers: list[MathNode] = []
    for key in graph.wanted:
        adjoint = story.notation.adjoint(key)
        if key not in graph.on_path:
            answers.append(Chain((adjoint, ZERO), ("=",)))
        elif first is not None:
            answers.append(_equation(adjoint, shown_value(first.adjoints[key], story.style)))
        elif all(flow.matrix is not None for flow in story.derivation.uses[key]):
            parts = [story.flow_setter(f).set(as_expr(f.matrix)) for f in story.derivation.uses[key]]
            answers.append(Chain((adjoint, parts[0] if len(parts) == 1 else Plus(tuple(parts))), ("=",)))
    yield from answer_heading(answers)


def _updates(story: TensorStory) -> Iterator[Block]:
    record, problem = story.record, story.problem
    rate, symbol = problem.learning_rate, rate_symbol(problem)
    assert rate is not None
    yield _heading("update")
    yield Paragraph((Words("With the learning rate "), Math(Chain((symbol, rate), ("=",))), Words(":")))
    for update in record.updates:
        items = []
        for key, after in update.values.items():
            rule = Minus(Name(key), Times((symbol, story.notation.adjoint(key))))
            result = shown_value(after, story.style)
            sign = "∈" if isinstance(result, Reals) else "≈" if _is_rounded(result) else "="
            items.append(_item(Chain((Name(key), rule, result), ("<-", sign))))
        if len(record.updates) > 1:
            yield Paragraph((Words(f"{LABELS['update']} {update.number}:"),))
        yield ListBlock(tuple(items))


def _heading(key: str) -> Heading:
    return Heading(2, (Words(HEADINGS[key]),))


def _item(node: MathNode) -> Item:
    return Item((Math(node),))
