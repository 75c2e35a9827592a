"""From a graph of tensors to its derivation: each step by its entries, one flow back along each edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from ..derivation import Component, Flow, TensorDerivation
from ..graph import Graph
from ..indexed.component import Components
from ..indexed.held import held_names, labels_of
from ..indexed.shape import Shape, shape_of
from ..syntax.expression import Expr, Name, substitute
from ..syntax.parser import deep_recursion
from .adjoint import adjoint_form, matrix_notation


def derive_tensors(graph: Graph) -> TensorDerivation:
    """Every flow on a path from a wanted name to the loss. Equal shapes of steps are derived once."""
    shapes, declared = graph.problem.shapes, graph.problem.structures
    components: dict[str, Component] = {}
    uses: dict[str, list[Flow]] = {}
    with deep_recursion():
        for step in graph.steps.values():
            operands = graph.operands[step.key]
            slots = {key: Name(f"#{k}") for k, key in enumerate(operands)}
            shape = substitute(step.expression, slots)
            sizes = tuple(shapes[key] for key in operands)
            component = component_of(shape, sizes)
            components[step.key] = Component(component.at, _named(component.body, operands))
            if step.key not in graph.on_path:
                continue
            labels = labels_of(component.body) | held_names(shape).only_held
            for index, key in enumerate(operands):
                if key in graph.on_path and f"#{index}" not in labels:
                    structures = structures_of(operands, declared)
                    form = adjoint_form(shape, index, sizes, step.key == graph.loss, structures)
                    flow = Flow(step.key, key, operands, form.jacobian, form.adjoint)
                    uses.setdefault(key, []).append(flow)
    return TensorDerivation(graph, components, {key: tuple(found) for key, found in uses.items()})


def with_matrices(derivation: TensorDerivation) -> TensorDerivation:
    """The derivation with each flow in matrix notation too, where one is recognised and proved equal."""
    graph = derivation.graph

    def named(flow: Flow) -> Flow:
        slots = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
        shape = substitute(graph.steps[flow.step].expression, slots)
        sizes = tuple(graph.problem.shapes[key] for key in flow.slots)
        index = flow.slots.index(flow.operand)
        structures = structures_of(flow.slots, graph.problem.structures)
        return replace(flow, matrix=matrix_notation(shape, index, sizes, flow.step == graph.loss, structures))

    with deep_recursion():
        return replace(derivation, uses={key: tuple(map(named, flows)) for key, flows in derivation.uses.items()})


def structures_of(operands: Sequence[str], declared: Mapping[str, str]) -> tuple[str, ...]:
    """What was declared of each operand, "" for nothing; () where nothing was declared of any."""
    return tuple(declared.get(key, "") for key in operands) if not declared.keys().isdisjoint(operands) else ()


@lru_cache(maxsize=4096)
def component_of(shape: Expr, sizes: tuple[Shape, ...]) -> Component:
    """A step, an expression in slots of these shapes, by its entries."""
    shapes: dict[str, Shape] = {f"#{k}": size for k, size in enumerate(sizes)}
    components = Components(shapes, lambda expr: shape_of(expr, shapes))
    at = tuple(components.fresh() for _ in shape_of(shape, shapes))
    return Component(at, components.entry(shape, tuple(map(Name, at))))


def _named(body: Expr, operands: tuple[str, ...]) -> Expr:
    return substitute(body, {f"#{k}": Name(key) for k, key in enumerate(operands)})
