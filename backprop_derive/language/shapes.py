"""The shape of every name, and which names only say which entry is meant."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Place, ProblemError
from ..indexed.component import Components
from ..indexed.held import held_names, labels_of
from ..indexed.shape import Shape, count, shape_of, written_shape
from ..limits import Limits
from ..problem import Given, Prose, Step
from ..syntax.expression import Name
from .letters import bound_sizes, with_sizes, with_values_of_sizes


def infer_shapes(statements: Sequence[Prose | Given | Step], limits: Limits) -> dict[str, Shape]:
    """The shape of each given and step by its key.

    Letters of declared shapes are the sizes that values tell. Raises ProblemError where shapes do not fit, both shown;
    LimitError where a tensor has too many entries.
    """
    shapes: dict[str, Shape] = {}
    sizes = bound_sizes(statements, _value_shape)
    # A step may use what is given further down, so that the givens come first.
    named = [s for s in statements if not isinstance(s, Prose)]
    for statement in sorted(named, key=lambda s: isinstance(s, Step)):
        if isinstance(statement, Given):
            place = statement.place
            shapes[statement.key] = _given_shape(statement, sizes)
        else:
            place = statement.expression_place
            shapes[statement.key] = _located(statement, shapes)
        if statement.key in shapes and not (isinstance(statement, Given) and statement.value is None):
            entries = count(shapes[statement.key])
            limits.check("tensor", entries or 0, f"the number of entries of {statement.written}", place)
    return shapes


def with_sizes_bound(statements: Sequence[Prose | Given | Step]) -> tuple[Prose | Given | Step, ...]:
    """The statements with the value of each letter of a shape that a step uses as a number, where a tensor tells it."""
    if not any(isinstance(s, Given) and s.is_size for s in statements):
        return tuple(statements)
    return with_values_of_sizes(statements, bound_sizes(statements, _value_shape))


def _given_shape(given: Given, sizes: dict[str, int]) -> Shape:
    shape = with_sizes(given.shape or (), sizes) if given.value is None else _value_shape(given)
    if given.structure and (len(shape) != 2 or shape[0] != shape[1]):
        raise ProblemError(
            f"{given.written} is declared {given.structure} and has shape {written_shape(shape)}", place=given.place,
            expected="a square matrix, such as (n, n)",
        )  # fmt: skip
    return shape


def _value_shape(given: Given) -> Shape:
    return _fitting(given.value, {}, given.written, given.place)


def _located(step: Step, shapes: dict[str, Shape]) -> Shape:
    return _fitting(step.expression, shapes, step.written, step.expression_place)


def _fitting(expr: object, shapes: dict[str, Shape], written: str, place: Place) -> Shape:
    try:
        return shape_of(expr, shapes)  # type: ignore[arg-type]
    except ProblemError as error:
        if error.place is None:
            error.place = place
            error.found = f"{error.found} (in {written})"
        raise


def without_gradient(steps: Sequence[Step], shapes: dict[str, Shape]) -> frozenset[str]:
    """The names that steps use only as indices, class labels and masks."""
    labels: set[str] = set()
    used: set[str] = set()
    for step in steps:
        held = held_names(step.expression)
        components = Components(shapes, lambda expr: shape_of(expr, shapes))
        at = tuple(Name(components.fresh()) for _ in shapes[step.key])
        found = labels_of(components.entry(step.expression, at)) | held.only_held
        labels |= found
        used |= held.names - found
    return frozenset(labels - used)


def check_loss(
    step: Step, shapes: dict[str, Shape], place: Place | None, *, is_named: bool, has_second: bool, updates: int
) -> None:
    """Raise ProblemError where the loss is no single number, and its Jacobian is not what is asked for.

    A tensor has one where Find, or the caller, names it; no second derivatives, and nothing that an update could lower.
    """
    shape = shapes[step.key]
    if shape and (has_second or updates):
        what = "second derivatives are" if has_second else "an update lowers"
        raise ProblemError(
            f"{step.written} has shape {written_shape(shape)}, and {what} {'those of ' if has_second else ''}a single"
            " number (a scalar)",
            place=place or step.place, expected="a scalar step", hint=f"a step such as loss = sum({step.written})",
        )  # fmt: skip
    if shape and not is_named:
        raise ProblemError(
            f"the loss {step.written} has shape {written_shape(shape)}, and a loss is a single number (a scalar)",
            place=place or step.place, expected="a scalar step",
            hint=f"a last step such as loss = sum({step.written}) or mean({step.written})",
        )  # fmt: skip
