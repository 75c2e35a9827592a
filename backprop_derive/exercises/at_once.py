"""What all mistakes of a variant come to, by one program for all variants whose numbers are of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from ..derivation import Derivation, Formulas
from ..errors import BackpropError
from ..evaluate.decimals import Number
from ..evaluate.tracing import Register, Tracer, Unfit, kind_of
from ..mistakes.record import Placed
from ..records import record
from ..syntax.parser import deep_recursion
from .recomputed import Edge, Known, recipes, worked

# A program is made for numbers of kinds that were met so often: making one takes as long as some of its variants.
_OFTEN = 3
_MOST = 4  # of numbers of some kinds
_LONGEST = 5_000  # instructions

# Mistakes, each with its number in the order in which they are tried; and a number with those that lead to it.
Made = tuple[tuple[int, Placed], ...]
Outcome = tuple[Number, Made]


@record
class _Output:
    """An outcome by its place among the outputs of a program. Where one of the `doubtful` is None, it leads to none."""

    place: int
    made: Made
    doubtful: tuple[int, ...]


@record
class _Program:
    """A function of the right numbers, and for each question where it gives what mistakes lead to."""

    run: Callable[[Sequence[Number]], list[Any]]
    outputs: tuple[tuple[_Output, ...], ...]


Keys = tuple[tuple[str, ...], tuple[Edge, ...], tuple[str, ...]]


def outcomes_at_once(
    derivation: Derivation, right: Known, questions: tuple[str, ...]
) -> tuple[list[Outcome], ...] | None:
    """For each question what mistakes lead to, in the order of the first that does; some of it may agree.

    None where no program is made for these numbers.
    """
    if right.decimals is not None:
        return None
    kinds = tuple(map(kind_of, right.numbers))
    keys = tuple(right.values), tuple(right.local), tuple(right.adjoints)
    with deep_recursion():
        ran = _kinds(derivation.formulas, keys, questions, kinds).run(right, questions)
    if ran is None:
        return None
    program, found = ran
    return tuple(
        [
            (found[each.place], each.made)
            for each in outputs
            if not each.doubtful or all(found[place] is not None for place in each.doubtful)
        ]
        for outputs in program.outputs
    )


class _Kinds:
    """The programs for numbers of some kinds. Which one fits depends on which numbers are 0 with a mistake in them."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.programs: list[_Program] = []
        self.missed = 0

    def run(self, right: Known, questions: tuple[str, ...]) -> tuple[_Program, list[Any]] | None:
        """The program that fits, and what it gives; None where there is none."""
        for k, program in enumerate(self.programs):
            with suppress(Unfit):
                found = program.run(right.numbers)
                self.programs.insert(0, self.programs.pop(k))  # it will often be the one
                return program, found
        self.missed += 1
        if self.missed == _OFTEN and len(self.programs) < _MOST:
            made = _program(self.derivation, right, questions)
            self.programs += made
            self.missed = 0 if made else self.missed
        return None


@lru_cache(maxsize=128)
def _kinds(formulas: Formulas, keys: Keys, questions: tuple[str, ...], kinds: tuple[str, ...]) -> _Kinds:
    return _Kinds(formulas.derivation)


def _program(derivation: Derivation, sample: Known, questions: tuple[str, ...]) -> list[_Program]:
    """The recipes of all mistakes written down; none where that would be too long."""
    tracer = Tracer(sample.numbers)
    inputs = iter(tracer.inputs)
    parts: list[dict[Any, Any]] = [
        {key: next(inputs) for key in part} for part in (sample.values, sample.local, sample.adjoints)
    ]
    right, adjoints = Known(parts[0], parts[1], parts[2], None), parts[2]
    places: dict[Register, int] = {}
    found: list[dict[tuple[int, tuple[int, ...]], list[tuple[int, Placed]]]] = [{} for _ in questions]
    for number, (placed, recipe) in enumerate(recipes(derivation)):
        tracer.doubtful = []
        try:
            wrong, _ = worked(recipe, right, tracer)
        except (BackpropError, KeyError):
            continue  # at no numbers does it lead to an answer
        doubtful = tuple(places.setdefault(each, len(places)) for each in tracer.doubtful)
        changed = {each.key for each in recipe.adjoints}
        for outputs, wanted in zip(found, questions, strict=True):
            register = tracer.register(wrong.adjoints[wanted])
            if wanted in changed and register != adjoints[wanted]:
                outputs.setdefault((places.setdefault(register, len(places)), doubtful), []).append((number, placed))
        if len(tracer.instructions) > _LONGEST:
            return []
    by_question = tuple(
        tuple(_Output(place, tuple(made), doubtful) for (place, doubtful), made in outputs.items()) for outputs in found
    )
    return [_Program(tracer.program(tuple(places)), by_question)]
