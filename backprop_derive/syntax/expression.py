"""Expressions in the author's own order: frozen trees without any formatting.

`Sum` and `Product` are n-ary, so that a long chain of terms is flat and keeps the order it was written in.
The language's parser makes these nodes, the calculus answers in them, printers turn them into text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import Any

from ..records import record


@record
class Number:
    """An exact rational number; `written` is the author's spelling (`0.10`, `1e-3`), None for a result."""

    value: Fraction
    written: str | None = None


@record
class Rounded:
    """A number shown rounded, with all digits that are shown true (`digits` significant ones, trailing zeros kept)."""

    value: Decimal
    digits: int = 4


@record
class Constant:
    """A mathematical constant: `pi` or `e`."""

    name: str


@record
class Name:
    """A given or a step, by its canonical key (`y_hat`, `theta_1`); see `syntax.names`."""

    key: str


@record
class Negate:
    """-operand"""

    operand: Expr


@record
class Sum:
    """terms[0] ± terms[1] ± …; `minus[k]` tells the sign before term k (never before the first)."""

    terms: tuple[Expr, ...]
    minus: tuple[bool, ...]


@record
class Product:
    """factors[0] · factors[1] · …; `implicit` is juxtaposition (`2x`), which binds tighter than division."""

    factors: tuple[Expr, ...]
    implicit: bool = False


@record
class Quotient:
    """numerator / denominator"""

    numerator: Expr
    denominator: Expr


@record
class Power:
    """base ** exponent"""

    base: Expr
    exponent: Expr


@record
class Call:
    """An operation of the table applied to arguments, with its options by name."""

    function: str
    arguments: tuple[Expr, ...]
    options: tuple[tuple[str, Expr], ...] = ()


@record
class Compare:
    """left relation right, where relation is one of `<  <=  >  >=  ==  !=`; stands only inside `where`."""

    relation: str
    left: Expr
    right: Expr


@record
class MatrixProduct:
    """left @ right"""

    left: Expr
    right: Expr


@record
class Transpose:
    """operand.T"""

    operand: Expr


@record
class Index:
    """base[items], as NumPy's; a slice is a `Slice`, a new axis the constant `None`."""

    base: Expr
    items: tuple[Expr | Slice | None, ...]


@record
class Slice:
    """start:stop:step, each optional."""

    start: Expr | None
    stop: Expr | None
    step: Expr | None


@record
class ListOf:
    """[a, b, …], a vector or, nested, a higher tensor.

    `is_plain` tells that it is known to be rectangular with numbers as its only entries, which then need no look each.
    """

    items: tuple[Expr, ...]
    is_plain: bool = field(default=False, compare=False, repr=False)


@record
class TupleOf:
    """(a, b, …), a shape or an order of axes."""

    items: tuple[Expr, ...]


@record
class Text:
    """A string, the subscripts of `einsum`."""

    value: str


@record
class Over:
    """Σ_index body: the sum over all values of an index, `size` of them. Stands in component formulas only."""

    index: str
    size: int | str
    body: Expr


@record
class Delta:
    """δ(left, right): 1 where two indices are equal, else 0 (Kronecker). Stands in component formulas only."""

    left: Expr
    right: Expr


@record
class Inside:
    """1 where 0 ≤ place < size, else 0. Stands in component formulas only."""

    place: Expr
    size: int | str


Expr = (
    Number
    | Rounded
    | Constant
    | Name
    | Negate
    | Sum
    | Product
    | Quotient
    | Power
    | Call
    | Compare
    | MatrixProduct
    | Transpose
    | Index
    | ListOf
    | TupleOf
    | Text
    | Over
    | Delta
    | Inside
)

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


def integer(value: int) -> Number:
    """The number `value`."""
    return Number(Fraction(value))


def children(expr: Expr) -> tuple[Expr, ...]:
    """The operands of a node in the order they are written; () for a leaf."""
    found = _CHILDREN.get(type(expr))
    return found(expr) if found is not None else ()


# Options that are chosen by a word, which is no name: reduction=sum, even where a step is called sum.
WORDED = frozenset(("approximate", "keepdims", "reduction", "unbiased"))


def _children_of_call(call: Call) -> tuple[Expr, ...]:
    if not call.options:
        return call.arguments
    return call.arguments + tuple(value for name, value in call.options if name not in WORDED)


