"""A component formula multiplied out: terms, each a sum over indices of a product, over a product."""

from __future__ import annotations

from dataclasses import replace

from ..records import record
from ..syntax.expression import Expr, Name, Negate, Over, Product, Quotient, Sum, children


@record
class Term:
    """± Σ over `sums` of the product of `above`, divided by the product of `below`."""

    is_negative: bool
    sums: tuple[str, ...]
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]


def letters_in(expr: Expr) -> frozenset[str]:
    """The free indices of a component formula."""
    if isinstance(expr, Name):
        return frozenset((expr.key,)) if expr.key.startswith("@") else frozenset()
    if isinstance(expr, Over):
        return letters_in(expr.body) - {expr.index}
    return frozenset().union(*map(letters_in, children(expr)))


def terms_of(expr: Expr) -> list[Term]:
    match expr:
        case Sum(parts, minus):
            return [_signed(t, m) for part, m in zip(parts, minus, strict=True) for t in terms_of(part)]
        case Negate(operand):
            return [_signed(term, True) for term in terms_of(operand)]
        case Over(index, _, body):
            return [replace(term, sums=(index, *term.sums)) for term in terms_of(body)]
        case Quotient(a, b):
            below = b.factors if isinstance(b, Product) else (b,)
            return [replace(term, below=(*term.below, *below)) for term in terms_of(a)]
        case Product(factors):
            products = [Term(False, (), (), ())]
            for factor in factors:
                is_structure = isinstance(factor, Over | Negate | Product | Quotient)
                right = terms_of(factor) if is_structure else [Term(False, (), (factor,), ())]
                products = [_times(a, b) for a in products for b in right]
            return products
    return [Term(False, (), (expr,), ())]


def _signed(term: Term, minus: bool) -> Term:
    return replace(term, is_negative=term.is_negative != minus)


def _times(a: Term, b: Term) -> Term:
    return Term(a.is_negative != b.is_negative, (*a.sums, *b.sums), (*a.above, *b.above), (*a.below, *b.below))
