"""The stages between a problem and its solution: what is derived, what is evaluated, for each kind of problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .derivation import Derivation, TensorDerivation
from .errors import UsageError
from .graph import Graph, build_graph
from .language.reader import Scalar, read_problem
from .ledger import Ledger
from .limits import Limits
from .options import Options
from .problem import Problem
from .solution import (
    Note,
    Pass,
    SecondSolution,
    SolutionRecord,
    TensorForward,
    TensorSecondSolution,
    TensorSolution,
    TensorValue,
    Value,
)
from .syntax.expression import Expr

Pairs = tuple[tuple[str, str], ...]


def prepared(
    problem: str | Problem,
    wrt: str | tuple[str, ...] | list[str],
    given: Mapping[str, Scalar] | None,
    loss: str | None,
    expand: bool,
    limits: Limits,
) -> tuple[Problem, tuple[Note, ...]]:
    """The problem as read, split where that was asked for or a step is too long for one derivative."""
    if isinstance(problem, Problem):
        read = problem
        if wrt or given or loss:
            from .language.changes import changed

            read = changed(problem, **_overrides(wrt, given, loss), limits=limits)
    elif isinstance(problem, str):
        read = read_problem(problem, **_overrides(wrt, given, loss), limits=limits)
    else:
        raise UsageError(f"a problem is text, not {type(problem).__name__}")
    if expand:
        from .calculus.expand import expand as expand_problem

        return expand_problem(read), ()
    if read.has_tensors:
        from .calculus.expand import set_apart

        apart, split = set_apart(read)
        return (apart, tuple(Note("set apart", key, what) for key, what in split)) if split else (read, ())
    large = read.large_steps(limits.operations)
    if not large:
        return read, ()
    from .calculus.expand import expand as expand_problem

    return expand_problem(read, large), tuple(Note("expanded", key) for key in large)


def _overrides(
    wrt: str | tuple[str, ...] | list[str], given: Mapping[str, Scalar] | None, loss: str | None
) -> dict[str, Any]:
    names = wrt.replace(",", " ").split() if isinstance(wrt, str) else list(wrt)
    return {"wrt": tuple(names), "given": given, "loss": loss}


def derived(graph: Graph) -> Derivation | TensorDerivation:
    """The derivation of a graph: local gradients of numbers, flows of tensors, Jacobians where a tensor is derived.

    Raises UsageError where a wanted name has no gradient.
    """
    if not graph.problem.has_tensors:
        from .calculus.derive import derive as derive_graph

        return derive_graph(graph)
    if graph.problem.asks_jacobian:
        from .calculus.orders import derive_jacobians

        derivation = derive_jacobians(graph)
    else:
        from .calculus.tensors import derive_tensors

        derivation = derive_tensors(graph)
    for key in graph.wanted:
        if key in graph.on_path and key not in derivation.uses:
            raise UsageError(
                f"{graph.problem.spelled[key]} only says which entries are meant (class labels, rows, a mask): it"
                " has no gradient",
                expected="a name that the loss is differentiable by",
            )
    return derivation


def evaluated(derivation: Derivation | TensorDerivation, limits: Limits) -> SolutionRecord | TensorSolution:
    """The derivation with its numbers, where the problem has any, and with the second derivatives that it asks for."""
    pairs = derivation.graph.problem.second
    if isinstance(derivation, Derivation):
        from .evaluate.passes import evaluate

        record = evaluate(derivation, limits)
        return replace(record, second=second(derivation, pairs, limits)) if pairs else record
    tensors = _evaluated_tensors(derivation, limits)
    return replace(tensors, second=tensor_second(derivation, pairs, limits)) if pairs else tensors


def _evaluated_tensors(derivation: TensorDerivation, limits: Limits) -> TensorSolution:
    if derivation.graph.problem.asks_jacobian:
        from .evaluate.jacobians import evaluate_jacobians

        return evaluate_jacobians(derivation, limits)
    from .evaluate.tensors import evaluate_tensors

    return evaluate_tensors(derivation, limits)


def first_pass(record: SolutionRecord | TensorSolution) -> Any:
    """The numbers of a solution. Raises UsageError where it has none."""
    if record.first is None:
        missing = [given.written for given in record.problem.without_value]
        if missing:
            raise UsageError(
                f"there are no numbers: {', '.join(missing)} has no value",
                hint=f"Given {missing[0]} = … in the problem; on the command line --given, in Python given={{…}}",
            )
        raise UsageError("there are no numbers: this derivation is symbolic", hint="solve instead of derive")
    return record.first


def symbolic(derivation: Derivation | TensorDerivation) -> SolutionRecord | TensorSolution:
    """The derivation as a solution without numbers."""
    problem = derivation.graph.problem
    pairs = problem.second
    if isinstance(derivation, Derivation):
        found = second(derivation, pairs, None) if pairs else None
        return SolutionRecord(problem, derivation, None, second=found)
    return TensorSolution(problem, derivation, None, second=tensor_second(derivation, pairs, None) if pairs else None)


def second(derivation: Derivation, pairs: Pairs, limits: Limits | None) -> SecondSolution:
    """Second derivatives, with their numbers where `limits` are given and the problem has values."""
    from .calculus.second import derive_second
    from .evaluate.second import evaluate_second

    found = derive_second(derivation, pairs)
    return SecondSolution(found) if limits is None else evaluate_second(found, limits)


def tensor_second(derivation: TensorDerivation, pairs: Pairs, limits: Limits | None) -> TensorSecondSolution:
    """The same with tensors."""
    from .calculus.orders import derive_tensor_second
    from .evaluate.jacobians import evaluate_tensor_second

    found = derive_tensor_second(derivation, pairs)
    return TensorSecondSolution(found) if limits is None else evaluate_tensor_second(found, limits)


def second_values(problem: Problem, pairs: Pairs, limits: Limits) -> dict[tuple[str, str], Value | TensorValue]:
    """Second derivatives that a problem did not ask for. Raises UsageError where there are none."""
    names = tuple(dict.fromkeys(key for pair in pairs for key in pair))
    spelled = problem.spelled[problem.loss]
    if problem.asks_jacobian:
        raise UsageError(f"{spelled} is a tensor, and second derivatives are those of a single number")
    if problem.loss in names:
        raise UsageError(f"the derivative of {spelled} by itself is 1", expected="other names")
    derivation = derived(build_graph(problem, names))
    if isinstance(derivation, Derivation):
        return dict(second(derivation, pairs, limits).values)
    return dict(tensor_second(derivation, pairs, limits).values)


def gradient_values(problem: Problem, key: str, limits: Limits) -> Value | TensorValue:
    """A gradient, or a Jacobian, that a problem did not ask for."""
    derivation = derived(build_graph(problem, (key,)))
    if isinstance(derivation, Derivation):
        from .evaluate.passes import adjoints_for

        return adjoints_for(derivation, limits)[key]
    if problem.asks_jacobian:
        from .evaluate.jacobians import evaluate_jacobians

        first = evaluate_jacobians(derivation, limits).first
        assert first is not None
        return first.adjoints[key]
    from .evaluate.tensors import tensor_adjoints

    return tensor_adjoints(derivation, limits)[key]


def jacobian_values(problem: Problem, key: str, by: str, limits: Limits) -> Value | TensorValue:
    """∂(step)/∂(name), whatever the loss of the problem is. Raises UsageError for a given."""
    if key not in {step.key for step in problem.steps}:
        raise UsageError(f"{problem.spelled[key]} is a given; a step is differentiated", expected="a step")
    if key == by:
        raise UsageError(f"the derivative of {problem.spelled[key]} by itself is 1", expected="another name")
    return gradient_values(replace(problem, loss=key, wanted=(by,), second=(), unasked=()), by, limits)


def with_sweeps(record: SolutionRecord, options: Options, limits: Limits) -> SolutionRecord:
    """The record with what these options ask to be told besides: in forward mode, its sweeps."""
    if options.mode == "reverse" or record.first is None:
        return record
    from .evaluate.forward import forward_sweeps

    if record.problem.updates and record.problem.round_to is not None:
        raise UsageError(
            "updates with rounded values go by the backward pass, whose roundings are not those of forward mode",
            hint="--mode reverse, or the problem without Round",
        )
    return replace(record, sweeps=forward_sweeps(record.derivation, limits))


def swept(
    record: SolutionRecord | TensorSolution, options: Options, direction: Mapping[str, Expr], limits: Limits
) -> SolutionRecord | TensorSolution:
    """The solution with the sweeps of forward mode, where the options ask for them."""
    if isinstance(record, TensorSolution):
        return with_forward(record, options, direction, limits)
    return with_sweeps(record, options, limits)


def with_forward(
    record: TensorSolution, options: Options, direction: Mapping[str, Expr], limits: Limits
) -> TensorSolution:
    """As `with_sweeps`, with tensors: along the direction, where there is one."""
    if options.mode == "reverse":
        return record
    from .calculus.orders import derive_tangents
    from .evaluate.tangents import evaluate_tangents

    tangents = derive_tangents(_along(record.derivation, direction))
    if record.first is None:
        return replace(record, forward=TensorForward(tangents))
    return replace(record, forward=evaluate_tangents(tangents, direction, limits))


def _along(derivation: TensorDerivation, direction: Mapping[str, Expr]) -> TensorDerivation:
    """The derivation by the names of a direction, where these are not just what is wanted."""
    if not direction or set(direction) <= set(derivation.graph.wanted):
        return derivation
    found = derived(build_graph(derivation.graph.problem, tuple(direction)))
    assert isinstance(found, TensorDerivation)
    return found


def in_matrices(record: TensorSolution) -> TensorSolution:
    """The record with each form in matrix notation too, where one is recognised and proved equal."""
    if record.forward is not None:
        from .calculus.orders import with_shown_tangents

        record = replace(record, forward=replace(record.forward, tangents=with_shown_tangents(record.forward.tangents)))
    if record.problem.asks_jacobian:
        from .calculus.orders import with_shown_jacobians

        return replace(record, derivation=with_shown_jacobians(record.derivation))
    from .calculus.cancel_tensors import with_short_adjoints
    from .calculus.orders import with_jacobians
    from .calculus.tensors import with_matrices

    short = with_short_adjoints(record.derivation, record.first is not None)
    told = replace(record, derivation=with_jacobians(with_matrices(short)))
    if told.second is None:
        return told
    from .calculus.orders import with_shown_curvatures

    return replace(told, second=replace(told.second, derivation=with_shown_curvatures(told.second.derivation)))


def path_ledger(record: SolutionRecord | TensorSolution, limits: Limits) -> Ledger:
    """The paths from each wanted name to the loss, with what each contributes where there are numbers."""
    from .calculus.paths import find_paths

    first = record.first
    if first is None:
        return find_paths(record.derivation, limits.paths, None)
    from .evaluate.paths import log_sizes, with_accounts

    sizes = log_sizes(first) if isinstance(first, Pass) else None
    return with_accounts(find_paths(record.derivation, limits.paths, sizes), record.derivation, first, limits)