def _children_of_index(index: Index) -> tuple[Expr, ...]:
    inner: list[Expr] = [index.base]
    for item in index.items:
        if isinstance(item, Slice):
            inner += [part for part in (item.start, item.stop, item.step) if part is not None]
        elif item is not None:
            inner.append(item)
    return tuple(inner)


# By the type of a node: looked up a hundred times for every line of a solution.
_CHILDREN: dict[type, Callable[[Any], tuple[Expr, ...]]] = {
    **dict.fromkeys((Negate, Transpose), lambda node: (node.operand,)),
    Sum: attrgetter("terms"),
    Product: attrgetter("factors"),
    Quotient: attrgetter("numerator", "denominator"),
    Power: attrgetter("base", "exponent"),
    **dict.fromkeys((MatrixProduct, Compare, Delta), attrgetter("left", "right")),
    Over: lambda node: (node.body,),
    Inside: lambda node: (node.place,),
    Call: _children_of_call,
    **dict.fromkeys((ListOf, TupleOf), attrgetter("items")),
    Index: _children_of_index,
}


def map_children(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with every operand replaced by `change(operand)`."""
    if type(expr) not in _CHILDREN:
        return expr
    match expr:
        case Negate(operand):
            return Negate(change(operand))
        case Transpose(operand):
            return Transpose(change(operand))
        case Sum(terms, minus):
            return Sum(tuple(map(change, terms)), minus)
        case Product(factors, implicit):
            return Product(tuple(map(change, factors)), implicit)
        case Quotient(a, b):
            return Quotient(change(a), change(b))
        case Power(a, b):
            return Power(change(a), change(b))
        case MatrixProduct(a, b):
            return MatrixProduct(change(a), change(b))
        case Compare(relation, a, b):
            return Compare(relation, change(a), change(b))
        case Call(function, arguments, options):
            changed = tuple((name, value if name in WORDED else change(value)) for name, value in options)
            return Call(function, tuple(map(change, arguments)), changed)
        case ListOf(items):
            return ListOf(tuple(map(change, items)))
        case TupleOf(items):
            return TupleOf(tuple(map(change, items)))
        case Over(index, size, body):
            return Over(index, size, change(body))
        case Delta(a, b):
            return Delta(change(a), change(b))
        case Inside(place, size):
            return Inside(change(place), size)
        case Index(base, parts):
            return Index(change(base), tuple(_map_item(part, change) for part in parts))
        case _:
            return expr


def _map_item(item: Expr | Slice | None, change: Callable[[Expr], Expr]) -> Expr | Slice | None:
    if isinstance(item, Slice):
        parts = (item.start, item.stop, item.step)
        return Slice(*(None if part is None else change(part) for part in parts))
    return None if item is None else change(item)


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, a parent before its operands, operands from left to right; without recursion."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        if type(node) in _CHILDREN:
            stack.extend(reversed(children(node)))


def names_in(expr: Expr) -> tuple[str, ...]:
    """The keys of the names in an expression, each once, in the order of their first appearance."""
    found: dict[str, None] = {}
    stack = [expr]
    while stack:
        node = stack.pop()
        if type(node) is Name:
            found[node.key] = None
        elif type(node) in _CHILDREN:
            stack.extend(reversed(children(node)))
    return tuple(found)


def substitute(expr: Expr, replacement: Mapping[str, Expr]) -> Expr:
    """The expression with each name that `replacement` holds replaced by its expression."""
    if isinstance(expr, Name):
        return replacement.get(expr.key, expr)
    return map_children(expr, lambda child: substitute(child, replacement))


def replace_subtree(expr: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with every occurrence of the subtree `old` replaced by `new`."""
    if expr == old:
        return new
    return map_children(expr, lambda child: replace_subtree(child, old, new))


def size(expr: Expr) -> int:
    """How many operations an expression holds: its nodes that are no leaves, n-ary ones counted n - 1 times."""
    count, stack = 0, [expr]
    while stack:
        node = stack.pop()
        inner = children(node)
        if inner:
            written = len(node.arguments) + len(node.options) if isinstance(node, Call) else len(inner)
            count += max(1, written - 1)
            stack.extend(inner)
    return count
