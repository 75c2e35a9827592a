"""A solved problem at other values, and single operations: the engine's formulas, compiled once, in doubles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..calculus.tensors import StepShape, derived_by
from ..derivation import OUTPUT, Component, Flow, TensorDerivation
from ..evaluate.compiled import registers
from ..evaluate.labels import lowered_checks
from ..evaluate.lowering import Lowering
from ..evaluate.program import Program, Runner
from ..graph import build_graph
from ..limits import DEFAULT_LIMITS
from ..stages import prepared
from ..syntax.expression import ZERO
from ..syntax.parser import deep_recursion

Array = Any
Shape = tuple[int, ...]


class Floats:
    """The values, adjoints and local Jacobians of one derivation, for any values of its givens."""

    def __init__(self, derivation: TensorDerivation) -> None:
        self.derivation = derivation
        self.shapes: dict[str, Shape] = {
            key: tuple(map(int, shape)) for key, shape in derivation.graph.problem.shapes.items()
        }
        made = registers(derivation, self.shapes, {})
        self._values = {key: f"value {key}" for key in made.values}
        self._adjoints = {key: f"adjoint {key}" for key in made.adjoints}
        outputs = {self._values[key]: register for key, register in made.values.items()}
        outputs |= {self._adjoints[key]: register for key, register in made.adjoints.items()}
        self._runner = made.program.runner(outputs)
        self._locals: dict[tuple[str, str], Any] = {}

    def run(self, givens: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
        """The values of all names, and the adjoints of those on a path. What does not exist is nan or inf."""
        found = self._runner(dict(givens))
        values = {key: np.asarray(found[name], dtype=float) for key, name in self._values.items()}
        return values, {key: np.asarray(found[name], dtype=float) for key, name in self._adjoints.items()}

    def flow(self, step: str, operand: str) -> Flow | None:
        """The edge from an operand to a step, if it lies on a path to the loss."""
        return next((flow for flow in self.derivation.uses.get(operand, ()) if flow.step == step), None)

    def local(self, flow: Flow, values: Mapping[str, Array]) -> Array:
        """∂step/∂operand, with the axes of the step and then those of the operand."""
        edge = flow.step, flow.operand
        slots = {f"#{k}": name for k, name in enumerate(flow.slots)} | {OUTPUT: flow.step}
        if edge not in self._locals:
            program = Program()
            inputs = {slot: program.input(slot, self.shapes[name]) for slot, name in slots.items()}
            shape = (*self.shapes[flow.step], *self.shapes[flow.operand])
            with deep_recursion():
                register = Lowering(program, inputs, {}).component(flow.jacobian.body, flow.jacobian.at, shape)
            self._locals[edge] = program.runner({"": register})
        return self._locals[edge]({slot: values[name] for slot, name in slots.items()})[""]


@lru_cache(maxsize=256)
def operation_program(text: str, step: str) -> Runner | None:
    """What computes a step of a problem from its givens, whose shapes it tells; None where it has no tensors.

    Raises BackpropError for a problem that is none.
    """
    problem, _ = prepared(text, (), None, step, False, DEFAULT_LIMITS)
    if not problem.has_tensors:
        return None
    graph = build_graph(problem)
    components = derived_by(graph, _no_flow).components
    shapes = {key: tuple(map(int, shape)) for key, shape in problem.shapes.items()}
    program = Program()
    values = {given.key: program.input(given.key, shapes[given.key]) for given in problem.givens}
    outputs: dict[str, int] = {}
    with deep_recursion():
        for key, each in graph.steps.items():
            checks = lowered_checks(each, problem, Lowering(program, values, {}), {})
            outputs |= {f"check {register}": register for register in checks}
            component = components[key]
            values[key] = Lowering(program, values, {}).component(component.body, component.at, shapes[key])
    return program.runner({"": values[step], **outputs})


def _no_flow(node: StepShape, index: int) -> Flow:
    """Nothing flows back where only a value is asked for."""
    nothing = Component((), ZERO)
    return Flow(node.step.key, node.operands[index], node.operands, nothing, nothing)
