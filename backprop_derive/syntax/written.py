"""Expressions back as text of the problem language; parsing what this writes gives the same tree."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from .expression import (
    Call,
    Compare,
    Constant,
    Delta,
    Expr,
    Index,
    Inside,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Rounded,
    Slice,
    Sum,
    Text,
    Transpose,
    TupleOf,
)  # fmt: skip
from .precedence import Precedence as P


def written(expr: Expr) -> str:
    """The expression in the problem language. Names are written by their keys."""
    return _write(expr, P.RELATION)


def _write(expr: Expr, outer: P) -> str:
    text, own = _parts(expr)
    return f"({text})" if own < outer else text


def _parts(expr: Expr) -> tuple[str, P]:
    match expr:
        case Number(value, spelled):
            return _number(value, spelled)
        case Rounded(value):
            return str(value), P.ATOM
        case Constant(name) | Name(name):
            return name, P.ATOM
        case Text(value):
            return f'"{value}"', P.ATOM
        case Negate(operand):
            return "-" + _write(operand, P.NEGATION), P.NEGATION
        case Sum(terms, minus):
            first = _write(terms[0], P.NEGATION)
            rest = (f" {'-' if m else '+'} {_write(t, P.NEGATION)}" for t, m in zip(terms[1:], minus[1:], strict=True))
            return first + "".join(rest), P.SUM
        case Product((number, other), True):
            return _juxtaposed(_write(number, P.ATOM), _write(other, P.POWER)), P.JUXTAPOSITION
        case Product(factors):
            first = _write(factors[0], P.JUXTAPOSITION if isinstance(factors[0], Product) else P.PRODUCT)
            return " * ".join([first, *(_write(f, P.JUXTAPOSITION) for f in factors[1:])]), P.PRODUCT
        case Quotient(a, b):
            return f"{_write(a, P.PRODUCT)}/{_write(b, P.POWER)}", P.PRODUCT
        case MatrixProduct(a, b):
            return f"{_write(a, P.PRODUCT)} @ {_write(b, P.JUXTAPOSITION)}", P.PRODUCT
        case Power(base, exponent):
            # A negative exponent stands in parentheses: `y^-1` may be ŷ − 1.
            return f"{_write(base, P.ATOM)}^{_write(exponent, P.POWER)}", P.POWER
        case Compare(relation, a, b):
            return f"{_write(a, P.SUM)} {relation} {_write(b, P.SUM)}", P.RELATION
        case Call(function, arguments, options):
            inside = [*map(written, arguments), *(f"{name}={written(value)}" for name, value in options)]
            return f"{function}({', '.join(inside)})", P.ATOM
        case Transpose(operand):
            text = _write(operand, P.ATOM)
            return (f"({text})" if isinstance(operand, Number) else text) + ".T", P.ATOM  # `2.T` is 2. times T
        case Index(base, items):
            return f"{_write(base, P.ATOM)}[{', '.join(map(_item, items))}]", P.ATOM
        case ListOf(items):
            return f"[{', '.join(map(written, items))}]", P.ATOM
        case Over(index, _, body):
            return f"sum({index}, {written(body)})", P.ATOM
        case Delta(a, b):
            return f"delta({written(a)}, {written(b)})", P.ATOM
        case Inside(place, size):
            return f"inside({written(place)}, {size})", P.ATOM
        case TupleOf(items):
            return f"({', '.join(map(written, items))}{',' if len(items) == 1 else ''})", P.ATOM


# `e3` behind a number would be its exponent, `x1` behind 0 a number to another base.
_READ_INTO_NUMBER = re.compile(r"[eE][0-9]|[xXbBoO][0-9a-fA-F]")


def _juxtaposed(number: str, other: str) -> str:
    if not (other[0].isalpha() or other[0] == "("):  # `2[0]` would be an index, `2.5` another number
        return f"{number}({other})"
    return f"{number} {other}" if _READ_INTO_NUMBER.match(other) else number + other


def _number(value: Fraction, spelled: str | None) -> tuple[str, P]:
    if spelled is not None:
        return spelled, P.ATOM
    if value.denominator != 1:
        return fraction_text(value), P.PRODUCT
    return fraction_text(value), P.ATOM if value >= 0 else P.NEGATION


def fraction_text(value: Fraction) -> str:
    """`3`, `-359/12`; Decimal converts integers that are longer than the host's str() allows."""
    above = f"{Decimal(value.numerator):f}"
    return above if value.denominator == 1 else f"{above}/{Decimal(value.denominator):f}"


def _item(item: Expr | Slice | None) -> str:
    if item is None:
        return "None"
    if isinstance(item, Slice):
        parts = ("" if part is None else written(part) for part in (item.start, item.stop))
        return ":".join(parts) + (":" + written(item.step) if item.step is not None else "")
    return written(item)
