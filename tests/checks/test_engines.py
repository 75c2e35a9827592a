"""Every engine confirms every worked problem, and notices a wrong number."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

import backprop_derive as bd
from backprop_derive.checks.engines import ENGINES, compare
from backprop_derive.checks.reading import carried_out
from backprop_derive.comparison import Compared, Comparison
from backprop_derive.solution import Value
from tests.conftest import CHECKOUT, corpus

KINK = "Given x = 0, w = 2\nh = relu(w*x)\nloss = h + w\nFind dloss/dw"


@cache
def problems() -> dict[str, str]:
    """The examples and the corpus, those with a single number as loss and values that are not carried rounded."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted((CHECKOUT / "examples").glob("*.txt"))}
    for file in sorted((corpus() / "worked").glob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        texts[case["id"]] = case["problem"]
    return texts


@cache
def solved(name: str) -> bd.Solution | None:
    try:
        solution = bd.solve(problems()[name])
    except bd.BackpropError:
        return None
    has_numbers = solution.record.first is not None and not solution.problem.asks_jacobian
    return solution if has_numbers and solution.problem.round_to is None else None


def installed(engine: str) -> None:
    pytest.importorskip(ENGINES[engine].module, reason=f"{engine} is not installed")


@pytest.mark.parametrize("engine", ["numeric", "torch", "autograd"])
@pytest.mark.parametrize("name", problems())
def test_an_engine_confirms_a_worked_problem(engine: str, name: str) -> None:
    solution = solved(name)
    if solution is None:
        return  # it asks for no gradient of a number; other tests are about it
    installed(engine)
    found = compare(solution.record, engine)
    assert found.agrees, [(row.kind, row.key, found.difference(row)) for row in found.disagreeing]
    assert {row.key for row in found.of_kind("value")} == {step.key for step in solution.steps}
    if not found.left_out:
        assert {row.key for row in found.of_kind("gradient")} >= set(solution.derivation.graph.wanted) - {"loss"}


@pytest.mark.parametrize("name", ["lesson", "two-two-two", "mlp-batch", "gaussian-precision"])
def test_jax_confirms_problems_of_every_kind(name: str) -> None:
    installed("jax")
    solution = solved(name)
    assert solution is not None
    assert compare(solution.record, "jax").agrees


@pytest.mark.parametrize("engine", ENGINES)
def test_a_wrong_gradient_and_a_wrong_value_are_noticed(engine: str) -> None:
    installed(engine)
    record = bd.solve("Given x = 3, w = 2\ny = w*x\nloss = y^2").record
    first = record.first
    assert first is not None
    off = Value(first.adjoints["w"].decimal, Fraction(3601, 100))
    wrong = replace(record, first=replace(first, adjoints={**first.adjoints, "w": off}))  # type: ignore[arg-type]
    found = compare(wrong, engine)  # type: ignore[arg-type]
    assert [(row.kind, row.key) for row in found.disagreeing] == [("gradient", "w")]
    assert found.largest == pytest.approx(0.01 / 36.01)


def test_the_numeric_engine_knows_no_derivative_at_a_kink_and_says_so() -> None:
    found = bd.solve(KINK).check("numeric")
    assert found.left_out.startswith("a value lies at a kink")
    assert found.of_kind("gradient") == ()
    assert found.agrees


def test_of_a_large_tensor_some_entries_are_compared() -> None:
    found = bd.solve("Given x: (100,)\nloss = sum(x^2)", given={"x": [float(k) for k in range(100)]}).check("numeric")
    (row,) = [row for row in found.of_kind("gradient") if row.key == "x"]
    assert row.places is not None
    assert (len(row.places), row.places[0], row.places[-1]) == (32, 0, 99)
    assert row.theirs == tuple(2.0 * place for place in row.places)


def test_a_structured_matrix_has_the_gradient_among_such_matrices() -> None:
    solution = solved("gaussian-precision")
    assert solution is not None
    assert "symmetric" in solution.problem.structures.values()
    found = solution.check("numeric")
    assert found.agrees
    assert {row.key for row in found.of_kind("gradient")} >= solution.problem.structures.keys()


def test_what_rounding_leaves_of_zero_is_no_disagreement_and_nan_is_one() -> None:
    one = Compared("gradient", "w", (), (1.0,), (1.0,))
    zero = Compared("gradient", "v", (), (0.0,), (1e-17,))
    assert Comparison("e", "e", (one, zero)).agrees
    assert not Comparison("e", "e", (one, replace(zero, theirs=(1e-9,)))).agrees
    assert not Comparison("e", "e", (one, replace(zero, theirs=(float("nan"),)))).agrees
    assert Comparison("e", "e", (Compared("value", "y", (), (float("inf"),), (float("inf"),)),)).agrees


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Given x\nloss = x^2", "no numbers"),
        ("Given x = [1, 2]\ny = 2*x\nFind dy/dx", "is a tensor"),
        ("Given x = 1/3\nloss = x^2\nRound: 2", "carried rounded"),
    ],
)
def test_what_cannot_be_checked_is_refused(text: str, message: str) -> None:
    with pytest.raises(bd.UsageError, match=message):
        bd.solve(text).check("numeric")


def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(bd.UsageError, match=r"JAX is not installed\n  try: pip install 'backprop-derive\[jax\]'"):
        bd.solve("Given x = 1\nloss = x").check("jax")
    with pytest.raises(bd.UsageError, match="no engine is called tensorflow"):
        bd.solve("Given x = 1\nloss = x").check("tensorflow")


@pytest.mark.parametrize(
    "code",
    ["torch.__dict__", "().__class__", "torch.tensor.__globals__", "(lambda: 1)()", "[x for x in (1,)]", "open('a')",
     "__import__('os')", "f'{torch}'", "torch.load.__code__"],
)  # fmt: skip
def test_nothing_but_a_lessons_code_has_a_meaning(code: str) -> None:
    with pytest.raises((TypeError, KeyError)):
        carried_out(code, {"torch": object(), "F": object()})
