"""How much work the exact evaluation of a problem with tensors is, estimated from its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ..derivation import Component, TensorDerivation
from ..syntax.expression import Call, Expr, Name, Over, children, walk

# Operations on single entries past which a problem is computed in double precision: some seconds of exact work.
EXACT_WORK = 200_000
# What an operation with a definition of its own costs, in plain ones.
_CALL = 5
# What looks at a whole matrix, once for all of its entries: n products of n×n matrices.
_WHOLE = ("det", "inv", "cofactor")


def is_large(derivation: TensorDerivation) -> bool:
    """Whether the exact evaluation, entry by entry, would be too much work; estimated from the sizes."""
    problem = derivation.graph.problem
    if problem.round_to is not None:
        return False
    sizes = {key: tuple(map(int, shape)) for key, shape in problem.shapes.items()}
    forward = sum(_work(component, sizes[key], sizes) for key, component in derivation.components.items())
    backward = sum(
        _work(flow.component, sizes[flow.operand], {f"#{k}": sizes[name] for k, name in enumerate(flow.slots)})
        for uses in derivation.uses.values()
        for flow in uses
    )
    return (forward + backward) * (problem.updates + 1) > EXACT_WORK


def _work(component: Component, shape: tuple[int, ...], sizes: Mapping[str, tuple[int, ...]]) -> int:
    inverted = {node.arguments for node in walk(component.body) if isinstance(node, Call) and node.function in _WHOLE}
    of_matrices = sum(sizes[matrix.key][0] ** 4 for (matrix,) in inverted if isinstance(matrix, Name))
    return prod(shape) * _operations(component.body) + of_matrices


def _operations(expr: Expr) -> int:
    if isinstance(expr, Over):
        return int(expr.size) * (1 + _operations(expr.body))
    return (_CALL if isinstance(expr, Call) else 1) + sum(map(_operations, children(expr)))
