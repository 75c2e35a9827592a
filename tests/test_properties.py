"""Random problems: every number by another road, none of which knows anything of this program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backprop_derive as bd

MP = mpmath.mp.clone()
MP.dps = 220
STEP = MP.mpf(10) ** -60  # of a central difference: its error is of the order of 10**-120
MAIN = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

# An expression is a name, a Fraction, or (template, arguments); the template is text of the problem language.
Expr = Any


class Jump(Exception):
    """The point lies on a jump, where a difference quotient means nothing."""


def _floor(x: Any) -> Any:
    if abs(x - MP.nint(x)) < MP.mpf(10) ** -50:
        raise Jump
    return MP.floor(x)


def _sign(x: Any) -> Any:
    if abs(x) < MP.mpf(10) ** -50:
        raise Jump
    return MP.sign(x)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + MP.exp(-x))


def _huber(a: Any, b: Any) -> Any:
    return (a - b) ** 2 / 2 if abs(a - b) <= 1 else abs(a - b) - MP.mpf(1) / 2


_SELU = (MP.mpf("1.0507009873554804934193349852946"), MP.mpf("1.6732632423543772848170429916717"))

SMOOTH: dict[str, Callable[..., Any]] = {
    "exp({})": MP.exp, "sin({})": MP.sin, "cos({})": MP.cos, "tan({})": MP.tan, "atan({})": MP.atan,
    "tanh({})": MP.tanh, "sinh({})": MP.sinh, "cosh({})": MP.cosh, "erf({})": MP.erf,
    "sigmoid({})": _sigmoid, "softplus({})": lambda x: MP.log(1 + MP.exp(x)), "silu({})": lambda x: x * _sigmoid(x),
    "gelu({})": lambda x: x / 2 * (1 + MP.erf(x / MP.sqrt(2))), "log(1 + {}^2)": lambda x: MP.log(1 + x * x),
    "sqrt(1 + {}^2)": lambda x: MP.sqrt(1 + x * x), "asin(tanh({}))": lambda x: MP.asin(MP.tanh(x)),
    "acos(tanh({}))": lambda x: MP.acos(MP.tanh(x)), "(1 + {}^2)^(-2/3)": lambda x: (1 + x * x) ** (MP.mpf(-2) / 3),
    "log(abs({}) + 2)": lambda x: MP.log(abs(x) + 2), "log10({})": MP.log10,
    "log2({})": lambda x: MP.log(x) / MP.log(2),
    "log({})": MP.log, "sqrt({})": MP.sqrt, "{}^2": lambda x: x**2, "{}^3": lambda x: x**3, "{}^(-1)": lambda x: 1 / x,
    "-{}": lambda x: -x, "2^{}": lambda x: MP.mpf(2) ** x, "elu({})": lambda x: x if x > 0 else MP.expm1(x),
    "gelu({}, approximate=tanh)":
        lambda x: x / 2 * (1 + MP.tanh(MP.sqrt(2 / MP.pi) * (x + MP.mpf("0.044715") * x**3))),
}  # fmt: skip
KINKED: dict[str, Callable[..., Any]] = {
    "relu({})": lambda x: max(x, 0), "abs({})": abs, "leaky_relu({})": lambda x: x if x > 0 else x / 100,
    "selu({})": lambda x: _SELU[0] * (x if x > 0 else _SELU[1] * MP.expm1(x)), "floor({})": _floor, "sign({})": _sign,
    "hardtanh({})": lambda x: min(max(x, -1), 1),
    "clip({}, -1/2, 3/2)": lambda x: min(max(x, MP.mpf(-0.5)), MP.mpf(1.5)),
}  # fmt: skip
BINARY: dict[str, Callable[..., Any]] = {
    "{} + {}": lambda a, b: a + b, "{} - {}": lambda a, b: a - b, "{} * {}": lambda a, b: a * b,
    "{} / (1 + {}^2)": lambda a, b: a / (1 + b * b), "{} / {}": lambda a, b: a / b,
    "max({}, {})": max, "min({}, {})": min, "maximum({}, {})": max, "minimum({}, {})": min,
    "mse({}, {})": lambda a, b: (a - b) ** 2, "mae({}, {})": lambda a, b: abs(a - b), "huber({}, {})": _huber,
    "hinge({}, {})": lambda a, b: max(0, 1 - a * b),
    "bce_with_logits({}, {})": lambda a, b: MP.log(1 + MP.exp(a)) - a * b,
    "bce(sigmoid({}), sigmoid({}))": lambda a, b: -(_sigmoid(b) * MP.log(_sigmoid(a))
                                                    + (1 - _sigmoid(b)) * MP.log(1 - _sigmoid(a))),
    "(1 + {}^2)^{}": lambda a, b: (1 + a * a) ** b, "{}^{}": lambda a, b: _power(a, b),
    "kl_div(exp({}), exp({}))": lambda a, b: MP.exp(a) * (a - b),
}  # fmt: skip
TERNARY: dict[str, Callable[..., Any]] = {
    "where({} > {}, {}, 1/3)": lambda a, b, c: c if a > b else MP.mpf(1) / 3, "{} + {} * {}": lambda a, b, c: a + b * c,
    "max({}, {}, {})": max, "{} - {} - {}": lambda a, b, c: a - b - c, "{} * {} * {}": lambda a, b, c: a * b * c,
}  # fmt: skip
FUNCTIONS = {**SMOOTH, **KINKED, **BINARY, **TERNARY}


@dataclass(frozen=True)
class Random:
    """A random problem: givens and steps in an order that defines before it uses."""

    givens: dict[str, Fraction]
    steps: dict[str, Expr]

    @property
    def text(self) -> str:
        return "\n".join([self.given_line, *(f"{name} = {write(expr)}" for name, expr in self.steps.items())])

    @property
    def given_line(self) -> str:
        return "Given " + ", ".join(f"{name} = {value}" for name, value in self.givens.items())

    @property
    def loss(self) -> str:
        return list(self.steps)[-1]

    def values(self, moved: Mapping[str, Any]) -> dict[str, Any]:
        """Every value; `moved` adds to some on the way."""
        found: dict[str, Any] = {}
        for name, value in self.givens.items():
            found[name] = MP.mpf(value.numerator) / value.denominator + moved.get(name, 0)
        for name, expr in self.steps.items():
            found[name] = compute(expr, found) + moved.get(name, 0)
        return found

    def difference(self, name: str) -> Any:
        """d(loss)/d(name) by a central difference."""
        above, below = (self.values({name: sign * STEP})[self.loss] for sign in (1, -1))
        return (above - below) / (2 * STEP)


def write(expr: Expr) -> str:
    if isinstance(expr, str):
        return expr
    if isinstance(expr, Fraction):
        return f"({expr})"
    template, arguments = expr
    return "(" + template.format(*map(write, arguments)) + ")"


def _power(base: Any, exponent: Any) -> Any:
    """An exponent that is whole but for mpmath's rounding, √(1 + 8), is taken as whole: −1 has no other real powers."""
    whole = MP.nint(exponent)
    return base ** (int(whole) if abs(exponent - whole) < MP.mpf(10) ** -60 else exponent)


