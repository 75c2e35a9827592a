"""Jacobians told: those of each step, in matrix notation or by entries, and their products by the chain rule."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import OUTPUT, Component, Flow
from ..document import (
    Block,
    Chain,
    Derivative,
    Entry,
    Heading,
    Inline,
    Item,
    ListBlock,
    Math,
    MathNode,
    Paragraph,
    Plus,
    Times,
    Words,
)
from ..indexed.patterns import in_output, whole_in_output
from ..solution import TensorPass
from ..syntax.expression import Call, Expr, MatrixProduct, Name, Over, size, substitute
from ..syntax.parser import deep_recursion
from .matrices import Setter, as_expr
from .sentences import HEADINGS, JACOBIANS, TENSORS
from .tensor_story import TensorStory

# A Jacobian of more operations is not shown in matrix notation, or by entries; a composed one stops there.
_LONGEST_MATRIX, _LONGEST_ENTRY, _LONGEST_COMPOSED = 20, 60, 16


def jacobian_blocks(story: TensorStory, level: int) -> Iterator[Block]:
    """The Jacobian of each step, then their products from what is differentiated back."""
    flows = list(story.derivation.flows())
    if not flows:
        return
    yield Heading(level, (Words(HEADINGS["jacobians"]),))
    yield Paragraph((Words(JACOBIANS["layout" if all(_is_flat(story, flow) for flow in flows) else "axes"]),))
    yield ListBlock(tuple(jacobian_item(story, flow) for flow in flows))
    keys = [key for key in story.derivation.adjoint_order() if key in story.derivation.uses]
    shown = keys if story.record.first is not None else [key for key in keys if not _is_direct(story, key)]
    if shown:
        yield Heading(level, (Words(HEADINGS["chain of jacobians"]),))
        yield ListBlock(tuple(Item(in_line(jacobian_lines(story, key, story.record.first))) for key in shown))


def jacobian_item(story: TensorStory, flow: Flow) -> Item:
    """∂h/∂x = diag(1 − h²) W, and by entries below it."""
    entries = entry_line(story, flow)
    form = matrix_of(story, flow)
    if form is None:
        return (
            Item((Math(entries),))
            if entries is not None
            else Item((Math(local(story, flow)), Words(TENSORS["too long"])))
        )
    notes = ((Words(TENSORS["by entries"]), Math(entries)),) if entries is not None and flow.component.at else ()
    line = Chain((local(story, flow), story.flow_setter(flow).set(form)), ("=",))
    return Item((Math(line),), () if story.options.detail == "brief" else notes)


def local(story: TensorStory, flow: Flow) -> MathNode:
    """∂(step)/∂(operand) of the step alone."""
    return story.notation.local(flow.step, flow.operand)


def matrix_of(story: TensorStory, flow: Flow) -> Expr | None:
    """The Jacobian in matrix notation, where it is short."""
    form = flow.matrix
    if form is None:
        return None
    form = in_own_output(story, flow.step, flow.slots, form)
    return form if size(form) <= _LONGEST_MATRIX else None


def in_own_output(story: TensorStory, step: str, slots: tuple[str, ...], form: Expr) -> Expr:
    """A form in slots, with the step's own output where its definition would stand."""
    definition = substitute(story.derivation.graph.steps[step].expression, _slots(slots))
    return whole_in_output(form, definition, OUTPUT) if isinstance(definition, Call) else form


def entries_in_output(story: TensorStory, step: str, slots: tuple[str, ...], form: Component) -> Component:
    """The same with a form by entries."""
    own = story.derivation.components[step]
    return Component(form.at, in_output(form.body, own.at, substitute(own.body, _slots(slots)), OUTPUT))


def _slots(slots: tuple[str, ...]) -> dict[str, Expr]:
    return {key: Name(f"#{k}") for k, key in enumerate(slots)}


def entry_line(story: TensorStory, flow: Flow) -> Chain | None:
    """∂h_i/∂x_j = (1 − h_i²) W_ij; None where that is too long to read."""
    if size(flow.jacobian.body) > _LONGEST_ENTRY and story.options.detail != "full":
        return None
    rank = len(story.problem.shapes[flow.step])
    component = entries_in_output(story, flow.step, flow.slots, flow.jacobian)
    body, at = story.flow_setter(flow).by_entries(component, story.taken, component.at)
    return Chain((entry_derivative(story, flow.step, at[:rank], flow.operand, at[rank:]), body), ("=",))


def entry_derivative(
    story: TensorStory, of: str, rows: tuple[Expr, ...], by: str, columns: tuple[Expr, ...]
) -> Derivative:
    """∂h_i/∂x_j"""
    above: MathNode = Entry(Name(of), rows) if rows else Name(of)
    below = as_expr(Entry(Name(by), columns)) if columns else Name(by)
    return Derivative(above, below, story.notation.sign)


# --- the chain rule


