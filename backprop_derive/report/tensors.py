"""A solution with tensors as a Document: each step by its matrices, each gradient in two voices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ..derivation import Flow
from ..document import (
    Applied,
    Block,
    Chain,
    Derivative,
    Document,
    Entrywise,
    Heading,
    Indicator,
    Inline,
    ListBlock,
    Math,
    MathNode,
    Minus,
    Paragraph,
    Plus,
    Reals,
    Remark,
    Table,
    Times,
    Words,
)  # fmt: skip
from ..indexed.structure import made_of
from ..ledger import Ledger
from ..options import NUMERATOR_AXES, Options
from ..problem import Given, Step
from ..solution import TensorPass, TensorSolution, TensorValue
from ..syntax.expression import ZERO, Call, Expr, Name, Slice, Transpose, size
from .blocks import heading, item, math_cell, series, words_cell
from .curvature import Curved
from .flows import composed, flow_items, in_own_output
from .jacobian import answer as jacobian_answer
from .jacobian import jacobian_blocks
from .layout import laid_out_shape
from .matrices import as_expr, shown_value
from .narrate import (
    abridged,
    answer_heading,
    document_of,
    rate_symbol,
    shows_rounded,
)  # fmt: skip
from .notation import Notation
from .numbers import style_of
from .paths import tensor_path_blocks
from .remarks import remarks
from .sentences import GLOSSARY, HEADINGS, LABELS, SHAPES, STRUCTURES, UPDATES
from .stated import stated_blocks
from .tangents import Forward
from .tensor_story import TensorStory, is_rounded_node, nodes_of

# A longer formula stands once, among the gradients through each step, and is not repeated in the backward pass.
_LONGEST_REPEATED = 10
# An update's tensors of more entries are not written out on its right side.
_MOST_MOVED = 9


def tell_tensors(record: TensorSolution, options: Options, ledger: Ledger | None = None) -> TensorStory:
    """The story of a solution. `record.derivation` has its flows in matrix notation where one was proved."""
    style = style_of(record.problem, options.digits)
    profile = options.notation
    if record.problem.asks_jacobian and profile != "d":
        profile = "partial"  # the others are names of gradients
    return TensorStory(record, options, style, Notation(profile, record.derivation), ledger)


def narrate_tensors(record: TensorSolution, options: Options, ledger: Ledger | None = None) -> Document:
    """The worked solution: problem, passes forward and back, gradients through each step, answer, updates, remarks.

    A path ledger gets its section after the backward pass.
    """
    story = tell_tensors(record, options, ledger)
    title = record.problem.title or HEADINGS["solution"]
    blocks = (Heading(1, (Words(title),)), *problem_blocks(story), *solution_blocks(story, 2))
    return document_of(record.problem, options, title, blocks)


# --- the problem


def problem_blocks(story: TensorStory) -> Iterator[Block]:
    """Givens, steps and prose in the author's order, then the question, and on request all shapes."""

    def declared(given: Given) -> Iterator[Block]:
        if given.structure:
            yield _structure(story, given)

    yield from stated_blocks(story.problem, story.notation, partial(_given, story), story.setter.set, declared)
    if story.options.shapes:
        yield _shapes(story)


def _given(story: TensorStory, given: Given) -> MathNode:
    shape = story.problem.shapes[given.key]
    if given.value is None:
        return Chain((Name(given.key), Reals(shape)), ("∈",)) if shape else Name(given.key)
    value = story.record.first.values[given.key] if story.record.first is not None else None
    if not shape or value is None:
        return Chain((Name(given.key), given.value), ("=",))
    return story.equation(Name(given.key), value)


def _structure(story: TensorStory, given: Given) -> Paragraph:
    """What is declared of a matrix, as an equation too: A = Aᵀ, D = D ⊙ I."""
    matrix = Name(given.key)
    size = story.problem.shapes[given.key][0]
    is_symmetric = given.structure == "symmetric"
    same: Expr = Transpose(matrix) if is_symmetric else made_of(given.structure, matrix, size)
    before, between, after = STRUCTURES.pieces(given.structure)
    equation = Math(Chain((matrix, story.setter.set(same)), ("=",)))
    return Paragraph((Words(before), Math(matrix), Words(between), equation, Words(after)))


