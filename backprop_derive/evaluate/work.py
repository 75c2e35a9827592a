"""How much work the exact evaluation of a problem with tensors is, estimated from its sizes."""

from __future__ import annotations

from math import prod

from ..derivation import Component, TensorDerivation
from ..syntax.expression import Call, Expr, Over, children

# Operations on single entries past which a problem is computed in double precision: some seconds of exact work.
EXACT_WORK = 200_000
# What an operation with a definition of its own costs, in plain ones.
_CALL = 5


def is_large(derivation: TensorDerivation) -> bool:
    """Whether the exact evaluation, entry by entry, would be too much work; estimated from the sizes."""
    problem = derivation.graph.problem
    if problem.round_to is not None:
        return False
    sizes = {key: tuple(map(int, shape)) for key, shape in problem.shapes.items()}
    forward = sum(_work(component, sizes[key]) for key, component in derivation.components.items())
    backward = sum(_work(flow.component, sizes[flow.operand]) for uses in derivation.uses.values() for flow in uses)
    return (forward + backward) * (problem.updates + 1) > EXACT_WORK


def _work(component: Component, shape: tuple[int, ...]) -> int:
    return prod(shape) * _operations(component.body)


def _operations(expr: Expr) -> int:
    if isinstance(expr, Over):
        return int(expr.size) * (1 + _operations(expr.body))
    return (_CALL if isinstance(expr, Call) else 1) + sum(map(_operations, children(expr)))
