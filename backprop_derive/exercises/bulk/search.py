"""Batch after batch until a run has its variants, or it is certain that there are not so many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from ...errors import BackpropError, UsageError
from ..variants import EXAMINED, PATIENCE, cannot_be_met, too_few
from .batch import Batch, exercise_of, spans
from .plan import BATCH, Plan
from .workers import Compute

Tell = Callable[[int], None]


def enough(plan: Plan, compute: Compute, tell: Tell) -> Iterator[Batch]:
    """The batches that hold the variants of the plan. `tell` is told how many have been found.

    As many batches are asked for at once as will be needed, going by how many variants there were so far.
    Raises LimitError naming a requirement that cannot be met, UsageError where there are too few variants.
    """
    size = exercise_of(plan.text, plan.name, plan.limits).size
    left = spans(size)
    found = without = tried = 0
    refused: list[int] = []
    while wave := list(islice(left, _expected(plan.count - found, found, tried))):
        for batch in compute(wave):
            found += len(batch.made)
            tried += batch.tried
            without = batch.without if batch.made else without + batch.tried
            refused += batch.refused[: EXAMINED - len(refused)]
            tell(min(found, plan.count))
            yield batch
            if found >= plan.count:
                return
            if without >= PATIENCE:
                raise _too_few(plan, found, tried, size) if found else _none(plan, refused, tried)
    raise _too_few(plan, found, tried, size) if found else _none(plan, refused, tried)


def _expected(missing: int, found: int, tried: int) -> int:
    """In how many batches the missing variants will be; at first, in as few as there can be."""
    positions = missing * (tried + 1) // (found + 1)
    return -(-min(max(missing, positions), missing + PATIENCE) // BATCH)


def _none(plan: Plan, refused: list[int], tried: int) -> BackpropError:
    exercise = exercise_of(plan.text, plan.name, plan.limits)
    drawn = [exercise.source.drawn(number) for number in refused]
    return cannot_be_met(exercise.source, drawn, tried, exercise.tells_apart)


def _too_few(plan: Plan, found: int, tried: int, size: int) -> BackpropError:
    if tried >= size:
        return too_few(found, plan.count, size)
    return UsageError(
        f"of {tried:,} variants {found:,} fulfil what is required, and the last {PATIENCE:,} do not:"
        f" {plan.count:,} are not found",
        hint=f"--variants {found}, wider ranges, or fewer requirements",
    )
