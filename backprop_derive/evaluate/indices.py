"""The indices of component formulas as arrays: affine places, places that are data, deltas and bounds as masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy

from ..records import record
from ..syntax.expression import Call, Delta, Expr, Index, Inside, Name, Negate, Number, Product, Sum, names_in
from .functions import inside
from .labelled import Labelled, Term

Switch = Delta | Inside


@record
class Bounded:
    """What must hold of a place that stands for an index: 0 ≤ place < size."""

    place: Term
    size: int


@record
class Solved:
    """The indices that are left to sum over, the values of those that deltas determine, and what is left to check."""

    over: tuple[str, ...]
    values: dict[str, Term]
    switches: tuple[Switch | Bounded, ...]


class Indices:
    """What each index is at the moment: a label with a size, or an array of places."""

    def __init__(
        self,
        labelled: Labelled,
        value_of: Callable[[Expr], Term],
        tensors: Mapping[str, int],
        letters: Mapping[str, int],
    ) -> None:
        self.labelled = labelled
        self.value_of = value_of
        self.tensors = tensors
        self.letters = letters
        self.sizes: dict[str, int] = {}
        self.values: dict[str, Term] = {}

    def size(self, size: int | str) -> int:
        return size if isinstance(size, int) else self.letters[size]

    @contextmanager
    def running(self, names: Sequence[str], sizes: Sequence[int]) -> Iterator[None]:
        """Within, these indices run over these sizes."""
        before = dict(self.sizes), dict(self.values)
        self.sizes.update(zip(names, sizes, strict=True))
        for name in names:
            self.values.pop(name, None)
        yield
        self.sizes, self.values = before

    @contextmanager
    def bound(self, values: Mapping[str, Term]) -> Iterator[None]:
        """Within, these indices stand for places."""
        before = dict(self.values)
        self.values.update(values)
        yield
        self.values = before

    def value(self, name: str) -> Term:
        """An index as a number."""
        return self.values[name] if name in self.values else self.labelled.range(name, self.sizes[name])

    # --- places

    def place(self, expr: Expr, size: int) -> str | int | Term:
        """A place in an axis of this size: the label of a whole axis, a number, or an array of whole numbers."""
        match expr:
            case Number(value):
                return min(max(int(value), 0), size - 1)  # outside of the axis only under a bound
            case Name(key) if key not in self.tensors:
                if key in self.values or self.sizes[key] != size:
                    return self.labelled.clipped(self.value(key), size)
                return key
        return self.labelled.clipped(self.affine(expr), size)

    def affine(self, expr: Expr) -> Term:
        """A place as an array of whole numbers."""
        each, number = self.labelled.each, self.labelled.number
        match expr:
            case Number(value):
                return number(int(value))
            case Name(key) if key not in self.tensors:
                return self.value(key)
            case Negate(operand):
                return each("negative", self.affine(operand))
            case Sum(terms, minus):
                total = number(0)
                for term, is_minus in zip(terms, minus, strict=True):
                    total = each("subtract" if is_minus else "add", total, self.affine(term))
                return total
            case Product(factors):
                product = number(1)
                for factor in factors:
                    product = each("multiply", product, self.affine(factor))
                return product
        return self.labelled.whole(self.value_of(expr))  # data: labels, also those written as a list in a call

    def entry(self, expr: Index) -> Term:
        """The entries of a tensor at the places of its index."""
        if isinstance(expr.base, Call):
            register = self.of_matrix(expr.base)
        else:
            assert isinstance(expr.base, Name)
            register = self.tensors[expr.base.key]
        shape = self.labelled.program.shapes[register]
        places = [self.place(item, n) for item, n in zip(expr.items, shape, strict=True)]  # type: ignore[arg-type]
        return self.labelled.picked(register, places)

    def of_matrix(self, call: Call) -> int:
        """The register of a matrix's inverse, cofactors or determinant."""
        (matrix,) = call.arguments
        assert isinstance(matrix, Name)
        register = self.tensors[matrix.key]
        shape = () if call.function == "det" else self.labelled.program.shapes[register]
        return self.labelled.program.apply(call.function, (register,), shape)

    # --- deltas and bounds

    def masks(self, switch: Switch | Bounded) -> list[Term]:
        """Where a delta or a bound holds; nothing where that is everywhere."""
        match switch:
            case Delta(left, right):
                mask = self.labelled.each("==", self.affine(left), self.affine(right))
            case Inside(place, size):
                mask = self.within(self.affine(place), self.size(size))
            case Bounded(place, size):
                mask = self.within(place, size)
        known = self.labelled.program.constants.get(mask.register)
        return [] if known is not None and numpy.all(known) else [mask]

    def within(self, place: Term, size: int) -> Term:
        shape = self.labelled.shape(place)
        register = self.labelled.program.apply("inside", (place.register,), shape, lambda x: inside(x, size), size)
        return Term(register, place.labels)

    def solved(self, names: Sequence[str], switches: Sequence[Switch]) -> Solved:
        """Deltas that determine summed indices: Σ_k δ(k, p)·x[k] is x[p], and a flat index is taken apart."""
        over = list(names)
        values: dict[str, Term] = {}
        left: list[Switch | Bounded] = []
        for switch in switches:
            found = self._determined(switch, over) if isinstance(switch, Delta) else None
            if found is None:
                left.append(switch)
                continue
            places, whole = found
            values |= places
            over = [name for name in over if name not in places]
            left.append(whole)
        return Solved(tuple(over), values, tuple(left))

    def _determined(self, delta: Delta, over: Sequence[str]) -> tuple[dict[str, Term], Bounded] | None:
        """The summed indices on one side of a delta, from the number on the other: its digits in mixed radix."""
        for side, other in ((delta.left, delta.right), (delta.right, delta.left)):
            weights = linear(side)
            if weights is None or not weights or not set(weights) <= set(over) or set(names_in(other)) & set(over):
                continue
            ordered = sorted(weights, key=lambda name: weights[name])
            expected = 1
            for name in ordered:
                if weights[name] != expected:
                    break
                expected *= self.sizes[name]
            else:
                return self._digits(ordered, self.affine(other)), Bounded(self.affine(other), expected)
        return None

    def _digits(self, names: Sequence[str], flat: Term) -> dict[str, Term]:
        places = {}
        for name in names:
            size = self.labelled.number(self.sizes[name])
            places[name] = self.labelled.each("remainder", flat, size) if name != names[-1] else flat
            flat = self.labelled.each("floor_divide", flat, size)
        return places


def linear(expr: Expr) -> dict[str, int] | None:
    """The weight of each index in a sum of whole multiples of indices; None for what is none."""
    match expr:
        case Name(key):
            return {key: 1}
        case Product((Number(weight), Name(key))):
            return {key: int(weight)}
        case Sum(terms, minus) if not any(minus):
            parts = [linear(term) for term in terms]
            if any(part is None for part in parts):
                return None
            return {key: weight for part in parts if part is not None for key, weight in part.items()}
    return None
