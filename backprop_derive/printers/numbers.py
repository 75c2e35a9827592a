"""The part of the walk that prints numbers: whole ones and fractions, numbers as they were written, rounded ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..syntax.expression import Number, Rounded
from ..syntax.precedence import Precedence as P
from .marks import mark_of
from .primitives import Printed

if TYPE_CHECKING:
    from .base import Printer

_SMALLEST_PLAIN, _LARGEST_PLAIN = -5, 9  # decimal exponents that are written out


def _number(p: Printer, node: Number, outer: P) -> Printed:
    text, own = _unmarked_number(p, node, outer)
    return text + mark_of(node.value, p), own


def _unmarked_number(p: Printer, node: Number, outer: P) -> Printed:
    value = node.value
    if value.numerator < 0:  # the quickest way to ask
        text, own = _number(p, Number(-value, None if node.written is None else node.written.lstrip("-")), outer)
        return p.MINUS + text, min(own, P.NEGATION)
    if node.written is not None:
        return _written_number(p, node.written, value)
    if value.denominator == 1:
        return p.digits(str(value.numerator)), P.ATOM
    return _fraction(p, p.digits(str(value.numerator)), p.digits(str(value.denominator)))


def _fraction(p: Printer, above: str, below: str) -> Printed:
    if p.stacks:
        return p.fraction(above, below), P.ATOM
    return p.slash(above, below), P.PRODUCT


def _written_number(p: Printer, written: str, value: Fraction) -> Printed:
    mantissa, _, exponent = written.lower().partition("e")
    if exponent:
        is_power = Decimal(mantissa) == 1
        shown = p.scientific("" if is_power else p.digits(mantissa), int(exponent))
        return shown, P.POWER if is_power else P.PRODUCT
    if not written.isascii():
        return _number(p, Number(value), P.RELATION)
    return p.digits(written), P.ATOM


def _rounded(p: Printer, node: Rounded, outer: P) -> Printed:
    sign = p.MINUS if node.value < 0 else ""
    text, own = _positive_rounded(p, node.value.copy_abs(), node.digits)
    return sign + text + mark_of(node.value, p), P.NEGATION if sign else own


def _positive_rounded(p: Printer, value: Decimal, digits: int) -> Printed:
    if not value:
        return p.digits("0"), P.ATOM
    mantissa, exponent = significant(value, digits)
    if not _SMALLEST_PLAIN <= exponent < _LARGEST_PLAIN:
        return p.scientific(p.digits(mantissa), exponent), P.PRODUCT
    return p.digits(plain_decimal(value, digits)), P.ATOM


def significant(value: Decimal, digits: int) -> tuple[str, int]:
    """A positive number as mantissa (1 ≤ m < 10, `digits` digits) and decimal exponent."""
    text = f"{value:.{digits - 1}e}"
    mantissa, _, exponent = text.lower().partition("e")
    return mantissa, int(exponent)


def plain_decimal(value: Decimal, digits: int) -> str:
    """A positive number written out with `digits` significant digits, the digits before the point all kept."""
    _, exponent = significant(value, digits)
    return f"{value:.{max(0, digits - 1 - exponent)}f}"


NUMBER_METHODS: dict[type, Callable[..., Printed]] = {Number: _number, Rounded: _rounded}
