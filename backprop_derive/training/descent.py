"""The loop: update after update, its trace, and the divergence that ends it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from ..evaluate.compiled import Compiled
from ..evaluate.program import Runner
from ..evaluate.stepping import UPDATE_NUMBER, Stepper, state_name
from ..optimiser import GRADIENT
from .data import Data
from .trace import Divergence, Recorder, Trace

# A loss beyond so many times its start (or 1, where the start is smaller) has diverged.
GROWTH = 1e6

Progress = Callable[[int], None]
Batch = dict[str, Any]


class Mover(ABC):
    """What makes updates; `move` returns the loss before it."""

    @abstractmethod
    def move(self, number: int) -> float: ...

    @abstractmethod
    def values(self) -> list[Any]: ...


def descend(mover: Mover, recorder: Recorder, updates: int, progress: Progress | None = None) -> Trace:
    """So many updates, fewer where the loss diverges. `progress` is told the number of updates made, now and then."""
    bound = 0.0
    every = max(1, updates // 100)
    for made in range(updates + 1):
        values = mover.values()
        loss = mover.move(made + 1)  # the move after the last update is never looked at
        recorder.add(made, loss, values)
        bound = bound or GROWTH * max(1.0, abs(loss))
        if not abs(loss) <= bound:
            began = int(numpy.argmin(numpy.abs(recorder.losses[:made]))) + 1 if made else 0
            return recorder.trace(made, Divergence(began, made, bool(numpy.isfinite(loss))))
        if progress is not None and made % every == 0:
            progress(made)
    return recorder.trace(updates, None)


class OnNumbers(Mover):
    """Problems of numbers: one program on Python's floats for pass and update."""

    def __init__(self, stepper: Stepper, values: Batch) -> None:
        self.runner = stepper.whole()
        start = {**values, **stepper.states}
        places = {name: k for k, name in enumerate(self.runner.inputs)}
        self.given = [start.get(name, 0.0) for name in self.runner.inputs]
        self.number = places.get(UPDATE_NUMBER)
        self.targets = [places[name] for name in self.runner.names[1:]]
        self.moved = [places[key] for key in stepper.moved]

    def values(self) -> list[Any]:
        given = self.given
        return [given[place] for place in self.moved]

    def move(self, number: int) -> float:
        given = self.given
        if self.number is not None:
            given[self.number] = float(number)
        try:
            loss, *moved = self.runner.numbers(given)
        except (ArithmeticError, ValueError):  # Python raises where NumPy answers inf or nan
            found = self.runner.arrays([numpy.float64(x) for x in given])
            loss, *moved = (float(found[name]) for name in self.runner.names)
        for place, value in zip(self.targets, moved, strict=True):
            given[place] = value
        return loss  # type: ignore[no-any-return]


class OnArrays(Mover):
    """Tensors, and data whose rows are an axis of the problem: one program for each size of a batch."""

    def __init__(self, stepper_for: Callable[[Batch], Stepper], values: Batch, batches: Iterator[Batch]) -> None:
        self.stepper_for, self.batches = stepper_for, batches
        self.moved: tuple[str, ...] = ()
        self.state = dict(values)
        self.runners: dict[Any, Runner] = {}
        self.batch = next(batches)
        self.runner()

    def runner(self) -> Runner:
        sizes = tuple(numpy.shape(array) for array in self.batch.values())
        if sizes not in self.runners:
            stepper = self.stepper_for(self.batch)
            self.moved = stepper.moved
            self.state = {**stepper.states, **self.state}
            self.runners[sizes] = stepper.whole()
        return self.runners[sizes]

    def values(self) -> list[Any]:
        return [self.state[key] for key in self.moved]

    def move(self, number: int) -> float:
        found = self.runner()({**self.state, **self.batch, UPDATE_NUMBER: float(number)})
        loss = float(found.pop("loss"))
        self.state |= found
        self.batch = next(self.batches)
        return loss


class OnExamples(Mover):
    """Data with an example in each row: the gradient of a batch is the mean of those of its rows."""

    def __init__(self, stepper: Stepper, values: Batch, batches: Iterator[Batch]) -> None:
        self.stepper, self.batches = stepper, batches
        self.passing, self.updating = stepper.gradients(), stepper.rule()
        self.state = {**values, **stepper.states}

    def values(self) -> list[Any]:
        return [self.state[key] for key in self.stepper.moved]

    def move(self, number: int) -> float:
        loss, gradients = self.mean(next(self.batches))
        names = {state_name(GRADIENT, key): gradient for key, gradient in gradients.items()}
        self.state |= self.updating({**self.state, **names, UPDATE_NUMBER: float(number)})
        return loss

    def mean(self, batch: Batch) -> tuple[float, dict[str, Any]]:
        """Loss and gradients, averaged over the rows of a batch."""
        passing = self.passing
        if passing.is_scalar:
            given = {**self.state, **batch}
            found = passing.arrays([numpy.asarray(given[name], dtype=float) for name in passing.inputs])
            means = {name: float(numpy.mean(value)) for name, value in found.items()}
        else:
            count = len(next(iter(batch.values())))
            rows = ({key: array[k] for key, array in batch.items()} for k in range(count))
            all_found = [passing({**self.state, **row}) for row in rows]
            means = {name: sum(found[name] for found in all_found) / count for name in all_found[0]}
        return float(means["loss"]), {key: means[key] for key in self.stepper.moved}


def batches(data: Data | None, size: int, drops_rest: bool, seed: int | None) -> Iterator[Batch]:
    """Rows in their order, or shuffled anew for every epoch, for ever; without data the empty batch."""
    if data is None:
        while True:
            yield {}
    generator = None if seed is None else numpy.random.default_rng(seed)
    while True:
        order = None if generator is None else generator.permutation(data.rows)
        last = data.rows - data.rows % size if drops_rest else data.rows
        for start in range(0, last, size):
            rows = slice(start, start + size)
            yield data.part(rows if order is None else order[rows])


def shapes_for(compiled: Compiled, values: Batch) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """The shapes of all names where the givens have these values, and the sizes that letters stand for."""
    return compiled.shapes_of({given.key: numpy.shape(values[given.key]) for given in compiled.problem.givens})
