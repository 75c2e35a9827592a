"""Numbers as they are written, and what is right of one: equal, or right to the digits given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..document import Ellipsis, MathNode
from ..evaluate.loose import Loose, distance, is_close, to_decimal, within
from ..records import record
from ..syntax.expression import Expr, ListOf, Negate, Number, Power, Product, Quotient, replace_subtree, walk

_MOST_ROUNDED = 16  # decimals in one formula
_SLACK = Fraction(1_000_001, 1_000_000)


@record
class Literal:
    """A written number: its value, and half a unit in the last place of a decimal, 0 for what is exact."""

    value: Fraction
    half: Fraction
    is_whole: bool

    def accepts(self, value: Any, relation: str = "=") -> str | None:
        """`right` or `rounded`, or None where the number is not the value."""
        if is_close(value, self.value):
            return "right"
        half = Fraction(1, 2) if self.is_whole and relation == "≈" else self.half
        return "rounded" if half and within(value, self.value, half * _SLACK) else None

    @property
    def is_sharp(self) -> bool:
        """Whether it is written with so many digits that it is hardly another value by chance."""
        return not self.half or abs(self.value) >= 200 * self.half

    def like_it(self, value: Any) -> str:
        """A value as this number is written: with as many decimals, or exactly."""
        if isinstance(value, Fraction) and (value.denominator == 1 or (not self.half and value.denominator < 10**4)):
            return str(value).replace("-", "−")
        if not Fraction(1, 10**12) < self.half < 1 or abs(value) > 10**12:
            return f"{to_decimal(value):.6g}".replace("-", "−")
        places = len(str(int(1 / (2 * self.half)))) - 1
        return f"{to_decimal(value):.{places}f}".replace("-", "−")


def literal(node: MathNode) -> Literal | None:
    """The number that a tree is written as; None for anything that has to be computed."""
    match node:
        case Number(value, written):
            return _number(value, written or str(value))
        case Negate(operand):
            inner = literal(operand)
            return None if inner is None else Literal(-inner.value, inner.half, inner.is_whole)
        case Power(Number(base), exponent) if base == 10:
            power = literal(exponent)
            if power is None or power.value.denominator != 1 or abs(power.value) > 4000:
                return None
            return Literal(Fraction(10) ** int(power.value), Fraction(0), power.value >= 0)
        case Product((first, Power() as scale)):
            mantissa, factor = literal(first), literal(scale)
            if mantissa is None or factor is None:
                return None
            half = mantissa.half * factor.value
            return Literal(mantissa.value * factor.value, half, mantissa.is_whole and not half)
        case Quotient(Number(a, x), Number(b, y)) if b and a.denominator == b.denominator == 1:
            is_exact = "." not in f"{x}{y}"
            return Literal(a / b, Fraction(0), False) if is_exact else None
        case Quotient(Negate(Number(a)), Number(b)) if b and a.denominator == b.denominator == 1:
            return Literal(-a / b, Fraction(0), False)
    return None


def _number(value: Fraction, written: str) -> Literal:
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    if "." not in mantissa:
        return Literal(value, Fraction(0), value.denominator == 1)
    scale = int(exponent) if exponent and len(exponent) < 6 else 0
    return Literal(value, _half_unit(scale - decimals), False)


@lru_cache(maxsize=256)
def _half_unit(place: int) -> Fraction:
    return Fraction(1, 2) * Fraction(10) ** place


def may_be_rounded(number: Number, spelled: Collection[str], *, is_given: bool) -> bool:
    """Whether a decimal may stand for a longer number: it is no given value, or it has zeros at its end (1.000) with
    which nobody spelled one."""
    written = number.written or ""
    return "." in written and not (is_given and (written in spelled or not written.endswith("0")))


def radius(
    node: MathNode,
    value_of: Callable[[MathNode], Any],
    value: Any,
    exact: Collection[Fraction],
    spelled: Collection[str] = (),
) -> Any:
    """How far a formula's value can be off because the decimals in it are rounded; None for too many of them.

    Those that are the exact value of something given are not rounded; `spelled` are the numbers as the notes give them.
    """
    if not isinstance(node, Expr):
        return Fraction(0)
    numbers = {n for n in walk(node) if isinstance(n, Number)}
    rounded = {n for n in numbers if may_be_rounded(n, spelled, is_given=n.value in exact)}
    if len(rounded) > _MOST_ROUNDED:
        return None
    total: Any = Fraction(0)
    for number in rounded:
        moved = Number(number.value + _number(number.value, number.written or "0").half)
        off = distance(value_of(replace_subtree(node, number, moved)), value)
        total = Loose().add([total, off])
    return Loose().multiply([total, _SLACK])


def is_elided(node: MathNode | None) -> bool:
    """Whether something of a vector or a matrix of numbers is left out."""
    found = list(entries(node)) if isinstance(node, ListOf) else []
    return any(isinstance(entry, Ellipsis) for entry in found) and all(
        isinstance(entry, Ellipsis) or literal(entry) is not None for entry in found
    )


def entries(node: MathNode) -> Iterator[MathNode]:
    """The entries of a written vector or matrix, row by row."""
    if isinstance(node, ListOf):
        for item in node.items:
            yield from entries(item)
    else:
        yield node


def is_gap(node: MathNode) -> bool:
    """Whether an ellipsis stands for all of a row or of an entry."""
    return all(isinstance(leaf, Ellipsis) for leaf in entries(node))
