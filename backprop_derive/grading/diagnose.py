"""Which mistake a wrong line looks like: those of exercises, made at the student's own values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..derivation import Derivation, LocalGradient
from ..document import Derivative, MathNode
from ..errors import BackpropError
from ..evaluate.loose import Loose
from ..mistakes.record import Made, Placed
from ..mistakes.table import mistake_called, possible, spelled_place
from ..proofreading.compare import Comparer
from ..proofreading.explain import mistake_in
from ..proofreading.literals import Literal, literal
from ..proofreading.outcome import Outcome
from ..proofreading.values import NoValue
from ..records import record
from ..syntax.expression import ONE, Name, Product, Sum
from .key import Key
from .own import OwnComparer
from .record import Diagnosis, Item

# How `exercises.answers` calls what an item asks.
QUESTIONS = {"value": "{} value", "gradient": "{}", "after": "{} after"}


@record
class Candidate:
    """A mistake made at one line, as the formula that it puts in the place of the right one."""

    diagnosis: Diagnosis
    formula: MathNode


class Diagnoses:
    """The mistakes that can be made in each line of a problem; found when the first wrong one is met."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._by_item: dict[tuple[str, str, str], tuple[Candidate, ...]] = {}
        self._made: tuple[Made, ...] | None = None

    @property
    def made(self) -> tuple[Made, ...]:
        """Every mistake at every place."""
        if self._made is None:
            self._made = tuple(possible(self.key.record.derivation))
        return self._made

    def candidates(self, item: Item) -> tuple[Candidate, ...]:
        """The mistakes that can be made in one line by itself."""
        at = (item.kind, item.name, item.step)
        if at not in self._by_item:
            self._by_item[at] = (*self._candidates(item), *self._stopped(item)) if self.key.is_scalar else ()
        return self._by_item[at]

    def _candidates(self, item: Item) -> Iterator[Candidate]:
        right = self.key.record.derivation
        assert isinstance(right, Derivation)
        for made in self.made:
            wrong = made.derivation
            assert isinstance(wrong, Derivation)
            if made.mistake.stage == "forward" and item.kind == "value" and made.at == item.name:
                step = next(s for s in wrong.graph.problem.steps if s.key == item.name)
                yield Candidate(self.told(made), step.expression)
            elif made.mistake.stage == "update" and item.kind == "after":
                yield Candidate(self.told(made), _updated(wrong, item.name))
            elif made.mistake.stage in ("local", "backward"):
                yield from self._backward(made, item, right, wrong)

    def _stopped(self, item: Item) -> Iterator[Candidate]:
        """The adjoint of the step before, taken for that of any name on the way, not only of what is asked for."""
        derivation = self.key.record.derivation
        assert isinstance(derivation, Derivation)
        uses = derivation.uses.get(item.name, ()) if item.kind == "gradient" else ()
        if len(uses) == 1 and uses[0].step != self.key.loss and uses[0].shortest != ONE:
            mistake = mistake_called("stopped a node early")
            adjoint = Derivative(Name(self.key.loss), Name(uses[0].step))
            yield Candidate(Diagnosis(mistake.name, mistake.feedback, item.name), adjoint)

    def _backward(self, made: Made, item: Item, right: Derivation, wrong: Derivation) -> Iterator[Candidate]:
        if item.kind == "local":
            for old, new in zip(right.by_step[item.step], wrong.by_step[item.step], strict=True):
                if new is not old and new.operand == item.name and new.form != old.form:
                    yield Candidate(self.told(made), new.shortest)
        elif item.kind == "gradient":
            key = item.name
            is_same = wrong.uses.get(key) == right.uses.get(key) and wrong.slips.get(key) == right.slips.get(key)
            if not is_same and wrong.uses.get(key):
                yield Candidate(self.told(made), _composed(wrong, key))

    def told(self, made: Made | Placed) -> Diagnosis:
        return Diagnosis(made.mistake.name, made.mistake.feedback, spelled_place(self.key.problem.spelled, made.at))

    # --- a wrong line

    def of_line(self, item: Item, wrong: MathNode, comparer: OwnComparer) -> tuple[Diagnosis, ...]:
        """The mistakes that lead to what is written for an item, the likeliest first; from the student's own values."""
        found = list(self._by_formula(item, wrong, comparer))
        number = literal(wrong)
        if not found and number is not None:
            found = [*self._by_number(item, number, comparer), *self._by_answer(item, number)]
        if not found and number is None:
            found = list(self._by_value(item, wrong, comparer))
        first: dict[str, Diagnosis] = {}
        for diagnosis in found:
            first.setdefault(diagnosis.name, diagnosis)
        return tuple(first.values())

    def _by_formula(self, item: Item, wrong: MathNode, comparer: OwnComparer) -> Iterator[Diagnosis]:
        if literal(wrong) is not None and item.kind != "local":
            return
        for candidate in self.candidates(item):
            if comparer.same_formula(candidate.formula, wrong):
                yield candidate.diagnosis

    def _by_number(self, item: Item, number: Literal, comparer: OwnComparer) -> Iterator[Diagnosis]:
        """By what a mistake comes to at the student's own values, and at the right ones."""
        found = []
        for candidate in self.candidates(item):
            if any(number.accepts(value) for _, value in comparer.values(candidate.formula)):
                found.append(candidate)
        # 2 in the place of 2s is the formula 2 rather than another formula that is 2 here.
        found.sort(key=lambda candidate: literal(candidate.formula) is None)
        yield from (candidate.diagnosis for candidate in found)

    def exactly(self, item: Item, number: Literal, comparer: OwnComparer) -> tuple[Diagnosis, ...]:
        """The mistakes in a line by itself that lead to this very number, if what is right does not lead to it too."""
        if any(number.accepts(value) == "right" for _, value in comparer.values(item.head)):
            return ()
        return tuple(
            candidate.diagnosis
            for candidate in self.candidates(item)
            if any(number.accepts(value) == "right" for _, value in comparer.values(candidate.formula))
        )

    def _by_answer(self, item: Item, number: Literal) -> Iterator[Diagnosis]:
        """By the answers that mistakes in earlier lines lead to, which the student may not have written down."""
        question = QUESTIONS.get(item.kind, "").format(item.name)
        for answer in self.key.wrong_answers.get(question, ()):
            if len(answer.answer) == 1 and number.accepts(answer.answer[0].rational):
                yield from map(self.told, answer.made)

    def _by_value(self, item: Item, wrong: MathNode, comparer: OwnComparer) -> Iterator[Diagnosis]:
        """By what a wrong formula comes to at the right values, with the student's own names in it."""
        point = comparer.here[0]
        try:
            value = point.value(wrong)
        except NoValue:
            return
        question = QUESTIONS.get(item.kind, "").format(item.name)
        for answer in self.key.wrong_answers.get(question, ()):
            if len(answer.answer) == 1 and _agree(answer.answer[0].rational, value):
                yield from map(self.told, answer.made)


