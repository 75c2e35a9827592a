"""What a mistake in the backward pass comes to, from the right solution's numbers: nothing before it changes."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from math import prod

from ..derivation import Derivation, LocalGradient
from ..evaluate.conditions import value_at
from ..solution import Pass, Value
from .conditions import rational

_DIGITS = Context(prec=50)
Number = tuple[Fraction, bool]  # and whether it is exact


def adjoints_with(wrong: Derivation, right: Derivation, first: Pass) -> dict[str, Value]:
    """The adjoints of a derivation that differs from the right one in local gradients or in how they are composed.

    Raises DomainError where a changed gradient has no value.
    """
    numbers: dict[str, Number] = {wrong.graph.loss: (Fraction(1), True)}
    for key in wrong.adjoint_order():
        composed = wrong.composition(key)
        kept = right.uses[key]
        terms = [
            _joined(composed.along, [numbers[use.step], _local(use, kept, first)]) for use in wrong.uses.get(key, ())
        ]
        numbers[key] = terms[0] if len(terms) == 1 else _joined(composed.over, terms)
    return {key: _value(number) for key, number in numbers.items()}


def _local(use: LocalGradient, kept: tuple[LocalGradient, ...], first: Pass) -> Number:
    if any(use is each for each in kept):
        value = first.local[use.step, use.operand]
        return rational(value), value.is_exact
    names = {key: first.values[key] for key in (*use.slots, use.step)}
    is_exact = all(value.is_exact for value in names.values())
    return value_at(use.shortest, {key: rational(value) for key, value in names.items()}), is_exact


def _joined(way: str, numbers: list[Number]) -> Number:
    values, is_exact = [value for value, _ in numbers], all(known for _, known in numbers)
    if way == "local":
        return numbers[-1]
    return prod(values, start=Fraction(1)) if way == "times" else sum(values, Fraction(0)), is_exact


def _value(number: Number) -> Value:
    value, is_exact = number
    decimal = _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Value(decimal, value if is_exact else None)