def compute(expr: Expr, names: Mapping[str, Any]) -> Any:
    if isinstance(expr, str):
        return names[expr]
    if isinstance(expr, Fraction):
        return MP.mpf(expr.numerator) / expr.denominator
    template, arguments = expr
    value = FUNCTIONS[template](*(compute(a, names) for a in arguments))
    if isinstance(value, MP.mpc):
        raise ValueError("no real number")
    return value


NUMBERS = st.fractions(-3, 3, max_denominator=12)


def expressions(names: list[str], templates: list[str]) -> st.SearchStrategy[Expr]:
    leaf = st.sampled_from(names) | st.sampled_from(names) | NUMBERS

    def compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.sampled_from(templates).flatmap(
            lambda t: st.tuples(st.just(t), st.tuples(*[inner] * t.count("{}")))
        )  # fmt: skip

    return compound(leaf) | compound(leaf | compound(leaf))


@st.composite
def problems(draw: st.DrawFn, templates: tuple[str, ...] = tuple(FUNCTIONS), most: int = 30) -> Random:
    givens = {f"x_{k}": draw(NUMBERS) for k in range(1, draw(st.integers(1, 4)) + 1)}
    names = list(givens)
    steps: dict[str, Expr] = {}
    for k in range(1, draw(st.integers(1, most)) + 1):
        steps[f"s_{k}"] = draw(expressions(names[-6:], list(templates)))
        names.append(f"s_{k}")
    return Random(givens, steps)


