"""The value of one expression, and whether one comparison holds, at rational numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..limits import DEFAULT_LIMITS
from ..syntax.expression import Compare, Expr
from .interpret import Interpreter
from .number import Arithmetic

_BITS = 256


def holds(compare: Compare, numbers: Mapping[str, Fraction]) -> bool:
    """Whether left relation right, at these numbers. Raises DomainError where a side has no value."""
    return _interpreter().holds(compare, numbers)


def value_at(expr: Expr, numbers: Mapping[str, Fraction]) -> Fraction:
    """The value of an expression, to 50 digits where it is not rational. Raises DomainError where it has none."""
    interpreter = _interpreter()
    value = interpreter.arithmetic.settled(interpreter.value(expr, numbers))
    return value if isinstance(value, Fraction) else Fraction(interpreter.arithmetic.decimal(value))


def _interpreter() -> Interpreter:
    return Interpreter(Arithmetic(_BITS, DEFAULT_LIMITS, last_resort=True))
