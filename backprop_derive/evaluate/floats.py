"""The passes of a problem with large tensors, in double precision, by the compiled program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy

from ..derivation import INCOMING, OUTPUT, Flow, TensorDerivation
from ..errors import DomainError
from ..limits import DEFAULT_LIMITS
from ..problem import Problem
from ..solution import Note, TensorPass, TensorSolution, TensorUpdate, TensorValue, Value
from ..syntax.expression import Expr, ListOf, Negate, Number
from ..syntax.parser import deep_recursion
from .compiled import Registers, registers
from .diagnosis import reason
from .interpret import Interpreter
from .lowering import Lowering
from .number import Arithmetic
from .passes import record
from .program import Program

Floats = dict[str, Any]
_DIGITS = 15


def evaluate_floats(derivation: TensorDerivation) -> TensorSolution:
    """As `tensors.evaluate_tensors`, rounded: 15 significant digits of every number."""
    problem = derivation.graph.problem
    run = _Run(derivation)
    arrays = {given.key: array_of(given.value, run.shapes[given.key]) for given in problem.givens}
    exact = {given.key: _recorded(given.value, run.shapes[given.key], arrays[given.key]) for given in problem.givens}
    first, adjoints = run.one_pass(arrays, exact)
    passes, updates = [first], []
    rate = 0.0 if problem.learning_rate is None else float_of(problem.learning_rate)
    for number in range(1, problem.updates + 1):
        moved = {key: arrays[key] - rate * adjoints.get(key, 0.0) for key in problem.updated if key in arrays}
        arrays |= moved
        exact |= {key: rounded(value) for key, value in moved.items()}
        updates.append(TensorUpdate(number, {key: exact[key] for key in moved}))
        latest, adjoints = run.one_pass(arrays, exact)
        passes.append(latest)
    kinks = (Note("kink", key, name) for key, name in run.met if key in derivation.graph.on_path)
    return TensorSolution(problem, derivation, first, tuple(updates), tuple(passes), (*kinks, Note("floats", "")))


def float_adjoints(derivation: TensorDerivation) -> dict[str, TensorValue]:
    """As `tensors.tensor_adjoints`, rounded."""
    run = _Run(derivation)
    arrays = {g.key: array_of(g.value, run.shapes[g.key]) for g in derivation.graph.problem.givens}
    return {key: rounded(value) for key, value in run.results(arrays)[1].items()}


def float_flows(derivation: TensorDerivation) -> Callable[[Flow, Any], Any]:
    """As `tensors.edge_flows`, on arrays."""
    run = _Run(derivation)
    arrays = {g.key: array_of(g.value, run.shapes[g.key]) for g in derivation.graph.problem.givens}
    arrays |= run.results(arrays)[0]

    def flow_of(flow: Flow, incoming: Any) -> Any:
        names = {**{f"#{k}": name for k, name in enumerate(flow.slots)}, OUTPUT: flow.step}
        values = {slot: arrays[name] for slot, name in names.items()} | {INCOMING: incoming}
        program = Program()
        registers = {slot: program.input(slot, numpy.shape(value)) for slot, value in values.items()}
        form = flow.component
        with deep_recursion():
            result = Lowering(program, registers, {}).component(form.body, form.at, run.shapes[flow.operand])
        return program.runner({"": result})(values)[""]

    return flow_of


class _Run:
    """The compiled program of a derivation whose sizes are all numbers; `met` are kinks, by step and operation."""

    def __init__(self, derivation: TensorDerivation) -> None:
        self.derivation = derivation
        self.problem: Problem = derivation.graph.problem
        self.shapes = {key: tuple(map(int, shape)) for key, shape in self.problem.shapes.items()}
        self.made: Registers = registers(derivation, self.shapes, {})
        adjoints = {f"d{key}": register for key, register in self.made.adjoints.items()}
        steps = {step.key: self.made.values[step.key] for step in self.problem.steps}
        kinks = {str(register): register for found in self.made.kinks.values() for register in found}
        self.runner = self.made.program.runner(steps | adjoints | kinks | self.made.checks)
        self.met: dict[tuple[str, str], None] = {}

    def results(self, arrays: Floats) -> tuple[Floats, Floats]:
        """The values of the steps, and the adjoints. Raises DomainError where one does not exist."""
        found = self.runner(arrays)
        if not all(numpy.isfinite(value).all() for value in found.values()):
            raise reason(self.derivation, self.made, arrays, {})
        for met, registers_of in self.made.kinks.items():
            if any(found[str(register)] for register in registers_of):
                self.met[met] = None
        steps = {step.key: found[step.key] for step in self.problem.steps}
        return steps, {key: found[f"d{key}"] for key in self.made.adjoints}

    def one_pass(self, arrays: Floats, givens: Mapping[str, TensorValue]) -> tuple[TensorPass, Floats]:
        values, adjoints = self.results(arrays)
        steps = {key: rounded(value) for key, value in values.items()}
        return TensorPass({**givens, **steps}, {key: rounded(value) for key, value in adjoints.items()}), adjoints


def rounded(array: Any) -> TensorValue:
    """An array as a solution keeps it: numbers that are not exact, to the digits that a float surely has."""
    values = numpy.asarray(array, dtype=float)
    return TensorValue(values.shape, tuple(_rounded(x) for x in values.ravel().tolist()))


def _rounded(number: float) -> Value:
    # `+ 0.0` for a zero of either sign.
    return Value(Decimal(f"{number + 0.0:.{_DIGITS}g}"))


def array_of(value: Expr | None, shape: tuple[int, ...]) -> Any:
    """A given's value as an array, of a number a float."""
    assert value is not None
    flat = [float_of(entry) for entry in _entries(value)]
    return numpy.array(flat).reshape(shape) if shape else flat[0]


def _recorded(value: Expr | None, shape: tuple[int, ...], array: Any) -> TensorValue:
    """A given: written numbers stay exact, other entries are rounded as all the rest."""
    assert value is not None
    arithmetic = Arithmetic(256, DEFAULT_LIMITS, last_resort=True)
    flat = numpy.ravel(array).tolist()
    entries = tuple(
        _rounded(number) if (exact := _fraction(entry)) is None else record(arithmetic, exact)
        for entry, number in zip(_entries(value), flat, strict=True)
    )
    return TensorValue(shape, entries)


def _entries(value: Expr) -> list[Expr]:
    """The entries of nested lists, row by row."""
    if not isinstance(value, ListOf):
        return [value]
    return [entry for item in value.items for entry in _entries(item)]


def _fraction(entry: Expr) -> Fraction | None:
    match entry:
        case Number(value):
            return value
        case Negate(Number(value)):
            return -value
    return None


def float_of(entry: Expr) -> float:
    """A closed expression in double precision. Raises DomainError beyond its range."""
    exact = _fraction(entry)
    if exact is not None:
        return float(exact)
    arithmetic = Arithmetic(256, DEFAULT_LIMITS, last_resort=True)
    number = float(arithmetic.decimal(Interpreter(arithmetic).value(entry, {})))
    if not numpy.isfinite(number):
        raise DomainError("a given value is beyond the range of double precision")
    return number
