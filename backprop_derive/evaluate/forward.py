"""Forward mode: the tangents of every step, one sweep a wanted name, with the local gradients of the backward pass."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..derivation import Derivation
from ..limits import DEFAULT_LIMITS, Limits
from ..solution import Sweep
from ..syntax.parser import deep_recursion
from .number import Arithmetic, Number
from .passes import Edge, Run, with_enough_precision


def forward_sweeps(derivation: Derivation, limits: Limits = DEFAULT_LIMITS) -> tuple[Sweep, ...]:
    """A sweep for each wanted name that reaches the loss; exact and rounded as the backward pass is."""
    graph = derivation.graph

    def work(arithmetic: Arithmetic) -> tuple[Sweep, ...]:
        run = Run(graph.problem, arithmetic)
        numbers, _, _ = run.forward(run.given_values())
        local, _ = run.local_values(derivation, numbers)
        return tuple(_sweep(run, derivation, local, key) for key in graph.wanted if key in graph.on_path)

    with deep_recursion():
        return with_enough_precision(work, graph.problem, limits)


def _sweep(run: Run, derivation: Derivation, local: Mapping[Edge, Number], by: str) -> Sweep:
    tangents, rounded = tangents_of(run, derivation, local, by)
    return Sweep(by, {key: run.record(tangents[key], was_rounded) for key, was_rounded in rounded.items()})


def tangents_of(
    run: Run, derivation: Derivation, local: Mapping[Edge, Number], by: str
) -> tuple[dict[str, Number], dict[str, bool]]:
    """The tangent of each step that `by` reaches, and of `by` itself; and which of the steps' were rounded."""
    arithmetic = run.arithmetic
    tangents: dict[str, Number] = {by: Fraction(1)}
    rounded: dict[str, bool] = {}
    for key in derivation.tangent_order(by):
        moved = derivation.moved(key, tangents)
        terms = [arithmetic.multiply([local[key, use.operand], tangents[use.operand]]) for use in moved]
        tangents[key], rounded[key] = run.carried(terms[0] if len(terms) == 1 else arithmetic.add(terms))
    return tangents, rounded