def _shapes(story: TensorStory) -> Table:
    """Every name with its shape, and the gradient, which has the same one or, in numerator layout, says its own."""
    on_path, loss = story.derivation.uses, story.problem.loss
    rows = tuple(
        (
            math_cell(Name(key)),
            math_cell(Reals(story.problem.shapes[key])),
            math_cell(_gradient_shape(story, key))
            if key in on_path
            else words_cell("" if key == loss else SHAPES["none"]),
        )
        for key in story.problem.spelled
    )
    return Table(tuple(words_cell(SHAPES[key]) for key in ("name", "shape", "gradient")), rows)


def _gradient_shape(story: TensorStory, key: str) -> MathNode:
    adjoint, shape = story.notation.adjoint(key), story.problem.shapes[key]
    return Chain((adjoint, Reals(laid_out_shape(shape))), ("∈",)) if story.is_numerator and shape else adjoint


# --- the sections


def solution_blocks(story: TensorStory, level: int) -> Iterator[Block]:
    """Everything that is computed, from the forward pass to the remarks."""
    body = list(_computed(story, level))
    yield from body
    yield from _glossary(body)
    yield from remarks(story.record, story.options, story.style, shows_rounded(body))


def _computed(story: TensorStory, level: int) -> Iterator[Block]:
    first = story.record.first
    if first is not None:
        yield heading("forward", level)
        yield ListBlock(tuple(item(forward_line(story, step, first)) for step in story.problem.steps))
    if story.record.forward is not None:
        yield from Forward(story, story.record.forward).blocks(level)
        if story.record.second is None:
            yield from _answers(story)
            if story.record.updates:
                yield from _updates(story, level)
            return
    if story.problem.asks_jacobian:
        yield from jacobian_blocks(story, level)
        yield from _answers(story)
        return
    flows = list(story.derivation.flows())
    if flows:
        yield heading("flows", level)
        yield ListBlock(tuple(flow_items(story)))
    if first is not None and flows:
        yield heading("backward", level)
        keys = story.derivation.adjoint_order()
        yield ListBlock(tuple(item(backward_line(story, key, first)) for key in keys))
    if story.ledger is not None:
        yield from tensor_path_blocks(story, story.ledger, level)
    if story.record.second is not None:
        yield from Curved(story, story.record.second).blocks(level)
    yield from _answers(story)
    if story.record.updates:
        yield from _updates(story, level)


def _glossary(blocks: list[Block]) -> Iterator[Remark]:
    """What the signs mean that not every reader knows, where they occur."""
    found = {_sign(node) for node in nodes_of(blocks)}
    said = []
    for kind in ("row", "col"):
        names = [name for name in (f"{kind}{word}" for word in ("sum", "mean", "var", "std")) if name in found]
        if len(names) == 1:
            said.append(GLOSSARY[kind].format(name=names[0]))
        elif names:
            said.append(GLOSSARY[f"{kind}s"].format(names=series(names)))
    signs = {Indicator: "indicator", Entrywise: "entrywise", "cofactor": "cofactors", "block": "block"}
    said += [GLOSSARY[key] for sign, key in signs.items() if sign in found]
    if said:
        yield Remark((Words(" ".join(said)),))


def _sign(node: Any) -> Any:
    """By what the glossary knows a node."""
    if isinstance(node, Slice) and (node.start or node.stop):
        return "block"
    return node.function if isinstance(node, Applied | Call) else type(node)


def forward_line(story: TensorStory, step: Step, first: TensorPass) -> Chain:
    """Z = X W + b = (…)(…) + (…) = (…)"""
    links: list[MathNode] = [Name(step.key), story.setter.set(step.expression)]
    relations = ["="]
    filled = story.filler(first.values, story.problem.shapes).fill(step.expression)
    if filled is not None:
        links.append(filled)
        relations.append("≈" if story.holds_rounded(step.expression, first.values) else "=")
    return story.concluded(links, relations, first.values[step.key])


def backward_line(story: TensorStory, key: str, first: TensorPass) -> Chain:
    """∂L/∂W = Xᵀ ∂L/∂Z = (…)ᵀ (…) = (…); of several paths first their sum."""
    uses = story.derivation.uses[key]
    links: list[MathNode] = [story.notation.adjoint(key)]
    relations: list[str] = []
    if len(uses) > 1 and isinstance(links[0], Derivative):
        links.append(Plus(tuple(story.part(flow) for flow in uses)))
        relations.append("=")
    forms = [form for flow in uses if (form := _repeated(story, flow)) is not None]
    if len(forms) == len(uses):
        parts = [story.flow_setter(flow).set(form) for flow, form in zip(uses, forms, strict=True)]
        links.append(_plus(parts))
        relations.append("=")
        filled = [_filled(story, flow, form, first) for flow, form in zip(uses, forms, strict=True)]
        known = [part for part in filled if part is not None]
        numbers = _plus(known) if known else None
        if len(known) == len(filled) and numbers is not None and numbers != links[-1]:
            links.append(numbers)
            values = zip(uses, forms, strict=True)
            is_near = any(story.holds_rounded(form, story.flow_values(flow, first)) for flow, form in values)
            relations.append("≈" if is_near or is_rounded_node(numbers) else "=")
    return story.concluded(links, relations, story.gradient_value(first.adjoints[key]))


