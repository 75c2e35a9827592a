"""The shapes of what notes define, as far as they follow from what is given: which steps are single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import ProblemError
from ..indexed.shape import shape_of
from ..syntax.expression import (
    Call,
    Expr,
    ListOf,
    MatrixProduct,
    Over,
    Transpose,
    children,
    map_children,
    names_in,
    walk,
)
from .scope import Scope
from .tokens import OF_TENSORS

Shape = tuple[int | str, ...]
_OF_ROWS = frozenset("softmax log_softmax layer_norm".split())


def single_numbers(scope: Scope) -> frozenset[str]:
    """The steps that are single numbers though they are computed from vectors and matrices."""
    return frozenset(key for key, shape in _shapes(scope).items() if key in scope.steps and shape == ())


def unknown(scope: Scope) -> frozenset[str]:
    """The steps that may be single numbers or not, as far as the shapes of what they are made of tell."""
    return frozenset(key for key, shape in _shapes(scope).items() if key in scope.steps and shape is None)


def with_vectors(scope: Scope) -> Scope:
    """The scope with columns as vectors where vᵀh is then a number, no matrix of one entry, or softmax is of a column.

    Nothing changes where a step is built of written matrices, or where shapes would not fit any more.
    """
    columns = {key: _flat(value) for key, value in scope.givens.items() if _is_column(value)}
    if not columns or any(isinstance(n, ListOf) for body in scope.steps.values() for n in walk(body)):
        return scope
    before = _shapes(scope)
    is_number = any(before.get(key) == (1, 1) for key in scope.steps)
    if not is_number and not any(_is_of_column(n, before) for body in scope.steps.values() for n in walk(body)):
        return scope
    found = replace(scope, givens={**scope.givens, **columns})
    after = _shapes(found)
    is_fitting = all(after.get(key) is not None for key in scope.steps if before.get(key) is not None)
    return found if is_fitting else scope


def _is_of_column(node: Expr, known: Mapping[str, Shape | None]) -> bool:
    if not isinstance(node, Call) or node.function not in _OF_ROWS:
        return False
    shape = _shape(node.arguments[0], known)
    return shape is not None and len(shape) == 2 and shape[1] == 1 != shape[0]


def _is_column(value: Expr) -> bool:
    return isinstance(value, ListOf) and all(isinstance(row, ListOf) and len(row.items) == 1 for row in value.items)


def _flat(value: Expr) -> Expr:
    return ListOf(tuple(children(row)[0] for row in children(value)))


def _shapes(scope: Scope) -> dict[str, Shape | None]:
    """The shapes of givens and steps; None for what is not known."""
    known: dict[str, Shape | None] = {key: _shape(value, {}) for key, value in scope.givens.items()}
    known = {**scope.shapes, **known}
    for key in scope.order:
        known[key] = _shape(scope.steps[key], known)
    return known


def _shape(body: Expr, known: Mapping[str, Shape | None]) -> Shape | None:
    parts = [*walk(body)]
    shapes = {name: shape for name in names_in(body) if (shape := known.get(name)) is not None}
    is_told = len(shapes) == len(names_in(body)) and not any(isinstance(n, Over) or _is_of_notes(n) for n in parts)
    try:
        return shape_of(_with_outer(body, shapes), shapes) if is_told else None
    except ProblemError:
        return None


def _is_of_notes(node: Expr) -> bool:
    """Whether it is a function that the language does not have, as rowsum."""
    return isinstance(node, Call) and node.function in OF_TENSORS


def _with_outer(body: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """The formula with a bᵀ of two vectors as the matrix that it is; the language has no columns."""
    match body:
        case MatrixProduct(left, Transpose(right)) if len(shape_of(left, shapes)) == len(shape_of(right, shapes)) == 1:
            return Call("outer", (left, right))
    return map_children(body, lambda part: _with_outer(part, shapes))
