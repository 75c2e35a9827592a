"""Whether the numbers of a solution fulfil a requirement of its exercise."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..errors import DomainError
from ..evaluate.conditions import holds, value_at
from ..solution import Pass, SolutionRecord, TensorPass, TensorSolution, TensorValue, Value
from ..syntax.expression import Call, Expr, names_in, walk
from ..variation import Active, Bounded, Comparison, NoTies, Requirement, gradient_key

Numbers = dict[str, Fraction]


def fulfils(record: SolutionRecord | TensorSolution, requirement: Requirement) -> bool:
    """Whether a solution with numbers fulfils a requirement on these numbers."""
    first = record.first
    assert first is not None
    match requirement:
        case Comparison(compare):
            return holds(compare, _numbers(first, names_in(compare)))
        case Bounded(of, measure, most):
            test = _has_few_decimals if measure == "decimals" else _is_small
            return all(test(value, most) for value in _values(first, of))
        case Active(operation, is_active, everywhere):
            found = [x > 0 for x in _arguments(record, first, operation)]
            # Where an operation is one of several that vary, a variant without it has nothing to fulfil.
            return not found or (all if everywhere else any)(each == is_active for each in found)
        case NoTies():
            return not any(note.kind == "kink" for note in record.notes)
    return True


def _has_few_decimals(value: Value, most: int) -> bool:
    return value.exact is not None and (value.exact * 10**most).denominator == 1


def _is_small(value: Value, most: int) -> bool:
    return abs(value.decimal) <= most


def _values(first: Pass | TensorPass, of: tuple[str, ...]) -> Iterator[Value]:
    """The values of steps and givens, or the gradients: adjoints, and local gradients of scalars."""
    if "value" in of:
        yield from _entries(first.values.values())
    if "gradient" in of:
        yield from _entries(first.adjoints.values())
        if isinstance(first, Pass):
            yield from first.local.values()


def _entries(values: object) -> Iterator[Value]:
    for value in values:  # type: ignore[attr-defined]
        if isinstance(value, TensorValue):
            yield from value.entries
        else:
            yield value


def _numbers(first: Pass | TensorPass, names: tuple[str, ...]) -> Numbers:
    """The numbers of names, a gradient's under its key; what is not exact by its 50 digits."""
    found: Numbers = {}
    for name in names:
        is_gradient = name.startswith(gradient_key(""))
        source = first.adjoints if is_gradient else first.values
        value = source.get(name.removeprefix(gradient_key("")) if is_gradient else name)
        if isinstance(value, TensorValue):
            value = value.entries[0] if not value.shape else None
        if value is None:
            raise DomainError("a requirement compares single numbers that the solution computes")
        found[name] = value.rational
    return found


def _arguments(record: SolutionRecord | TensorSolution, first: Pass | TensorPass, operation: str) -> Iterator[Fraction]:
    """The values that an operation is applied to, over all the steps."""
    for step in record.problem.steps:
        for node in walk(step.expression):
            if isinstance(node, Call) and node.function == operation:
                yield from _value(node.arguments[0], first)


def _value(expr: Expr, first: Pass | TensorPass) -> Iterator[Fraction]:
    names = names_in(expr)
    if all(not isinstance(first.values[name], TensorValue) for name in names):
        yield value_at(expr, {name: first.values[name].rational for name in names})  # type: ignore[union-attr]