def true(decimal: Decimal) -> Any:
    return MP.mpf(str(decimal))


def is_shown_truly(decimal: Decimal, value: Any) -> bool:
    """Whether all 50 digits are those of the true value, rounded."""
    unit = MP.mpf(10) ** (decimal.adjusted() - 49) if decimal else MP.mpf(10) ** -60
    return bool(abs(true(decimal) - value) <= unit * MP.mpf("0.50000001"))


def solved(problem: str, **options: Any) -> bd.Solution | None:
    """The solution, or None where there is a documented reason for none."""
    try:
        return bd.solve(problem, **options)
    except (bd.DomainError, bd.LimitError):
        return None


def judged(problem: Random) -> dict[str, Any]:
    """The true values, or none where there is a jump or mpmath has not the digits to judge by."""
    try:
        values = problem.values({})
    except Jump:
        return {}
    with MP.workdps(5 * MP.dps):
        closer = problem.values({})
    is_known = all(abs(value - closer[key]) <= abs(closer[key]) * MP.mpf(10) ** -60 for key, value in values.items())
    return values if is_known and all(abs(value) < MP.mpf(10) ** 40 for value in values.values()) else {}


@given(problem=problems())
@MAIN
def test_values_and_gradients_are_those_of_difference_quotients(problem: Random) -> None:
    solution = solved(problem.text)
    if solution is None or not (values := judged(problem)):
        return
    record = solution.record
    assert record.first is not None
    for name, value in values.items():
        assert is_shown_truly(record.first.values[name].decimal, value), name
    if any(note.kind == "kink" for note in record.notes):
        return
    for name, adjoint in record.first.adjoints.items():
        try:
            slope = problem.difference(name)
        except (Jump, ValueError, ZeroDivisionError):
            continue
        assert abs(true(adjoint.decimal) - slope) <= MP.mpf(10) ** -40 * max(1, abs(slope)), name


@given(problem=problems(most=8))
@settings(parent=MAIN, max_examples=60)
def test_one_operation_a_node_gives_the_same_numbers(problem: Random) -> None:
    whole, split = solved(problem.text), solved(problem.text, expand=True)
    if whole is None or split is None or not judged(problem):
        return
    assert whole.record.first is not None
    assert split.record.first is not None
    for kind in ("values", "adjoints"):
        found = getattr(split.record.first, kind)
        for name, value in getattr(whole.record.first, kind).items():
            assert abs(value.decimal - found[name].decimal) <= abs(value.decimal) * Decimal("1e-48"), (kind, name)


@given(problem=problems(most=8), chance=st.randoms(use_true_random=False))
@settings(parent=MAIN, max_examples=60)
def test_the_order_of_what_does_not_depend_on_each_other_does_not_matter(problem: Random, chance: Any) -> None:
    order: list[str] = []
    waiting = list(problem.steps)[:-1]
    while waiting:
        ready = [name for name in waiting if not uses(problem.steps[name]) & set(waiting)]
        order.append(chance.choice(ready))
        waiting.remove(order[-1])
    order.append(problem.loss)
    shuffled = Random(problem.givens, {name: problem.steps[name] for name in order})
    first, second = solved(problem.text), solved(shuffled.text)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.record.first.values == second.record.first.values
        ours, theirs = first.record.first.adjoints, second.record.first.adjoints
        for name in problem.givens:
            assert abs(ours[name].decimal - theirs[name].decimal) <= abs(ours[name].decimal) * Decimal("1e-48"), name


