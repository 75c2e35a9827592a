"""Marked numbers are printed as others are, and leave a mark behind their digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from backprop_derive.printers.latex import LatexPrinter
from backprop_derive.printers.marks import MARK, MarkedDecimal, MarkedFraction, Marks, unmarked
from backprop_derive.syntax.expression import Expr, Name, Negate, Number, Power, Product, Quotient, Rounded

X = Name("x")


@pytest.mark.parametrize("value", [Fraction(3), Fraction(-3), Fraction(1, 3), Fraction(-25, 4), Fraction(12)])
@pytest.mark.parametrize(
    "around",
    [
        lambda n: n,
        lambda n: Power(X, n),
        lambda n: Power(n, X),
        lambda n: Product((X, n)),
        lambda n: Product((n, X), True),
        lambda n: Quotient(Quotient(n, X), n),
        lambda n: Negate(n),
    ],
)
def test_without_marks_a_formula_is_what_it_was(value: Fraction, around: type[Expr]) -> None:
    marks = Marks()
    marked = LatexPrinter().show(around(Number(MarkedFraction.of(value, 7, 0, marks))))
    assert unmarked(marked) == LatexPrinter().show(around(Number(value)))
    for mark in MARK.findall(marked):
        assert marks.place(mark).slot == 7
        digits = marks.place(mark).printer.printed(Number(value))[0]
        assert digits + mark in marked


def test_a_rounded_number_is_marked_with_its_sign_and_its_power_of_ten() -> None:
    marks = Marks()
    value = Decimal("-1.23456e-12")
    shown = LatexPrinter().show(Rounded(MarkedDecimal.of(value, 0, 0, marks), 4))
    assert shown == LatexPrinter().show(Rounded(value, 4)) + MARK.findall(shown)[0]


def test_what_is_computed_from_a_marked_number_is_not_marked() -> None:
    marks = Marks()
    number, digits = MarkedFraction.of(Fraction(1, 3), 0, 0, marks), MarkedDecimal.of(Decimal("0.5"), 1, 0, marks)
    assert number == Fraction(1, 3)
    assert hash(number) == hash(Fraction(1, 3))
    for made in (number + 1, -number, number * number, digits + 1, digits.copy_abs()):
        assert type(made) in (Fraction, Decimal)


def test_a_number_has_a_mark_for_each_size_in_which_it_is_set() -> None:
    marks = Marks()
    third = Number(MarkedFraction.of(Fraction(1, 3), 0, 0, marks))
    shown = LatexPrinter().show(Product((third, Power(X, third), third)))
    first, second, last = MARK.findall(shown)
    assert first == last != second
