"""Updates by any optimiser worked as exactly as a pass: every line of its rule for every parameter."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..derivation import Derivation
from ..errors import DomainError
from ..limits import DEFAULT_LIMITS, Limits
from ..optimiser import GRADIENT, NUMBER, PARAMETER, RATE, Optimiser
from ..solution import WorkedLine, WorkedUpdate
from ..syntax.expression import Expr, names_in
from ..syntax.parser import deep_recursion
from .interpret import Interpreter
from .number import Arithmetic, Number
from .passes import Run, with_enough_precision

States = dict[str, dict[str, Number]]


def work_updates(
    derivation: Derivation,
    optimiser: Optimiser,
    rate: Expr,
    moved: Sequence[str],
    count: int,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[WorkedUpdate, ...]:
    """The first updates of a problem of numbers. Raises DomainError where one divides by zero, LimitError."""
    problem = derivation.graph.problem

    def work(arithmetic: Arithmetic) -> tuple[WorkedUpdate, ...]:
        run = Run(problem, arithmetic)
        interpreter = Interpreter(arithmetic)
        constants = {name: interpreter.value(value, {}) for name, value in optimiser.constants.items()}
        constants[RATE] = interpreter.value(rate, {})
        numbers = run.given_values()
        states: States = {key: dict.fromkeys(optimiser.kept, Fraction(0)) for key in moved}
        found = []
        for number in range(1, count + 1):
            passed = run.one_pass(derivation, numbers)
            gradients = run.last_adjoints
            lines = {}
            for key in moved:
                names = {**constants, **states[key], NUMBER: Fraction(number), PARAMETER: numbers[key]}
                names[GRADIENT] = gradients.get(key, Fraction(0))
                lines[key] = tuple(_line(run, interpreter, name, expr, names) for name, expr in optimiser.rule)
                states[key] = {state: names[state] for state in optimiser.kept}
                numbers[key] = names[PARAMETER]
            found.append(WorkedUpdate(number, passed, lines))
        return tuple(found)

    with deep_recursion():
        return with_enough_precision(work, problem, limits)


def _line(run: Run, interpreter: Interpreter, name: str, expr: Expr, names: dict[str, Number]) -> WorkedLine:
    """One line, after which `names` holds its result."""
    values = {key: run.record(names[key]) for key in names_in(expr)}
    try:
        names[name], was_rounded = run.carried(interpreter.value(expr, names))
    except DomainError as error:
        raise DomainError(f"the update has no value: {error.found}") from None
    return WorkedLine(name, dict(values), run.record(names[name], was_rounded))
