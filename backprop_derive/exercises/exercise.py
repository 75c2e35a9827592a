"""Exercises in Python: a problem with Vary and Require lines, and its variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from itertools import islice
from typing import Any

from ..api import Solution
from ..document import Block, Document, Heading, Words
from ..formats import render
from ..languages import speaking
from ..limits import DEFAULT_LIMITS, Limits
from ..options import DEFAULT_OPTIONS, Options
from ..problem import Problem
from ..report.narrate import document_of
from ..report.questions import question_blocks
from ..report.sentences import HEADINGS
from ..variation import Distinguishable
from .answers import Wrong, are_told_apart, wrong_answers_to
from .choices import Option, choices_of
from .identity import identity, number_of
from .key import Item, key_of
from .sheets import key_document, sheet_document
from .task import DEFAULT_SHEETS, SheetOptions, Task
from .variants import Drawn, Source, draw, source_of, too_few


class Exercise:
    """A problem whose values and operations vary: `Exercise(text).variants(100, seed=7)`; without Vary, one variant.

    `vary` and `require` add to the Vary and Require lines of the text: `vary={"x": "1..5", "w": [1, 2]}`,
    `require=["loss != 0"]`. Raises ProblemError for a text that cannot be read.
    """

    def __init__(
        self,
        problem: str | Problem,
        *,
        vary: Mapping[str, Any] | Sequence[str] = (),
        require: str | Sequence[str] = (),
        name: str = "problem",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        text = problem.source if isinstance(problem, Problem) else problem
        self.text = "\n".join([text, *_vary_lines(vary), *_require_lines(require)])
        self.source: Source = source_of(self.text, name, limits)

    @property
    def problem(self) -> Problem:
        """The problem, with the first operation where operations vary."""
        return self.source.problem

    @property
    def size(self) -> int:
        """How many variants there are before requirements."""
        return self.source.space.size

    def variants(self, count: int, *, seed: int = 0) -> tuple[Variant, ...]:
        """So many variants, all different, the same for a seed on every machine.

        Raises LimitError where a requirement cannot be met or there are fewer variants.
        """
        found = tuple(islice(self.draw(seed), count))
        if len(found) < count:
            raise too_few(len(found), count, self.size)
        return found

    def draw(self, seed: int = 0, start: int = 0) -> Iterator[Variant]:
        """The variants of a seed one after the other, from a position of its order on."""
        return (Variant(self, drawn) for drawn in draw(self.source, seed, start, self.tells_apart))

    def variant(self, name: str) -> Variant:
        """The variant of that name (`variant.id`), sheet and key exactly as they were."""
        return Variant(self, self.source.drawn(number_of(self.text, name, self.size)))

    def tells_apart(self, drawn: Drawn) -> bool:
        """Whether every mistake leads to a wrong answer of its own, in a variant."""
        wanted = drawn.record.derivation.graph.wanted
        return are_told_apart(drawn.record, wanted)

    @property
    def is_distinguishable(self) -> bool:
        """Whether the exercise requires that mistakes can be told apart."""
        return any(isinstance(each, Distinguishable) for each in self.problem.required)


class Variant:
    """One variant: its `id`, its `solution`, the `key`, and the wrong answers that `mistakes` lead to."""

    def __init__(self, exercise: Exercise, drawn: Drawn) -> None:
        self.exercise = exercise
        self.drawn = drawn
        self.tasks: dict[tuple[str, SheetOptions], Task] = {}

    @cached_property
    def id(self) -> str:
        """The name by which the variant comes back: a number and a check of the exercise's text."""
        return identity(self.exercise.text, self.drawn.number)

    @property
    def problem(self) -> Problem:
        return self.drawn.record.problem

    @property
    def solution(self) -> Solution:
        """The worked solution."""
        return Solution(self.drawn.record, DEFAULT_OPTIONS, self.exercise.source.limits)

    def solution_with(self, options: Options) -> Solution:
        """The worked solution with these choices of presentation."""
        return Solution(self.drawn.record, options, self.exercise.source.limits)

    @cached_property
    def key(self) -> tuple[Item, ...]:
        """Every number of the solution with what is accepted for it."""
        return key_of(self.drawn.record)

    @cached_property
    def mistakes(self) -> tuple[Wrong, ...]:
        """The wrong answers to the first gradient asked for, each with the mistakes that lead to it."""
        return self.mistakes_by_name[self.drawn.record.derivation.graph.wanted[0]]

    @cached_property
    def mistakes_by_name(self) -> dict[str, tuple[Wrong, ...]]:
        """The wrong answers to each gradient asked for, by the key of its name."""
        return wrong_answers_to(self.drawn.record, self.drawn.record.derivation.graph.wanted)

    @cached_property
    def choices(self) -> tuple[Option, ...]:
        """The right answer to the first gradient asked for among four wrong ones, each with its feedback."""
        return choices_of(
            self.drawn.record, self.drawn.record.derivation.graph.wanted[0], self.mistakes, 5, self.drawn.number
        )

    def grade(self, answer: str) -> Any:
        """The Sheet of an answer to this variant: a derivation, or the answer alone (`backprop_derive.grade`)."""
        # Grading stands above exercises; the package's own door leads there, as it does for everybody who calls it.
        return import_module("backprop_derive").grade(self, answer)

    def question_blocks(self, options: Options = DEFAULT_OPTIONS) -> tuple[Block, ...]:
        """What is given and asked, as blocks of a Document, without the title."""
        return tuple(question_blocks(self.drawn.record, options))

    @property
    def question(self) -> str:
        """What is given and asked, as Markdown."""
        return str(render(self.question_document(), "md", DEFAULT_OPTIONS))

    def question_document(self, options: Options = DEFAULT_OPTIONS) -> Document:
        """What is given and asked, as a Document."""
        with speaking(options.language):
            title = self.problem.title or HEADINGS["exercise"]
        return document_of(self.problem, options, title, (Heading(1, (Words(title),)), *self.question_blocks(options)))

    def sheet_document(self, kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
        """The sheet of a kind of exercise; of many variants `exercises.sheets` makes one document."""
        return sheet_document((self,), kind, options)

    def key_document(self, kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
        """The key to that sheet."""
        return key_document((self,), kind, options)

    def __repr__(self) -> str:
        return f"<Variant {self.id}>"


def _vary_lines(vary: Mapping[str, Any] | Sequence[str]) -> list[str]:
    if isinstance(vary, str):
        return [f"Vary {vary}"]
    if not isinstance(vary, Mapping):
        return [f"Vary {item}" for item in vary]
    return [f"Vary {name} in {_domain(values)}" for name, values in vary.items()]


def _domain(values: Any) -> str:
    if isinstance(values, str):
        return values
    if isinstance(values, range) and values.step == 1 and len(values):
        return f"{values[0]}..{values[-1]}"
    return "{" + ", ".join(map(str, values)) + "}"


def _require_lines(require: str | Sequence[str]) -> list[str]:
    return [f"Require {line}" for line in ([require] if isinstance(require, str) else require)]
