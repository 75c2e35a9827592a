"""The shapes of what notes define, as far as they follow from what is given: which steps are single numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..ops.activations import ACTIVATIONS
from ..ops.elementary import ELEMENTARY
from ..ops.losses import LOSSES
from ..syntax.expression import (
    Call,
    Constant,
    Expr,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    children,
    walk,
)  # fmt: skip
from .scope import Scope

Shape = tuple[int, ...]
_OF_ROWS = frozenset("softmax log_softmax layer_norm".split())
_TO_NUMBERS = frozenset(op.name for op in LOSSES) | frozenset(
    "sum mean norm dot max min var std prod logsumexp trace det".split()
)
_BY_ENTRIES = frozenset(op.name for op in (*ELEMENTARY, *ACTIVATIONS)) - _TO_NUMBERS


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
    return shape is not None and len(shape) == 2 and shape[0] > shape[1] == 1


def _is_column(value: Expr) -> bool:
    return isinstance(value, ListOf) and all(isinstance(row, ListOf) and len(row.items) == 1 for row in value.items)


def _flat(value: Expr) -> Expr:
    return ListOf(tuple(children(row)[0] for row in children(value)))


def _shapes(scope: Scope) -> dict[str, Shape | None]:
    """The shapes of givens and steps; None for what is not known."""
    known: dict[str, Shape | None] = {key: _shape(value, {}) for key, value in scope.givens.items()}
    for key, sizes in scope.shapes.items():
        known.setdefault(key, tuple(s for s in sizes if isinstance(s, int)) if not _has_letters(sizes) else None)
    for key in scope.order:
        known[key] = _shape(scope.steps[key], known)
    return known


def _has_letters(sizes: tuple[int | str, ...]) -> bool:
    return any(isinstance(size, str) for size in sizes)


def _shape(node: Expr, known: Mapping[str, Shape | None]) -> Shape | None:
    match node:
        case Number() | Constant():
            return ()
        case Name(key):
            return known.get(key)
        case Over():
            return None
        case ListOf(items):
            inner = _shape(items[0], known) if items else None
            return None if inner is None else (len(items), *inner)
        case Transpose(operand):
            shape = _shape(operand, known)
            return None if shape is None else shape[::-1]
        case MatrixProduct(left, right):
            return _product(left, right, known)
        case Negate() | Sum() | Product() | Quotient() | Power():
            return _broadcast([_shape(child, known) for child in children(node)])
        case Call(function, arguments, options) if function in _BY_ENTRIES and not options:
            return _broadcast([_shape(argument, known) for argument in arguments])
        case Call(function, (argument, *_), ()) if function in _OF_ROWS:
            return _shape(argument, known)
        case Call(function, (_, *more), options) if function in _TO_NUMBERS and not options:
            return () if function in ("dot", *(op.name for op in LOSSES)) or not more else None
    return None


def _product(left: Expr, right: Expr, known: Mapping[str, Shape | None]) -> Shape | None:
    a, b = _shape(left, known), _shape(right, known)
    if a is None or b is None:
        return None
    if not a or not b:
        return a or b
    if isinstance(right, Transpose) and len(a) == len(b) == 1:
        return (*a, *b)
    if len(b) == 1:
        return a[:-1] if a[-1] == b[0] else None
    return (*a[:-1], *b[:-2], b[-1]) if a[-1] == b[-2] else None


def _broadcast(shapes: list[Shape | None]) -> Shape | None:
    found: Shape = ()
    for shape in shapes:
        if shape is None or (shape and found and shape != found):
            return None
        found = shape or found
    return found
