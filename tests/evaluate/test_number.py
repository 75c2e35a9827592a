"""Arithmetic on rational, closed and rounded numbers: which kind a result has, and that its digits are right."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy

from backprop_derive.errors import DomainError
from backprop_derive.evaluate.number import Arithmetic, Closed, Number, round_half_away
from backprop_derive.evaluate.real import MorePrecision, Real
from backprop_derive.limits import Limits

BITS = 256
TRUE = mpmath.mp.clone()
TRUE.dps = 120
HALF, TWO, THREE = Fraction(1, 2), Fraction(2), Fraction(3)


def arithmetic(bits: int = BITS, **limits: int) -> Arithmetic:
    return Arithmetic(bits, Limits(**limits))


def root(a: int, of: Arithmetic) -> Number:
    return of.apply("sqrt", Fraction(a))


def digits(a: Number, of: Arithmetic) -> Any:
    return TRUE.mpf(of.real(a).value)


def is_near(a: Number, true: Any, of: Arithmetic) -> bool:
    """Whether the number is the true one in some 60 digits, and its error says so."""
    real = of.real(a)
    return abs(digits(a, of) - true) <= TRUE.mpf(2) ** real.error <= abs(true) * TRUE.mpf(10) ** -60


# --- kinds: what can be written exactly stays so, and only that


def test_rational_stays_rational() -> None:
    of = arithmetic()
    assert of.add([HALF, Fraction(1, 3), TWO]) == Fraction(17, 6)
    assert of.add([]) == 0
    assert of.multiply([HALF, Fraction(-4, 3), THREE]) == -2
    assert of.divide(HALF, THREE) == Fraction(1, 6)
    assert of.negate(HALF) == -HALF
    assert [of.power(Fraction(-2, 3), Fraction(n)) for n in (3, -2, 0)] == [Fraction(-8, 27), Fraction(9, 4), 1]
    assert [of.floor(Fraction(n, 2)) for n in (7, -7, 6)] == [3, -4, 3]
    assert [of.apply("floor", Fraction(n, 3)) for n in (8, -8)] == [2, -3]


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("sqrt", Fraction(9, 4), Fraction(3, 2)), ("exp", Fraction(0), 1), ("log", Fraction(1), 0),
        ("log1p", Fraction(0), 0),
        ("sin", Fraction(0), 0), ("cos", Fraction(0), 1), ("tan", Fraction(0), 0), ("asin", Fraction(0), 0),
        ("acos", Fraction(1), 0), ("atan", Fraction(0), 0), ("sinh", Fraction(0), 0), ("cosh", Fraction(0), 1),
        ("tanh", Fraction(0), 0), ("erf", Fraction(0), 0),
    ],
)  # fmt: skip
def test_a_function_is_rational_where_it_is(name: str, at: Fraction, value: int) -> None:
    found = arithmetic().apply(name, at)
    assert isinstance(found, Fraction)
    assert found == value


@pytest.mark.parametrize(
    "name", "sqrt exp log log1p sin cos tan asin acos atan sinh cosh tanh erf".split()
)  # fmt: skip
def test_a_function_at_a_rational_place_is_closed_and_its_digits_are_right(name: str) -> None:
    of, at = arithmetic(), Fraction(2, 7)
    found = of.apply(name, at)
    assert isinstance(found, Closed)
    assert found.is_algebraic == (name == "sqrt")
    true = getattr(TRUE, {"log": "ln"}.get(name, name))(TRUE.mpf(2) / 7)
    assert is_near(found, true, of)
    assert abs(TRUE.mpf(sympy.N(found.form, 100)) - true) < TRUE.mpf(10) ** -90


def test_closed_forms_come_together_to_rational_numbers() -> None:
    of = arithmetic()
    two, eight = root(2, of), root(8, of)
    assert of.multiply([two, eight]) == 4
    assert of.divide(eight, two) == 2
    assert of.add([of.multiply([TWO, two]), of.negate(eight)]) == 0
    assert of.power(two, TWO) == 2
    assert of.divide(of.apply("log", Fraction(8)), of.apply("log", TWO)) == 3
    assert of.divide(of.apply("log", Fraction(4, 9)), of.apply("log", Fraction(2, 3))) == 2
    assert of.divide(of.apply("log1p", Fraction(8)), of.apply("log", THREE)) == 2


def test_nothing_added_or_multiplied_leaves_a_number_as_it_is() -> None:
    of = arithmetic()
    two = root(2, of)
    assert of.add([two]) is of.add([Fraction(0), two, Fraction(0)]) is two
    assert of.multiply([two]) is of.multiply([Fraction(1), two]) is of.multiply([HALF, two, TWO]) is two
    assert of.multiply([two, Fraction(0)]) == of.divide(Fraction(0), two) == 0


def test_a_rounded_number_makes_the_result_rounded() -> None:
    of = arithmetic()
    rounded: Number = of.real(Fraction(1, 3))
    two, third, square = root(2, of), TRUE.mpf(1) / 3, TRUE.sqrt(2)
    for found, true in (
        (of.add([two, rounded]), square + third), (of.multiply([two, rounded, TWO]), 2 * square * third),
        (of.divide(two, rounded), square / third), (of.divide(rounded, THREE), third / 3),
        (of.power(rounded, two), third**square), (of.power(rounded, THREE), third**3),
        (of.power(two, rounded), square**third), (of.apply("exp", rounded), TRUE.exp(third)),
        (of.negate(rounded), -third),
    ):  # fmt: skip
        assert isinstance(found, Real)
        assert is_near(found, true, of)
    assert of.multiply([rounded, Fraction(0)]) == of.divide(Fraction(0), rounded) == 0


def test_powers_of_closed_forms() -> None:
    of = arithmetic()
    two, pi, e = root(2, of), of.constant("pi"), of.constant("e")
    for base, exponent, form, true in (
        (TWO, HALF, sympy.sqrt(2), TRUE.sqrt(2)), (two, THREE, 2 * sympy.sqrt(2), 2 * TRUE.sqrt(2)),
        (TWO, two, 2 ** sympy.sqrt(2), TRUE.mpf(2) ** TRUE.sqrt(2)), (e, TWO, sympy.exp(2), TRUE.exp(2)),
        (pi, Fraction(-1), 1 / sympy.pi, 1 / TRUE.pi),
    ):  # fmt: skip
        found = of.power(base, exponent)
        assert isinstance(found, Closed)
        assert found.form == form
        assert is_near(found, true, of)
    assert of.power(Fraction(4, 9), HALF) == Fraction(2, 3)


def test_the_constants() -> None:
    of = arithmetic()
    pi, e = of.constant("pi"), of.constant("e")
    assert is_near(pi, TRUE.pi, of)
    assert is_near(e, TRUE.e, of)
    assert isinstance(pi, Closed)
    assert isinstance(e, Closed)
    assert (pi.is_algebraic, e.is_algebraic) == (True, False)


def test_a_long_closed_form_is_carried_by_its_digits() -> None:
    of = arithmetic()
    primes = [root(p, of) for p in (2, 3, 5, 7, 11, 13, 17, 19)]
    assert isinstance(of.add(primes[:7]), Closed)
    assert isinstance(of.add(primes), Real)
    assert is_near(of.add(primes), sum(TRUE.sqrt(p) for p in (2, 3, 5, 7, 11, 13, 17, 19)), of)
    assert isinstance(of.add([root(2, of), Fraction(1, 3**150)]), Closed)
    assert isinstance(of.add([root(2, of), Fraction(1, 3**170)]), Real)


def test_what_the_language_cannot_write_is_carried_by_its_digits() -> None:
    of = arithmetic()
    inverse = of.power(of.apply("tan", Fraction(1)), Fraction(-1))  # SymPy says cot(1)
    assert is_near(inverse, 1 / TRUE.tan(1), of)
    assert not isinstance(inverse, Closed) or not inverse.form.has(sympy.cot)


# --- how far exact numbers go


def test_exact_numbers_give_way_past_the_limit() -> None:
    of = arithmetic(exact=30)  # 99 bits
    assert of.power(TWO, Fraction(49)) == 2**49
    assert of.fraction(Fraction(2**98)) == 2**98
    assert not of.gave_way
    for make in (
        lambda of: of.power(TWO, Fraction(100)), lambda of: of.multiply([Fraction(2**60), Fraction(2**60)]),
        lambda of: of.add([Fraction(2**100), Fraction(1)]), lambda of: of.divide(Fraction(1), Fraction(2**100)),
        lambda of: of.multiply([Fraction(2**90), Fraction(2**90), Fraction(2**90)]),
        lambda of: of.multiply([Fraction(1, 2**90), Fraction(1, 2**90), Fraction(1, 2**90)]),
        lambda of: of.fraction(Fraction(1, 2**99)),
    ):  # fmt: skip
        of = arithmetic(exact=30)
        found = make(of)
        assert isinstance(found, Real)
        assert of.gave_way


def test_a_power_of_one_is_exact_however_large_its_exponent() -> None:
    of = arithmetic(exact=30)
    assert [of.power(Fraction(b), Fraction(10**9 + 1)) for b in (1, -1, 0)] == [1, -1, 0]
    assert not of.gave_way


@pytest.mark.parametrize(("exponent", "sign"), [(10**19 + 1, -1), (10**19, 1)])
def test_a_whole_exponent_of_more_than_64_bits_keeps_the_sign(exponent: int, sign: int) -> None:
    of = arithmetic()
    base = -(1 + Fraction(1, 10**19))
    found = of.power(base, Fraction(exponent))
    assert isinstance(found, Real)
    true = sign * TRUE.exp(exponent * TRUE.log1p(TRUE.mpf(10) ** -19))
    assert abs(digits(found, of) - true) <= TRUE.mpf(2) ** of.real(found).error
    assert TRUE.mpf(2) ** of.real(found).error < TRUE.mpf(10) ** -30


def test_a_large_number_is_not_put_into_a_closed_form() -> None:
    of = arithmetic()
    for found in (
        of.apply("exp", Fraction(1, 10**20)),
        of.power(TWO, Fraction(1, 10**20)),
        of.apply("sqrt", Fraction(10**20 + 1)),
    ):
        assert isinstance(found, Real)
    assert isinstance(of.apply("exp", Fraction(1, 10**19)), Closed)


# --- decisions


def test_signs() -> None:
    of = arithmetic()
    two = root(2, of)
    assert [of.sign(a) for a in (HALF, -HALF, Fraction(0), two, of.negate(two))] == [1, -1, 0, 1, -1]
    assert [of.compare(a, b) for a, b in ((HALF, TWO), (TWO, HALF), (TWO, TWO), (two, HALF), (HALF, two))] == [
        -1,
        1,
        0,
        1,
        -1,
    ]
    assert of.compare(two, Fraction(141421356, 10**8)) == 1
    assert of.compare(two, Fraction(141421357, 10**8)) == -1


def test_a_sign_that_digits_leave_open_wants_more_of_them() -> None:
    of = arithmetic()
    tiny = of.reals.add([of.real(Fraction(1, 3)), of.reals.negate(of.real(Fraction(1, 3)))])
    assert not of.is_surely_positive(tiny)
    for ask in (of.sign, of.settled):
        with pytest.raises(MorePrecision):
            ask(tiny)
    last = Arithmetic(BITS, Limits(), last_resort=True)
    assert not last.zero_by_digits
    assert last.sign(tiny) == 0
    assert last.zero_by_digits


def test_a_closed_form_that_is_zero_is_known_to_be_at_some_number_of_digits() -> None:
    def nothing(of: Arithmetic) -> Closed:
        """√2 + √3 − √(5 + 2√6), which SymPy does not see at once."""
        inner = of.add([Fraction(5), of.multiply([TWO, root(6, of)])])
        found = of.add([root(2, of), root(3, of), of.negate(of.apply("sqrt", inner))])
        assert isinstance(found, Closed)
        return found

    of = arithmetic()
    with pytest.raises(MorePrecision):
        of.sign(nothing(of))
    of = arithmetic(4096)
    assert of.sign(nothing(of)) == 0
    assert not of.zero_by_digits
    assert of.settled(nothing(of)) == of.floor(nothing(of)) == 0


def test_what_is_surely_positive() -> None:
    of = arithmetic()
    two = root(2, of)
    found = [of.is_surely_positive(a) for a in (HALF, Fraction(0), -HALF, two, of.negate(two))]
    assert found == [True, False, False, True, False]


def test_the_floor_of_what_is_nearly_whole() -> None:
    of = arithmetic()
    two = root(2, of)
    assert [of.floor(of.multiply([Fraction(k), two])) for k in (1, 2, 5, -1, -5)] == [1, 2, 7, -2, -8]
    below = of.add([THREE, of.negate(of.power(of.constant("e"), Fraction(-80)))])
    assert of.floor(below) == 2


# --- results


def test_a_result_is_recorded_with_fifty_digits_or_more() -> None:
    rough = arithmetic(150)
    with pytest.raises(MorePrecision):
        rough.settled(root(2, rough))
    fine = arithmetic(190)
    assert fine.settled(root(2, fine)) == root(2, fine)
    assert fine.settled(HALF) == HALF
    last = Arithmetic(150, Limits(), last_resort=True)
    assert last.settled(root(2, last)) == root(2, last)


def test_decimals_are_rounded_to_fifty_digits() -> None:
    of = arithmetic()
    assert of.decimal(Fraction(1, 3)) == Decimal("0." + "3" * 50)
    assert of.decimal(Fraction(2, 3)) == Decimal("0." + "6" * 49 + "7")
    assert of.decimal(root(2, of)) == Decimal("1.4142135623730950488016887242096980785696718753769")
    assert of.decimal(of.negate(root(2, of))) == Decimal("-1.4142135623730950488016887242096980785696718753769")
    assert of.decimal(of.apply("exp", Fraction(-100))) == Decimal(
        "3.7200759760208359629596958038631183373588922923768e-44"
    )


def test_a_decimal_whose_last_digit_is_open_wants_more_digits() -> None:
    rough = arithmetic(160)
    with pytest.raises(MorePrecision):
        rough.decimal(root(2, rough))
    assert (
        str(Arithmetic(160, Limits(), last_resort=True).decimal(root(2, rough)))[:40]
        == "1.41421356237309504880168872420969807856"
    )
    exactly = arithmetic()  # half way between two decimals of fifty digits
    half = exactly.real(Fraction(10**50 + 1, 2 * 10**49))
    with pytest.raises(MorePrecision):
        exactly.decimal(half)


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [("1.25", 1, "1.3"), ("-1.25", 1, "-1.3"), ("1.24", 1, "1.2"), ("2.5", 0, "3"), ("-0.4", 0, "0"),
     ("0.005", 2, "0.01"), ("7", 3, "7"), ("-1.349", 2, "-1.35")],
)  # fmt: skip
def test_a_half_is_rounded_away_from_zero(value: str, decimals: int, rounded: str) -> None:
    assert round_half_away(Fraction(value), decimals) == Fraction(rounded)


def test_a_pole_is_no_number() -> None:
    of = arithmetic()
    quarter = of.multiply([HALF, of.constant("pi")])
    with pytest.raises(DomainError, match="tan has no value at pi/2"):
        of.apply("tan", quarter)