def of_link(comparer: Comparer, left: MathNode | None, right: MathNode | None, outcome: Outcome) -> Diagnosis | None:
    """What a wrong link by itself looks like: a sign, a factor of two, another name's value, a rounding."""
    try:
        found = mistake_in(comparer, left, right, outcome)
    except (BackpropError, NoValue, ArithmeticError):
        return None
    return None if found is None else Diagnosis(found.name, found.feedback)


def _updated(derivation: Derivation, key: str) -> MathNode:
    """What an update by a derivation's learning rate gives a name."""
    problem = derivation.graph.problem
    gradient: Any = Derivative(Name(problem.loss), Name(key))
    assert problem.learning_rate is not None
    return Sum((Name(key), Product((problem.learning_rate, gradient))), (False, True))


def _composed(derivation: Derivation, key: str) -> MathNode:
    """An adjoint as a derivation composes it, from the adjoints of the steps that use the name."""
    composition = derivation.composition(key)
    first, *rest = [_term(derivation, use, composition.along) for use in derivation.uses[key]]
    found: MathNode = first
    for term in rest:
        found = _joined(composition.over, found, term)
    return found


def _term(derivation: Derivation, use: LocalGradient, along: str) -> MathNode:
    if use.step == derivation.graph.loss or along == "local":
        found: MathNode = use.shortest
        return found
    return _joined(along, Derivative(Name(derivation.graph.loss), Name(use.step)), use.shortest)


def _joined(way: str, a: MathNode, b: MathNode) -> MathNode:
    parts: Any = (a, b)
    return Product(parts) if way == "times" else Sum(parts, (False, False))


def _agree(a: Any, b: Any) -> bool:
    """Whether two numbers agree to nine digits, be they beyond what floats hold; an answer may be a float's."""
    x, y = Loose().real(a), Loose().real(b)
    return bool(abs(x - y) <= 1e-9 * max(abs(x), abs(y)))
