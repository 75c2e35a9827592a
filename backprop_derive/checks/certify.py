"""Every line of a solution confirmed by other roads, or the first that one of them refutes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import mpmath
import numpy

from ..certificate import AT_THE_STEP, EVALUATION, IDENTITY, SOME_ENTRIES, Certificate, CertifiedLine
from ..comparison import TOLERANCE, Comparison
from ..derivation import TensorDerivation
from ..errors import CertificateError
from .differences import DIGITS, library, operations
from .engines import ENGINES, compare
from .identity import NOT_TRIED, PROVED, PROVED_IN_PART, Prover
from .network import Network, Solved
from .step import Step

# One of these confirms values and gradients besides the differences, the first that is installed.
_OTHERS = ("autograd", "torch", "jax")
_STEP = 20  # digits of the step of a difference
_MOST_ENTRIES = 6  # of one operand that a local gradient is taken by
_MOST_WORK = 2_000_000
# Beside the values of the problem, so far from them: what is right by chance there is not right here.
_NEARBY = (Fraction(0), Fraction(1, 997), Fraction(-1, 1009))


def certify(solved: Solved) -> Certificate:
    """What confirmed each line. Raises CertificateError naming a line that is refuted, UsageError as `compare`."""
    numeric = compare(solved, "numeric")
    found = [numeric, *(compare(solved, name) for name in _installed())]
    lines = [*_values(solved, found), *_locals(solved), *_gradients(solved, found)]
    certificate = Certificate(tuple(lines), tuple(comparison.called for comparison in found))
    if certificate.refuted:
        line = certificate.refuted[0]
        raise CertificateError(
            f"this solution is not certified: {line.name} is refuted by {line.refuted}",
            expected="every line confirmed", hint="please report the problem: one of the two is wrong",
        )  # fmt: skip
    return certificate


def _installed() -> tuple[str, ...]:
    return tuple(name for name in _OTHERS if find_spec(ENGINES[name].module) is not None)[:1]


# --- values and gradients, which engines know as a whole


def _values(solved: Solved, found: list[Comparison]) -> Iterator[CertifiedLine]:
    for step in solved.problem.steps:
        yield _compared("value", step.key, found)


def _gradients(solved: Solved, found: list[Comparison]) -> Iterator[CertifiedLine]:
    assert solved.first is not None
    for key in solved.first.adjoints:
        if key != solved.problem.loss:
            yield _compared("gradient", key, found)


def _compared(kind: str, key: str, found: list[Comparison]) -> CertifiedLine:
    confirmed, refuted = [], ""
    for comparison in found:
        row = next((row for row in comparison.rows if row.kind == kind and row.key == key), None)
        if row is None:
            continue
        is_value = kind == "value" and comparison.engine == "numeric"
        called = EVALUATION if is_value else comparison.called
        if comparison.difference(row) <= TOLERANCE:
            confirmed.append(called + SOME_ENTRIES if row.places is not None else called)
        else:
            refuted = refuted or called
    return CertifiedLine(kind, key, "", tuple(confirmed), refuted)


# --- local gradients, step by step


def _locals(solved: Solved) -> Iterator[CertifiedLine]:
    """Each step by each operand, by differences of this one step, and proved as a formula where that is decided."""
    derivation, network = solved.derivation, Network(solved)
    kinks = {note.about for note in solved.notes if note.kind == "kink"}
    links = derivation.flows() if isinstance(derivation, TensorDerivation) else derivation.local_gradients()
    with mpmath.workdps(DIGITS):
        numbers = library()
        values = network.values(numbers, {})
        is_small = operations(network) < _MOST_WORK
        prover = Prover(network, values)
        for link in links:
            found: dict[str, list[str]] = {"confirmed": [], "refuted": [], "undecided": [], "not tried": []}
            is_tried = link.step not in kinks
            if is_small and is_tried:
                agrees = _agrees(Step(network, numbers, values, link), network, link.operand)
                found["undecided" if agrees is None else "confirmed" if agrees else "refuted"].append(AT_THE_STEP)
            else:
                found["not tried"].append(AT_THE_STEP)
            answer = prover.prove(link) if is_tried else NOT_TRIED
            is_proved = answer in (PROVED, PROVED_IN_PART)
            road = IDENTITY + SOME_ENTRIES if answer == PROVED_IN_PART else IDENTITY
            found["confirmed" if is_proved else answer].append(road)
            yield CertifiedLine(
                "local", link.step, link.operand, tuple(found["confirmed"]), "".join(found["refuted"][:1]),
                tuple(found["undecided"]), tuple(found["not tried"]),
            )  # fmt: skip


def _agrees(step: Step, network: Network, operand: str) -> bool | None:
    """Whether formula and differences agree at all points; None where neither has a value."""
    answers = []
    for off in _NEARBY:
        values = dict(step.values)
        moved = values[operand]
        values[operand] = moved * (1 + mpmath.mpf(off.numerator) / off.denominator)
        try:
            answers.append(_agrees_at(step, values, network, operand))
        except (ArithmeticError, ValueError, TypeError):
            continue
    return all(answers) if answers else None


def _agrees_at(step: Step, values: dict[str, Any], network: Network, operand: str) -> bool:
    values[step.link.step] = step.output(values)
    incoming = _weights(network.shape(step.link.step))
    claimed = numpy.ravel(step.claimed(values, incoming))
    shape, size = network.shape(operand), math.prod(network.shape(operand))
    h = mpmath.mpf(10) ** -_STEP
    for place in range(0, size, max(1, size // _MOST_ENTRIES)):
        sides = []
        for sign in (1, -1):
            shift = numpy.full(size, mpmath.mpf(0), dtype=object)
            shift[place] = sign * h
            shifted = values[operand] + (network.within(operand, shift.reshape(shape)) if shape else shift[0])
            sides.append(numpy.sum(incoming * step.output({**values, operand: shifted})))
        difference = (sides[0] - sides[1]) / (2 * h)
        theirs = claimed[place] if len(claimed) == size else claimed[0]
        if not abs(difference - theirs) <= TOLERANCE * max(1, abs(difference), abs(theirs)):
            return False
    return True


def _weights(shape: tuple[int, ...]) -> Any:
    """An incoming adjoint in which no two entries are alike."""
    if not shape:
        return mpmath.mpf(1)
    weights = [0.5 + mpmath.frac(k * mpmath.phi) for k in range(math.prod(shape))]  # of an irrational: all differ
    return numpy.array(weights, dtype=object).reshape(shape)
