"""The exact value of a number as it is written."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from ..limits import DEFAULT_LIMITS, Limits
from .expression import Expr, Negate, Number

DIGITS = "the number of digits"


def exact_number(spelled: str, limits: Limits = DEFAULT_LIMITS) -> Fraction:
    """The exact value of a number as written: `0.1` is 1/10, `1e-3` is 1/1000, `½` is 1/2. Raises LimitError."""
    if len(spelled) == 1 and not spelled.isascii():
        return Fraction(unicodedata.numeric(spelled)).limit_denominator(100)
    mantissa, _, exponent = spelled.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    shift = (int(exponent) if len(exponent) < 12 else 10**11) - len(decimals) if exponent else -len(decimals)
    if len(spelled) > limits.literal or abs(shift) > limits.literal:
        limits.check("literal", max(len(spelled), abs(shift)), DIGITS)
    digits = whole_number(whole + decimals)
    return Fraction(digits, 10**-shift) if shift < 0 else Fraction(digits * 10**shift)


def whole_number(digits: str) -> int:
    """int(digits) without the host's limit on the length of a literal; the language's own is checked before."""
    block = 4000
    if len(digits) <= block:
        return int(digits)
    value = 0
    for start in range(0, len(digits), block):
        part = digits[start : start + block]
        value = value * 10 ** len(part) + int(part)
    return value


def signed_whole_number(text: str) -> Expr:
    """`-12` as the tree that the parser makes of it."""
    digits = text.removeprefix("-")
    number = Number(Fraction(whole_number(digits)), digits)
    return number if digits == text else Negate(number)


def comma_meant(whole: str, rest: str) -> str:
    """What `0,5` or `1,000` was probably meant to be; a comma is no part of a number."""
    thousands = f", {whole}{rest} where it parts thousands" if len(rest) == 3 and whole != "0" else ""
    return f"{whole}.{rest} where the comma is a decimal point{thousands}"
