"""Jacobians in numbers: blocks with a row for each entry of one tensor and a column for each of another."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..records import record
from .number import Arithmetic, Number


@record
class Block:
    """A matrix of numbers, row by row."""

    rows: int
    columns: int
    numbers: tuple[Number, ...]

    @property
    def transposed(self) -> Block:
        columns = (self.numbers[k :: self.columns] for k in range(self.columns))
        return Block(self.columns, self.rows, tuple(number for column in columns for number in column))


def identity(size: int) -> Block:
    """1 on the diagonal."""
    return Block(size, size, tuple(Fraction(i == j) for i in range(size) for j in range(size)))


def product(arithmetic: Arithmetic, left: Block, right: Block) -> Block:
    """The product of two matrices; products with an exact 0 are left out."""
    numbers: list[Number] = []
    columns = [right.numbers[k :: right.columns] for k in range(right.columns)]
    for i in range(left.rows):
        row = left.numbers[i * left.columns : (i + 1) * left.columns]
        kept = [(k, a) for k, a in enumerate(row) if not (isinstance(a, Fraction) and not a)]
        for column in columns:
            numbers.append(_added(arithmetic, [arithmetic.multiply([a, column[k]]) for k, a in kept]))
    return Block(left.rows, right.columns, tuple(numbers))


def total(arithmetic: Arithmetic, blocks: Sequence[Block]) -> Block:
    """The sum of matrices of one shape."""
    numbers = tuple(_added(arithmetic, list(entries)) for entries in zip(*(b.numbers for b in blocks), strict=True))
    return Block(blocks[0].rows, blocks[0].columns, numbers)


def _added(arithmetic: Arithmetic, terms: list[Number]) -> Number:
    return Fraction(0) if not terms else terms[0] if len(terms) == 1 else arithmetic.add(terms)
