"""From a graph of tensors to what is not an adjoint: the Jacobians of every step, and their curvatures."""

from __future__ import annotations

from dataclasses import replace

from ..derivation import (
    INCOMING,
    OUTPUT,
    TANGENT,
    Component,
    Curvature,
    Flow,
    Push,
    TensorDerivation,
    TensorSecond,
    TensorTangents,
)
from ..graph import Graph
from ..indexed.shape import Shape
from ..syntax.expression import ZERO, Expr, Name, substitute
from ..syntax.parser import deep_recursion
from .adjoint import matrix_notation
from .jacobian import curvature_form, jacobian_form, shown_form, tangent_form, tangent_matrix
from .tensors import StepShape, derived_by, step_shape, structures_of


def derive_jacobians(graph: Graph) -> TensorDerivation:
    """Every step's Jacobians on a path to a tensor; in each flow the component form is that of the Jacobian itself."""

    def flow(node: StepShape, index: int) -> Flow:
        form = jacobian_form(node.shape, index, node.sizes, node.structures)
        return Flow(node.step.key, node.operands[index], node.operands, form, form)

    return derived_by(graph, flow)


def derive_tensor_second(derivation: TensorDerivation, pairs: tuple[tuple[str, str], ...]) -> TensorSecond:
    """The curvatures of every step on a path, for these second derivatives of the loss."""
    graph = derivation.graph
    by_step: dict[str, tuple[Curvature, ...]] = {}
    with deep_recursion():
        for step in graph.path_steps():
            node = step_shape(graph, step)
            found = []
            for position, i in enumerate(node.indices):
                for j in node.indices[position:]:
                    form = curvature_form(node.shape, i, j, node.sizes, step.key == graph.loss, node.structures)
                    if form.body != ZERO:
                        first, second = node.operands[i], node.operands[j]
                        found.append(Curvature(step.key, first, second, node.operands, form))
            by_step[step.key] = tuple(found)
    return TensorSecond(derivation, pairs, by_step)


def derive_tangents(derivation: TensorDerivation) -> TensorTangents:
    """What each step on a path adds up in a sweep of forward mode."""
    by_step: dict[str, tuple[Push, ...]] = {}
    with deep_recursion():
        for step in derivation.graph.path_steps():
            node = step_shape(derivation.graph, step)
            by_step[step.key] = tuple(
                Push(
                    step.key, node.operands[k], node.operands,
                    tangent_form(node.shape, k, node.sizes, node.structures),
                )
                for k in node.indices
            )  # fmt: skip
    return TensorTangents(derivation, by_step)


def with_shown_tangents(tangents: TensorTangents) -> TensorTangents:
    """The same with each form in matrix notation too, where one is recognised and proved equal."""
    graph = tangents.derivation.graph
    shapes = graph.problem.shapes

    def shown(push: Push) -> Push:
        known = (*_known(graph, push.step, push.slots), (TANGENT, shapes[push.operand]))
        node = step_shape(graph, graph.steps[push.step])
        gradient = None
        if not shapes[push.step]:
            gradient = matrix_notation(node.shape, push.slots.index(push.operand), node.sizes, True, node.structures)
        return replace(push, matrix=tangent_matrix(push.component, shapes[push.step], known, gradient, node.structures))

    with deep_recursion():
        return replace(tangents, by_step={key: tuple(map(shown, found)) for key, found in tangents.by_step.items()})


def with_shown_jacobians(derivation: TensorDerivation) -> TensorDerivation:
    """The derivation with each Jacobian in matrix notation too, where one is recognised and proved equal."""
    with deep_recursion():
        matrices = _matrices(derivation)
        uses = {
            key: tuple(replace(flow, matrix=matrices[flow.step, flow.operand]) for flow in flows)
            for key, flows in derivation.uses.items()
        }
        return replace(derivation, uses=uses)


def with_jacobians(derivation: TensorDerivation) -> TensorDerivation:
    """The derivation with each Jacobian as it is shown beside an adjoint: in the step's output, and as a matrix where
    it is one, of a vector by a vector."""
    graph, shapes = derivation.graph, derivation.graph.problem.shapes

    def shown(flow: Flow) -> Flow:
        slots: dict[str, Expr] = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
        step = derivation.components[flow.step]
        definition = Component(step.at, substitute(step.body, slots))
        axes = (*shapes[flow.step], *shapes[flow.operand])
        structures = structures_of(flow.slots, graph.problem.structures)
        known = _known(graph, flow.step, flow.slots)
        component, matrix = shown_form(flow.jacobian, axes, known, structures, definition)
        is_matrix = len(shapes[flow.step]) == len(shapes[flow.operand]) == 1 and 1 not in axes
        return replace(flow, jacobian=component, jacobian_matrix=matrix if is_matrix else None)

    with deep_recursion():
        return replace(derivation, uses={key: tuple(map(shown, flows)) for key, flows in derivation.uses.items()})


def with_shown_curvatures(second: TensorSecond) -> TensorSecond:
    """The same with each curvature as it is shown."""
    graph = second.derivation.graph
    shapes, declared = graph.problem.shapes, graph.problem.structures

    def shown(curvature: Curvature) -> Curvature:
        axes = (*shapes[curvature.first], *shapes[curvature.second])
        known = _known(graph, curvature.step, curvature.slots)
        component, matrix = shown_form(curvature.component, axes, known, structures_of(curvature.slots, declared))
        return replace(curvature, shown=component, matrix=matrix)

    with deep_recursion():
        by_step = {key: tuple(map(shown, found)) for key, found in second.by_step.items()}
        return replace(second, by_step=by_step, jacobians=_matrices(second.derivation))


def _matrices(derivation: TensorDerivation) -> dict[tuple[str, str], Expr | None]:
    """The Jacobian of each step in matrix notation."""
    graph, shapes = derivation.graph, derivation.graph.problem.shapes
    found: dict[tuple[str, str], Expr | None] = {}
    for flow in derivation.flows():
        axes = (*shapes[flow.step], *shapes[flow.operand])
        known, structures = _known(graph, flow.step, flow.slots), structures_of(flow.slots, graph.problem.structures)
        found[flow.step, flow.operand] = shown_form(flow.jacobian, axes, known, structures)[1]
    return found


def _known(graph: Graph, step: str, slots: tuple[str, ...]) -> tuple[tuple[str, Shape], ...]:
    shapes = graph.problem.shapes
    own = ((INCOMING, shapes[step]), (OUTPUT, shapes[step]))
    return (*((f"#{k}", shapes[key]) for k, key in enumerate(slots)), *own)
