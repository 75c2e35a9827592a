"""Jacobians and Hessians of tensors in numbers: those of the steps, composed by the chain rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..derivation import INCOMING, Curvature, Flow, TensorDerivation, TensorSecond
from ..limits import DEFAULT_LIMITS, Limits
from ..solution import TensorPass, TensorSecondSolution, TensorSolution, TensorValue
from ..syntax.parser import deep_recursion
from .blocks import Block, identity, product, total
from .entries import Entries
from .number import Arithmetic
from .passes import with_enough_precision
from .structure import check_structures
from .tensors import Numbers, Run

Corner = tuple[str, str, str]


def evaluate_jacobians(derivation: TensorDerivation, limits: Limits = DEFAULT_LIMITS) -> TensorSolution:
    """The derivation with all its numbers; in its pass the adjoint of a name is its Jacobian.

    Raises LimitError where a Jacobian has more entries than a tensor may have.
    """
    problem = derivation.graph.problem
    if not problem.has_values:
        return TensorSolution(problem, derivation, None)
    _check_sizes(derivation, problem.loss, derivation.adjoint_order(), limits)
    with_enough_precision(lambda arithmetic: check_structures(problem, arithmetic), problem, limits)

    def work(arithmetic: Arithmetic) -> TensorSolution:
        run = Run(problem, arithmetic)
        numbers, values = run.forward(derivation, run.givens())
        first = TensorPass(values, _Work(run, derivation, numbers).jacobians())
        return TensorSolution(problem, derivation, first, notes=run.notes(derivation))

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


def evaluate_tensor_second(second: TensorSecond, limits: Limits = DEFAULT_LIMITS) -> TensorSecondSolution:
    """The second derivatives at the problem's values; nothing but the derivation where there are none."""
    derivation = second.derivation
    problem = derivation.graph.problem
    if not problem.has_values:
        return TensorSecondSolution(second)
    for _, seed in second.pairs:
        _check_sizes(derivation, seed, derivation.adjoint_order(), limits)

    def work(arithmetic: Arithmetic) -> TensorSecondSolution:
        run = Run(problem, arithmetic)
        numbers, _ = run.forward(derivation, run.givens())
        adjoints, _ = run.backward(derivation, numbers)
        return _Work(run, derivation, numbers).second(second, adjoints)

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


def _check_sizes(derivation: TensorDerivation, key: str, others: tuple[str, ...], limits: Limits) -> None:
    shapes = derivation.graph.problem.shapes
    for other in others:
        entries = math.prod(int(size) for size in (*shapes[key], *shapes[other]))
        spelled = derivation.graph.problem.spelled
        limits.check("tensor", entries, f"the number of derivatives of {spelled[key]} and {spelled[other]}")


