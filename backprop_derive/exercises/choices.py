"""Multiple choice: the right answer among wrong ones that mistakes lead to, each with its feedback."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..languages import spoken, translated
from ..mistakes.record import Placed
from ..mistakes.table import spelled_place
from ..records import record
from ..solution import SolutionRecord, TensorSolution
from .answers import Wrong, answer_to
from .closeness import Answer
from .order import shuffled
from .sentences import FEEDBACK


def feedback(made: Placed, spelled: Mapping[str, str]) -> str:
    """What a person who made the mistake is told, and where it was made."""
    return _told(made.mistake.feedback, spelled_place(spelled, made.at), spoken())


@lru_cache(maxsize=1024)  # what is said of a mistake is the same in all variants
def _told(about: str, at: str, language: str) -> str:
    place = at.replace(" by ", FEEDBACK["by"])
    return FEEDBACK["place"].format(feedback=translated("feedback", about), place=place)


@record
class Option:
    """An answer to choose. `feedback` tells a person who chose it what was done; `mistakes` are the names of it."""

    answer: Answer
    is_right: bool
    feedback: str
    mistakes: tuple[str, ...] = ()


def choices_of(
    record: SolutionRecord | TensorSolution, wanted: str, wrong: tuple[Wrong, ...], count: int, seed: int
) -> tuple[Option, ...]:
    """The right answer and up to `count - 1` wrong ones, in an order that the seed decides; no two of them are equal.

    Of the wrong answers those come first that one mistake alone leads to. There may be fewer than asked for.
    """
    options = [Option(answer_to(record, wanted), True, FEEDBACK["right"])]
    spelled = record.problem.spelled
    for each in _spread(wrong, count - 1, seed):
        names = tuple(dict.fromkeys(made.mistake.name for made in each.made))
        options.append(Option(each.answer, False, feedback(each.made[0], spelled), names))
    return tuple(options[shuffled(k, len(options), seed)] for k in range(len(options)))


def _spread(wrong: tuple[Wrong, ...], count: int, seed: int) -> list[Wrong]:
    """Some of the wrong answers, by different mistakes where there are enough."""
    order = [wrong[shuffled(k, len(wrong), seed)] for k in range(len(wrong))]
    order.sort(key=lambda each: len({made.mistake.name for made in each.made}))
    chosen: list[Wrong] = []
    names: set[str] = set()
    for each in order:
        name = each.made[0].mistake.name
        if name not in names:
            names.add(name)
            chosen.append(each)
    chosen += [each for each in order if each not in chosen]
    return chosen[:count]
