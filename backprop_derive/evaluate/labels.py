"""Class labels and rows of a table, checked where a step takes them: each must name an entry of its axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import DomainError
from ..indexed.component import Components
from ..indexed.labels import labels_called
from ..indexed.shape import shape_of
from ..problem import Problem, Step
from ..syntax.expression import Name, integer
from ..syntax.written import written
from .entries import EntryInterpreter, places_of
from .labelled import Term
from .lowering import Lowering
from .number import Arithmetic, Number


def check_labels(step: Step, problem: Problem, arithmetic: Arithmetic, names: Mapping[str, Number]) -> None:
    """Raise DomainError where a label of the step is no whole number, or out of range."""
    interpreter = EntryInterpreter(arithmetic)
    for labels in labels_called(step.expression, problem.shapes):
        components = _components(problem)
        (size,) = _numbers((labels.size,), {})
        for places in places_of(_numbers(labels.shape, {})):
            entry = components.entry(labels.expression, tuple(map(integer, places)))
            number = interpreter.place(entry, dict(names))
            if not 0 <= number < size:
                raise DomainError(
                    f"{written(entry)} is {number}, out of range: there are {size} classes or rows, 0 to {size - 1}"
                )


def lowered_checks(step: Step, problem: Problem, lowering: Lowering, letters: Mapping[str, int]) -> list[int]:
    """Registers of a compiled program in which the labels of the step are checked."""
    checks = []
    for labels in labels_called(step.expression, problem.shapes):
        components = _components(problem)
        shape = _numbers(labels.shape, letters)
        at = tuple(components.fresh() for _ in shape)
        entry = components.entry(labels.expression, tuple(map(Name, at)))
        term = Term(lowering.component(entry, at, shape), at)
        checks.append(lowering.labelled.rows(term, *_numbers((labels.size,), letters)).register)
    return checks


def _components(problem: Problem) -> Components:
    return Components(problem.shapes, lambda part: shape_of(part, problem.shapes))


def _numbers(shape: Sequence[int | str], letters: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) else letters[size] for size in shape)
