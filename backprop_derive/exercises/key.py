"""The key of a variant: what is asked, the right numbers, and what is accepted for them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from .. import stages
from ..limits import DEFAULT_LIMITS
from ..records import record
from ..solution import SolutionRecord, TensorSolution, TensorValue, Value

DIGITS = 4  # significant digits that are asked of a number that has no end


@record
class Accepted:
    """A right number, and the smallest and the largest that is accepted for it."""

    value: Value
    lowest: Decimal
    highest: Decimal


@record
class Item:
    """One thing that is asked. `kind` is `value`, `gradient` or `after` (an update); `shape` is () for one number."""

    kind: str
    name: str
    shape: tuple[int, ...]
    numbers: tuple[Accepted, ...]
    points: int


def key_of(
    record: SolutionRecord | TensorSolution, kinds: tuple[str, ...] = ("value", "gradient", "after")
) -> tuple[Item, ...]:
    """What the steps come to, the gradients on the way and the ones asked for, and the updates; one point a number.

    What is accepted follows from how the problem rounds: an exact number that has an end is accepted as it is, any
    other from the precision that is asked for, and one that is carried with so many decimals (Round) from both what
    comes of carrying it and what comes of never rounding.
    """
    exact = _unrounded(record)
    items = []
    for kind, name in _asked(record, kinds):
        right, other = _value(record, kind, name), _value(exact, kind, name)
        pairs = zip(_entries(right), _entries(other), strict=True)
        numbers = tuple(accepted(a, b, record.problem.round_to) for a, b in pairs)
        items.append(Item(kind, name, right.shape if isinstance(right, TensorValue) else (), numbers, len(numbers)))
    return tuple(items)


def _asked(record: SolutionRecord | TensorSolution, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    graph = record.derivation.graph
    found: list[tuple[str, str]] = []
    if "value" in kinds:
        found += [("value", key) for key in graph.steps]
    if "gradient" in kinds:
        found += [("gradient", key) for key in record.derivation.adjoint_order()]
        found += [("gradient", key) for key in graph.wanted if key not in graph.on_path]
    if "after" in kinds and record.updates:
        found += [("after", key) for key in record.updates[0].values]
    return found


def _value(record: SolutionRecord | TensorSolution, kind: str, name: str) -> Value | TensorValue:
    first = record.first
    assert first is not None
    if kind == "after":
        return record.updates[0].values[name]
    return (first.values if kind == "value" else first.adjoints)[name]


def _entries(value: Value | TensorValue) -> tuple[Value, ...]:
    return value.entries if isinstance(value, TensorValue) else (value,)


def _unrounded(record: SolutionRecord | TensorSolution) -> SolutionRecord | TensorSolution:
    """The same solution where nothing is rounded on the way."""
    derivation = record.derivation
    if record.problem.round_to is None:
        return record
    problem = replace(derivation.graph.problem, round_to=None)
    return stages.evaluated(replace(derivation, graph=replace(derivation.graph, problem=problem)), DEFAULT_LIMITS)


def accepted(value: Value, unrounded: Value, carried: int | None) -> Accepted:
    """What is accepted for a number that is carried with so many decimals, or with all of them (None)."""
    number, other = value.decimal, unrounded.decimal
    if carried is not None:
        margin = Decimal(1).scaleb(-carried)
    elif value.exact is not None and _has_end(value.exact):
        margin = _NOTHING
    else:
        margin = _half_a_unit(number.adjusted()) if number else _NOTHING
    if other is number:
        return Accepted(value, number - margin, number + margin)
    return Accepted(value, min(number, other) - margin, max(number, other) + margin)


_NOTHING = Decimal(0)


@cache
def _half_a_unit(magnitude: int) -> Decimal:
    """Half of a unit in the last of the digits that are asked for."""
    return Decimal(5).scaleb(magnitude - DIGITS)


def _has_end(value: Fraction) -> bool:
    """Whether a decimal of a few digits is the number itself."""
    return bool(10**DIGITS % value.denominator == 0)
