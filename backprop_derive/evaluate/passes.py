"""The passes: values forward, adjoints backward, then the updates of gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from ..derivation import Derivation
from ..errors import DomainError, LimitError, Place, UsageError
from ..limits import DEFAULT_LIMITS, Limits
from ..problem import Given, Problem, Step
from ..solution import Note, Pass, SolutionRecord, Update, Value
from ..symbolic.translate import from_sympy
from ..syntax.expression import Expr
from ..syntax.parser import deep_recursion
from .interpret import Interpreter
from .number import Arithmetic, Closed, Number, round_half_away
from .real import MorePrecision

_FIRST_BITS = 256
_MOST_BITS = 4096
T = TypeVar("T")


def evaluate(derivation: Derivation, limits: Limits = DEFAULT_LIMITS) -> SolutionRecord:
    """The derivation with all its numbers, as many passes as there are updates, and one more.

    Everything is computed anew with twice the digits while a decision or a recorded digit is in doubt, so that what is
    shown is true. Raises DomainError where a value or a needed derivative does not exist, LimitError past a limit.
    """
    problem = derivation.graph.problem
    if not problem.has_values:
        return SolutionRecord(problem, derivation, None)
    if problem.updates > limits.exact_updates and problem.round_to is None:
        limits.check("exact_updates", problem.updates, "the number of exact updates")
    with deep_recursion():
        return _with_enough_precision(lambda run: run.solution(derivation), problem, limits)


def adjoints_for(derivation: Derivation, limits: Limits = DEFAULT_LIMITS) -> dict[str, Value]:
    """The adjoints of one pass, for a derivation by names that the solution itself did not ask for."""
    problem = derivation.graph.problem
    with deep_recursion():
        return _with_enough_precision(
            lambda run: run.one_pass(derivation, run.given_values()).adjoints, problem, limits
        )


def _with_enough_precision(work: Callable[[_Run], T], problem: Problem, limits: Limits) -> T:
    bits = _FIRST_BITS
    while True:
        try:
            return work(_Run(problem, Arithmetic(bits, limits, last_resort=bits >= _MOST_BITS)))
        except MorePrecision:
            bits *= 2


@dataclass
class _Run:
    """One evaluation at one precision."""

    problem: Problem
    arithmetic: Arithmetic
    kinks: dict[str, dict[str, str]] = field(default_factory=dict)

    def solution(self, derivation: Derivation) -> SolutionRecord:
        problem = self.problem
        numbers = self.given_values()
        passes = [self.one_pass(derivation, numbers)]
        updates: list[Update] = []
        keeps_all = problem.updates <= 100
        rate = self.learning_rate() if problem.updates else Fraction(0)
        moved = tuple(key for key in problem.updated if key in numbers and key in {g.key for g in problem.givens})
        for number in range(1, problem.updates + 1):
            before = self.last_adjoints
            for key in moved:
                change = self.arithmetic.multiply([rate, before.get(key, Fraction(0))])
                numbers[key] = self.carried(self.arithmetic.add([numbers[key], self.arithmetic.negate(change)]))
            updates.append(Update(number, {key: self.record(numbers[key]) for key in moved}))
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
        problem = self.problem
        numbers = dict(givens)
        for step in problem.steps:
            interpreter = Interpreter(self.arithmetic)
            numbers[step.key] = self.carried(self.located(interpreter, step.expression, numbers, step))
            if interpreter.kinks:
                self.kinks.setdefault(step.key, {}).update(interpreter.kinks)
        local, adjoints = self.backward(derivation, numbers)
        self.last_adjoints = adjoints
        return Pass(
            {key: self.record(v) for key, v in numbers.items()},
            {edge: self.record(v) for edge, v in local.items()},
            {key: self.record(v) for key, v in adjoints.items()},
        )

    def backward(
        self, derivation: Derivation, numbers: dict[str, Number]
    ) -> tuple[dict[tuple[str, str], Number], dict[str, Number]]:
        graph = derivation.graph
        local: dict[tuple[str, str], Number] = {}
        adjoints: dict[str, Number] = {graph.loss: Fraction(1)}
        interpreter = Interpreter(self.arithmetic)
        for gradient in derivation.local_gradients():
            step = graph.steps[gradient.step]
            try:
                value = self.carried(interpreter.value(gradient.shortest, numbers))
            except DomainError as error:
                given = problem_name(self.problem, gradient.operand)
                raise DomainError(
                    f"the derivative of {step.written} by {given} does not exist here: {error.found}",
                    place=step.expression_place, hint=error.hint or "ask for the gradient at another point",
                ) from None  # fmt: skip
            local[gradient.step, gradient.operand] = value
        for key in derivation.adjoint_order():
            terms = [
                self.arithmetic.multiply([adjoints[use.step], local[use.step, key]]) for use in derivation.uses[key]
            ]
            adjoints[key] = self.carried(terms[0] if len(terms) == 1 else self.arithmetic.add(terms))
        for key in graph.wanted:
            adjoints.setdefault(key, Fraction(0))
        return local, adjoints

    def carried(self, value: Number) -> Number:
        """The value as the calculation goes on with it: settled, and rounded where the problem says so."""
        settled = self.arithmetic.settled(value)
        decimals = self.problem.round_to
        if decimals is None:
            return settled
        exact = settled if isinstance(settled, Fraction) else Fraction(self.arithmetic.decimal(settled))
        return round_half_away(exact, decimals)

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

    def record(self, number: Number) -> Value:
        exact = number if isinstance(number, Fraction) else None
        closed = from_sympy(number.form, {}) if isinstance(number, Closed) else None
        return Value(self.arithmetic.decimal(number), exact, closed)

    def notes(self, derivation: Derivation) -> tuple[Note, ...]:
        notes = []
        on_path = derivation.graph.on_path
        for key, found in self.kinks.items():
            if key in on_path:
                notes += [Note("kink", key, operation) for operation in found]
        if self.arithmetic.gave_way:
            notes.append(Note("digits", ""))
        if self.arithmetic.zero_by_digits:
            notes.append(Note("zero", ""))
        return tuple(notes)


def problem_name(problem: Problem, key: str) -> str:
    """A name as the author spells it."""
    if key not in problem.spelled:
        raise UsageError(f"unknown name {key}")
    return problem.spelled[key]
