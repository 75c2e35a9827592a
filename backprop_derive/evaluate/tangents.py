"""Forward mode with tensors in numbers: a sweep along a direction, or one for each entry of what is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..derivation import TANGENT, Push, TensorTangents
from ..indexed.component import Components
from ..indexed.shape import shape_of
from ..limits import DEFAULT_LIMITS, Limits
from ..solution import TensorForward, TensorSweep, TensorValue
from ..syntax.expression import Expr, integer
from ..syntax.parser import deep_recursion
from .entries import Entries, EntryInterpreter, places_of
from .number import Arithmetic
from .passes import with_enough_precision
from .tensors import Numbers, Run


def evaluate_tangents(
    tangents: TensorTangents, direction: Mapping[str, Expr], limits: Limits = DEFAULT_LIMITS
) -> TensorForward:
    """Forward mode at the problem's values: along the direction, or with none for every entry of the wanted names.

    `direction` holds closed expressions in the shapes of the names. Raises LimitError past the limit on sweeps.
    """
    graph = tangents.derivation.graph
    problem = graph.problem
    if not problem.has_values:
        return TensorForward(tangents)
    wanted = [key for key in graph.wanted if key in graph.on_path]
    if not direction:
        count = sum(math.prod(int(size) for size in problem.shapes[key]) for key in wanted)
        limits.check("sweeps", count, "the number of sweeps of forward mode, one for each entry,")

    def work(arithmetic: Arithmetic) -> TensorForward:
        run = Run(problem, arithmetic)
        numbers, _ = run.forward(tangents.derivation, run.givens())
        sweeper = _Sweeper(run, tangents, numbers)
        if direction:
            seeds = {key: sweeper.seed(key, value) for key, value in direction.items()}
            return TensorForward(tangents, (sweeper.sweep(seeds),))
        sweeps = {key: tuple(sweeper.entry_sweeps(key)) for key in wanted}
        gradients = {key: sweeper.collected(key, found) for key, found in sweeps.items()}
        return TensorForward(tangents, tuple(sweep for found in sweeps.values() for sweep in found), gradients)

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


@dataclass
class _Sweeper:
    """The sweeps of one evaluation."""

    run: Run
    tangents: TensorTangents
    numbers: Numbers

    def seed(self, key: str, value: Expr) -> Entries:
        """A direction's value for one name."""
        components = Components({}, lambda expr: shape_of(expr, {}))
        interpreter = EntryInterpreter(self.run.arithmetic)
        shape = self.run.sizes(key)
        bodies = (components.entry(value, tuple(map(integer, at))) for at in places_of(shape))
        return Entries(shape, tuple(interpreter.value(body, {}) for body in bodies))

    def sweep(self, seeds: Numbers, entry: tuple[int, ...] | None = None) -> TensorSweep:
        """The tangents of every step that the seeds reach."""
        run = self.run
        found = dict(seeds)
        recorded: dict[str, TensorValue] = {}
        for key in self.tangents.order(seeds):
            parts = [self.pushed(push, found[push.operand]) for push in self.tangents.moved(key, found)]
            found[key], rounded = run.carried(parts[0] if len(parts) == 1 else run.total(parts))
            recorded[key] = run.recorded(found[key], rounded)
        return TensorSweep({key: run.recorded(value) for key, value in seeds.items()}, recorded, entry)

    def pushed(self, push: Push, tangent: Entries) -> Entries:
        run = self.run
        with run.differentiated(self.tangents.derivation, push.step, push.operand):
            return run.form(push, push.component, run.sizes(push.step), {**self.numbers, TANGENT: tangent})

    def entry_sweeps(self, key: str) -> Iterator[TensorSweep]:
        """One sweep for each entry, which alone is seeded with 1."""
        shape = self.run.sizes(key)
        places = list(places_of(shape))
        for one in places:
            yield self.sweep({key: Entries(shape, tuple(Fraction(place == one) for place in places))}, one)

    def collected(self, key: str, sweeps: tuple[TensorSweep, ...]) -> TensorValue:
        """The gradient, or the Jacobian column by column, from the tangents of what is differentiated."""
        loss = self.tangents.derivation.graph.loss
        columns = [sweep.tangents[loss].entries for sweep in sweeps]
        entries = tuple(column[k] for k in range(len(columns[0])) for column in columns)
        return TensorValue((*self.run.sizes(loss), *self.run.sizes(key)), entries)