def uses(expr: Expr) -> set[str]:
    if isinstance(expr, str):
        return {expr}
    return set().union(*map(uses, expr[1])) if isinstance(expr, tuple) else set()


# --- rational problems: dual numbers of fractions, forward mode


@dataclass(frozen=True)
class Dual:
    """A value and its derivative; at kinks and ties by the language's conventions."""

    value: Fraction
    slope: Fraction

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __truediv__(self, other: Dual) -> Dual:
        slope = (self.slope * other.value - self.value * other.slope) / other.value**2
        return Dual(self.value / other.value, slope)


ONE = Dual(Fraction(1), Fraction(0))


def shared(best: Callable[..., Fraction]) -> Callable[..., Dual]:
    def choose(*items: Dual) -> Dual:
        value = best(item.value for item in items)
        ties = [item.slope for item in items if item.value == value]
        return Dual(value, sum(ties, Fraction(0)) / len(ties))

    return choose


RATIONAL: dict[str, Callable[..., Dual]] = {
    "{} + {}": lambda a, b: a + b, "{} - {}": lambda a, b: a - b, "{} * {}": lambda a, b: a * b,
    "{} / (1 + {}^2)": lambda a, b: a / (ONE + b * b), "{}^2": lambda a: a * a, "{}^(-1)": lambda a: ONE / a,
    "-{}": lambda a: Dual(-a.value, -a.slope),
    "relu({})": lambda a: a if a.value > 0 else Dual(Fraction(0), Fraction(0)),
    "abs({})": lambda a: Dual(abs(a.value), a.slope * ((a.value > 0) - (a.value < 0))),
    "max({}, {})": shared(max), "min({}, {})": shared(min), "max({}, {}, {})": shared(max),
    "mse({}, {})": lambda a, b: (a - b) * (a - b), "{} + {} * {}": lambda a, b, c: a + b * c,
    "where({} > {}, {}, 1/3)": lambda a, b, c: c if a.value > b.value else Dual(Fraction(1, 3), Fraction(0)),
    "hardtanh({})": lambda a: a if -1 < a.value < 1 else Dual(Fraction(1 if a.value > 0 else -1), Fraction(0)),
}  # fmt: skip


def dual(expr: Expr, names: Mapping[str, Dual]) -> Dual:
    if isinstance(expr, str):
        return names[expr]
    if isinstance(expr, Fraction):
        return Dual(expr, Fraction(0))
    return RATIONAL[expr[0]](*(dual(a, names) for a in expr[1]))


@given(problem=problems(templates=tuple(RATIONAL), most=12))
@MAIN
def test_what_is_rational_is_exactly_what_dual_numbers_of_fractions_say(problem: Random) -> None:
    solution = solved(problem.text)
    if solution is None or any(note.kind == "digits" for note in solution.record.notes):
        return
    for moved in problem.givens:
        names = {name: Dual(value, Fraction(name == moved)) for name, value in problem.givens.items()}
        for name, expr in problem.steps.items():
            names[name] = dual(expr, names)
        assert solution.loss == names[problem.loss].value
        assert solution.gradient(moved) == names[problem.loss].slope, moved


@pytest.mark.parametrize("depth", [200, 2000])
def test_a_long_chain_is_right_to_the_last_digit(depth: int) -> None:
    steps = "\n".join(f"s_{k} = sigmoid(s_{k - 1})" for k in range(1, depth + 1))
    solution = bd.solve(f"Given s_0 = 1/2\n{steps}")
    value, slope = MP.mpf(1) / 2, MP.mpf(1)
    for _ in range(depth):
        value = _sigmoid(value)
        slope *= value * (1 - value)
    assert solution.record.first is not None
    assert is_shown_truly(solution.record.first.adjoints["s_0"].decimal, slope)