@dataclass
class _Work:
    """What all products of one evaluation share."""

    run: Run
    derivation: TensorDerivation
    numbers: Numbers
    local: dict[tuple[str, str], Block] = field(default_factory=dict)

    def count(self, key: str) -> int:
        return math.prod(self.run.sizes(key))

    def recorded(self, block: Block, *keys: str) -> TensorValue:
        """A block as the tensor that it stands for, its rows and columns as the axes of two names."""
        shape = tuple(size for key in keys for size in self.run.sizes(key))
        entries, rounded = self.run.carried(Entries(shape, block.numbers))
        return self.run.recorded(entries, rounded)

    def jacobian(self, flow: Flow) -> Block:
        """∂(step)/∂(operand)."""
        edge = flow.step, flow.operand
        if edge not in self.local:
            shape = (*self.run.sizes(flow.step), *self.run.sizes(flow.operand))
            with self.run.differentiated(self.derivation, *edge):
                entries = self.run.form(flow, flow.jacobian, shape, self.numbers)
            self.local[edge] = Block(self.count(flow.step), self.count(flow.operand), entries.numbers)
        return self.local[edge]

    def jacobians(self) -> dict[str, TensorValue]:
        """∂(loss)/∂(name) of every name on a path, from the loss back; the rows are entries of the loss."""
        graph, arithmetic = self.derivation.graph, self.run.arithmetic
        found: dict[str, Block] = {}
        for key in self.derivation.adjoint_order():
            terms = []
            for flow in self.derivation.uses.get(key, ()):
                own = self.jacobian(flow)
                terms.append(own if flow.step == graph.loss else product(arithmetic, found[flow.step], own))
            found[key] = total(arithmetic, terms) if terms else self.zero(graph.loss, key)
        recorded = {key: self.recorded(block, graph.loss, key) for key, block in found.items()}
        for key in graph.wanted:
            recorded.setdefault(key, self.recorded(self.zero(graph.loss, key), graph.loss, key))
        return recorded

    def zero(self, key: str, other: str) -> Block:
        rows, columns = self.count(key), self.count(other)
        return Block(rows, columns, self.run.zeros(rows * columns))

    # --- second derivatives

    def second(self, second: TensorSecond, adjoints: Numbers) -> TensorSecondSolution:
        curvatures = {
            (c.step, c.first, c.second): self.curvature(second, c, adjoints)
            for found in second.by_step.values()
            for c in found
        }
        seeds = dict.fromkeys(seed for _, seed in second.pairs)
        tangents = {seed: self.tangents(seed) for seed in seeds}
        changes = {seed: self.changes(second, curvatures, seed, tangents[seed]) for seed in seeds}
        values = {
            (key, seed): self.recorded(changes[seed].get(key) or self.zero(key, seed), key, seed)
            for key, seed in second.pairs
        }
        return TensorSecondSolution(
            second,
            {corner: self.recorded(block, *corner[1:]) for corner, block in curvatures.items()},
            {(key, seed): self.recorded(b, key, seed) for seed, found in tangents.items() for key, b in found.items()},
            {(key, seed): self.recorded(b, key, seed) for seed, found in changes.items() for key, b in found.items()},
            values,
        )

    def curvature(self, second: TensorSecond, curvature: Curvature, adjoints: Numbers) -> Block:
        run = self.run
        numbers = dict(self.numbers)
        if curvature.step in adjoints:
            numbers[INCOMING] = adjoints[curvature.step]
        shape = (*run.sizes(curvature.first), *run.sizes(curvature.second))
        with run.differentiated(second.derivation, curvature.step, curvature.first, "second derivative"):
            entries = run.form(curvature, curvature.component, shape, numbers)
        return Block(self.count(curvature.first), self.count(curvature.second), entries.numbers)

    def tangents(self, seed: str) -> dict[str, Block]:
        """∂(step)/∂(seed) of the steps that it reaches, forward."""
        arithmetic = self.run.arithmetic
        found = {seed: identity(self.count(seed))}
        flows: dict[str, list[Flow]] = {}
        for uses in self.derivation.uses.values():
            for flow in uses:
                flows.setdefault(flow.step, []).append(flow)
        for step in self.derivation.graph.path_steps():
            terms = [
                product(arithmetic, self.jacobian(flow), found[flow.operand])
                for flow in flows.get(step.key, ())
                if flow.operand in found
            ]
            if terms and step.key != seed:
                found[step.key] = total(arithmetic, terms)
        return found

    def changes(
        self, second: TensorSecond, curvatures: dict[Corner, Block], seed: str, tangents: dict[str, Block]
    ) -> dict[str, Block]:
        """∂²(loss)/∂(name)∂(seed) of every name that it takes, from the loss back; no entry where it is 0."""
        arithmetic = self.run.arithmetic
        found: dict[str, Block] = {}
        for key in second.order(seed):
            terms = []
            for flow in self.derivation.uses.get(key, ()):
                if flow.step in found:
                    terms.append(product(arithmetic, self.jacobian(flow).transposed, found[flow.step]))
                for curvature in second.by_step.get(flow.step, ()):
                    block = curvatures[curvature.step, curvature.first, curvature.second]
                    if curvature.first == key and curvature.second in tangents:
                        terms.append(product(arithmetic, block, tangents[curvature.second]))
                    elif curvature.second == key and curvature.first in tangents:
                        terms.append(product(arithmetic, block.transposed, tangents[curvature.first]))
            if terms:
                found[key] = total(arithmetic, terms)
        return found
