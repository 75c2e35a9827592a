"""The parts of a formula: factors, terms, names, and whether it distinguishes cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..document import Applied, Derivative, Differential, MathNode
from ..syntax.expression import Call, Expr, Name, Negate, Number, Power, Product, Sum, walk
from .rules import nodes_of


def factors(node: MathNode, deep: bool) -> Iterator[Expr]:
    """The factors of a product, those of what stands side by side too where asked; a minus belongs to the first.

    A number with a power of ten behind it, 8.66 · 10⁻⁹, is one factor.
    """
    last: Expr | None = None
    for factor in _factors(node, deep):
        if last is not None and _is_scale(factor) and _is_decimal(last):
            yield Product((last, factor))
            last = None
            continue
        if last is not None:
            yield last
        last = factor
    if last is not None:
        yield last


def _is_decimal(node: Expr) -> bool:
    return isinstance(node, Number) or (isinstance(node, Negate) and isinstance(node.operand, Number))


def _is_scale(node: Expr) -> bool:
    match node:
        case Power(Number(base), Number() | Negate(Number())):
            return base == 10
    return False


def _factors(node: MathNode, deep: bool) -> Iterator[Expr]:
    match node:
        case Negate(Product() as inner):
            first, *rest = _factors(inner, deep)
            yield Negate(first)
            yield from rest
        case Product(parts, implicit) if deep or not implicit:
            for factor in parts:
                yield from _factors(factor, deep) if isinstance(factor, Product) else (factor,)
        case _:
            yield node  # type: ignore[misc]


def product(parts: Sequence[Expr]) -> Expr:
    """The product of several factors, or the only one."""
    return parts[0] if len(parts) == 1 else Product(tuple(parts))


def terms(node: MathNode) -> Iterator[Expr]:
    """The terms of a sum, with their signs."""
    match node:
        case Sum(parts, minus):
            for term, is_minus in zip(parts, minus, strict=True):
                for inner in terms(term):
                    yield negated(inner) if is_minus else inner
        case _:
            yield node  # type: ignore[misc]


def negated(node: Expr) -> Expr:
    return node.operand if isinstance(node, Negate) else Negate(node)


def nodes(node: MathNode) -> Iterator[MathNode]:
    """Every part of a formula but what stands in its derivatives and functions."""
    yield from walk(node) if isinstance(node, Expr) else (node,)


def symbols_in(node: MathNode) -> Iterator[str]:
    """The names of a formula, those in its derivatives too."""
    for part in nodes(node):
        match part:
            case Name(key):
                yield key
            case Derivative(of, by):
                yield from symbols_in(of)
                yield from symbols_in(by)
            case Differential(_, by):
                yield from symbols_in(by)
            case Applied(_, arguments):
                for argument in arguments:
                    yield from symbols_in(argument)


def holds_zero(node: MathNode) -> bool:
    """Whether a formula is multiplied with a written 0, behind which anything is nothing."""
    return any(
        isinstance(n, Product) and any(isinstance(f, Number) and f.value == 0 for f in n.factors) for n in nodes(node)
    )


_CHOICES = frozenset(
    "where relu leaky_relu elu selu hardtanh max min maximum minimum clip abs norm sign hinge huber".split()
)


def holds_choice(node: MathNode) -> bool:
    """Whether a formula distinguishes cases, of which one applies at the values of the notes."""
    return any(isinstance(n, Call) and n.function in _CHOICES for n in nodes_of(node))
