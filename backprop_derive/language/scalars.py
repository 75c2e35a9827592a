"""Values: what an author writes after `=` in Given, and what a caller passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any

from ..errors import Place, ProblemError, UsageError
from ..limits import DEFAULT_LIMITS, Limits
from ..ops.table import CALLABLE, operation
from ..syntax.expression import Call, Expr, ListOf, Negate, Number, Quotient, TupleOf, walk
from ..syntax.literals import is_rectangular, literal_list, signed_number
from ..syntax.parser import parse_expression
from ..syntax.source import Source
from ..syntax.words import Vocabulary
from .towers import refuse_towers

Scalar = int | float | Fraction | Decimal | str | list[Any] | tuple[Any, ...]
FUNCTIONS = {spelling: operation(name) for spelling, name in CALLABLE.items()}
# Where a value stands: numbers and constants, but no names.
VALUES = Vocabulary(
    FUNCTIONS, {}, expected="a value: a number, or an expression of numbers, pi and e",
    fallback="a step, on a line of its own, for what depends on other names",
)  # fmt: skip


# The parameters that take a row in parentheses.
_SIZES = frozenset(("axis", "axes", "shape", "size", "stride", "padding"))


def refuse_ragged(value: Expr, written: str, place: Place) -> None:
    """Raise ProblemError where the rows of a list have different lengths."""
    for rows in (node.items for node in walk(value) if isinstance(node, ListOf)):
        if len({len(item.items) if isinstance(item, ListOf) else 0 for item in rows}) > 1:
            raise ProblemError(
                f"the rows of {written} have different lengths (a ragged list)",
                place=place, expected="rows of one length",
            )  # fmt: skip


def refuse_tuple(value: Expr, written: str, place: Place) -> None:
    """Raise ProblemError for `(1, 2)` in the place of a vector; sizes and axes are written so."""
    rows = [node for node in walk(value) if isinstance(node, TupleOf)]
    if not rows:
        return
    sizes = {id(part) for node in walk(value) if isinstance(node, Call) for part in _sizes_of(node)}
    if any(id(row) not in sizes for row in rows):
        raise ProblemError(
            f"{written} {'is' if value in rows else 'has'} a row of values in parentheses", place=place,
            expected="one value, or a vector in brackets", hint="[1, 2] for a vector",
        )  # fmt: skip


def _sizes_of(call: Call) -> Iterator[Expr]:
    """The arguments of a call that are sizes or axes."""
    given = [*zip(operation(call.function).parameters, call.arguments, strict=False), *call.options]
    return (part for name, part in given if name in _SIZES)


def checked(value: Expr, written: str, place: Place, limits: Limits) -> Expr:
    """The expression itself, without ragged lists and with constant powers within the limits."""
    if isinstance(value, ListOf) and value.is_plain:
        return value
    refuse_tuple(value, written, place)
    refuse_ragged(value, written, place)
    refuse_towers(value, limits, place)
    return value


def scalar_expression(word: str, scalar: Scalar, limits: Limits = DEFAULT_LIMITS) -> Expr:
    """A caller's value as an expression: a number exactly as it prints, or a closed expression of the language."""
    if isinstance(scalar, str):
        source = Source("--given", f"{word}={scalar}")
        start = len(word) + 1
        literal = literal_list(source.text, start, len(source.text), limits)
        if literal is not None and literal[1] == len(source.text):
            return literal[0]
        value = parse_expression(source, start, len(source.text), VALUES, limits)
        return checked(value, word, source.place(start), limits)
    if not isinstance(scalar, str) and hasattr(scalar, "tolist"):
        scalar = scalar.tolist()  # an array or a number of NumPy
    if isinstance(scalar, list | tuple):
        items = tuple(scalar_expression(word, item, limits) for item in scalar)
        if not items:
            raise UsageError(f"the value of {word} is an empty list", expected="numbers")
        value = ListOf(items, is_plain=is_rectangular(items))
        return checked(value, word, Source("--given", word).place(0), limits)
    if isinstance(scalar, bool) or not isinstance(scalar, Integral | float | Fraction | Decimal):
        raise UsageError(
            f"the value of {word} is {type(scalar).__name__}, not a number",
            expected="int, float, Fraction, text, or a list of them",
        )
    if isinstance(scalar, Fraction) and scalar.denominator != 1:
        above, below = abs(scalar.numerator), scalar.denominator
        number: Expr = Quotient(Number(Fraction(above), str(above)), Number(Fraction(below), str(below)))
        return Negate(number) if scalar < 0 else number
    text = str(scalar).lower()
    if not re.fullmatch(r"-?[0-9.]+(e[+-]?[0-9]+)?", text):
        raise UsageError(f"the value of {word} is {text}, not a finite number", expected="a finite number")
    return signed_number(text, limits)
