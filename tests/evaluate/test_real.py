"""Every error bound is true: what mpmath finds with 400 digits lies within value ± 2**error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop_derive.errors import LimitError
from backprop_derive.evaluate.real import MorePrecision, Real, Reals

TRUE = mpmath.mp.clone()
TRUE.dps = 400

# Operands that are delicate for some function: near 0, near 1, near π/2, large, tiny.
DELICATE = ("1", "-1", "0.5", "3", "1e-30", "1e30", "100", "-100", "0.1", "700", "-40", "2", "1e-3", "7.25")
OFFSETS = ("0", "1e-10", "-1e-10", "1e-30", "-1e-30", "1e-70", "-1e-70", "0.3", "-0.3")


@dataclass(frozen=True)
class Number:
    """A Real and the number that it stands for."""

    real: Real
    true: Any

    def is_within_its_bound(self) -> bool:
        return bool(abs(TRUE.mpf(self.real.value) - self.true) <= TRUE.mpf(2) ** TRUE.mpf(self.real.error))


def known(reals: Reals, true: Any, error: float) -> Number:
    """A number known within 2**error, and about as wrong as that allows."""
    value = reals.context.mpf(true) + reals.context.mpf(2) ** reals.context.mpf(error) * 0.98
    return Number(reals.rounded(value, error), true)


@st.composite
def operands(draw: st.DrawFn) -> tuple[Any, float]:
    base = draw(st.sampled_from(DELICATE) | st.sampled_from(["pi/2", "-pi/2", "pi"]))
    value = TRUE.pi * (-1 if base[0] == "-" else 1) / (2 if "/" in base else 1) if "pi" in base else TRUE.mpf(base)
    value += TRUE.mpf(draw(st.sampled_from(OFFSETS)))
    return value, draw(st.sampled_from([-240.0, -200.0, -120.0, -60.0, -30.0, -8.0, -3.0, -1.0, 0.5]))


FUNCTIONS = ("exp", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "erf")
INTO_DOMAIN: dict[str, Callable[[Any], Any]] = {
    "log": abs,
    "log1p": abs,
    "sqrt": abs,
    "asin": lambda x: 1 / x if abs(x) > 1 else x,
    "acos": lambda x: 1 / x if abs(x) > 1 else x,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(operand=operands())
@settings(max_examples=150, deadline=None)
def test_the_bound_of_a_function_is_true(name: str, operand: tuple[Any, float]) -> None:
    reals = Reals(256)
    a = known(reals, INTO_DOMAIN.get(name, lambda x: x)(operand[0]), operand[1])
    if name in ("log", "log1p") and (reals.may_be_zero(a.real) or a.real.value < 0):
        return
    try:
        result = reals.apply(name, a.real)
    except (MorePrecision, LimitError):
        return
    assert Number(result, getattr(TRUE, {"log": "ln"}.get(name, name))(a.true)).is_within_its_bound()


@pytest.mark.parametrize("name", ["add", "multiply", "divide", "power"])
@given(left=operands(), right=operands())
@settings(max_examples=200, deadline=None)
def test_the_bound_of_an_operation_is_true(name: str, left: tuple[Any, float], right: tuple[Any, float]) -> None:
    reals = Reals(256)
    a, b = known(reals, *left), known(reals, *right)
    if name == "power":
        a = known(reals, abs(left[0]), left[1])
    if reals.may_be_zero(b.real if name == "divide" else a.real) or (name == "power" and a.real.value < 0):
        return
    try:
        result = reals.add([a.real, b.real]) if name == "add" else getattr(reals, name)(a.real, b.real)
    except (MorePrecision, LimitError):
        return
    true = {"add": a.true + b.true, "multiply": a.true * b.true}.get(name)
    if true is None:
        true = a.true / b.true if name == "divide" else a.true**b.true
    assert Number(result, true).is_within_its_bound()


@given(operand=operands(), exponent=st.integers(-60, 60).filter(bool))
@settings(max_examples=300, deadline=None)
def test_the_bound_of_a_whole_power_is_true(operand: tuple[Any, float], exponent: int) -> None:
    reals = Reals(256)
    a = known(reals, *operand)
    if exponent < 0 and reals.may_be_zero(a.real):
        return
    try:
        result = reals.whole_power(a.real, exponent)
    except MorePrecision:
        return
    assert Number(result, a.true**exponent).is_within_its_bound()


@given(terms=st.lists(operands(), min_size=2, max_size=12))
@settings(max_examples=200, deadline=None)
def test_the_bound_of_a_sum_that_cancels_is_true(terms: list[tuple[Any, float]]) -> None:
    reals = Reals(256)
    numbers = [known(reals, *term) for term in terms]
    numbers += [Number(reals.negate(n.real), -n.true) for n in numbers[1:]]
    result = reals.add([n.real for n in numbers])
    assert Number(result, sum((n.true for n in numbers), TRUE.mpf(0))).is_within_its_bound()


@dataclass(frozen=True)
class Grown:
    """Values of one expression at several precisions beside the true one."""

    reals: Reals

    def step(self, kind: str, a: Number, b: Number) -> Number:
        reals = self.reals
        match kind:
            case "+":
                return Number(reals.add([a.real, b.real]), a.true + b.true)
            case "-":
                return Number(reals.add([a.real, reals.negate(b.real)]), a.true - b.true)
            case "*":
                return Number(reals.multiply(a.real, b.real), a.true * b.true)
            case "/":
                return Number(reals.divide(a.real, b.real), a.true / b.true)
            case "square":
                return Number(reals.whole_power(a.real, 2), a.true**2)
            case "root":
                square = Number(reals.whole_power(a.real, 2), a.true**2)
                return Number(reals.apply("sqrt", square.real), TRUE.sqrt(square.true))
        return Number(reals.apply(kind, a.real), getattr(TRUE, kind)(a.true))


KINDS = ("+", "-", "*", "/", "square", "root", "sin", "cos", "tan", "atan", "tanh", "erf", "exp")


@given(
    bits=st.sampled_from([64, 128, 256]),
    steps=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25),
)
@settings(max_examples=400, deadline=None)
def test_bounds_stay_true_through_random_expressions(bits: int, steps: list[tuple[str, int, int]]) -> None:
    grown = Grown(Reals(bits))
    numbers = [Number(grown.reals.from_fraction(n, d), TRUE.mpf(n) / d) for n, d in ((1, 3), (-7, 5), (1, 10**9))]
    for kind, i, j in steps:
        a, b = numbers[i % len(numbers)], numbers[j % len(numbers)]
        if (kind == "/" and grown.reals.may_be_zero(b.real)) or (kind == "exp" and abs(a.true) > 1000):
            continue
        try:
            numbers.append(grown.step(kind, a, b))
        except (MorePrecision, LimitError):
            continue
        # 400 digits must themselves be enough to judge the bound by
        assume(abs(numbers[-1].true) < TRUE.mpf(10) ** 100)
        assert numbers[-1].is_within_its_bound(), (kind, a, b)


def test_a_function_near_the_end_of_its_domain_takes_a_value_that_is_outside_by_its_error() -> None:
    reals = Reals(256)
    beyond = Real(reals.context.mpf(1) + reals.context.mpf(2) ** -200, -190.0)
    below = Real(-(reals.context.mpf(2) ** -200), -190.0)
    assert Number(reals.apply("asin", beyond), TRUE.asin(1 - TRUE.mpf(2) ** -192)).is_within_its_bound()
    assert Number(reals.apply("sqrt", below), TRUE.mpf(2) ** -96).is_within_its_bound()


def test_an_exact_zero_with_an_error_can_be_raised_to_a_power() -> None:
    reals = Reals(256)
    assert reals.whole_power(Real(reals.context.mpf(0), -100.0), 2).error < -190


@pytest.mark.parametrize("power", [-90_000_000, -20_000, -3, 0, 5, 20_000, 90_000_000])
def test_decimals_of_any_magnitude_are_found(power: int) -> None:
    context = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
    reals = Reals(512)
    third = reals.context.mpf(10) ** power / 3
    found = reals.decimal(reals.rounded(third), context)
    assert "".join(map(str, found.as_tuple().digits[:59])) == "3" * 59
    assert found.adjusted() == power - 1


@pytest.mark.parametrize(
    ("value", "log"), [("0.5", -1), ("1", 0), ("0.75", math.log2(0.75)), ("3e40", math.log2(3e40))]
)
def test_a_magnitude_is_that_of_the_number_however_few_its_bits(value: str, log: float) -> None:
    reals = Reals(256)
    assert reals.magnitude(reals.context.mpf(value)) == pytest.approx(log, abs=1e-9)


def test_a_thousand_halvings_and_doublings_cost_no_digits() -> None:
    reals = Reals(256)
    third = kept = reals.from_fraction(1, 3)
    for _ in range(1000):
        kept = reals.multiply(reals.multiply(kept, reals.from_fraction(1, 2)), reals.from_fraction(2, 1))
    assert kept.error < third.error + 15  # the roundings of two thousand products, no more
