"""A solved problem as a function of shifts: what each name is moved by, and what the loss then is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from ..derivation import TensorDerivation
from ..records import record
from ..solution import Pass, SolutionRecord, TensorPass, TensorSolution, TensorValue, Value
from .formulas import Formulas
from .library import Library

Solved = SolutionRecord | TensorSolution


@record(slots=False)
class Network:
    """A problem with its values; the gradient by a name is that of the loss by a shift of it, at 0."""

    record: Solved

    @property
    def first(self) -> Pass | TensorPass:
        assert self.record.first is not None
        return self.record.first

    @property
    def shifted(self) -> tuple[str, ...]:
        """The names whose gradient is known, but for the loss, whose own is 1."""
        return tuple(key for key in self.first.adjoints if key != self.record.problem.loss)

    def given(self, key: str) -> Any:
        return floats(self.first.values[key])

    def shape(self, key: str) -> tuple[int, ...]:
        value = self.first.values[key]
        return value.shape if isinstance(value, TensorValue) else ()

    def within(self, key: str, shift: Any) -> Any:
        """A shift of a name as one of the kind that it is declared to be, a symmetric or a diagonal matrix."""
        return _within(self.record.problem.structures.get(key), shift)

    def values(self, library: Library, shifts: Mapping[str, Any]) -> dict[str, Any]:
        """The value of every name, where these are shifted."""
        problem, derivation = self.record.problem, self.record.derivation
        values: dict[str, Any] = {}
        labels = {given.key: self.given(given.key) for given in problem.givens}
        for given in problem.givens:
            values[given.key] = library.array(labels[given.key])
            if given.key in shifts:
                values[given.key] = values[given.key] + self.within(given.key, shifts[given.key])
        formulas = Formulas(library, values, labels)
        for step in problem.steps:
            if isinstance(derivation, TensorDerivation):
                component = derivation.components[step.key]
                value = formulas.tensor(component.body, component.at, self.shape(step.key))
            else:
                value = formulas.value(step.expression, ())
            values[step.key] = value + shifts[step.key] if step.key in shifts else value
        return values

    def loss(self, library: Library, shifts: Mapping[str, Any]) -> Any:
        """The loss alone."""
        return self.values(library, shifts)[self.record.problem.loss]


def _within(structure: str | None, shift: Any) -> Any:
    """A shift of a free matrix as one of a symmetric or a diagonal matrix."""
    if structure == "symmetric":
        return (shift + shift.T) / 2
    return shift * numpy.eye(shift.shape[0]) if structure == "diagonal" else shift


def floats(value: Value | TensorValue) -> Any:
    """A value in double precision."""
    if not isinstance(value, TensorValue):
        return float(value)
    flat = [float(entry) for entry in value.entries]
    return numpy.array(flat).reshape(value.shape) if value.shape else flat[0]
