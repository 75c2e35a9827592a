"""From a graph of tensors to its derivation: each step by its entries, one flow back along each edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ..derivation import INCOMING, Component, Flow, TensorDerivation
from ..graph import Graph
from ..indexed.component import Components
from ..indexed.held import held_names, labels_of
from ..indexed.shape import Shape, shape_of
from ..problem import Step
from ..records import record
from ..syntax.expression import Expr, Name, substitute
from ..syntax.parser import deep_recursion
from .adjoint import adjoint_form, matrix_notation, notation_of
from .ones import component_at_one, lengthened


def derive_tensors(graph: Graph) -> TensorDerivation:
    """Every flow on a path from a wanted name to the loss. Equal shapes of steps are derived once."""

    def flow(node: StepShape, index: int) -> Flow:
        form = adjoint_form(node.shape, index, node.sizes, node.step.key == graph.loss, node.structures)
        return Flow(node.step.key, node.operands[index], node.operands, form.jacobian, form.adjoint)

    return derived_by(graph, flow)


@record
class StepShape:
    """A step as an expression in slots, with the shapes of its operands, and the slots that it is differentiated by.

    `structures` are what was declared of the operands, as in `structures_of`.
    """

    step: Step
    operands: tuple[str, ...]
    shape: Expr
    sizes: tuple[Shape, ...]
    indices: tuple[int, ...]
    structures: tuple[str, ...]


def step_shape(graph: Graph, step: Step) -> StepShape:
    """A step in slots; it is not differentiated by what is on no path, or only says which entries are meant."""
    operands = graph.operands[step.key]
    shape = substitute(step.expression, {key: Name(f"#{k}") for k, key in enumerate(operands)})
    sizes = tuple(graph.problem.shapes[key] for key in operands)
    labels = labels_of(component_of(shape, sizes).body) | held_names(shape).only_held
    on_path = graph.on_path if step.key in graph.on_path else frozenset()
    indices = tuple(k for k, key in enumerate(operands) if key in on_path and f"#{k}" not in labels)
    return StepShape(step, operands, shape, sizes, indices, structures_of(operands, graph.problem.structures))


def derived_by(graph: Graph, flow: Callable[[StepShape, int], Flow]) -> TensorDerivation:
    """The derivation whose flow along each edge is made by a function of the step and the operand's index."""
    components: dict[str, Component] = {}
    uses: dict[str, list[Flow]] = {}
    with deep_recursion():
        for step in graph.steps.values():
            node = step_shape(graph, step)
            component = component_of(node.shape, node.sizes)
            components[step.key] = Component(component.at, _named(component.body, node.operands))
            for index in node.indices:
                uses.setdefault(node.operands[index], []).append(flow(node, index))
    return TensorDerivation(graph, components, {key: tuple(found) for key, found in uses.items()})


def with_matrices(derivation: TensorDerivation) -> TensorDerivation:
    """The derivation with each flow in matrix notation too, where one is recognised and proved equal."""
    graph = derivation.graph

    def named(flow: Flow) -> Flow:
        slots = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
        shape = substitute(graph.steps[flow.step].expression, slots)
        sizes = tuple(graph.problem.shapes[key] for key in flow.slots)
        index = flow.slots.index(flow.operand)
        structures, is_loss = structures_of(flow.slots, graph.problem.structures), flow.step == graph.loss
        if flow.component == adjoint_form(shape, index, sizes, is_loss, structures).adjoint:
            return replace(flow, matrix=matrix_notation(shape, index, sizes, is_loss, structures))
        shapes = {f"#{k}": size for k, size in enumerate(sizes)} | {INCOMING: graph.problem.shapes[flow.step]}
        return replace(flow, matrix=notation_of(flow.component, sizes[index], shapes))

    with deep_recursion():
        return replace(derivation, uses={key: tuple(map(named, flows)) for key, flows in derivation.uses.items()})


def structures_of(operands: Sequence[str], declared: Mapping[str, str]) -> tuple[str, ...]:
    """What was declared of each operand, "" for nothing; () where nothing was declared of any."""
    return tuple(declared.get(key, "") for key in operands) if not declared.keys().isdisjoint(operands) else ()


@lru_cache(maxsize=4096)
def component_of(shape: Expr, sizes: tuple[Shape, ...]) -> Component:
    """A step, an expression in slots of these shapes, by its entries."""
    if (longer := lengthened(shape, sizes)) is not None:
        found = component_at_one(component_of(shape, longer))
        if found is not None:
            return found
    shapes: dict[str, Shape] = {f"#{k}": size for k, size in enumerate(sizes)}
    components = Components(shapes, lambda expr: shape_of(expr, shapes))
    at = tuple(components.fresh() for _ in shape_of(shape, shapes))
    return Component(at, components.entry(shape, tuple(map(Name, at))))


def _named(body: Expr, operands: tuple[str, ...]) -> Expr:
    return substitute(body, {f"#{k}": Name(key) for k, key in enumerate(operands)})
