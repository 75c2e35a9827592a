"""A direction for forward mode, w=[1, 0, 2]: how much each name changes, checked against the problem."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ProblemError, UsageError, shorten
from ..indexed.shape import shape_of, written_shape
from ..limits import DEFAULT_LIMITS, Limits
from ..problem import Problem
from ..syntax.expression import Expr
from ..syntax.names import canonical, nearest_name
from .scalars import Scalar, scalar_expression


def read_direction(
    problem: Problem, direction: Mapping[str, Scalar], limits: Limits = DEFAULT_LIMITS
) -> dict[str, Expr]:
    """The direction by key. Raises UsageError for a name or a shape that does not fit."""
    if direction and not problem.has_tensors:
        raise UsageError(
            "a direction is for vectors and matrices; this problem has numbers, and a sweep for each is forward mode",
            hint="--mode forward alone",
        )
    found: dict[str, Expr] = {}
    for word, scalar in direction.items():
        key = canonical(word.strip())
        if key not in problem.spelled:
            close = nearest_name(word, problem.spelled)
            raise UsageError(f"--direction {shorten(word)}: {shorten(word)} is not defined in the problem", hint=close)
        if key == problem.loss:
            raise UsageError(f"--direction {shorten(word)}: {word} is what is differentiated", expected="another name")
        value = scalar_expression(word, scalar, limits)
        try:
            shape = shape_of(value, {})
        except ProblemError as error:
            raise UsageError(f"--direction {shorten(word)}: {error.found}") from None
        wanted = problem.shapes[key]
        if shape != wanted:
            raise UsageError(
                f"--direction {shorten(word)} has shape {written_shape(shape)}, and {word} has {written_shape(wanted)}",
                expected="the shape of the name",
            )
        found[key] = value
    return found
