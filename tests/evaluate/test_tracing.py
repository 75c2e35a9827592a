"""Work that was written down with sample numbers gives what the arithmetic gives, for others of their kinds."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.errors import BackpropError
from backprop_derive.evaluate.decimals import DECIMALS, Number
from backprop_derive.evaluate.tracing import Register, Tracer, Unfit
from backprop_derive.ops.table import formula

FORMULAS = [
    "x*q + x - q^2", "(x - q)/3 - x*q/(q + 2)", "tanh(q)*x", "sigmoid(x)*x", "x^3/y + exp(x)*q", "log(x^2 + 1)",
    "where(x > y, x, q)", "max(x, q, y)", "relu(q*x)", "sqrt(y) + y^0.5", "pi*q", "pi*x", "e^q", "-(x - x)*q",
    "x^0 + q^1",
]  # fmt: skip
# x and y are known by their digits, q exactly.
digits = st.decimals(min_value=-5, max_value=5, places=6).filter(bool)
exact = st.fractions(min_value=-5, max_value=5, max_denominator=40).filter(bool)


def numbers(x: Decimal, y: Decimal, q: Fraction) -> list[Number]:
    return [x, abs(y), q]


def work(arithmetic: object, values: dict[str, object]) -> list[object]:
    """Every formula, and sums and products of neighbours; None where there is no value."""
    found: list[object] = []
    for text in FORMULAS:
        try:
            found.append(arithmetic.value_of(formula(text), values))  # type: ignore[attr-defined]
        except BackpropError:
            found.append(None)
    pairs = [pair for pair in pairwise(found) if None not in pair]
    found += [arithmetic.add([a, arithmetic.negate(b)]) for a, b in pairs]  # type: ignore[attr-defined]
    found += [arithmetic.multiply([a, b, values["q"]]) for a, b in pairs]  # type: ignore[attr-defined]
    return found


def program(sample: list[Number]) -> tuple[object, list[int]]:
    tracer = Tracer(sample)
    traced = work(tracer, dict(zip("xyq", tracer.inputs, strict=True)))
    registers = [tracer.register(each) for each in traced]  # type: ignore[arg-type]
    places = list(dict.fromkeys(registers))
    return tracer.program(places), [places.index(each) for each in registers]


@given(st.tuples(digits, digits, exact), st.tuples(digits, digits, exact))
def test_a_program_gives_what_the_arithmetic_gives(
    sample: tuple[Decimal, Decimal, Fraction], others: tuple[Decimal, Decimal, Fraction]
) -> None:
    run, places = program(numbers(*sample))
    for each in (sample, others):
        given_numbers = numbers(*each)
        expected = work(DECIMALS, dict(zip("xyq", given_numbers, strict=True)))
        if None in expected:
            continue  # sums of others are not the same ones
        try:
            outputs = run(given_numbers)  # type: ignore[operator]
        except Unfit:
            assert each is others
            continue
        assert [outputs[place] for place in places] == expected


def test_what_several_have_in_common_is_computed_once() -> None:
    tracer = Tracer([Decimal(2), Decimal(3)])
    x, y = tracer.inputs
    first, second = tracer.multiply([x, y]), tracer.multiply([y, x])
    assert first == second
    assert len(tracer.instructions) == 1


def test_a_number_that_is_zero_where_the_sample_was_not_does_not_fit() -> None:
    tracer = Tracer([Fraction(2), Fraction(3), Decimal(5)])
    a, b, c = tracer.inputs
    difference = tracer.add([a, tracer.negate(b)])
    product = tracer.multiply([difference, c])
    assert isinstance(product, Register)
    run = tracer.program([product])
    assert run([Fraction(4), Fraction(1), Decimal(7)]) == [21]
    with pytest.raises(Unfit):
        run([Fraction(4), Fraction(4), Decimal(7)])


def test_an_expression_without_a_value_has_none_and_the_rest_goes_on() -> None:
    tracer = Tracer([Decimal("0.5"), Decimal(2)])
    x, y = tracer.inputs
    logarithm = tracer.value_of(formula("log(x)"), {"x": x})
    outputs = [tracer.register(each) for each in (logarithm, tracer.multiply([logarithm, y]), tracer.add([x, y]))]
    assert tracer.doubtful == [logarithm]
    run = tracer.program(outputs)
    assert run([Decimal(-1), Decimal(2)]) == [None, None, 1]
    assert run([Decimal(1), Decimal(2)])[:2] == [0, 0]
