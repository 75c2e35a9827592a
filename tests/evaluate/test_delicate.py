"""Values where floats go wrong, and the refusals where there is no value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest

import backprop_derive as bd
from backprop_derive.errors import DomainError

MP = mpmath.mp.clone()
MP.dps = 8000


def check(decimal: Decimal, true: Any) -> None:
    assert abs(MP.mpf(str(decimal)) - true) <= abs(true) * MP.mpf(10) ** -49


def numbers(problem: str) -> tuple[Decimal, Decimal]:
    first = bd.solve(problem, wrt="x").record.first
    assert first is not None
    return first.values["y"].decimal, first.adjoints["x"].decimal


def sigmoid(x: Any) -> Any:
    return 1 / (1 + MP.exp(-x))


@pytest.mark.parametrize("x", [1000, -1000, 5000, -40, 40])
def test_saturated_activations_keep_their_digits(x: int) -> None:
    log = MP.log(1 + MP.exp(x))
    for written in ("softplus(x)", "log(1 + exp(x))"):
        value, slope = numbers(f"Given x = {x}\ny = {written}")
        check(value, log)
        check(slope, sigmoid(x))
    value, slope = numbers(f"Given x = {x}\ny = sigmoid(x)")
    check(value, sigmoid(x))
    check(slope, sigmoid(x) * sigmoid(-x))
    value, slope = numbers(f"Given x = {x}, t = {int(x > 0)}\ny = bce_with_logits(x, t)")
    check(value, log - (x if x > 0 else 0))
    check(slope, sigmoid(x) - (x > 0))


@pytest.mark.parametrize("x", [2000, -2000, 20])
def test_the_gradient_of_tanh_is_not_0_near_its_ends(x: int) -> None:
    check(numbers(f"Given x = {x}\ny = tanh(x)")[1], 1 / MP.cosh(x) ** 2)


def test_a_difference_of_nearly_equal_numbers_keeps_its_digits() -> None:
    value, slope = numbers("Given x = 1e-20\ny = 1 - cos(x)")
    check(value, 1 - MP.cos(MP.mpf("1e-20")))
    check(slope, MP.sin(MP.mpf("1e-20")))


@pytest.mark.parametrize(
    ("expression", "true"),
    [
        ("exp(-20000*x)", lambda: MP.exp(-20000)),
        ("exp(1000*x)", lambda: MP.exp(1000)),
        ("gelu(-40*x)", lambda: -20 * MP.erfc(40 / MP.sqrt(2))),
        ("asin(1 - 1e-30*x)", lambda: MP.asin(1 - MP.mpf("1e-30"))),
        ("tan(x*pi/2 - 1e-30)", lambda: MP.tan(MP.pi / 2 - MP.mpf("1e-30"))),
        ("log(1 - 1e-40*x)", lambda: MP.log(1 - MP.mpf("1e-40"))),
        ("(1 + 1e-12*x)^1e12", lambda: (1 + MP.mpf("1e-12")) ** (10**12)),
        ("sin(1e30*x)", lambda: MP.sin(MP.mpf(10) ** 30)),
        ("x^(2^0.5)*3^x", lambda: MP.mpf(3)),
    ],
)
def test_values_at_delicate_points_are_true(expression: str, true: Any) -> None:
    check(numbers(f"Given x = 1\ny = {expression}")[0], true())


@pytest.mark.parametrize(
    ("expression", "exact"),
    [
        ("x*(sqrt(2)*sqrt(3) - sqrt(6))", 0), ("(x/3)*3 - 1", 0), ("log(exp(x))", 1), ("sqrt(2*x)^2", 2), ("x^0", 1),
        ("0^0*x", 1), ("0.1*x + 0.2 - 0.3", 0), ("(2*x)^-3", Fraction(1, 8)), ("(4*x)^(-3/2)", Fraction(1, 8)),
        ("floor(sqrt(9*x)^2)", 9), ("floor(-0.5*x)", -1), ("sin(x)^2 + cos(x)^2 - 1", 0), ("sqrt(8*x) - 2*sqrt(2)", 0),
        ("0*log(0)*x", 0), ("0*log2(0) + x", 1), ("0*(-log(0)) + x", 1),
        ("log10(1000*x)", 3), ("log2(x/8)", -3), ("log(9/4*x)/log(3/2)", 2), ("log2(4*x)/log2(8)", Fraction(2, 3)),
    ],
)  # fmt: skip
def test_what_is_rational_is_found_to_be(expression: str, exact: Any) -> None:
    assert bd.solve(f"Given x = 1\ny = {expression}", wrt="x").loss == exact


@pytest.mark.parametrize(("p", "t"), [(0, 0), (1, 1)])
def test_cross_entropy_of_certainty_is_0(p: int, t: int) -> None:
    assert bd.solve(f"Given p = {p}, t = {t}, x = 1\ny = bce(p, t) + x", wrt="x").loss == 1


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("log(x - 1)", "log of 0"), ("log(-x)", "log of a negative number"), ("sqrt(-x)", "sqrt of a negative number"),
        ("1/(x - 1)", "division by zero"), ("(x - 1)^-1", "division by zero"), ("asin(x + 1)", "asin"),
        ("acos(-x - 1)", "acos"), ("tan(pi/2)*x", "tan has no value"), ("(-x)^(1/3)", "fractional power"),
        ("(x - 1)^(x - 1)", "0[*][*]0"), ("log2(0*x)", "log2 of 0"), ("log10(-x)", "log10 of a negative"),
        ("bce(2*x, 1)", "bce"), ("bce(x - 1, 1)", "log of 0"), ("clip(x, 3, 1)", "needs lo <= hi"),
        ("kl_div(x, 0)", "divides by zero"), ("1/(sqrt(2)*sqrt(3) - sqrt(6))*x", "division by zero"),
    ],
)  # fmt: skip
def test_what_has_no_value_is_refused_by_its_reason(expression: str, said: str) -> None:
    with pytest.raises(bd.DomainError, match=said):
        bd.solve(f"Given x = 1\ny = {expression}", wrt="x")


@pytest.mark.parametrize("expression", ["sqrt(x)", "x^(1/2)", "asin(1 - x)", "acos(x - 1)"])
def test_a_value_without_a_derivative_refuses_the_gradient_only(expression: str) -> None:
    with pytest.raises(bd.DomainError, match="derivative of y by x does not exist"):
        bd.solve(f"Given x = 0\ny = {expression}", wrt="x")
    assert bd.solve(f"Given x = 0, w = 1\ny = {expression}*w", wrt="w").gradient("w") is not None


@pytest.mark.parametrize(
    ("expression", "operations"),
    [
        ("relu(x)", ["relu"]), ("abs(x)", ["abs"]), ("mae(x, 0)", ["mae"]), ("norm(x)", ["norm"]), ("huber(x, 0)", []),
        ("elu(x)", []), ("elu(x, alpha=2)", ["elu"]), ("selu(x)", ["selu"]), ("leaky_relu(x)", ["leaky_relu"]),
        ("leaky_relu(x, slope=1)", []), ("hardtanh(x + 1)", ["hardtanh"]), ("hinge(x + 1, 1)", ["hinge"]),
        ("maximum(x, 0)", ["maximum"]), ("max(x, 0, -1)", ["max"]), ("max(x, 1, 1)", ["max"]),
        ("clip(x, 0, 1)", ["clip"]),
        ("where(relu(x) == 0, x, 2x)", []), ("sigmoid(x)", []), ("where(x != 0, x, 2x)", []),
        ("where(x == 0, x, 2x)", []), ("where(x > 0, x, 2x)", ["where"]), ("where(x <= 0, x, 2x)", ["where"]),
    ],
)  # fmt: skip
def test_a_kink_is_told_once_and_only_where_there_is_one(expression: str, operations: list[str]) -> None:
    notes = bd.solve(f"Given x = 0\ny = {expression}").record.notes
    assert [note.detail for note in notes if note.kind == "kink"] == operations


def test_nested_products_with_logarithms_take_no_time() -> None:
    depth = 200
    problem = "Given x = 1/2\ny = " + "x*log(1 + " * depth + "x" + ")" * depth
    assert float(bd.solve(problem).loss) > 0


@pytest.mark.parametrize("p", [0, 1])
def test_a_certain_and_right_prediction_has_a_loss_and_no_gradient(p: int) -> None:
    text = f"Given p = {p}, y = {p}, z = 2\nL = bce(p, y) + z"
    assert bd.solve(text, wrt="z").loss == 2
    with pytest.raises(DomainError, match="the derivative of L by p does not exist here"):
        bd.solve(text, wrt="p")


def test_what_sympy_takes_for_zero_by_its_floats_is_computed_by_digits() -> None:
    assert bd.solve("Given w = 19/2\na = acos(erf(w))\nL = log(a)").loss == pytest.approx(-46.19298750584427, rel=1e-14)
    solution = bd.solve("Given w = 19/2\na = acos(erf(w))\nL = softplus(a)")
    check(solution.record.first.values["L"].decimal, MP.log(1 + MP.exp(MP.acos(MP.erf(MP.mpf(19) / 2)))))
    power = bd.solve("Given w = 19/2\na = acos(erf(w))\nL = (1 + a)^(1/3) * a^(1/2)")
    tiny = MP.acos(MP.erf(MP.mpf(19) / 2))
    check(power.record.first.values["L"].decimal, MP.cbrt(1 + tiny) * MP.sqrt(tiny))


def test_a_number_next_to_a_whole_one_is_compared_in_bounded_memory() -> None:
    assert bd.solve("Given z = 57\ng = gelu(z, approximate=tanh)\nL = floor(g)").loss == 56
