"""Bounds on errors, place by place: true at both ends of what a number may be, and not much wider than that."""

from __future__ import annotations

from decimal import Context
from typing import Any

import mpmath
import pytest

from backprop_derive.errors import LimitError
from backprop_derive.evaluate.real import MorePrecision, Real, Reals, log2_sum

BITS = 256
TRUE = mpmath.mp.clone()
TRUE.dps = 300
FUNCTIONS = "exp log log1p sqrt sin cos tan asin acos atan sinh cosh tanh erf".split()
DOMAINS = {"log": (0, 99), "log1p": (-1, 99), "sqrt": (0, 99), "asin": (-1, 1), "acos": (-1, 1), "tan": (-1.56, 1.56)}
PLACES = (
    "-40",
    "-3",
    "-1",
    "-0.9",
    "-0.5",
    "-1e-3",
    "1e-3",
    "0.1",
    "0.5",
    "0.75",
    "0.99",
    "1",
    "1.2",
    "1.5",
    "3",
    "40",
)
BY_ONE = ("sin", "cos", "tanh", "atan", "erf", "cosh")  # whose slope is taken to be 1 at least
ERRORS = (-180.0, -60.0, -20.0, -8.0, -4.0, -2.5, -1.5)


def real(value: Any, error: float) -> Real:
    return Real(Reals(BITS).context.mpf(value), error)


def of(name: str) -> Any:
    return getattr(TRUE, {"log": "ln"}.get(name, name))


