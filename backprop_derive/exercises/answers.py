"""What is asked of a variant, the right answers, and the wrong ones that mistakes lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache, partial
from itertools import count
from operator import itemgetter

from .. import stages
from ..derivation import Derivation, TensorDerivation
from ..errors import BackpropError
from ..indexed.structure import Place, tensor_of
from ..language.vary import written_number
from ..limits import DEFAULT_LIMITS
from ..mistakes.record import Placed
from ..mistakes.table import possible
from ..records import record
from ..solution import Pass, SolutionRecord, TensorSolution, TensorValue, Value
from ..syntax.expression import Expr
from ..variation import VariedNumber
from .around import Answers, answers_around, are_same
from .at_once import Outcome, outcomes_at_once
from .closeness import Answer, groups, is_close, is_near
from .recomputed import Recipe, adjoints_by, in_digits, known_of, recipes, value_of
from .space import space_of, with_values

# What the last digits cannot tell from rounding, of a number of 50 digits and of one in double precision.
_SAME, _SAME_DOUBLE = Decimal("1e-45"), Decimal("1e-12")
_DOUBLE_DIGITS = 17
_TRIALS = 2


@record
class Wrong:
    """A wrong answer, and the mistakes that lead to it; those cannot be told apart by it."""

    answer: Answer
    made: tuple[Placed, ...]


def answer_to(record: SolutionRecord | TensorSolution, wanted: str) -> Answer:
    """The numbers that answer a question: the gradient by a name, `loss`, or `w after` an update."""
    first = record.first
    assert first is not None
    name, _, kind = wanted.partition(" ")
    source = record.updates[-1].values if kind == "after" else first.values if kind == "value" else first.adjoints
    value = source[name]
    return value.entries if isinstance(value, TensorValue) else (value,)


def wrong_answers(record: SolutionRecord | TensorSolution, wanted: str) -> tuple[Wrong, ...]:
    """The wrong answers by the mistakes that can be made, none of which is the right one or another again."""
    return wrong_answers_to(record, (wanted,))[wanted]


def wrong_answers_to(
    record: SolutionRecord | TensorSolution, questions: tuple[str, ...]
) -> dict[str, tuple[Wrong, ...]]:
    """The wrong answers to each of several questions, every mistake worked out once for them all."""
    right = _answers_of(record, questions)
    at_once = _at_once(record, questions)
    if at_once is not None:
        numbers = (answer[0].decimal for answer in right)
        return dict(zip(questions, map(_wrong_numbers, at_once, numbers), strict=True))
    return dict(zip(questions, map(_wrong, _one_by_one(record, questions, right), right), strict=True))


def _at_once(record: SolutionRecord | TensorSolution, questions: tuple[str, ...]) -> tuple[list[Outcome], ...] | None:
    first, derivation = record.first, record.derivation
    if not isinstance(first, Pass) or not isinstance(derivation, Derivation) or any(" " in name for name in questions):
        return None
    return outcomes_at_once(derivation, known_of(first, record.problem.round_to), questions)


def _wrong_numbers(outcomes: list[Outcome], right: Decimal) -> tuple[Wrong, ...]:
    """Of one number that is asked for: the wrong ones, those that are close to each other as one."""
    numbers, kept = [], []
    for outcome in outcomes:
        number = in_digits(outcome[0])
        if not is_near(number, right):
            numbers.append(number)
            kept.append(outcome)
    found = []
    for group in groups(numbers, lambda a, b: is_near(numbers[a], numbers[b])):
        wrong, made = kept[group[0]]
        if len(group) > 1:
            made = tuple(sorted((each for k in group for each in kept[k][1]), key=itemgetter(0)))
        value = value_of(wrong, numbers[group[0]])
        found.append(Wrong((value,), tuple([placed for _, placed in made])))
    return tuple(found)


def _one_by_one(
    record: SolutionRecord | TensorSolution, questions: tuple[str, ...], right: tuple[Answer, ...]
) -> tuple[list[tuple[Answer, Placed]], ...]:
    """For each question what every mistake leads to, if that is anything new."""
    found: tuple[list[tuple[Answer, Placed]], ...] = tuple([] for _ in questions)
    for placed, work in _worked(record, questions, right):
        try:
            answers = work()
        except (BackpropError, KeyError):
            continue  # where a mistake leads out of a domain it leads to no answer
        for outcomes, answer, correct in zip(found, answers, right, strict=True):
            if answer is not correct:
                outcomes.append((answer, placed))
    return found


def _wrong(outcomes: list[tuple[Answer, Placed]], right: Answer) -> tuple[Wrong, ...]:
    """The wrong answers, those that are close to each other as one."""
    kept = [outcome for outcome in outcomes if not is_close(outcome[0], right)]
    numbers = [answer[0].decimal for answer, _ in kept]
    found = groups(numbers, lambda a, b: is_close(kept[a][0], kept[b][0]))
    return tuple(Wrong(kept[group[0]][0], tuple([kept[k][1] for k in group])) for group in found)


Work = Callable[[], tuple[Answer, ...]]


def _worked(
    record: SolutionRecord | TensorSolution, questions: tuple[str, ...], right: tuple[Answer, ...]
) -> Iterator[tuple[Placed, Work]]:
    """Every mistake that can be made, in the order of `possible`, and what finds the answers that it leads to.

    That raises BackpropError where it leads to none. An answer that the mistake does not reach is the right one itself.
    """
    first, derivation = record.first, record.derivation
    if not isinstance(first, Pass) or not isinstance(derivation, Derivation) or any(" " in name for name in questions):
        for made in possible(derivation):
            yield Placed(made.mistake, made.at), partial(_answers, made.derivation, questions)
        return
    known = known_of(first, record.problem.round_to)

    def answers(recipe: Recipe) -> tuple[Answer, ...]:
        changed = adjoints_by(recipe, known, questions)
        return tuple(
            (changed[wanted],) if wanted in changed else answer for wanted, answer in zip(questions, right, strict=True)
        )

    for placed, recipe in recipes(derivation):
        yield placed, partial(answers, recipe)


def are_told_apart(record: SolutionRecord | TensorSolution, questions: tuple[str, ...]) -> bool:
    """Whether a wrong answer tells the mistake: each leads to a wrong answer, and different ones to different answers.

    What no choice of numbers could tell apart does not count: mistakes that come to the same, or to the right answer,
    at all values around these; the places where one mistake can be made need not be told apart either.
    """
    classes = _classes(_Regime(record), questions)
    right = _answers_of(record, questions)
    made = list(_worked(record, questions, right))
    names: dict[int, set[str]] = {}
    for k, first in classes.items():
        names.setdefault(first, set()).add(made[k][0].mistake.name)
    seen: list[tuple[set[str], tuple[Answer, ...]]] = []
    for k, own in names.items():
        try:
            answers = made[k][1]()
        except BackpropError:
            continue
        if _agree(answers, right, is_close):
            return False
        if any(len(own | other) > 1 and _agree(answers, theirs, is_close) for other, theirs in seen):
            return False
        seen.append((own, answers))
    return True


class _Regime:
    """A solution that compares by its steps and the cases that apply: what holds around one holds around all alike."""

    def __init__(self, record: SolutionRecord | TensorSolution) -> None:
        self.record = record
        first, steps = record.first, tuple(step.expression for step in record.problem.steps)
        self.key: tuple[object, ...] = (steps, id(record))
        if isinstance(first, Pass):
            signs = tuple((value.decimal > 0) - (value.decimal < 0) for value in first.values.values())
            self.key = steps, signs, tuple(first.chosen.items()), tuple(first.local_chosen.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Regime) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _classes(regime: _Regime, questions: tuple[str, ...]) -> dict[int, int]:
    """For each mistake that changes an answer around these values, by its number, the first that comes to the same."""
    record = regime.record
    if isinstance(record, SolutionRecord) and not any(" " in name for name in questions):
        return _scalar_classes(record, questions)
    signatures: dict[int, tuple[Answer, ...]] = {}
    right: tuple[Answer, ...] = ()
    for trial in range(_TRIALS):
        derivation = _nearby(record, trial)
        try:
            right += _answers(derivation, questions)
        except BackpropError:
            continue
        for k, made in enumerate(possible(derivation)):
            try:
                signatures[k] = signatures.get(k, ()) + _answers(made.derivation, questions)
            except BackpropError:
                signatures.setdefault(k, ())
    classes: dict[int, int] = {}
    for k, signature in signatures.items():
        if not _agree(signature, right, _is_same):
            same = (j for j in classes if classes[j] == j and _agree(signatures[j], signature, _is_same))
            classes[k] = next(same, k)
    return classes


def _scalar_classes(record: SolutionRecord, questions: tuple[str, ...]) -> dict[int, int]:
    """As `_classes`: an answer that is the same at all trials is the same."""
    trials = []
    for trial in range(_TRIALS):
        derivation = _nearby(record, trial)
        assert isinstance(derivation, Derivation)
        with suppress(BackpropError):
            trials.append(answers_around(derivation, questions))
    right = [correct for correct, _ in trials]
    classes: dict[int, int] = {}
    signatures = dict(enumerate(zip(*(by_mistake for _, by_mistake in trials), strict=True)))
    for k, signature in signatures.items():
        if not _are_alike(signature, right):
            same = (j for j in classes if classes[j] == j and _are_alike(signatures[j], signature))
            classes[k] = next(same, k)
    return classes


def _are_alike(a: Sequence[Answers | None], b: Sequence[Answers | None]) -> bool:
    return all(
        x is y is None or (x is not None and y is not None and are_same(x, y)) for x, y in zip(a, b, strict=True)
    )


def _agree(a: tuple[Answer, ...], b: tuple[Answer, ...], alike: Callable[[Answer, Answer], bool]) -> bool:
    return len(a) == len(b) and all(map(alike, a, b))


def _is_same(a: Answer, b: Answer) -> bool:
    """Whether two answers are the same number, as far as digits tell."""
    return len(a) == len(b) and all(
        x.decimal == y.decimal or abs(x.decimal - y.decimal) <= _smallest_share(x) * abs(x.decimal)
        for x, y in zip(a, b, strict=True)
    )


def _smallest_share(value: Value) -> Decimal:
    is_double = value.exact is None and len(value.decimal.as_tuple().digits) <= _DOUBLE_DIGITS
    return _SAME_DOUBLE if is_double else _SAME


def _answers(derivation: Derivation | TensorDerivation, questions: tuple[str, ...]) -> tuple[Answer, ...]:
    return _answers_of(stages.evaluated(derivation, DEFAULT_LIMITS), questions)


def _answers_of(record: SolutionRecord | TensorSolution, questions: tuple[str, ...]) -> tuple[Answer, ...]:
    return tuple(answer_to(record, wanted) for wanted in questions)


def _nearby(record: SolutionRecord | TensorSolution, trial: int) -> Derivation | TensorDerivation:
    """The derivation with varied givens a little off, each by an amount of its own: on the same side of every kink."""
    derivation, first = record.derivation, record.first
    assert first is not None
    problem = replace(derivation.graph.problem, round_to=None)
    denominators = count(1009 + trial, 2)

    def moved(varied: VariedNumber, shape: Place) -> Callable[[Place], Expr]:
        found = first.values[varied.key]
        entries = found.entries if isinstance(found, TensorValue) else (found,)

        def entry(place: Place) -> Expr:
            flat = 0
            for axis, k in enumerate(place):
                flat = flat * shape[axis] + k
            return written_number(entries[flat].rational + Fraction(1, next(denominators)))

        return cache(entry)

    changed = tuple(
        (v.key, tensor_of(structure, shape, moved(v, shape))) for v, shape, structure in space_of(problem).numbers
    )
    return replace(derivation, graph=replace(derivation.graph, problem=with_values(problem, changed)))
