"""The passes: values forward, adjoints backward, then the updates of gradient descent."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, TypeVar

from ..derivation import Derivation, Formulas
from ..errors import BackpropError, DomainError, LimitError, Place
from ..limits import DEFAULT_LIMITS, Limits
from ..ops.table import holds_choice
from ..problem import Given, Problem, Step
from ..solution import Note, Pass, SolutionRecord, Update, Value
from ..symbolic.translate import from_sympy
from ..syntax.expression import Expr, size
from ..syntax.parser import deep_recursion
from .exponentials import Exponentials, Later, Unsettled
from .interpret import Interpreter
from .number import Arithmetic, Closed, Number, round_half_away
from .real import MorePrecision

_FIRST_BITS = 256
# The most bits that a problem of at most so many operations is evaluated with, before what is still within the error
# of 0 is taken to be 0: a pass at the last of them takes some seconds.
_MOST_BITS = ((8, 65_536), (128, 16_384), (math.inf, 4096))
# Of tensors each entry is an operation of its own: past so many, 300 digits tell a 0 from what is none. The gradient by
# the bias of an attention's keys is such a 0, of which every pass asks for more digits.
_MANY_ENTRIES, _BITS_OF_MANY = 256, 1024
# The ways in which an adjoint is composed; but for the chain rule's own they are worked mistakes.
_COMPOSED: dict[str, Callable[[Arithmetic, list[Number]], Number]] = {
    "times": lambda arithmetic, numbers: arithmetic.multiply(numbers),
    "plus": lambda arithmetic, numbers: arithmetic.add(numbers),
    "local": lambda _, numbers: numbers[-1],
}
_TRIALS = 20  # of a quick evaluation, before it is judged
_FEW_UPDATES = 3  # exact numbers grow with each, and there is no end to the others' digits
T = TypeVar("T")
Edge = tuple[str, str]


def evaluate(derivation: Derivation, limits: Limits = DEFAULT_LIMITS) -> SolutionRecord:
    """The derivation with all its numbers, as many passes as there are updates, and one more.

    Everything is computed anew with more digits while a decision or a recorded digit is in doubt, so that what is shown
    is true. Raises DomainError where a value or a needed derivative does not exist, LimitError past a limit.
    """
    problem = derivation.graph.problem
    if not problem.has_values:
        return SolutionRecord(problem, derivation, None)
    if problem.updates > limits.exact_updates and problem.round_to is None:
        limits.check("exact_updates", problem.updates, "the number of exact updates")
    with deep_recursion():
        return _quickly(derivation, limits) or with_enough_precision(
            lambda arithmetic: Run(problem, arithmetic).solution(derivation), problem, limits
        )


def _quickly(derivation: Derivation, limits: Limits) -> SolutionRecord | None:
    """The same where no number asks for more than exponentials; None where it does, or anything is wrong."""
    problem, luck = derivation.graph.problem, _luck(derivation.formulas)
    if problem.round_to is not None or problem.updates > _FEW_UPDATES or not luck.is_worth_it:
        return None
    arithmetic: Any = Exponentials(limits)
    luck.tried += 1
    try:
        found = Run(problem, arithmetic).solution(derivation)
    except (Unsettled, BackpropError):
        return None
    luck.settled += 1
    return found


@dataclass
class _Luck:
    """How often the variants of a derivation were evaluated quickly: where that seldom succeeds, it only costs time."""

    tried: int = 0
    settled: int = 0

    @property
    def is_worth_it(self) -> bool:
        return self.tried < _TRIALS or self.settled * 2 > self.tried


@lru_cache(maxsize=64)
def _luck(formulas: Formulas) -> _Luck:
    return _Luck()


def adjoints_for(derivation: Derivation, limits: Limits = DEFAULT_LIMITS) -> dict[str, Value]:
    """The adjoints of one pass, for a derivation by names that the solution itself did not ask for."""
    problem = derivation.graph.problem

    def work(arithmetic: Arithmetic) -> dict[str, Value]:
        run = Run(problem, arithmetic)
        return run.one_pass(derivation, run.given_values()).adjoints

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


def local_numbers(derivation: Derivation, arithmetic: Arithmetic) -> dict[Edge, Number]:
    """The local gradients of the first pass, as numbers to go on with."""
    run = Run(derivation.graph.problem, arithmetic)
    run.one_pass(derivation, run.given_values())
    return run.last_local


def with_enough_precision(work: Callable[[Arithmetic], T], problem: Problem, limits: Limits) -> T:
    operations = sum(size(step.expression) for step in problem.steps) * (problem.updates + 1)
    entries = sum(size(s.expression) * math.prod(map(int, problem.shapes.get(s.key, ()))) for s in problem.steps)
    most = next(bits for limit, bits in _MOST_BITS if operations <= limit)
    if any(problem.shapes.values()) and entries > _MANY_ENTRIES:
        most = _BITS_OF_MANY
    bits = _FIRST_BITS
    while True:
        try:
            return work(Arithmetic(bits, limits, last_resort=bits >= most))
        except MorePrecision:
            bits *= 4 if bits < 4096 else 2


@dataclass
class Run:
    """One evaluation at one precision; forward mode and second derivatives go on from it."""

    problem: Problem
    arithmetic: Arithmetic
    kinks: dict[str, dict[str, str]] = field(default_factory=dict)
    last_adjoints: dict[str, Number] = field(default_factory=dict)
    last_local: dict[Edge, Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.choices = {step.key for step in self.problem.steps if holds_choice(step.expression)}

    def solution(self, derivation: Derivation) -> SolutionRecord:
        problem = self.problem
        numbers = self.given_values()
        passes = [self.one_pass(derivation, numbers)]
        updates: list[Update] = []
        rounded: dict[str, bool] = {}
        keeps_all = problem.updates <= 100
        rate = self.learning_rate() if problem.updates else Fraction(0)
        moved = tuple(key for key in problem.updated if key in numbers and key in {g.key for g in problem.givens})
        for number in range(1, problem.updates + 1):
            before = self.last_adjoints
            for key in moved:
                change = self.arithmetic.multiply([rate, before.get(key, Fraction(0))])
                moved_to = self.arithmetic.add([numbers[key], self.arithmetic.negate(change)])
                numbers[key], rounded[key] = self.carried(moved_to)
            updates.append(Update(number, {key: self.record(numbers[key], rounded[key]) for key in moved}))
            latest = self.one_pass(derivation, numbers)
            if keeps_all or number == problem.updates:
                passes.append(latest)
        return SolutionRecord(problem, derivation, passes[0], tuple(updates), tuple(passes), self.notes(derivation))

    # --- forward and backward

    def given_values(self) -> dict[str, Number]:
        interpreter = Interpreter(self.arithmetic)
        return {
            given.key: self.located(interpreter, given.value, {}, given)
            for given in self.problem.givens
            if given.value is not None
        }

    def learning_rate(self) -> Number:
        assert self.problem.learning_rate is not None
        return Interpreter(self.arithmetic).value(self.problem.learning_rate, {})

    def one_pass(self, derivation: Derivation, givens: dict[str, Number]) -> Pass:
        numbers, values, chosen = self.forward(givens)
        local, local_chosen = self.local_values(derivation, numbers)
        self.last_local = local
        adjoints = self.adjoints(derivation, local)
        return Pass(values, {edge: self.record(v) for edge, v in local.items()}, adjoints, chosen, local_chosen)

    def forward(self, givens: dict[str, Number]) -> tuple[dict[str, Number], dict[str, Value], dict[str, Expr]]:
        """The value of every given and step, the same as records, and the cases that apply."""
        numbers = dict(givens)
        values = {key: self.record(number) for key, number in givens.items()}
        chosen: dict[str, Expr] = {}
        for step in self.problem.steps:
            interpreter = Interpreter(self.arithmetic)
            number = self.located(interpreter, step.expression, numbers, step)
            numbers[step.key], was_rounded = self.carried(number)
            values[step.key] = self.record(numbers[step.key], was_rounded)
            if interpreter.kinks:
                self.kinks.setdefault(step.key, {}).update(interpreter.kinks)
            if step.key in self.choices:
                chosen[step.key] = interpreter.chosen(step.expression, numbers)
        return numbers, values, chosen

    def local_values(
        self, derivation: Derivation, numbers: dict[str, Number]
    ) -> tuple[dict[Edge, Number], dict[Edge, Expr]]:
        """The value of each local gradient, and for those that distinguish cases the case that applies."""
        local: dict[Edge, Number] = {}
        chosen: dict[Edge, Expr] = {}
        interpreter = Interpreter(self.arithmetic, is_derivative=True)
        for gradient in derivation.local_gradients():
            edge = gradient.step, gradient.operand
            try:
                local[edge] = self.arithmetic.settled(interpreter.value(gradient.shortest, numbers))
            except DomainError as error:
                step = derivation.graph.steps[gradient.step]
                operand = self.problem.spelled[gradient.operand]
                raise DomainError(
                    f"the derivative of {step.written} by {operand} does not exist here: {error.found}",
                    place=step.expression_place, hint=error.hint or "ask for the gradient at another point",
                ) from None  # fmt: skip
            if gradient.form.has_choice:
                chosen[edge] = interpreter.chosen(gradient.shortest, numbers)
        return local, chosen

    def adjoints(self, derivation: Derivation, local: dict[Edge, Number]) -> dict[str, Value]:
        """The adjoints from the loss back, each a sum over uses; 0 for a wanted name that no path leads from."""
        graph, arithmetic = derivation.graph, self.arithmetic
        numbers: dict[str, Number] = {graph.loss: Fraction(1)}
        values = {graph.loss: self.record(Fraction(1))}
        for key in derivation.adjoint_order():
            uses = derivation.uses[key]
            composed = derivation.composition(key)
            along, over = _COMPOSED[composed.along], _COMPOSED[composed.over]
            terms = [along(arithmetic, [numbers[use.step], local[use.step, key]]) for use in uses]
            numbers[key], was_rounded = self.carried(terms[0] if len(terms) == 1 else over(arithmetic, terms))
            values[key] = self.record(numbers[key], was_rounded)
        for key in graph.wanted:
            values.setdefault(key, self.record(Fraction(0)))
        self.last_adjoints = numbers
        return values

    def carried(self, value: Number) -> tuple[Number, bool]:
        return carried(self.arithmetic, value, self.problem.round_to)

    def located(
        self, interpreter: Interpreter, expression: Expr, numbers: dict[str, Number], statement: Given | Step
    ) -> Number:
        """The value of a given or a step; an error gets its place and name."""
        place: Place = statement.expression_place if isinstance(statement, Step) else statement.place
        try:
            return interpreter.value(expression, numbers)
        except (DomainError, LimitError) as error:
            if error.place is None:
                error.place = place
                error.found = f"{error.found} (in {statement.written})"
            raise

    # --- records

    def record(self, number: Number, was_rounded: bool = False) -> Value:
        return record(self.arithmetic, number, was_rounded)

    def notes(self, derivation: Derivation) -> tuple[Note, ...]:
        return notes(self.kinks, derivation.graph.on_path, self.arithmetic)


def carried(arithmetic: Arithmetic, value: Number, decimals: int | None) -> tuple[Number, bool]:
    """The value as a calculation goes on with it, rounded where it carries so many decimals; and whether it was."""
    settled = arithmetic.settled(value)
    if decimals is None:
        return settled, False
    exact = settled if isinstance(settled, Fraction) else Fraction(arithmetic.decimal(settled))
    rounded = round_half_away(exact, decimals)
    return rounded, rounded != settled


def record(arithmetic: Arithmetic | Exponentials, number: Any, was_rounded: bool = False) -> Value:
    """A number as a solution keeps it."""
    if isinstance(arithmetic, Exponentials):
        later = None if isinstance(number, Fraction) else Later(arithmetic.again, number)
        return Value(arithmetic.decimal(number), None if later else number, was_rounded, later)
    exact = number if isinstance(number, Fraction) else None
    if isinstance(number, Closed):
        make = partial(from_sympy, number.form, {})
        return Value(arithmetic.decimal(number), None, was_rounded, make, number.is_algebraic)
    return Value(arithmetic.decimal(number), exact, was_rounded)


def notes(kinks: dict[str, dict[str, str]], on_path: Collection[str], arithmetic: Arithmetic) -> tuple[Note, ...]:
    """What a reader must be told: kinks and ties met on a path, digits that gave way, zeros by digits."""
    found = [Note("kink", key, operation) for key, met in kinks.items() if key in on_path for operation in met]
    if arithmetic.gave_way:
        found.append(Note("digits", ""))
    if arithmetic.zero_by_digits:
        found.append(Note("zero", ""))
    return tuple(found)
