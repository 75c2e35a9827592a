"""Numerator layout: each gradient shown as the transpose of the one that has the variable's shape.

Vectors are columns here, so that the gradient by one is a row, and every form is an equation of matrices. What is
transposed is the form that was proved; by (A B)ᵀ = Bᵀ Aᵀ the sign goes inside, where it meets the incoming gradient,
which is transposed itself. A gradient by a tensor of more than two axes keeps its shape.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..errors import ProblemError
from ..indexed.shape import Shape, shape_of
from ..options import NUMERATOR_AXES
from ..records import record
from ..solution import TensorValue
from ..syntax.expression import (
    Call,
    Expr,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    map_children,
    names_in,
)  # fmt: skip


def laid_out(value: TensorValue) -> TensorValue:
    """A gradient's value in numerator layout: of a vector a row, of a matrix the transpose."""
    if len(value.shape) == 1:
        return replace(value, shape=(1, *value.shape))
    if len(value.shape) != NUMERATOR_AXES:
        return value
    rows, columns = value.shape
    entries = tuple(value.entries[i * columns + j] for j in range(columns) for i in range(rows))
    return TensorValue((columns, rows), entries)


def laid_out_shape(shape: Shape) -> Shape:
    """The shape of a gradient in numerator layout."""
    return (1, *shape) if len(shape) == 1 else shape[::-1] if len(shape) == NUMERATOR_AXES else shape


@record
class NumeratorLayout:
    """Forms of gradients in numerator layout; `gradients` are the names in them that stand for gradients themselves."""

    shapes: Mapping[str, Shape]
    gradients: Collection[str]

    def new_shapes(self) -> dict[str, Shape]:
        """The shapes of the names in what this gives: vectors are columns, gradients have their new shape."""
        return {
            key: laid_out_shape(shape) if key in self.gradients else (*shape, 1) if len(shape) == 1 else shape
            for key, shape in self.shapes.items()
        }

    def of(self, form: Expr) -> Expr:
        """The form of a gradient."""
        return self._turned(form) if self._rank(form) in (1, NUMERATOR_AXES) else self._kept(form)

    def _rank(self, expr: Expr) -> int:
        try:
            return len(shape_of(expr, self.shapes))
        except ProblemError:
            return -1

    def _kept(self, expr: Expr) -> Expr:
        """The expression itself, with each gradient in it transposed back."""
        match expr:
            case Name(key) if key in self.gradients and self._rank(expr) in (1, NUMERATOR_AXES):
                return Transpose(expr)
            case Transpose(operand) if self._rank(operand) == NUMERATOR_AXES:
                return self._turned(operand)
            case MatrixProduct(a, b) if self._rank(a) == 1:
                return MatrixProduct(self._turned(a), self._kept(b))
            case Call("outer", (a, b)) if any(name in self.shapes for name in names_in(expr)):
                return MatrixProduct(self._kept(a), self._turned(b))
        return map_children(expr, self._kept)

    def _turned(self, expr: Expr) -> Expr:
        """The transpose of the expression, a vector taken as a column."""
        rank = self._rank(expr)
        match expr:
            case Name(key) if key in self.gradients:
                return expr
            case Transpose(operand) if rank == NUMERATOR_AXES:
                return self._kept(operand)
            case MatrixProduct(a, b) if rank == 1 and self._rank(a) == 1:
                return MatrixProduct(self._turned(a), self._kept(b))
            case MatrixProduct(a, b) if rank in (1, NUMERATOR_AXES) and self._rank(a) == NUMERATOR_AXES:
                return MatrixProduct(self._turned(b), self._turned(a))
            case Call("outer", (a, b)):
                if any(name in self.shapes for name in names_in(expr)):
                    return MatrixProduct(self._kept(b), self._turned(a))
                return Call("outer", (b, a))  # of ones
            case Call("sum", (matrix,), (("axis", Number(axis)),)) if self._rank(matrix) == NUMERATOR_AXES:
                other = Number(1 - axis % NUMERATOR_AXES)
                return Transpose(Call("sum", (self._turned(matrix),), (("axis", other),)))
            case Negate(operand):
                return Negate(self._turned(operand))
            case Sum(terms) if self._are_all_of(terms, rank):
                return Sum(tuple(map(self._turned, terms)), expr.minus)
            case Product(factors) if self._are_all_of([f for f in factors if self._rank(f)], rank):
                turned = tuple(self._turned(f) if self._rank(f) else self._kept(f) for f in factors)
                return Product(turned, expr.implicit)
            case Quotient(above, below) if self._are_all_of((above,), rank) and self._rank(below) in (0, rank):
                return Quotient(self._turned(above), self._turned(below) if self._rank(below) else self._kept(below))
            case Power(base, exponent) if not self._rank(exponent) and self._holds_gradient(base):
                return Power(self._turned(base), exponent)
            case Number():
                return expr
        return Transpose(self._kept(expr))

    def _are_all_of(self, parts: Collection[Expr], rank: int) -> bool:
        return bool(parts) and all(self._rank(part) == rank for part in parts)

    def _holds_gradient(self, expr: Expr) -> bool:
        return any(name in self.gradients for name in names_in(expr))
