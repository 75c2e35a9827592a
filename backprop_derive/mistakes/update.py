"""Mistakes in the update of gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..derivation import Derivation, TensorDerivation
from ..syntax.expression import ONE, Expr, Negate
from .record import Mistake, Places


def _with_rate(change: Callable[[Expr], Expr]) -> Callable[[Derivation | TensorDerivation], Places]:
    def made(derivation: Derivation | TensorDerivation) -> Places:
        problem = derivation.graph.problem
        if problem.learning_rate is not None and problem.updates:
            changed = replace(problem, learning_rate=change(problem.learning_rate))
            yield "lr", replace(derivation, graph=replace(derivation.graph, problem=changed))

    return made


UPDATE = (
    Mistake("gradient ascent", "update", "Descent goes against the gradient: subtract it.", _with_rate(Negate)),
    Mistake(
        "learning rate left out", "update", "The gradient is to be multiplied by the learning rate.",
        _with_rate(lambda _: ONE),
    ),
)  # fmt: skip
