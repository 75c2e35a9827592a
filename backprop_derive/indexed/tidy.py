"""Matrix notation without what nobody writes: A for (Aᵀ)ᵀ and for I A, −(A B) for (−A) B, no factor 1."""

from __future__ import annotations

from ..syntax.expression import (
    ONE,
    Call,
    Expr,
    MatrixProduct,
    Negate,
    Number,
    Product,
    Sum,
    Transpose,
    map_children,
)  # fmt: skip


def tidied(expr: Expr) -> Expr:
    """The formula, of the same value and shape, as one would put it down."""
    expr = map_children(expr, tidied)
    match expr:
        case Transpose(Transpose(inner)) | Negate(Negate(inner)):
            return inner
        case Transpose(Call("identity") as identity):
            return identity
        case Transpose(Negate(inner)):
            return Negate(tidied(Transpose(inner)))
        case MatrixProduct(Call("identity"), other) | MatrixProduct(other, Call("identity")):
            return other
        case MatrixProduct(Negate(left), right):
            return tidied(Negate(MatrixProduct(left, right)))
        case MatrixProduct(left, Negate(right)):
            return tidied(Negate(MatrixProduct(left, right)))
        case Product(factors, implicit) if any(map(_is_one, factors)):
            kept = tuple(factor for factor in factors if not _is_one(factor))
            return Product(kept, implicit) if len(kept) > 1 else (*kept, ONE)[0]
        case Sum(terms, minus) if any(isinstance(term, Negate) for term in terms):
            return _signed(terms, minus)
    return expr


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 1


def _signed(terms: tuple[Expr, ...], minus: tuple[bool, ...]) -> Expr:
    """A sum whose terms have no minus sign of their own, one without a minus first where there is one."""
    parts = [(t.operand, not m) if isinstance(t, Negate) else (t, m) for t, m in zip(terms, minus, strict=True)]
    (head, is_minus), *rest = sorted(parts, key=lambda part: part[1])
    return Sum((Negate(head) if is_minus else head, *(t for t, _ in rest)), (False, *(m for _, m in rest)))
