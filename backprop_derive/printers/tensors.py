"""The part of the walk that prints tensors: entries and sums over indices, products of matrices, matrices
themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from ..document import Derivative, Differential, Ellipsis, Entry, Entrywise, Indicator, MathNode, Reals, Tangent
from ..syntax.expression import (
    ZERO,
    Call,
    Delta,
    Expr,
    Index,
    Inside,
    ListOf,
    MatrixProduct,
    Name,
    Number,
    Over,
    Product,
    Quotient,
    Slice,
    Transpose,
    TupleOf,
    walk,
)  # fmt: skip
from ..syntax.names import symbol
from ..syntax.precedence import Precedence as P
from .primitives import Printed

if TYPE_CHECKING:
    from .base import Printer


def _matrix_product(p: Printer, node: MatrixProduct, outer: P) -> Printed:
    left, own = p.printed(node.left, P.PRODUCT)
    if own < P.PRODUCT or isinstance(node.left, Product | Quotient | Entrywise):
        left = p.parentheses(left) if own <= P.PRODUCT else left
    tightest = P.JUXTAPOSITION if isinstance(node.right, Differential) else P.POWER
    return p.matrix_product(left, p.show(node.right, tightest)), P.PRODUCT


def _transpose(p: Printer, node: Transpose, outer: P) -> Printed:
    if isinstance(node.operand, Call) and node.operand.function == "inv":
        matrix, own = p.printed(node.operand.arguments[0], P.ATOM)
        is_compound = own < P.ATOM or isinstance(node.operand.arguments[0], Quotient)
        return p.inverse_transposed(p.parentheses(matrix) if is_compound else matrix), P.POWER
    inner, own = p.printed(node.operand, P.ATOM)
    if own < P.ATOM or isinstance(node.operand, Quotient | Derivative):
        inner = p.parentheses(inner)
    return p.transposed(inner), P.POWER


def _over(p: Printer, node: Over, outer: P) -> Printed:
    sums, body = [], node
    while isinstance(body, Over):
        sums.append(body)
        body = body.body  # type: ignore[assignment]
    are_told = not all(s.size for s in sums) or {s.index for s in sums} <= _places(body)
    indices = [p.show(Name(s.index)) if are_told else _range(p, Name(s.index), s.size) for s in sums]
    return p.big_sum(indices, p.show(body, P.PRODUCT)), P.PRODUCT


def _places(node: MathNode) -> frozenset[str]:
    """The letters that stand by themselves as places of something, which tells how far they run."""
    found: set[str] = set()
    for part in walk(node) if isinstance(node, Expr) else (node,):
        match part:
            case Index(_, items) | Entry(_, items):
                found.update(item.key for item in items if isinstance(item, Name))
            case Derivative(of, by):
                found |= _places(of) | _places(by)
            case Differential(_, by):
                found |= _places(by)
    return frozenset(found)


def _range(p: Printer, place: Expr, size: int | str) -> str:
    """0 ≤ place < size"""
    upper = Name(size) if isinstance(size, str) else Number(Fraction(size))
    below = f"{p.show(ZERO)} {p.relation('<=')} {p.show(place, P.SUM)}"
    return f"{below} {p.relation('<')} {p.show(upper)}"


def _delta(p: Printer, node: Delta, outer: P) -> Printed:
    return p.subscripted(p.greek("delta"), [p.show(node.left), p.show(node.right)]), P.ATOM


def _inside(p: Printer, node: Inside, outer: P) -> Printed:
    return p.brackets(_range(p, node.place, node.size)), P.ATOM


def _entry(p: Printer, node: Entry, outer: P) -> Printed:
    if isinstance(node.of, Derivative):
        return p.printed(replace(node.of, by=cast(Expr, Entry(node.of.by, node.places))), outer)
    if isinstance(node.of, Differential):
        return p.printed(replace(node.of, by=cast(Expr, Entry(node.of.by, node.places))), outer)
    base = p.show(node.of, P.ATOM)
    named = node.of.of if isinstance(node.of, Tangent) else node.of
    if isinstance(named, Name) and symbol(named.key).subscripts and p.INDICES_BELOW:
        base = p.parentheses(base)  # (W_1)_ij, since the number is part of the name
    return p.subscripted(base, [p.show(place) for place in node.places]), P.ATOM


def _entrywise(p: Printer, node: Entrywise, outer: P) -> Printed:
    shown = [p.show(factor, P.JUXTAPOSITION) for factor in node.factors]
    return f" {p.relation('⊙')} ".join(shown), P.PRODUCT


def _reals(p: Printer, node: Reals, outer: P) -> Printed:
    return p.reals([p.show(Name(s) if isinstance(s, str) else Number(Fraction(s))) for s in node.shape]), P.ATOM


def _index(p: Printer, node: Index, outer: P) -> Printed:
    items = ", ".join(_item(p, item) for item in node.items)
    base, own = p.printed(node.base, P.ATOM)
    if own < P.ATOM or isinstance(node.base, Derivative):
        base = p.parentheses(base)
    return base + p.brackets(items), P.ATOM


def _item(p: Printer, item: Expr | Slice | None) -> str:
    if isinstance(item, Slice):
        return ":".join("" if part is None else p.show(part) for part in (item.start, item.stop))
    return p.words("None") if item is None else p.show(item)


def _list(p: Printer, node: ListOf, outer: P) -> Printed:
    inner = p.deeper()
    if not any(isinstance(item, ListOf) for item in node.items):
        return p.vector([inner.show(item) for item in node.items]), P.ATOM
    rows = [item.items for item in node.items if isinstance(item, ListOf)]
    if len(rows) < len(node.items) or any(isinstance(entry, ListOf) for row in rows for entry in row):
        return p.brackets(p.joined([*map(p.show, node.items)])), P.ATOM
    return p.matrix([[inner.show(entry) for entry in row] for row in rows]), P.ATOM


def _indicator(p: Printer, node: Indicator, outer: P) -> Printed:
    return p.brackets(p.show(node.condition)), P.ATOM


def _ellipsis(p: Printer, node: Ellipsis, outer: P) -> Printed:
    return p.ellipsis(), P.ATOM


def _tuple(p: Printer, node: TupleOf, outer: P) -> Printed:
    return p.parentheses(", ".join(map(p.show, node.items))), P.ATOM


TENSOR_METHODS: dict[type, Callable[..., Printed]] = {
    MatrixProduct: _matrix_product, Transpose: _transpose, Over: _over, Delta: _delta, Inside: _inside, Entry: _entry,
    Entrywise: _entrywise, Reals: _reals, Index: _index, ListOf: _list, TupleOf: _tuple,
    Indicator: _indicator, Ellipsis: _ellipsis,
}  # fmt: skip
