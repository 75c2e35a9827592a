"""The parts of a formula: factors, terms, names, and whether it distinguishes cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..document import Applied, Derivative, Differential, MathNode
from ..syntax.expression import Call, Expr, Name, Negate, Number, Power, Product, Sum, walk
from .rules import nodes_of


def factors(node: MathNode, deep: bool) -> Iterator[Expr]:
    """The factors of a product, those of what stands side by side too where asked; a minus belongs to the first."""
    match node:
        case Negate(Product() as inner):
            first, *rest = factors(inner, deep)
            yield Negate(first)
            yield from rest
        case Product(parts, implicit) if deep or not implicit:
            for factor in _with_scales(parts):
                yield from factors(factor, deep) if isinstance(factor, Product) and not is_scaled(factor) else (factor,)
        case _:
            yield node  # type: ignore[misc]


def is_scaled(node: MathNode) -> bool:
    """Whether a product is one number with its power of ten: 2.57·10⁻⁶."""
    match node:
        case Product((Number(), Power(Number(base), _))):
            return base == 10
    return False


def _with_scales(parts: Sequence[Expr]) -> Iterator[Expr]:
    """The factors, a number with the power of ten behind it as one."""
    k = 0
    while k < len(parts):
        both = Product((parts[k], parts[k + 1])) if k + 1 < len(parts) else parts[k]
        is_one = is_scaled(both)
        yield both if is_one else parts[k]
        k += 1 + is_one


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
