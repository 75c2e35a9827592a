"""The passes of a problem with tensors, entry by entry, as exactly as those of scalars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..derivation import INCOMING, OUTPUT, Component, Curvature, Flow, Push, TensorDerivation
from ..errors import DomainError, LimitError
from ..indexed.component import Components
from ..indexed.shape import shape_of
from ..limits import DEFAULT_LIMITS, Limits
from ..problem import Given, Problem, Step
from ..solution import Note, TensorPass, TensorSolution, TensorUpdate, TensorValue
from ..syntax.expression import Call, Expr, Name, integer, substitute, walk
from ..syntax.parser import deep_recursion
from .entries import Entries, EntryInterpreter, places_of
from .interpret import Interpreter
from .labels import check_labels
from .number import Arithmetic, Number
from .passes import carried, notes, record, with_enough_precision
from .structure import check_structures
from .work import is_large

Numbers = dict[str, Entries]


def evaluate_tensors(derivation: TensorDerivation, limits: Limits = DEFAULT_LIMITS) -> TensorSolution:
    """The derivation with all its numbers, as `passes.evaluate` does for scalars."""
    problem = derivation.graph.problem
    if not problem.has_values:
        return TensorSolution(problem, derivation, None)
    with_enough_precision(lambda arithmetic: check_structures(problem, arithmetic), problem, limits)
    if is_large(derivation):
        from .floats import evaluate_floats

        return evaluate_floats(derivation)
    with deep_recursion():
        return with_enough_precision(lambda arithmetic: Run(problem, arithmetic).solution(derivation), problem, limits)


def tensor_adjoints(derivation: TensorDerivation, limits: Limits = DEFAULT_LIMITS) -> dict[str, TensorValue]:
    """The adjoints of one pass, for a derivation by names that the solution itself did not ask for."""
    problem = derivation.graph.problem
    if is_large(derivation):
        from .floats import float_adjoints

        return float_adjoints(derivation)

    def work(arithmetic: Arithmetic) -> dict[str, TensorValue]:
        run = Run(problem, arithmetic)
        return run.one_pass(derivation, run.givens())[0].adjoints

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


def edge_flows(derivation: TensorDerivation, arithmetic: Arithmetic) -> Callable[[Flow, Entries], Entries]:
    """What an edge passes back, in the first pass, of what comes in; as numbers to go on with."""
    run = Run(derivation.graph.problem, arithmetic)
    numbers, _ = run.forward(derivation, run.givens())
    return lambda flow, incoming: run.flow(derivation, flow, numbers, incoming)


@dataclass
class Run:
    """One evaluation at one precision."""

    problem: Problem
    arithmetic: Arithmetic
    kinks: dict[str, dict[str, str]] = field(default_factory=dict)

    def solution(self, derivation: TensorDerivation) -> TensorSolution:
        problem = self.problem
        numbers = self.givens()
        first, adjoints = self.one_pass(derivation, numbers)
        passes, updates = [first], []
        rate = (
            Fraction(0)
            if problem.learning_rate is None
            else Interpreter(self.arithmetic).value(problem.learning_rate, {})
        )
        for number in range(1, problem.updates + 1):
            moved = {
                key: self.moved(numbers[key], rate, adjoints.get(key)) for key in problem.updated if key in numbers
            }
            numbers |= moved
            updates.append(TensorUpdate(number, {key: self.recorded(entries) for key, entries in moved.items()}))
            latest, adjoints = self.one_pass(derivation, numbers)
            passes.append(latest)
        return TensorSolution(problem, derivation, first, tuple(updates), tuple(passes), self.notes(derivation))

    def givens(self) -> Numbers:
        components = Components({}, lambda expr: shape_of(expr, {}))
        found: Numbers = {}
        for given in self.problem.givens:
            shape = self.sizes(given.key)
            with self.located(given):
                interpreter = EntryInterpreter(self.arithmetic)
                assert given.value is not None
                bodies = (components.entry(given.value, tuple(map(integer, at))) for at in places_of(shape))
                found[given.key] = Entries(shape, tuple(interpreter.value(body, {}) for body in bodies))
        return found

    def sizes(self, key: str) -> tuple[int, ...]:
        """The shape of a name, all of whose sizes are numbers where there are values."""
        shape = self.problem.shapes[key]
        assert all(isinstance(size, int) for size in shape)
        return tuple(int(size) for size in shape)

    # --- forward and backward

    def one_pass(self, derivation: TensorDerivation, givens: Numbers) -> tuple[TensorPass, Numbers]:
        """The pass as a record, and its adjoints as numbers to go on with."""
        numbers, values = self.forward(derivation, givens)
        adjoints, recorded = self.backward(derivation, numbers)
        return TensorPass(values, recorded), adjoints

    def forward(self, derivation: TensorDerivation, givens: Numbers) -> tuple[Numbers, dict[str, TensorValue]]:
        """The value of every given and step, and the same as records."""
        numbers = dict(givens)
        rounded: dict[str, tuple[bool, ...]] = {}
        for step in self.problem.steps:
            interpreter = EntryInterpreter(self.arithmetic)
            component = derivation.components[step.key]
            with self.located(step):
                check_labels(step, self.problem, self.arithmetic, as_names(numbers))
                entries = interpreter.entries(component.body, component.at, self.sizes(step.key), as_names(numbers))
            numbers[step.key], rounded[step.key] = self.carried(entries)
            if interpreter.kinks:
                self.kinks.setdefault(step.key, {}).update(interpreter.kinks)
        return numbers, {key: self.recorded(entries, rounded.get(key)) for key, entries in numbers.items()}

    def backward(self, derivation: TensorDerivation, numbers: Numbers) -> tuple[Numbers, dict[str, TensorValue]]:
        graph = derivation.graph
        one = Entries((), (Fraction(1),))
        adjoints: Numbers = {graph.loss: one}
        recorded = {graph.loss: self.recorded(one)}
        for key in derivation.adjoint_order():
            uses = derivation.uses.get(key, ())  # none where every use of a step is as labels
            parts = [self.flow(derivation, use, numbers, adjoints[use.step]) for use in uses] or [self.zero(key)]
            adjoints[key], rounded = self.carried(parts[0] if len(parts) == 1 else self.total(parts))
            recorded[key] = self.recorded(adjoints[key], rounded)
        for key in graph.wanted:
            recorded.setdefault(key, self.recorded(self.zero(key)))
        return adjoints, recorded

    def zero(self, key: str) -> Entries:
        shape = self.sizes(key)
        return Entries(shape, self.zeros(math.prod(shape)))

    def zeros(self, count: int) -> tuple[Number, ...]:
        return (Fraction(0),) * count

    def flow(self, derivation: TensorDerivation, flow: Flow, numbers: Numbers, incoming: Entries) -> Entries:
        """What flows back along one edge."""
        with self.differentiated(derivation, flow.step, flow.operand):
            return self.form(flow, flow.component, self.sizes(flow.operand), {**numbers, INCOMING: incoming})

    def form(
        self, of: Flow | Curvature | Push, component: Component, shape: tuple[int, ...], numbers: Numbers
    ) -> Entries:
        """The entries of a form in the slots of a step."""
        interpreter = EntryInterpreter(self.arithmetic, is_derivative=True)
        slots = {f"#{k}": Name(key) for k, key in enumerate(of.slots)}
        body = substitute(component.body, {**slots, OUTPUT: Name(of.step)})  # in names, for what errors say
        return interpreter.entries(body, component.at, shape, as_names(numbers))

    @contextmanager
    def differentiated(
        self, derivation: TensorDerivation, step_key: str, by: str, kind: str = "derivative"
    ) -> Iterator[None]:
        """Within, an error says which derivative of which step does not exist."""
        try:
            yield
        except DomainError as error:
            step = derivation.graph.steps[step_key]
            raise DomainError(
                f"the {kind} of {step.written} by {self.problem.spelled[by]} does not exist here: {error.found}",
                place=step.expression_place, hint=error.hint or "ask for the gradient at another point",
            ) from None  # fmt: skip

    def total(self, parts: Sequence[Entries]) -> Entries:
        columns = zip(*(part.numbers for part in parts), strict=True)
        return Entries(parts[0].shape, tuple(self.arithmetic.add(list(column)) for column in columns))

    def moved(self, before: Entries, rate: Number, gradient: Entries | None) -> Entries:
        """The parameter after one step against its gradient."""
        if gradient is None:
            return before
        arithmetic = self.arithmetic
        changes = (arithmetic.negate(arithmetic.multiply([rate, g])) for g in gradient.numbers)
        moved = (arithmetic.add([x, change]) for x, change in zip(before.numbers, changes, strict=True))
        return self.carried(Entries(before.shape, tuple(moved)))[0]

    def carried(self, entries: Entries) -> tuple[Entries, tuple[bool, ...]]:
        settled = [carried(self.arithmetic, number, self.problem.round_to) for number in entries.numbers]
        return Entries(entries.shape, tuple(n for n, _ in settled)), tuple(was_rounded for _, was_rounded in settled)

    @contextmanager
    def located(self, statement: Given | Step) -> Iterator[None]:
        """Within, an error gets the place and the name of a statement."""
        try:
            yield
        except (DomainError, LimitError) as error:
            if isinstance(statement, Step) and _inverts(statement.expression) and "division by zero" in error.found:
                error.found = "the matrix is singular: its determinant is 0, so it has no inverse"
            if error.place is None:
                error.place = statement.expression_place if isinstance(statement, Step) else statement.place
                error.found = f"{error.found} (in {statement.written})"
            raise

    # --- records

    def recorded(self, entries: Entries, rounded: Sequence[bool] | None = None) -> TensorValue:
        flags = rounded or (False,) * len(entries.numbers)
        return TensorValue(
            entries.shape,
            tuple(record(self.arithmetic, number, flag) for number, flag in zip(entries.numbers, flags, strict=True)),
        )

    def notes(self, derivation: TensorDerivation) -> tuple[Note, ...]:
        return notes(self.kinks, derivation.graph.on_path, self.arithmetic)


def _inverts(expr: Expr) -> bool:
    return any(isinstance(node, Call) and node.function == "inv" for node in walk(expr))


def as_names(numbers: Numbers) -> dict[str, Any]:
    """Tensors as they are, scalars as plain numbers."""
    return {key: entries if entries.shape else entries.numbers[0] for key, entries in numbers.items()}