def _plus(parts: list[Expr]) -> MathNode:
    return parts[0] if len(parts) == 1 else Plus(tuple(parts))


def _repeated(story: TensorStory, flow: Flow) -> Expr | None:
    form = in_own_output(story, flow)
    return story.form(flow, form) if form is not None and size(form) <= _LONGEST_REPEATED else None


def _filled(story: TensorStory, flow: Flow, form: Expr, first: TensorPass) -> Expr | None:
    if isinstance(form, Name):
        values = story.flow_values(flow, first)
        return shown_value(values[form.key], story.style) if form.key in values else None
    return story.filler(story.flow_values(flow, first), story.form_shapes(flow), derived=True).fill(form)


# --- answers and updates


def _answers(story: TensorStory) -> Iterator[Block]:
    graph, first = story.derivation.graph, story.record.first
    answers: list[MathNode] = []
    forward = story.record.forward
    if forward is not None:
        answers += Forward(story, forward).answers()
    for key in () if answers else story.problem.gradients:
        adjoint = story.notation.adjoint(key)
        if key not in graph.on_path:
            answers.append(Chain((adjoint, ZERO), ("=",)))
        elif story.problem.asks_jacobian:
            answers += [found] if (found := jacobian_answer(story, key)) is not None else []
        elif first is not None:
            answers.append(story.equation(adjoint, story.gradient_value(first.adjoints[key])))
        elif (form := composed(story, key)) is not None:
            answers.append(Chain((adjoint, form), ("=",)))
    if story.record.second is not None:
        answers += Curved(story, story.record.second).answers()
    if answers:
        is_wide = first is not None and any(story.problem.shapes[key] for key in graph.wanted)
        yield from answer_heading(answers, in_line=1 if is_wide else 3)


def _updates(story: TensorStory, level: int) -> Iterator[Block]:
    record, problem = story.record, story.problem
    rate, symbol = problem.learning_rate, rate_symbol(problem)
    assert rate is not None
    yield heading("update", level)
    before, after = UPDATES.pieces("rate")
    yield Paragraph((Words(before), Math(Chain((symbol, rate), ("=",))), Words(after)))
    first, last = record.updates[0], record.updates[-1]
    lines = [update_line(story, key, rate, record.passes[0], value) for key, value in first.values.items()]
    yield ListBlock(tuple(map(item, lines)))
    if last is not first:
        yield _losses(story)
        yield Paragraph((Words(UPDATES["after"].format(number=last.number)),))
        yield ListBlock(tuple(item(story.equation(Name(key), value)) for key, value in last.values.items()), False)


def update_line(story: TensorStory, key: str, rate: Expr, start: TensorPass, after: TensorValue) -> Chain:
    """w ← w − η ∂L/∂w = (…) − 0.1 (…) = (…)"""
    by: MathNode = story.notation.adjoint(key)
    if story.is_numerator and len(after.shape) in (1, NUMERATOR_AXES):
        by = Transpose(as_expr(by))
    rule = Minus(Name(key), Times((rate_symbol(story.problem), by)))
    links: list[MathNode] = [Name(key), rule]
    relations = ["<-"]
    gradient = start.adjoints.get(key)
    if gradient is not None and len(after.entries) <= _MOST_MOVED:
        old, change = shown_value(start.values[key], story.style), shown_value(gradient, story.style)
        links.append(Minus(old, Times((rate, change))))
        relations.append("≈" if is_rounded_node(links[-1]) else "=")
    return story.concluded(links, relations, after)


def _losses(story: TensorStory) -> Table:
    """The loss after each update."""
    loss = story.problem.loss
    rows: list[tuple[tuple[Inline, ...], ...]] = []
    for number, one_pass in enumerate(story.record.passes):
        rows.append((words_cell(str(number)), math_cell(shown_value(one_pass.values[loss], story.style))))
    return Table((words_cell(LABELS["update"]), math_cell(Name(loss))), abridged(rows))
