"""Wrong answers written by hand: the mistake in each is named."""

from __future__ import annotations

from functools import lru_cache

from backprop_derive.grading.grade import Grader

from .wrong_answers import ANSWERS

UNKNOWN = ["added for multiplied"]  # of a value: no mistake of this name is made in exercises


@lru_cache
def _grader(problem: str) -> Grader:
    return Grader(problem)


def test_mistakes_are_named() -> None:
    assert len(ANSWERS) >= 60
    missed = []
    for problem, answer, title, mistake in ANSWERS:
        line = _grader(problem).grade(answer).line(title)
        assert line.verdict in ("wrong", "partly"), (answer, title, line.verdict)
        if line.mistake is None or line.mistake.name != mistake:
            missed.append((answer, title, mistake, [found.name for found in line.mistakes]))
    assert [mistake for _, _, mistake, _ in missed] == UNKNOWN, missed
