"""The quick evaluation, of numbers made with exponentials: what the ordinary one comes to, or nothing."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.api import solve
from backprop_derive.errors import BackpropError
from backprop_derive.evaluate.exponentials import Exponentials, Irrational, Unsettled
from backprop_derive.evaluate.passes import Run, evaluate, with_enough_precision
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.solution import SolutionRecord, Value

PROBLEMS = {
    "a net": """
Given x = 1, w = 1, v = 1, u = 1, c = 0.1
a = tanh(w*x)
b = tanh(v*a + c)
p = sigmoid(u*b - a)
loss = (p - 1)^2 + a*b/3
Find d(loss)/dw, d(loss)/du, d(loss)/dv
Vary x in -3..3, w in -2..2 step 0.25, v in -2..2, u in -3..3
""",
    "waves": """
Given x = 1, w = 1
a = sin(w*x)
b = cos(w) + exp(a)
c = e^x/(1 + b^2)
loss = c^2 + sin(a)^2 + sinh(w)/cosh(x) + 1/(2 + a)^3
Find d(loss)/dw, d(loss)/dx
Vary x in -3..3, w in -2..2 step 0.25
""",
    # Where x = w, SymPy sees that numbers made with functions are rational.
    "what cancels": """
Given x = 1, w = 1
a = tanh(x) - tanh(w)
b = exp(x)*exp(-w)
loss = a^2*x + 3*a*b + b
Find d(loss)/dw, d(loss)/dx
Vary x in -3..3, w in -3..3
""",
    "cases": """
Given x = 1, w = 1, b = 1
z = w*x + b
h = relu(tanh(z))
g = max(h, z, 1)
loss = h*g + where(h > x, h, x) + silu(z)
Find d(loss)/dw, d(loss)/dx
Vary x in -3..3, w in -2..2 step 0.25, b in -1..1
""",
    "what it knows nothing of": """
Given x = 1, w = 1
u = sqrt(x) + tanh(w)
loss = log(u) * erf(w) + x^0.5 * pi
Find d(loss)/dw, d(loss)/dx
Vary x in 1..9, w in 1..9
""",
    "an update": """
Given x = 1, w = 1, y = 1
p = sigmoid(w*x)
loss = (p - y)^2
Find d(loss)/dw
Learning rate: 0.1
Updates: 2
Vary x in -5..5, w in -1..1 step 0.25, y in 0..1
""",
}


def ordinary(solved: SolutionRecord) -> SolutionRecord:
    return with_enough_precision(
        lambda arithmetic: Run(solved.problem, arithmetic).solution(solved.derivation), solved.problem, DEFAULT_LIMITS
    )


def values(solved: SolutionRecord) -> list[Value]:
    found = []
    for each in solved.passes:
        found += [*each.values.values(), *each.local.values(), *each.adjoints.values()]
    return found + [value for update in solved.updates for value in update.values.values()]


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_solution_is_the_one_that_sympy_is_asked_for(name: str) -> None:
    for variant in Exercise(PROBLEMS[name]).variants(30, seed=3):
        found = evaluate(variant.drawn.record.derivation)
        expected = ordinary(found)
        assert found == expected
        for value, other in zip(values(found), values(expected), strict=True):
            assert (value.closed, value.is_algebraic) == (other.closed, other.is_algebraic)


def test_a_solution_is_the_same_once_it_was_pickled() -> None:
    """Also a long one: what its numbers were made of does not go with it."""
    steps = "".join(f"a{k + 1} = a{k} + x*exp(-{k})\n" for k in range(30))
    for text in (PROBLEMS["a net"], f"Given x = 1/3\na0 = x\n{steps}loss = a30^2\nFind d(loss)/dx\n"):
        solved = Exercise(text).variants(1)[0].drawn.record
        assert isinstance(solved, SolutionRecord)
        again = pickle.loads(pickle.dumps(solved))
        assert [each.closed for each in values(again)] == [each.closed for each in values(solved)]
        assert values(again) == values(solved)


def test_most_variants_of_a_net_ask_sympy_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = Exercise(PROBLEMS["a net"])
    exercise.source.derivation(())
    monkeypatch.setattr("backprop_derive.evaluate.passes.with_enough_precision", None)
    for variant in exercise.variants(30, seed=4):
        assert variant.drawn.record.first is not None


QUICK = Exponentials(DEFAULT_LIMITS)
rationals = st.fractions(min_value=-20, max_value=20, max_denominator=60)


def applied(name: str, value: Fraction | Irrational) -> Fraction | Irrational:
    return QUICK.apply(name, value)


def squared(value: Fraction | Irrational) -> Fraction | Irrational:
    return QUICK.power(value, Fraction(2))


def minus(a: Fraction | Irrational, b: Fraction | Irrational) -> Fraction | Irrational:
    return QUICK.add([a, QUICK.negate(b)])


@given(rationals, rationals)
def test_what_is_rational_by_an_identity_is_not_told_to_be_irrational(a: Fraction, b: Fraction) -> None:
    one = Fraction(1)
    both = QUICK.divide(applied("tanh", a + b), QUICK.add([one, applied("exp", b)]))
    for make in (
        lambda: QUICK.add([squared(applied("sin", a)), squared(applied("cos", a))]),
        lambda: minus(squared(applied("cosh", a)), squared(applied("sinh", a))),
        lambda: QUICK.divide(QUICK.multiply([applied("exp", a), applied("exp", b)]), applied("exp", a + b)),
        lambda: minus(QUICK.divide(applied("sinh", a), applied("cosh", a)), minus(applied("tanh", a), one)),
        # An exponential of an exponential: exp(u + b)/exp(u) = exp(b).
        lambda: QUICK.divide(
            QUICK.divide(applied("exp", QUICK.add([both, b])), applied("exp", both)), applied("exp", b)
        ),
    ):
        try:
            found = QUICK.settled(make())
        except Unsettled:
            continue
        assert found == 1


@given(rationals, rationals)
def test_digits_are_true(a: Fraction, b: Fraction) -> None:
    text = f"""
Given a = {a}, b = {b}
u = exp(a/9) + tanh(b)*cos(a)
v = sigmoid(u) - sin(u)/7
loss = v*u^3
Find d(loss)/da, d(loss)/db
"""
    solved = Exercise(text).variants(1)[0].drawn.record
    assert isinstance(solved, SolutionRecord)
    assert solved == ordinary(solved)


@pytest.mark.parametrize("name", ["log", "sqrt", "erf", "atan", "acos", "tan"])
def test_of_other_functions_it_says_nothing(name: str) -> None:
    with pytest.raises(Unsettled):
        QUICK.apply(name, Fraction(1, 2))


def test_a_difference_of_equal_numbers_is_not_settled() -> None:
    number = QUICK.apply("tanh", Fraction(1, 3))
    with pytest.raises(Unsettled):
        QUICK.add([number, QUICK.negate(number)])
    with pytest.raises(Unsettled):
        QUICK.compare(number, number)


def test_an_error_is_the_one_of_the_ordinary_evaluation() -> None:
    text = "Given x = 1\nu = exp(x)\nloss = 1/(x - 1) + u\nFind d(loss)/dx\n"
    with pytest.raises(BackpropError, match="division by zero"):
        solve(text)