def jacobian_lines(story: TensorStory, key: str, first: TensorPass | None) -> tuple[Chain, ...]:
    """∂y/∂x = ∂y/∂h ∂h/∂x = …, summed over the uses of x; by entries, the numbers have a formula of their own."""
    uses = story.derivation.uses[key]
    links: list[MathNode] = [story.notation.adjoint(key)]
    relations: list[str] = []
    is_by_entries = not all(_is_flat(story, flow) for flow in uses)
    if is_by_entries:
        rows, columns, _ = _letters(story, key, uses[0].step)
        links = [entry_derivative(story, story.problem.loss, rows, key, columns)]
    if len(uses) > 1 or uses[0].step != story.problem.loss:
        links.append(_sum([_product(story, flow) for flow in uses]))
        relations.append("=")
    form = composed(story, key)
    if form is not None:
        links.append(Setter(story.problem.shapes, {}, derived=True).set(form))
        relations.append("=")
    if first is None:
        return (Chain(tuple(links), tuple(relations)),)
    if not is_by_entries:
        return (story.concluded(links, relations, first.adjoints[key]),)
    whole = story.equation(story.notation.adjoint(key), first.adjoints[key])
    return (Chain(tuple(links), tuple(relations)), whole) if relations else (whole,)


def in_line(chains: tuple[Chain, ...]) -> tuple[Inline, ...]:
    """Formulas one after the other in a line."""
    content: list[Inline] = [Math(chains[0])]
    for chain in chains[1:]:
        content += [Words("; "), Math(chain)]
    return tuple(content)


def _sum(terms: list[MathNode]) -> MathNode:
    return terms[0] if len(terms) == 1 else Plus(tuple(terms))


def _product(story: TensorStory, flow: Flow) -> MathNode:
    """∂y/∂h ∂h/∂x, of vectors a product of matrices, of higher tensors a sum over the entries of h."""
    own = local(story, flow)
    if flow.step == story.problem.loss:
        return own
    before = story.notation.adjoint(flow.step)
    if _is_flat(story, flow):
        return as_expr(MatrixProduct(as_expr(before), as_expr(own)))
    loss = story.problem.loss
    rows, columns, middle = _letters(story, flow.operand, flow.step)
    factors = (
        entry_derivative(story, loss, rows, flow.step, middle),
        entry_derivative(story, flow.step, middle, flow.operand, columns),
    )
    body: Expr = as_expr(Times(factors))
    for index in reversed(middle):
        body = Over(index.key, 0, body)
    return body


def _letters(story: TensorStory, key: str, step: str) -> tuple[tuple[Name, ...], tuple[Name, ...], tuple[Name, ...]]:
    """Indices of what is differentiated, of the operand, and of the step between them."""
    letters = iter([Name(k) for k in "ijklmnpqrstuvabcdefgh" if k not in story.taken])
    shapes = story.problem.shapes
    rows, columns, middle = (tuple(next(letters) for _ in shapes[k]) for k in (story.problem.loss, key, step))
    return rows, columns, middle


def composed(story: TensorStory, key: str) -> Expr | None:
    """The Jacobian of vectors as a product of matrices in the problem's names, where it is short."""
    with deep_recursion():
        form = _composed(story, key)
    return form if form is not None and size(form) <= _LONGEST_COMPOSED else None


def _composed(story: TensorStory, key: str) -> Expr | None:
    uses = story.derivation.uses[key]
    if len(uses) != 1 or not _is_flat(story, uses[0]):
        return None
    (flow,) = uses
    form = matrix_of(story, flow)
    if form is None:
        return None
    own = substitute(form, {**{f"#{k}": Name(name) for k, name in enumerate(flow.slots)}, "#y": Name(flow.step)})
    if flow.step == story.problem.loss:
        return own
    before = _composed(story, flow.step)
    return None if before is None or size(before) > _LONGEST_COMPOSED else MatrixProduct(before, own)


def _is_flat(story: TensorStory, flow: Flow) -> bool:
    """Whether what is differentiated, the step and its operand are vectors or numbers."""
    shapes = story.problem.shapes
    return all(len(shapes[key]) <= 1 for key in (story.problem.loss, flow.step, flow.operand))


def _is_direct(story: TensorStory, key: str) -> bool:
    return [flow.step for flow in story.derivation.uses[key]] == [story.problem.loss]


def answer(story: TensorStory, key: str) -> MathNode | None:
    """∂y/∂x in numbers, or without them as a product of matrices or by entries."""
    if story.record.first is not None:
        return story.equation(story.notation.adjoint(key), story.record.first.adjoints[key])
    form = composed(story, key)
    if form is not None:
        return Chain((story.notation.adjoint(key), Setter(story.problem.shapes, {}, derived=True).set(form)), ("=",))
    if _is_direct(story, key):
        return entry_line(story, story.derivation.uses[key][0])
    return jacobian_lines(story, key, None)[0]