def moved(name: str, at: Any, error: float) -> Any:
    """How far the function moves at most where its argument moves by the error, within its domain."""
    low, high = DOMAINS.get(name, (-99, 99))
    off = TRUE.mpf(2) ** error
    ends = [min(max(end, TRUE.mpf(low)), TRUE.mpf(high)) for end in (at - off, at + off)]
    return max(abs(of(name)(end) - of(name)(at)) for end in ends if end > low or name in ("asin", "acos", "sqrt"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_bound_of_a_function_holds_at_both_ends(name: str) -> None:
    low, high = DOMAINS.get(name, (-99, 99))
    judged = 0
    for place in PLACES:
        at = TRUE.mpf(place)
        for error in ERRORS if low <= at <= high else ():
            try:
                found = Reals(BITS).apply(name, real(at, error))
            except MorePrecision:
                continue
            judged += 1
            assert moved(name, at, error) <= TRUE.mpf(2) ** found.error, (place, error)
    assert judged > 20


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("error", [-150.0, -60.0])
def test_the_bound_of_a_function_is_no_wider_than_two_bits(name: str, error: float) -> None:
    low, high = DOMAINS.get(name, (-5, 5))
    for place in PLACES:
        at = TRUE.mpf(place)
        if not low < at < high:
            continue
        found = Reals(BITS).apply(name, real(at, error))
        slope = max(abs(TRUE.diff(of(name), at)), TRUE.mpf(name in BY_ONE))
        assert found.error <= error + float(TRUE.log(slope, 2)) + 2, place


def test_the_bounds_of_operations_are_true_and_no_wider_than_two_bits() -> None:
    reals = Reals(BITS)
    places = [TRUE.mpf(place) for place in PLACES]
    for x in places:
        for y in places:
            for ex, ey in ((-100.0, -100.0), (-100.0, -60.0), (-60.0, -100.0)):
                a, b, off, oth = real(x, ex), real(y, ey), TRUE.mpf(2) ** ex, TRUE.mpf(2) ** ey
                for found, most in (
                    (reals.add([a, b]), off + oth), (reals.multiply(a, b), off * abs(y) + oth * abs(x)),
                    (reals.divide(a, b), off / abs(y) + oth * abs(x) / y**2),
                ):  # fmt: skip
                    assert most <= TRUE.mpf(2) ** found.error * (1 + TRUE.mpf(2) ** -20)
                    assert TRUE.mpf(2) ** found.error <= 4 * most
                if x > 0:
                    power = reals.power(a, b)
                    most = x**y * (off * abs(y) / x + oth * abs(TRUE.ln(x)))
                    assert most <= TRUE.mpf(2) ** power.error * (1 + TRUE.mpf(2) ** -20)
                    assert TRUE.mpf(2) ** power.error <= 4 * most + x**y * TRUE.mpf(2) ** -159


@pytest.mark.parametrize("exponent", [-7, -1, 1, 2, 5, 12])
def test_the_bound_of_a_whole_power_is_true_and_no_wider_than_two_bits(exponent: int) -> None:
    for place in PLACES:
        at = TRUE.mpf(place)
        for error in (-100.0, -40.0):
            found = Reals(BITS).whole_power(real(at, error), exponent)
            off = TRUE.mpf(2) ** error
            most = max(abs((at + off) ** exponent - at**exponent), abs((at - off) ** exponent - at**exponent))
            assert most <= TRUE.mpf(2) ** found.error <= 4 * most


def test_rounding_counts_two_units_in_the_last_place() -> None:
    reals = Reals(BITS)
    for found in (reals.from_fraction(4, 3), reals.constant("pi"), reals.rounded(reals.context.mpf(1))):
        assert 1.5 < found.error - reals.magnitude(found.value) + BITS < 2.5
    assert reals.from_fraction(0, 1).error < -1000
    assert reals.from_fraction(-7, 1).value == -7


def test_a_sum_of_errors() -> None:
    assert log2_sum(-3.0, -3.0) == -2
    assert log2_sum(0.0, -2000.0) == 0
    assert log2_sum(float("-inf"), -5.0) == -5
    assert log2_sum(float("-inf"), float("-inf")) == float("-inf")


def test_magnitudes() -> None:
    reals = Reals(BITS)
    assert reals.magnitude(reals.context.mpf(0)) == float("-inf")
    for value, log in (("8", 3), ("-0.25", -2), ("1e100", 332.192809488736)):
        assert reals.magnitude(reals.context.mpf(value)) == pytest.approx(log, abs=1e-9)
        assert reals.magnitude(reals.context.mpf(value)) >= log - 1e-12


def test_how_large_a_number_may_be() -> None:
    reals = Reals(BITS)
    assert reals.at_most(real(3, 0.0)) == pytest.approx(2)
    for value, error, log in ((3, 0.0, 1), (-3, 0.0, 1), (8, float("-inf"), 3)):
        assert log - 1e-5 < reals.at_least(real(value, error)) <= log
    assert reals.at_least(real(1, -0.02)) < -6  # from 2^-0.02 off, 0.0138 are left
    with pytest.raises(MorePrecision):
        reals.at_least(real(1, -0.01))


def test_nothing_has_digits_too() -> None:
    assert Reals(BITS).decimal(real(0, -200.0), Context(prec=60)) == 0


def test_what_may_be_zero() -> None:
    reals = Reals(BITS)
    found = [reals.may_be_zero(real(value, error)) for value, error in ((1, 0.0), (1, -0.2), (-1, 3.0), (0, -99.0))]
    assert found == [True, False, True, True]


@pytest.mark.parametrize(
    ("name", "at", "error"),
    [("log", 1, 0.5), ("log1p", -0.5, -0.9), ("exp", 1, 0.5), ("sinh", 1, 0.5), ("tan", 1.57, -8.0), ("tan", 0, -1.9)],
)
def test_too_rough_a_number_wants_more_digits(name: str, at: float, error: float) -> None:
    with pytest.raises(MorePrecision):
        Reals(BITS).apply(name, real(at, error))
    with pytest.raises(LimitError, match="cannot be settled with 256 bits, the limit"):
        Reals(BITS, last_resort=True).apply(name, real(at, error))


def test_the_largest_magnitudes() -> None:
    reals, exact = Reals(BITS), float("-inf")
    for name, at in (("exp", 2.3e8), ("exp", -2.3e8), ("sinh", 2.3e8), ("cosh", -2.3e8)):
        assert abs(reals.magnitude(reals.apply(name, real(at, -200.0)).value)) > 331_000_000
    for name, at in (("exp", 2.31e8), ("exp", -2.31e8), ("sinh", 2.31e8), ("cosh", -2.31e8)):
        with pytest.raises(LimitError, match="too large or too small"):
            reals.apply(name, real(at, -200.0))
    for base, exponent in ((2, 331_000_000), (2, -331_000_000), (-4, 165_000_001)):
        assert abs(reals.magnitude(reals.whole_power(real(base, exact), exponent).value)) > 329_000_000
        assert abs(reals.magnitude(reals.power(real(abs(base), exact), real(exponent, exact)).value)) > 329_000_000
    for base, exponent in ((2, 333_000_000), (2, -333_000_000), (-4, 167_000_001)):
        with pytest.raises(LimitError, match="too large or too small"):
            reals.whole_power(real(base, exact), exponent)
        with pytest.raises(LimitError, match="too large or too small"):
            reals.power(real(abs(base), exact), real(exponent, exact))
