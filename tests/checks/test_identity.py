"""Symbolic identity: local gradients proved as formulas, faults found that no number shows, and an end to the work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest

import backprop_derive as bd
from backprop_derive.checks.algebra import MOST_WORK, ONE, Algebra, Undecided, number
from backprop_derive.checks.differences import DIGITS, library
from backprop_derive.checks.identity import NOT_TRIED, PROVED, PROVED_IN_PART, REFUTED, UNDECIDED, Prover
from backprop_derive.checks.network import Network
from backprop_derive.derivation import Derivation, Flow, LocalGradient, TensorDerivation
from backprop_derive.mistakes.table import possible
from backprop_derive.ops.activations import ACTIVATIONS
from backprop_derive.ops.elementary import ELEMENTARY
from backprop_derive.ops.losses import LOSSES
from backprop_derive.solution import SolutionRecord, TensorSolution
from backprop_derive.syntax.expression import Call, Expr, Name, Number, Product, Sum
from tests.conftest import CHECKOUT

SCALAR = [op for op in (*ELEMENTARY, *ACTIVATIONS, *LOSSES) if op.name != "norm"]
EXAMPLES = sorted(path.stem for path in (CHECKOUT / "examples").glob("*.txt"))


def links(record: SolutionRecord | TensorSolution) -> Iterator[LocalGradient | Flow]:
    derivation = record.derivation
    yield from derivation.flows() if isinstance(derivation, TensorDerivation) else derivation.local_gradients()


def answers(record: SolutionRecord | TensorSolution) -> dict[tuple[str, str], str]:
    """What each local gradient comes to, by step and operand."""
    network = Network(record)
    with mpmath.workdps(DIGITS):
        prover = Prover(network, network.values(library(), {}))
        return {(link.step, link.operand): prover.prove(link) for link in links(record)}


def of_step(step: str, givens: str = "x = 0.3, w = 0.6") -> set[str]:
    record = bd.solve(f"Given {givens}\nz = {step}\nloss = z^2 + x + w\nFind dloss/dx, dloss/dw").record
    return {answer for (key, _), answer in answers(record).items() if key == "z"}


@pytest.mark.parametrize("name", [op.name for op in SCALAR])
def test_every_operation_on_numbers_is_proved(name: str) -> None:
    op = next(op for op in SCALAR if op.name == name)
    assert of_step(f"{name}({', '.join(['x', 'w', '1'][: op.required])})") == {PROVED}


@pytest.mark.parametrize(
    "step",
    ["x^w", "w^x", "x^0.7", "2^x*w", "e^x + pi*w", "exp(x)^w", "(x + w)^2.5", "x^-0.5*w", "sqrt(x^2 + w^2)", "exp(x/w)",
     "log(1 + exp(w*x))", "x/(x + w)", "max(x, w, 1) + x", "where(x < w, x^2, w)", "atan(x*w)", "sin(x)*cos(w)/tan(x)",
     "exp(-x^2/(2*w))", "clip(x*w, 0, 9)", "(x*w + 1)^5/(x - w)^3", "asin(x*w)", "erf(x - w)",
     "x*sqrt(2*w)/sqrt(2)", "sqrt(3*x*w)*w"],
)  # fmt: skip
def test_compound_steps_are_proved(step: str) -> None:
    assert of_step(step) == {PROVED}


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_right_is_refuted_in_an_example(name: str) -> None:
    record = bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")).record
    if record.first is not None:
        found = answers(record)
        proved = [answer for answer in found.values() if answer in (PROVED, PROVED_IN_PART)]
        assert REFUTED not in found.values()
        assert 2 * len(proved) > len(found)


def test_every_mistake_in_a_formula_of_names_is_refuted_and_none_is_proved() -> None:
    right = bd.solve("Given x = 2, w = 3, y = 4\nz = w^2*x\nh = exp(z/9)\nloss = (h - y)^2*x\nFind dloss/dw").record
    made = list(possible(right.derivation, ("local",)))
    assert len(made) > 3
    for mistake in made:
        step, _, operand = mistake.at.partition(" by ")
        assert answers(replace(right, derivation=mistake.derivation))[step, operand] == REFUTED, mistake


def off_by(record: SolutionRecord, extra: Expr, step: str) -> SolutionRecord:
    """A solution whose local gradient of a step by its first operand has something added."""
    derivation = record.derivation
    assert isinstance(derivation, Derivation)
    old, *rest = derivation.by_step[step]
    form = replace(old.form, derivative=Sum((old.form.derivative, extra), (False, False)), in_output=None)
    wrong = LocalGradient(old.step, old.operand, form, old.slots)
    return replace(record, derivation=replace(derivation, by_step={**derivation.by_step, step: (wrong, *rest)}))


def test_what_no_difference_sees_is_seen_in_the_formula() -> None:
    record = bd.solve("Given x = 2, w = 3\nz = w*x^2\nloss = z^2\nFind dloss/dw").record
    tiny = Product((Number(Fraction(1, 10**15)), Name("#0")))
    assert answers(off_by(record, tiny, "z"))["z", "w"] == REFUTED


def test_a_relation_that_the_algebra_does_not_know_leaves_it_undecided() -> None:
    record = bd.solve("Given x = 2, w = 3\nz = sin(x)*w\nloss = z^2\nFind dloss/dw").record
    x, w = Name("#0"), Name("#1")
    logarithms = tuple(Call("log", (inside,)) for inside in (Product((x, w)), x, w))
    assert answers(off_by(record, Sum(logarithms, (False, True, True)), "z"))["z", "w"] == UNDECIDED


def test_a_tie_at_these_values_only_is_no_case_to_prove() -> None:
    assert of_step("max(x, w)", "x = 2, w = 2") == {UNDECIDED}


@pytest.mark.parametrize("kind", ["symmetric", "diagonal"])
def test_matrices_of_a_kind_are_moved_within_it(kind: str) -> None:
    value = "[[2, 1], [1, 3]]" if kind == "symmetric" else "[[2, 0], [0, 3]]"
    text = f"Given A = {value} {kind}\nGiven x = [1, 2]\nz = A @ x\ne = tanh(z)\nL = sum(e*e)\nFind dL/dA, dL/dx"
    assert set(answers(bd.solve(text).record).values()) == {PROVED}
    certificate = bd.solve(text, certify=True).certificate
    assert certificate is not None
    assert certificate.unconfirmed == ()


def test_the_work_of_a_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    spent, spend = [], Algebra._spend
    monkeypatch.setattr(Algebra, "_spend", lambda algebra, work: (spent.append(work), spend(algebra, work)))
    sums = "*".join(f"({' + '.join(f'{name}^{k}' for name in 'abcdgh')})" for k in range(1, 9))
    text = f"Given a = 2, b = 3, c = 5, d = 7, g = 1, h = 2\nz = {sums}\nloss = z/1000\nFind dloss/da"
    record = bd.solve(text).record
    line = next(link for link in links(record) if (link.step, link.operand) == ("z", "a"))
    network = Network(record)
    with mpmath.workdps(DIGITS):
        assert Prover(network, network.values(library(), {})).prove(line) == UNDECIDED
    assert 0 < sum(spent) <= MOST_WORK


def test_large_tensors_are_not_tried_and_said_so() -> None:
    rows = str([[k + j for j in range(12)] for k in range(12)])
    text = f"Given X = {rows}\nGiven W = {rows}\nZ = X @ W\nL = sum(Z)\nFind dL/dW"
    solution = bd.solve(text, certify=True)
    assert answers(solution.record)["Z", "W"] == NOT_TRIED
    assert "symbolic identity: not tried" in " ".join(solution.to_markdown().split())


def test_the_algebra_is_exact() -> None:
    algebra = Algebra()
    x, y = algebra.name("x"), algebra.name("y")
    one = algebra.divide(algebra.add(algebra.multiply(x, x), algebra.multiply(x, y)), algebra.add(x, y))
    assert algebra.is_zero(algebra.add(one, algebra.negate(x)))
    root = algebra.power(algebra.add(x, y), number(Fraction(1, 2)))
    squared = algebra.add(algebra.multiply(root, root), algebra.negate(algebra.add(x, y)))
    assert algebra.is_zero(squared)
    assert not algebra.is_zero(algebra.add(root, algebra.negate(x)))
    square = algebra.power(algebra.multiply(x, x), number(Fraction(1, 2)))
    assert not algebra.is_zero(algebra.add(square, algebra.negate(x)))  # √(x²) is not x where x < 0
    with pytest.raises(ZeroDivisionError):
        algebra.divide(ONE, algebra.add(x, algebra.negate(x)))
    with pytest.raises(Undecided):
        algebra.power(x, number(Fraction(1000)))
