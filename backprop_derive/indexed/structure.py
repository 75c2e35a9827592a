"""Structured matrices: each declaration as the formula that makes such a matrix of one whose entries are free.

`S` is the free matrix and `n` its size. The gradient by a declared matrix is that by `S` through this formula, which
is the orthogonal projection onto the matrices of the kind; so a step against it stays among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from ..errors import ProblemError
from ..ops.table import formula
from ..syntax.expression import (
    ZERO,
    Call,
    Expr,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Product,
    Quotient,
    Sum,
    Transpose,
    integer,
    map_children,
    substitute,
    walk,
)  # fmt: skip
from ..syntax.expression import size as operations
from .matrix import added_terms
from .shape import shape_of
from .sizes import STRUCTURES, Shape, Size

Place = tuple[int, ...]

FREE, SIZE = "S", "n"
_FORMULAS = dict(zip(STRUCTURES, (f"({FREE} + {FREE}.T)/2", f"{FREE} * identity({SIZE})"), strict=True))


@lru_cache(maxsize=len(_FORMULAS))
def definition(structure: str) -> Expr:
    """The formula of a structure, in the names `FREE` and `SIZE`."""
    return formula(_FORMULAS[structure])


def made_of(structure: str, free: Expr, size: Size) -> Expr:
    """The matrix of a structure that is made of a free one of this size."""
    written: Expr = integer(size) if isinstance(size, int) else Name(size)
    return substitute(definition(structure), {FREE: free, SIZE: written})


def structured(
    forms: Iterable[Expr | None], structure: str, declared: Collection[str], shapes: Mapping[str, Shape], own: Shape
) -> list[Expr]:
    """Forms of a gradient, and the operand's own structure made of them, short ones first.

    `structure` is that of the operand, "" for none, and `own` its shape; `declared` are all names that have one.
    """
    known = [form for form in forms if form is not None]
    if structure:
        known += [made_of(structure, form, own[0]) for form in known]
    return sorted((simplified(form, declared, shapes) for form in known), key=_operations)  # a diagonal Aᵀ is A too


def _operations(form: Expr) -> int:
    """How many operations a form has; whether a number divides a sum or its terms makes no difference."""
    divided = (isinstance(node, Quotient) and isinstance(node.denominator, Number) for node in walk(form))
    return operations(form) - sum(divided)


def free_place(structure: str, place: Place) -> Place | None:
    """The first place of the entry that stands at a place of such a matrix; None where that is 0."""
    match structure:
        case "symmetric":
            return tuple(sorted(place))
        case "diagonal":
            return place if len(set(place)) == 1 else None
    return place


def tensor_of(structure: str, shape: Place, entry: Callable[[Place], Expr], place: Place = ()) -> Expr:
    """The tensor with what stands at each free place, written by rows."""
    if shape:
        return ListOf(tuple(tensor_of(structure, shape[1:], entry, (*place, k)) for k in range(shape[0])))
    free = free_place(structure, place)
    return ZERO if free is None else entry(free)


def simplified(expr: Expr, symmetric: Collection[str], shapes: Mapping[str, Shape]) -> Expr:
    """Matrix notation rewritten by Aᵀ = A of the matrices named: fewer transposes, equal terms counted."""
    return _Simplified(symmetric, shapes).of(expr) if symmetric else expr


class _Simplified:
    def __init__(self, symmetric: Collection[str], shapes: Mapping[str, Shape]) -> None:
        self.symmetric, self.shapes = symmetric, shapes

    def of(self, expr: Expr) -> Expr:
        expr = map_children(expr, self.of)
        match expr:
            case Transpose(operand):
                return self.transposed(operand)
            case Sum():
                return added_terms(list(_terms(expr)))
            case Quotient(Sum() as above, Number(value) as below):
                return _halves(above, value, below)
            case Quotient(Product((number, *rest)), below) if number == below and rest:
                return rest[0] if len(rest) == 1 else Product(tuple(rest))
        return expr

    def transposed(self, expr: Expr) -> Expr:
        """The transpose of a matrix, as far inside as it goes."""
        match expr:
            case Transpose(operand):
                return operand
            case Name(key) | Call("inv" | "cofactor", (Name(key),)) if key in self.symmetric:
                return expr
            case Call("identity"):
                return expr
            case Call("outer", (a, b)):
                return Call("outer", (b, a))
            case Negate(operand):
                return Negate(self.transposed(operand))
            case Sum(terms, minus) if all(self.rank(term) == 2 for term in terms):
                return Sum(tuple(map(self.transposed, terms)), minus)
            case MatrixProduct(a, b) if self.rank(a) == self.rank(b) == 2:
                return MatrixProduct(self.transposed(b), self.transposed(a))
            case Product(factors, implicit) if all(self.rank(factor) in (0, 2) for factor in factors):
                turned = tuple(self.transposed(f) if self.rank(f) else f for f in factors)
                return Product(turned, implicit)
            case Quotient(above, below) if not self.rank(below):
                return Quotient(self.transposed(above), below)
        return Transpose(expr)

    def rank(self, expr: Expr) -> int:
        """The number of axes; -1 where the shape is not known."""
        try:
            return len(shape_of(expr, self.shapes))
        except ProblemError:
            return -1


def _terms(expr: Expr) -> Iterator[tuple[bool, Expr]]:
    """The terms of a sum, those of sums within it too, each with whether it has a minus."""
    match expr:
        case Sum(terms, minus):
            for term, sign in zip(terms, minus, strict=True):
                yield from ((sign != inner, part) for inner, part in _terms(term))
        case Negate(operand):
            yield from ((not minus, part) for minus, part in _terms(operand))
        case _:
            yield False, expr


def _halves(above: Sum, value: Fraction, below: Expr) -> Expr:
    """A sum over a number: the terms that it divides stand by themselves, before the others."""
    whole: list[tuple[bool, Expr]] = []
    rest: list[tuple[bool, Expr]] = []
    for minus, term in zip(above.minus, above.terms, strict=True):
        match term:
            case Product((Number(number), *factors)) if number == value and factors:
                whole.append((minus, factors[0] if len(factors) == 1 else Product(tuple(factors))))
            case _:
                rest.append((minus, term))
    if not rest:
        return added_terms(whole)
    part = Quotient(added_terms(rest), below)
    return added_terms([*whole, (False, part)]) if whole else part
