"""A problem as read with a caller's changes: values of givens, what to differentiate by, and the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import ProblemError, UsageError, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..problem import Given, Problem, Prose, Step, has_tensors
from ..syntax.names import canonical, nearest_name
from ..syntax.source import Source
from .letters import refuse_derivative_by_size, size_letters
from .questions import needed_besides
from .scalars import Scalar, scalar_expression
from .shapes import check_loss, infer_shapes, with_sizes_bound


def changed(
    problem: Problem,
    *,
    given: Mapping[str, Scalar] | None = None,
    wrt: tuple[str, ...] = (),
    loss: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Problem:
    """The problem with these changes; earlier ones stay. Raises UsageError, ProblemError, LimitError.

    Nothing is read anew, so that what the problem was made with besides its text is kept.
    """
    values = {_given(problem, word): scalar_expression(word, scalar, limits) for word, scalar in (given or {}).items()}
    place = Source("--given", ", ".join(values)).place(0)
    sizes = [Given(key, key, value, place) for key, value in values.items() if key not in problem.spelled]
    statements: tuple[Prose | Given | Step, ...] = (
        *sizes,
        *(
            replace(s, value=values[s.key], is_size=False) if isinstance(s, Given) and s.key in values else s
            for s in problem.statements
        ),
    )
    second = () if wrt else problem.second
    wanted, unasked = problem.wanted, problem.unasked
    if wrt:
        chosen = tuple(dict.fromkeys(_known(problem, word, "--wrt") for word in wrt))
        unasked = needed_besides(chosen, second, problem.parameters if problem.updates else ())
        wanted = (*chosen, *unasked)
    loss_key = problem.loss if loss is None else _known(problem, loss, "--loss")
    step = next((s for s in problem.steps if s.key == loss_key), None)
    if step is None:
        raise ProblemError(
            f"{problem.spelled[loss_key]} is a given; the loss must be a step that is computed", expected="a step"
        )
    with_tensors = has_tensors(statements)
    shapes = problem.shapes
    if values:
        names = [s.key for s in statements if not isinstance(s, Prose)]
        shapes = infer_shapes(statements, limits) if with_tensors else dict.fromkeys(names, ())
        statements = with_sizes_bound(statements)
    is_named = loss is not None or problem.asks_jacobian
    check_loss(step, shapes, None, is_named=is_named, has_second=bool(second), updates=problem.updates)
    refuse_derivative_by_size(wanted, statements, None)
    if loss_key in wanted:
        raise ProblemError(
            f"the derivative of {problem.spelled[loss_key]} by itself is 1", expected="another name to differentiate by"
        )
    return replace(
        problem, statements=statements, wanted=wanted, asked=problem.asked or bool(wrt), loss=loss_key, shapes=shapes,
        has_tensors=with_tensors, second=second, unasked=unasked,
    )  # fmt: skip


def _given(problem: Problem, word: str) -> str:
    key = canonical(word)
    is_size = key in size_letters(problem.statements) and key not in problem.spelled
    if not is_size and not any(key == given.key for given in problem.givens):
        close = nearest_name(word, problem.spelled)
        raise UsageError(f"--given {shorten(word)}: {shorten(word)} is not a given of the problem", hint=close)
    return key


def _known(problem: Problem, word: str, option: str) -> str:
    key = canonical(word.strip())
    if key not in problem.spelled:
        close = nearest_name(word, problem.spelled)
        raise UsageError(f"{option} {shorten(word)}: {shorten(word)} is not defined in the problem", hint=close)
    return key
