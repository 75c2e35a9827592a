"""Second derivatives in numbers: a sweep of forward mode for each seed, then the change of every adjoint, backwards."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..derivation import LocalGradient, SecondDerivation, SecondGradient
from ..errors import DomainError
from ..limits import DEFAULT_LIMITS, Limits
from ..solution import SecondSolution, SecondSweep, Sweep, Value
from ..syntax.expression import Expr
from ..syntax.parser import deep_recursion
from .forward import tangents_of
from .interpret import Interpreter
from .number import Number
from .passes import Edge, Run, with_enough_precision

Corner = tuple[str, str, str]


def evaluate_second(second: SecondDerivation, limits: Limits = DEFAULT_LIMITS) -> SecondSolution:
    """The second derivatives at the problem's values; nothing but the derivation where there are none.

    Raises DomainError where a second derivative that is needed does not exist at these values.
    """
    problem = second.derivation.graph.problem
    if not problem.has_values:
        return SecondSolution(second)
    with deep_recursion():
        return with_enough_precision(lambda arithmetic: _second(second, Run(problem, arithmetic)), problem, limits)


def _second(second: SecondDerivation, run: Run) -> SecondSolution:
    derivation = second.derivation
    numbers, _, _ = run.forward(run.given_values())
    local, _ = run.local_values(derivation, numbers)
    run.adjoints(derivation, local)
    bends, chosen = _bends(second, run, numbers)
    work = _Work(second, run, local, run.last_adjoints, bends)
    sweeps = tuple(map(work.sweep, second.seeds))
    found = {sweep.sweep.by: sweep.seconds for sweep in sweeps}
    zero = run.record(Fraction(0))
    values = {(seed, by): found.get(seed, {}).get(by, zero) for seed, by in second.pairs}
    return SecondSolution(second, {k: run.record(v) for k, v in bends.items()}, chosen, sweeps, values)


def _bends(
    second: SecondDerivation, run: Run, numbers: dict[str, Number]
) -> tuple[dict[Corner, Number], dict[Corner, Expr]]:
    """The value of each second-order local gradient, and of those that distinguish cases the case that applies."""
    found: dict[Corner, Number] = {}
    chosen: dict[Corner, Expr] = {}
    interpreter = Interpreter(run.arithmetic, is_derivative=True)
    for gradient in (g for gradients in second.by_step.values() for g in gradients):
        corner = gradient.step, gradient.first, gradient.second
        shortest = gradient.inner.shortest
        try:
            found[corner] = run.arithmetic.settled(interpreter.value(shortest, numbers))
        except DomainError as error:
            raise _no_second(second, run, gradient, error) from None
        if gradient.form.has_choice:
            chosen[corner] = interpreter.chosen(shortest, numbers)
    return found, chosen


def _no_second(second: SecondDerivation, run: Run, gradient: SecondGradient, error: DomainError) -> DomainError:
    step = second.derivation.graph.steps[gradient.step]
    spelled = run.problem.spelled
    return DomainError(
        f"the second derivative of {step.written} by {spelled[gradient.first]} and {spelled[gradient.second]} does not"
        f" exist here: {error.found}",
        place=step.expression_place, hint=error.hint or "ask for it at another point",
    )  # fmt: skip


@dataclass
class _Work:
    """What all sweeps of one evaluation share."""

    second: SecondDerivation
    run: Run
    local: dict[Edge, Number]
    adjoints: dict[str, Number]
    bends: dict[Corner, Number]

    def sweep(self, seed: str) -> SecondSweep:
        """∂²(loss)/∂(seed)∂u for every u that needs it, from the loss back."""
        run, derivation = self.run, self.second.derivation
        tangents, rounded = tangents_of(run, derivation, self.local, seed)
        changes: dict[str, Number] = {}
        seconds: dict[str, Value] = {}
        for key in self.second.order(seed):
            terms = [term for use in derivation.uses[key] for term in self.terms(use, changes, tangents)]
            changes[key], was_rounded = run.carried(run.arithmetic.add(terms) if len(terms) > 1 else terms[0])
            seconds[key] = run.record(changes[key], was_rounded)
        shown = {key: run.record(tangents[key], was_rounded) for key, was_rounded in rounded.items()}
        return SecondSweep(Sweep(seed, shown), seconds)

    def terms(self, use: LocalGradient, changes: dict[str, Number], tangents: dict[str, Number]) -> list[Number]:
        """What one use of a name adds: the adjoint's change, and the local gradient's."""
        multiply = self.run.arithmetic.multiply
        edge = use.step, use.operand
        found = [multiply([changes[use.step], self.local[edge]])] if use.step in changes else []
        for bent in self.second.bent(use, tangents):
            corner = bent.step, bent.first, bent.second
            found.append(multiply([self.adjoints[use.step], self.bends[corner], tangents[bent.second]]))
        return found
