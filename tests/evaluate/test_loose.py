"""The proof-reader's arithmetic: fractions stay fractions wherever a power or a root of them is one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest

from backprop_derive.errors import DomainError
from backprop_derive.evaluate.loose import Loose, distance, is_close, odd_number, to_decimal, within


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        ("9/4", "1/2", "3/2"), ("4", "3/2", "8"), ("4", "-1/2", "1/2"), ("0", "1/2", "0"), ("0", "3", "0"),
        ("2/3", "-2", "9/4"), ("5", "0", "1"),
    ],
)  # fmt: skip
def test_a_power_that_is_rational_is_exact(base: str, exponent: str, expected: str) -> None:
    found = Loose().power(Fraction(base), Fraction(exponent))
    assert isinstance(found, Fraction)
    assert found == Fraction(expected)


def test_a_root_that_is_rational_is_exact_and_any_other_is_not() -> None:
    arithmetic = Loose()
    assert arithmetic.apply("sqrt", Fraction(9, 4)) == Fraction(3, 2)
    assert isinstance(arithmetic.apply("sqrt", Fraction(0)), Fraction)
    two = arithmetic.apply("sqrt", Fraction(2))
    assert not isinstance(two, Fraction)
    assert abs(two * two - 2) < 1e-30


@pytest.mark.parametrize(
    ("name", "at", "value"), [("exp", 0, 1), ("log", 1, 0), ("tanh", 0, 0), ("cos", 0, 1), ("acos", 1, 0)]
)
def test_a_function_where_its_value_is_known_is_exact(name: str, at: int, value: int) -> None:
    found = Loose().apply(name, Fraction(at))
    assert isinstance(found, Fraction)
    assert found == value


def test_floor_goes_down() -> None:
    assert [Loose().apply("floor", Fraction(k, 2)) for k in (-3, -1, 3)] == [-2, -1, 1]


def test_a_power_that_nobody_can_judge_is_refused() -> None:
    with pytest.raises(DomainError, match="too large"):
        Loose().power(Fraction(9), Loose().power(Fraction(9), Loose().power(Fraction(9), Fraction(9))))


# --- against mpmath with more digits

TRUE = mpmath.mp.clone()
TRUE.dps = 80
LOOSE = Loose()
ROOT = LOOSE.apply("sqrt", Fraction(2))
ZERO, HALF, THIRD = Fraction(0), Fraction(1, 2), Fraction(1, 3)


def is_near(found: object, true: object) -> bool:
    return not isinstance(found, Fraction) and abs(TRUE.mpf(found) - true) <= abs(true) * TRUE.mpf(10) ** -38  # type: ignore


@pytest.mark.parametrize("name", "sqrt exp log log1p sin cos tan asin acos atan sinh cosh tanh erf".split())
def test_functions_have_some_forty_digits(name: str) -> None:
    assert is_near(LOOSE.apply(name, Fraction(2, 7)), getattr(TRUE, name)(TRUE.mpf(2) / 7))
    assert is_near(LOOSE.apply(name, ROOT / 3), getattr(TRUE, name)(TRUE.sqrt(2) / 3))


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [(name, 0, 0) for name in "sin tan asin atan sinh tanh erf log1p".split()]
    + [("exp", 0, 1), ("cos", 0, 1), ("cosh", 0, 1), ("log", 1, 0), ("acos", 1, 0)],
)
def test_every_function_is_exact_where_it_is_rational(name: str, at: int, value: int) -> None:
    found = LOOSE.apply(name, Fraction(at))
    assert isinstance(found, Fraction)
    assert found == value


def test_operations_stay_exact_or_have_some_forty_digits() -> None:
    root, third = TRUE.sqrt(2), TRUE.mpf(1) / 3
    assert LOOSE.add([HALF, THIRD]) == Fraction(5, 6)
    assert LOOSE.multiply([HALF, THIRD, Fraction(3)]) == HALF
    assert LOOSE.divide(HALF, THIRD) == Fraction(3, 2)
    assert LOOSE.negate(HALF) == -HALF
    for exact in (LOOSE.multiply([ROOT, ZERO]), LOOSE.multiply([ZERO, ROOT]), LOOSE.divide(ZERO, ROOT)):
        assert isinstance(exact, Fraction)
        assert exact == 0
    for found, true in (
        (LOOSE.add([ROOT, THIRD]), root + third), (LOOSE.multiply([THIRD, ROOT, HALF]), root * third / 2),
        (LOOSE.divide(ROOT, THIRD), 3 * root), (LOOSE.divide(THIRD, ROOT), third / root),
        (LOOSE.power(ROOT, Fraction(3)), 2 * root), (LOOSE.power(THIRD, ROOT), third**root),
        (LOOSE.power(Fraction(2), THIRD), TRUE.cbrt(2)), (LOOSE.power(Fraction(8), Fraction(3, 2)), 16 * root),
        (LOOSE.constant("pi"), TRUE.pi), (LOOSE.constant("e"), TRUE.e), (LOOSE.real(THIRD), third),
    ):  # fmt: skip
        assert is_near(found, true)


def test_what_cancels_is_nothing_and_what_nearly_does_is_not() -> None:
    for terms in ([ROOT, -ROOT], [ROOT, THIRD, -ROOT, -THIRD], [ROOT, LOOSE.real(Fraction(1, 10**30)), -ROOT]):
        found = LOOSE.add(terms)
        assert isinstance(found, Fraction)
        assert found == 0
    assert LOOSE.add([ROOT, LOOSE.real(Fraction(1, 10**20)), -ROOT]) == pytest.approx(1e-20)


def test_order_takes_for_equal_what_agrees_in_all_digits() -> None:
    near = ROOT * (1 + LOOSE.real(Fraction(1, 10**30)))
    pairs = ((HALF, THIRD), (THIRD, HALF), (HALF, HALF), (ROOT, HALF), (HALF, ROOT), (ROOT, near), (near, ROOT))
    assert [LOOSE.compare(a, b) for a, b in pairs] == [1, -1, 0, 1, -1, 0, 0]
    assert [LOOSE.sign(a) for a in (HALF, -HALF, ZERO, ROOT, -ROOT)] == [1, -1, 0, 1, -1]
    assert [LOOSE.is_surely_positive(a) for a in (HALF, ZERO, -HALF, ROOT)] == [True, False, False, True]
    assert [is_close(a, b) for a, b in pairs] == [False, False, True, False, False, True, True]
    assert not is_close(Fraction(1, 10**60), ZERO)
    assert is_close(LOOSE.real(Fraction(10**30 + 1)), Fraction(10**30))


def test_distances() -> None:
    assert (distance(HALF, THIRD), distance(THIRD, HALF)) == (Fraction(1, 6), Fraction(1, 6))
    assert is_near(distance(ROOT, Fraction(2)), 2 - TRUE.sqrt(2))
    assert [within(HALF, THIRD, Fraction(1, n)) for n in (5, 6, 7)] == [True, True, False]
    assert [within(ROOT, Fraction(3, 2), Fraction(n, 100)) for n in (8, 9)] == [False, True]


def test_exact_numbers_give_way_where_they_are_long() -> None:
    short, long = Fraction(1, 2**2_990), Fraction(1, 2**3_010)
    assert isinstance(LOOSE.fraction(short), Fraction)
    assert not isinstance(LOOSE.fraction(long), Fraction)
    assert not isinstance(LOOSE.fraction(1 / long), Fraction)
    assert isinstance(LOOSE.power(Fraction(2), Fraction(1_500)), Fraction)
    assert not isinstance(LOOSE.power(Fraction(2), Fraction(1_501)), Fraction)
    assert isinstance(LOOSE.power(Fraction(-1), Fraction(10**9)), Fraction)
    assert not isinstance(LOOSE.multiply([short, Fraction(1, 2**100)]), Fraction)


@pytest.mark.parametrize("name", ["exp", "sinh", "cosh"])
def test_an_exponential_that_nobody_can_judge_is_refused(name: str) -> None:
    assert not isinstance(LOOSE.apply(name, Fraction(2**60)), Fraction)
    with pytest.raises(DomainError, match=f"{name} is too large to be judged"):
        LOOSE.apply(name, Fraction(2**64))


def test_a_root_of_what_is_negative_is_its_real_part() -> None:
    assert LOOSE.power(Fraction(-4), HALF) == pytest.approx(0, abs=1e-30)
    assert LOOSE.apply("acos", Fraction(2)) == pytest.approx(0, abs=1e-30)


def test_an_odd_number_is_its_own() -> None:
    found = [odd_number(seed) for seed in range(1_000)]
    assert all(LOOSE.real(Fraction(3, 10)) <= number <= LOOSE.real(Fraction(17, 10)) for number in found)
    assert len({LOOSE.context.nstr(number, 12) for number in found}) == 1_000
    shorter = [Fraction(LOOSE.context.nstr(number, 30)).limit_denominator(10_000) for number in found]
    assert not any(map(is_close, found, shorter))  # none is 3/10
    assert min(found) < 0.35
    assert max(found) > 1.65


def test_decimals_have_thirty_digits() -> None:
    assert to_decimal(Fraction(2, 3)) == Decimal("0." + "6" * 29 + "7")
    assert to_decimal(ROOT) == Decimal("1.41421356237309504880168872421")
    assert LOOSE.decimal(ROOT * 10**20) == Decimal("1.41421356237309504880168872421e20")
    assert LOOSE.decimal(ROOT / 10**9) == Decimal("1.41421356237309504880168872421e-9")
