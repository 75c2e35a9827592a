"""What is asked of a variant, the right answers, and the wrong ones that mistakes lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import count

from .. import stages
from ..derivation import Derivation, TensorDerivation
from ..errors import BackpropError
from ..indexed.structure import Place, tensor_of
from ..language.vary import written_number
from ..limits import DEFAULT_LIMITS
from ..records import record
from ..solution import SolutionRecord, TensorSolution, TensorValue, Value
from ..syntax.expression import Expr
from .mistakes.record import Made
from .mistakes.table import possible
from .space import space_of, with_values

# Two answers that agree to so many parts are one to somebody who rounds.
_CLOSE = Decimal("0.001")
# Values at which mistakes are compared that no exercise would happen to have.
_ODD = (Fraction(17, 13), Fraction(23, 7), Fraction(5, 11), Fraction(29, 19), Fraction(3, 17), Fraction(31, 23))
_TRIALS = 2

Answer = tuple[Value, ...]


@record
class Wrong:
    """A wrong answer, and the mistakes that lead to it; those cannot be told apart by it."""

    answer: Answer
    made: tuple[Made, ...]


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
    right = answer_to(record, wanted)
    found: list[tuple[Answer, list[Made]]] = []
    for made, answer in _made(record, wanted):
        if is_close(answer, right):
            continue
        for other, makers in found:
            if is_close(answer, other):
                makers.append(made)
                break
        else:
            found.append((answer, [made]))
    return tuple(Wrong(answer, tuple(makers)) for answer, makers in found)


def _made(record: SolutionRecord | TensorSolution, wanted: str) -> Iterator[tuple[Made, Answer]]:
    for made in possible(record.derivation):
        try:
            wrong = stages.evaluated(made.derivation, DEFAULT_LIMITS)
            yield made, answer_to(wrong, wanted)
        except (BackpropError, KeyError):
            continue  # where the mistake leads out of a domain it leads to no answer


def is_close(a: Answer, b: Answer) -> bool:
    """Whether two answers are the same to somebody who rounds."""
    return len(a) == len(b) and all(_is_near(x.decimal, y.decimal) for x, y in zip(a, b, strict=True))


def _is_near(x: Decimal, y: Decimal) -> bool:
    return x == y or abs(x - y) <= _CLOSE * max(abs(x), abs(y))


def are_told_apart(record: SolutionRecord | TensorSolution, questions: tuple[str, ...]) -> bool:
    """Whether every mistake shows: each leads to a wrong answer, and mistakes that differ to different ones.

    Mistakes that come to the same at any values, such as two that leave out the same factor, cannot be told apart by
    any choice of numbers and count as one.
    """
    classes = _classes(record.problem.source, _Structure(record), questions)
    seen: dict[int, list[Answer]] = {}
    right = [answer_to(record, wanted) for wanted in questions]
    for k, made in enumerate(possible(record.derivation)):
        group = classes.get(k)
        if group is None or group in seen:
            continue
        try:
            wrong = stages.evaluated(made.derivation, DEFAULT_LIMITS)
        except BackpropError:
            continue
        answers = [answer_to(wrong, wanted) for wanted in questions]
        if all(is_close(a, b) for a, b in zip(answers, right, strict=True)):
            return False
        if any(all(is_close(a, b) for a, b in zip(answers, other, strict=True)) for other in seen.values()):
            return False
        seen[group] = answers
    return True


class _Structure:
    """A solution that compares by its steps, so that what holds at any values is found out once for them all."""

    def __init__(self, record: SolutionRecord | TensorSolution) -> None:
        self.record = record
        self.key = tuple(step.expression for step in record.problem.steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Structure) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _classes(text: str, structure: _Structure, questions: tuple[str, ...]) -> dict[int, int]:
    """A class for each mistake that changes an answer at odd values, by its number; one for all that coincide there."""
    record = structure.record
    signatures: dict[int, tuple[Answer, ...]] = {}
    right: tuple[Answer, ...] = ()
    for trial in range(_TRIALS):
        derivation = _at_odd_values(record.derivation, trial)
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
        if len(signature) == len(right) and all(map(is_close, signature, right)):
            continue
        same = (j for j in classes if classes[j] == j and _agree(signatures[j], signature))
        classes[k] = next(same, k)
    return classes


def _agree(a: tuple[Answer, ...], b: tuple[Answer, ...]) -> bool:
    return len(a) == len(b) and all(map(is_close, a, b))


def _answers(derivation: Derivation | TensorDerivation, questions: tuple[str, ...]) -> tuple[Answer, ...]:
    found = stages.evaluated(derivation, DEFAULT_LIMITS)
    return tuple(answer_to(found, wanted) for wanted in questions)


def _at_odd_values(derivation: Derivation | TensorDerivation, trial: int) -> Derivation | TensorDerivation:
    """The derivation with varied givens that have nothing in common; positive ones in every second trial."""
    problem = derivation.graph.problem
    counter = count(trial)

    def odd(_: Place) -> Expr:
        turn, place = divmod(next(counter), len(_ODD))
        value = _ODD[place] + Fraction(turn, 3)
        return written_number(-value if (place + trial) % 3 == 0 and trial % 2 == 0 else value)

    changed = tuple(
        (v.key, tensor_of(structure, shape, cache(odd))) for v, shape, structure in space_of(problem).numbers
    )
    return replace(derivation, graph=replace(derivation.graph, problem=with_values(problem, changed)))
