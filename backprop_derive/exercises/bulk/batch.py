"""A batch: some positions of the seed's order, the variants found there, and what is written of each.

A batch is a function of a plan and two numbers. So it may be computed by any process, in any order and more than once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from threading import Lock

from ...errors import BackpropError, UsageError
from ...limits import Limits
from ...records import record
from ..exercise import Exercise, Variant
from ..order import shuffled
from ..variants import EXAMINED, Drawn, kept
from .plan import BATCH, VERSION, Plan
from .renderings import rendering_of


class WorkersError(UsageError):
    """Those who compute the batches are missing or do not fit; what has been computed stays good."""


@record
class Made:
    """A variant of a batch: its number, its name, and the pieces of files that it comes to."""

    number: int
    id: str
    pieces: tuple[bytes, ...]


@record
class Batch:
    """The variants found from position `start` on.

    `tried` positions were looked at, of which the last `without` had none. `refused` are numbers of variants that have
    a solution and do not fulfil what is required.
    """

    start: int
    tried: int
    without: int
    made: tuple[Made, ...]
    refused: tuple[int, ...]


Span = tuple[int, int]


def spans(size: int) -> Iterator[Span]:
    """The positions of each batch of an exercise with so many variants."""
    return ((start, min(start + BATCH, size)) for start in range(0, size, BATCH))


# Numbers are computed by SymPy and mpmath, which hold settings for the whole process: a worker of a cluster may have
# several threads, and here they wait for each other.
_ONE_AT_A_TIME = Lock()


def computed(plan: Plan, start: int, stop: int) -> Batch | BackpropError:
    """The batch at these positions, which ends early where the plan has its variants.

    An error is returned: not everything that hands batches on can raise one.
    """
    try:
        with _ONE_AT_A_TIME:
            return _batch(plan, start, stop)
    except BackpropError as error:
        return error


def _batch(plan: Plan, start: int, stop: int) -> Batch:
    if plan.version != VERSION:
        raise WorkersError(
            f"a worker has version {VERSION}, and this is version {plan.version}",
            expected="the same version everywhere",
        )
    exercise = exercise_of(plan.text, plan.name, plan.limits)
    pieces = rendering_of(plan.format).pieces
    refused: list[Drawn] = []
    made: list[Made] = []
    tried = without = 0
    for position in range(start, stop):
        number = shuffled(position, exercise.size, plan.seed)
        drawn = kept(exercise.source, number, position, exercise.tells_apart, refused)
        tried, without = tried + 1, without + 1
        if drawn is not None:
            variant, without = Variant(exercise, drawn), 0
            made.append(Made(number, variant.id, pieces(variant, plan.kind, plan.options)))
            if len(made) == plan.count:
                break
    return Batch(start, tried, without, tuple(made), tuple(each.number for each in refused[:EXAMINED]))


@lru_cache(maxsize=4)
def exercise_of(text: str, name: str, limits: Limits) -> Exercise:
    """The exercise of a plan, read and derived once a process."""
    return Exercise(text, name=name, limits=limits)
