"""What passes back along an edge: for scalars, for tensors entry by entry, for large tensors in floats.

One interface, so that the path ledger goes along paths in one way for all three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Protocol, TypeVar

import numpy

from ..derivation import Derivation, TensorDerivation
from ..ledger import Edge
from ..solution import TensorValue, Value
from .entries import Entries
from .floats import float_flows, rounded
from .number import Arithmetic, Number
from .passes import local_numbers, record
from .tensors import edge_flows

T = TypeVar("T")


class Flowing(Protocol[T]):
    """Gradients on their way back, of one kind of number."""

    one: T

    def through(self, edge: Edge, incoming: T) -> T:
        """What the operand gets of what came in at the step."""

    def add(self, parts: Sequence[T]) -> T: ...

    def zero(self, key: str) -> T:
        """Zero, of the shape of a name."""

    def size(self, gradient: T) -> Number:
        """The absolute value; of a tensor the Frobenius norm."""

    def agree(self, a: T, b: T) -> bool:
        """Whether two gradients are equal, as far as their error bounds can tell."""

    def record(self, gradient: T) -> Value | TensorValue: ...


class ScalarFlowing:
    """Gradients of scalars: a number times a local gradient."""

    def __init__(self, derivation: Derivation, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.local = local_numbers(derivation, arithmetic)
        self.one: Number = Fraction(1)

    def through(self, edge: Edge, incoming: Number) -> Number:
        return self.arithmetic.settled(self.arithmetic.multiply([incoming, self.local[edge]]))

    def add(self, parts: Sequence[Number]) -> Number:
        return self.arithmetic.settled(self.arithmetic.add(list(parts)))

    def zero(self, key: str) -> Number:
        return Fraction(0)

    def size(self, gradient: Number) -> Number:
        return absolute(self.arithmetic, gradient)

    def agree(self, a: Number, b: Number) -> bool:
        return agree(self.arithmetic, a, b)

    def record(self, gradient: Number) -> Value:
        return record(self.arithmetic, gradient)


class EntryFlowing:
    """Gradients of tensors, entry by entry."""

    def __init__(self, derivation: TensorDerivation, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.flows = {(flow.step, flow.operand): flow for flow in derivation.flows()}
        self.flow = edge_flows(derivation, arithmetic)
        self.shapes = derivation.graph.problem.shapes
        self.one = Entries((), (Fraction(1),))

    def through(self, edge: Edge, incoming: Entries) -> Entries:
        return self._settled(self.flow(self.flows[edge], incoming))

    def add(self, parts: Sequence[Entries]) -> Entries:
        columns = zip(*(part.numbers for part in parts), strict=True)
        return self._settled(Entries(parts[0].shape, tuple(self.arithmetic.add(list(column)) for column in columns)))

    def _settled(self, entries: Entries) -> Entries:
        return Entries(entries.shape, tuple(map(self.arithmetic.settled, entries.numbers)))

    def zero(self, key: str) -> Entries:
        shape = tuple(map(int, self.shapes[key]))
        return Entries(shape, (Fraction(0),) * math.prod(shape))

    def size(self, gradient: Entries) -> Number:
        if len(gradient.numbers) == 1:
            return absolute(self.arithmetic, gradient.numbers[0])
        squares = self.arithmetic.add([self.arithmetic.multiply([x, x]) for x in gradient.numbers])
        return squares if not squares else self.arithmetic.apply("sqrt", squares)

    def agree(self, a: Entries, b: Entries) -> bool:
        return all(agree(self.arithmetic, x, y) for x, y in zip(a.numbers, b.numbers, strict=True))

    def record(self, gradient: Entries) -> TensorValue:
        return TensorValue(gradient.shape, tuple(record(self.arithmetic, number) for number in gradient.numbers))


class FloatFlowing:
    """Gradients of large tensors, in double precision."""

    # Two ways of adding up the same products in double precision agree to so much of their size.
    _NEAR = 1e-9

    def __init__(self, derivation: TensorDerivation, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.flows = {(flow.step, flow.operand): flow for flow in derivation.flows()}
        self.flow = float_flows(derivation)
        self.shapes = derivation.graph.problem.shapes
        self.one: Any = 1.0
        self.largest = 0.0

    def through(self, edge: Edge, incoming: Any) -> Any:
        found = self.flow(self.flows[edge], incoming)
        self.largest = max(self.largest, float(numpy.max(numpy.abs(found), initial=0.0)))
        return found

    def add(self, parts: Sequence[Any]) -> Any:
        return sum(parts[1:], parts[0])

    def zero(self, key: str) -> Any:
        return numpy.zeros(tuple(map(int, self.shapes[key])))

    def size(self, gradient: Any) -> Number:
        return Fraction(float(numpy.linalg.norm(numpy.ravel(gradient))))

    def agree(self, a: Any, b: Any) -> bool:
        return bool(numpy.allclose(a, b, rtol=self._NEAR, atol=self._NEAR * self.largest))

    def record(self, gradient: Any) -> TensorValue:
        return rounded(gradient)


def absolute(arithmetic: Arithmetic, number: Number) -> Number:
    """|number|, for a settled number."""
    return arithmetic.negate(number) if arithmetic.sign(number) < 0 else number


def agree(arithmetic: Arithmetic, a: Number, b: Number) -> bool:
    """Whether two numbers are equal, or differ by no more than the bound on their error."""
    difference = arithmetic.add([a, arithmetic.negate(b)])
    return (
        not difference
        if isinstance(difference, Fraction)
        else arithmetic.reals.may_be_zero(arithmetic.real(difference))
    )
