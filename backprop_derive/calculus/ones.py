"""Axes of size 1 as if they were longer: what holds for every size holds for 1, and reads as a reader expects.

Of X: (1, 3) and W: (3, 1), the product X @ W has the gradients G Wᵀ and Xᵀ G, as it has for all sizes; written for the
size 1 alone they would be places and new axes, G[0, 0]·W[:, 0].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from ..derivation import Component
from ..errors import ProblemError
from ..indexed.component import Components
from ..indexed.shape import Shape, shape_of
from ..syntax.expression import Expr, Inside, Name, Over, map_children, walk

_LETTER = "1*"  # no name that a problem can hold


@lru_cache(maxsize=4096)
def lengthened(shape: Expr, sizes: tuple[Shape, ...]) -> tuple[Shape, ...] | None:
    """The shapes of a step's slots with a letter for each size 1; None where the step is another one without them."""
    if not any(1 in size for size in sizes):
        return None
    longer = tuple(tuple(_LETTER if n == 1 else n for n in size) for size in sizes)
    known = _by_slot(longer)
    components = Components(known, lambda expr: shape_of(expr, known))
    try:
        out = shape_of(shape, known)
        components.entry(shape, tuple(Name(components.fresh()) for _ in out))
    except ProblemError:  # a 1 is repeated to fit, or a size must be a number
        return None
    return longer if _of_size_one(out) == shape_of(shape, _by_slot(sizes)) else None


def component_at_one(component: Component) -> Component | None:
    """A component form for the size 1; None where it counts with the size."""
    body = _at_one(component.body)
    return None if _names_size(body) else replace(component, body=body)


def matrix_at_one(matrix: Expr | None) -> Expr | None:
    """Matrix notation for the size 1; None where it holds the size, as a vector of ones does."""
    return None if matrix is None or _names_size(matrix) else matrix


def _by_slot(sizes: tuple[Shape, ...]) -> Mapping[str, Shape]:
    return {f"#{k}": size for k, size in enumerate(sizes)}


def _of_size_one(shape: Shape) -> Shape:
    return tuple(1 if n == _LETTER else n for n in shape)


def _at_one(expr: Expr) -> Expr:
    expr = map_children(expr, _at_one)
    return replace(expr, size=1) if isinstance(expr, Over | Inside) and expr.size == _LETTER else expr


def _names_size(expr: Expr) -> bool:
    return any(node == Name(_LETTER) for node in walk(expr))
