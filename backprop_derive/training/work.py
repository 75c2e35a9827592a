"""The first updates line by line in double precision: of tensors, and of batches of data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy

from ..evaluate.floats import float_of, rounded
from ..evaluate.program import Runner
from ..evaluate.stepping import UPDATE_NUMBER, Stepper, state_name
from ..optimiser import GRADIENT, NUMBER, PARAMETER, RATE
from ..solution import TensorValue, Value, WorkedLine, WorkedUpdate
from ..syntax.expression import names_in
from .data import Data
from .descent import Batch, OnExamples


def work_on_floats(
    stepper_for: Callable[[Batch], Stepper], values: Batch, stream: Iterator[Batch], data: Data | None, shown: int
) -> tuple[WorkedUpdate, ...]:
    """So many updates from these values."""
    worked = []
    state: dict[str, Any] = dict(values)
    is_mean = data is not None and data.one_by_one
    runners: dict[Any, tuple[Stepper, Runner, Runner]] = {}
    for number in range(1, shown + 1):
        batch = next(stream)
        sizes = None if is_mean else tuple(map(numpy.shape, batch.values()))
        if sizes not in runners:
            stepper = stepper_for({} if is_mean else batch)
            state = {**stepper.states, **state}
            runners[sizes] = stepper, stepper.gradients(), stepper.lines()
        stepper, passing, working = runners[sizes]
        means = OnExamples(stepper, state, iter(())).mean(batch)[1] if is_mean else None
        gradients = means or passing({**state, **batch})
        names = {state_name(GRADIENT, key): gradients[key] for key in stepper.moved}
        found = working({**state, **names, UPDATE_NUMBER: float(number)})
        lines = {key: _lines(stepper, key, state, gradients[key], found, number) for key in stepper.moved}
        worked.append(WorkedUpdate(number, None, lines))
        moved = {state_name(kept, key) for kept in stepper.optimiser.kept for key in stepper.moved} | set(stepper.moved)
        state |= {name: found[name] for name in moved}
    return tuple(worked)


def _lines(
    stepper: Stepper, key: str, state: Batch, gradient: Any, found: Batch, number: int
) -> tuple[WorkedLine, ...]:
    """The lines for one parameter, from the state before the update."""
    optimiser = stepper.optimiser
    names: dict[str, Any] = {name: float_of(value) for name, value in optimiser.constants.items()}
    names |= {RATE: stepper.rate, NUMBER: float(number), PARAMETER: state[key], GRADIENT: gradient}
    names |= {kept: state[state_name(kept, key)] for kept in optimiser.kept}
    lines = []
    for name, expr in optimiser.rule:
        before = {part: _value(names[part]) for part in names_in(expr)}
        names[name] = found[state_name(name, key)]
        lines.append(WorkedLine(name, before, _value(names[name])))
    return tuple(lines)


def _value(number: Any) -> Value | TensorValue:
    kept = rounded(number)
    return kept if kept.shape else kept.entries[0]
