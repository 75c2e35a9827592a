"""What is derived, evaluated in doubles, is what the engine finds exactly."""

from __future__ import annotations

import numpy as np
import pytest

import backprop_derive as bd
from backprop_derive.proofreading.arrays import Arrays
from backprop_derive.proofreading.engine import called
from backprop_derive.proofreading.floats import Floats
from backprop_derive.proofreading.scope import Scope
from backprop_derive.proofreading.values import NoValue
from backprop_derive.syntax.expression import Call, Name
from backprop_derive.syntax.written import written

from .test_rendered import solved

NAMES = ("attention-head", "mlp-batch", "rnn-in-matrices", "batch-norm")


def scope_of(solution: bd.Solution) -> Scope:
    problem = solution.record.problem
    givens = {given.key: given.value for given in problem.givens if given.value is not None}
    return Scope(givens=givens, steps={step.key: step.expression for step in problem.steps}, asked=problem.loss)


@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_are_those_of_the_solution(name: str) -> None:
    solution = solved(name)
    floats = Floats(solution.record.derivation)  # type: ignore[arg-type]
    givens = {given.key: np.asarray(solution.value(given.key), dtype=float) for given in solution.record.problem.givens}
    values, adjoints = floats.run(givens)
    for key, value in values.items():
        assert np.allclose(value, np.asarray(solution.value(key), dtype=float), rtol=1e-12, atol=1e-14)
    for key, adjoint in adjoints.items():
        assert np.allclose(adjoint, np.asarray(solution.gradient(key), dtype=float), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", ["mlp-batch", "rnn-in-matrices"])
def test_jacobians_are_those_of_the_solution_directly_and_by_the_chain_rule(name: str) -> None:
    solution = solved(name)
    engine = Arrays(scope_of(solution)).engine
    graph = solution.record.derivation.graph
    steps = [key for key in graph.steps if key in graph.on_path]
    direct = [(step, key) for step in steps[:3] for key in graph.operands[step] if key not in engine.scope.operands]
    further = [(of, by) for of in steps[1:4] for by in graph.wanted if by not in graph.operands[of]]
    assert direct
    assert further
    for of, by in further:
        expected = np.asarray(solution.jacobian(of, by), dtype=float)
        assert np.allclose(engine.jacobian(of, by), expected, rtol=1e-10, atol=1e-13)
    for of, by in direct:
        held = {key: engine.value(key).tolist() for key in graph.operands[of]}
        given = "".join(f"Given {key} = {value}\n" for key, value in held.items())
        alone = bd.solve(f"{given}{of} = {written(graph.steps[of].expression)}", loss=of)
        expected = np.asarray(alone.jacobian(of, by), dtype=float)
        assert np.allclose(engine.jacobian(of, by), expected, rtol=1e-10, atol=1e-13)


def test_near_the_notes_the_gradient_is_that_of_the_problem_solved_there() -> None:
    solution = solved("mlp-batch")
    arrays = Arrays(scope_of(solution))
    for point in arrays.nearby():
        assert point.is_moved
        given = {key: value.tolist() for key, value in point.engine.givens.items()}
        again = bd.solve(solution.record.problem, given=given)
        for key in again.record.derivation.graph.wanted:
            expected = np.asarray(again.gradient(key), dtype=float)
            assert np.allclose(point.engine.gradient(key), expected, rtol=1e-9, atol=1e-12)


def test_an_operation_is_computed_as_the_language_has_it_and_refused_with_its_words() -> None:
    z, labels = np.array([[1.0, 2.5, 3], [0.5, -1, 2]]), np.array([1.0, 2])
    for function, arguments in (("softmax", [z]), ("cross_entropy", [z, labels]), ("gelu", [z]), ("std", [z])):
        call = Call(function, tuple(Name(f"x{k}") for k in range(len(arguments))))
        given = "".join(f"Given x{k} = {argument.tolist()}\n" for k, argument in enumerate(arguments))
        names = ", ".join(f"x{k}" for k in range(len(arguments)))
        expected = np.asarray(bd.solve(f"{given}y = {function}({names})", loss="y").value("y"), dtype=float)
        held = {f"x{k}": argument for k, argument in enumerate(arguments)}
        assert np.allclose(called(call, lambda n, held=held: held[n.key], ("1d(", "1d(")), expected, rtol=1e-13)  # type: ignore
    call = Call("cross_entropy", (Name("x0"), Name("x1")))
    with pytest.raises(NoValue, match="out of range"):
        called(call, lambda n: z if n == Name("x0") else np.array([1.0, 7]), ("1d(", "1d("))
