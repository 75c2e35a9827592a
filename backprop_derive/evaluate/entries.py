"""The entries of tensors: component formulas evaluated one entry at a time, as exactly as scalars are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from ..errors import DomainError
from ..records import record
from ..syntax.expression import Call, Delta, Expr, Index, Inside, Name, Over, Product, integer, substitute
from ..syntax.written import written
from .interpret import Interpreter
from .inverse import Matrix, determinant_and_adjugate
from .number import Arithmetic, Number


@record
class Entries:
    """A tensor's numbers, row by row."""

    shape: tuple[int, ...]
    numbers: tuple[Number, ...]

    def at(self, places: Sequence[int]) -> Number:
        """The entry at a place, one whole number an axis; outside of the tensor it is 0, as in what pads it."""
        position = 0
        for place, size in zip(places, self.shape, strict=True):
            if not 0 <= place < size:
                return Fraction(0)
            position = position * size + place
        return self.numbers[position]


def places_of(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every place of a shape, row by row."""
    return product(*map(range, shape))


class EntryInterpreter(Interpreter):
    """Evaluates component formulas: `names` holds tensors as `Entries`, and the values of indices."""

    def __init__(self, arithmetic: Arithmetic, is_derivative: bool = False) -> None:
        super().__init__(arithmetic, is_derivative)
        self.adjugates: dict[int, tuple[Number, Matrix]] = {}

    def entries(self, body: Expr, at: Sequence[str], shape: Sequence[int], names: Mapping[str, object]) -> Entries:
        """The tensor whose entry at the indices `at` is `body`."""
        values = dict(names)
        numbers = []
        for places in places_of(shape):
            values.update(zip(at, map(Fraction, places), strict=True))
            try:
                numbers.append(self.value(body, values))  # type: ignore[arg-type]
            except DomainError:
                # Once more with the indices in their places, so that the message names the entry.
                self.value(substitute(body, dict(zip(at, map(integer, places), strict=True))), values)  # type: ignore[arg-type]
                raise
        return Entries(tuple(shape), tuple(numbers))

    def value(self, expr: Expr, names: Mapping[str, Number]) -> Number:
        match expr:
            case Index(Name(key), places):
                tensor = names[key]
                assert isinstance(tensor, Entries)
                return tensor.at([self.place(place, names) for place in places])  # type: ignore[arg-type]
            case Index(Call(function, (Name(key),)), places):
                i, j = (self.place(place, names) for place in places)  # type: ignore[arg-type]
                return self.of_matrix(function, names[key], i, j)
            case Call("det", (Name(key),)):
                return self.of_matrix("det", names[key], 0, 0)
            case Over(index, size, body):
                assert isinstance(names, dict)
                terms = []
                for k in range(int(size)):
                    names[index] = Fraction(k)
                    terms.append(self.value(body, names))
                return self.arithmetic.add(terms) if len(terms) != 1 else terms[0]
            case Delta(a, b):
                return Fraction(self.place(a, names) == self.place(b, names))
            case Inside(place, size):
                return Fraction(0 <= self.place(place, names) < int(size))
            case Product(factors) if any(isinstance(f, Delta | Inside) for f in factors):
                switches = [f for f in factors if isinstance(f, Delta | Inside)]
                if not all(self.value(f, names) for f in switches):
                    return Fraction(0)
                rest = tuple(f for f in factors if not isinstance(f, Delta | Inside))
                return self.value(rest[0] if len(rest) == 1 else Product(rest), names) if rest else Fraction(1)
        return super().value(expr, names)

    def of_matrix(self, function: str, matrix: object, i: int, j: int) -> Number:
        """The determinant, or an entry of the cofactors or of the inverse; computed once for all entries."""
        assert isinstance(matrix, Entries)
        if id(matrix) not in self.adjugates:
            found = determinant_and_adjugate(self.arithmetic, matrix.numbers, matrix.shape[0])
            self.adjugates[id(matrix)] = found
        determinant, adjugate = self.adjugates[id(matrix)]
        if function == "det":
            return determinant
        if function == "cofactor":
            return adjugate[j][i]
        if self.arithmetic.sign(determinant) == 0:
            raise DomainError("division by zero: the determinant is 0")
        return self.arithmetic.divide(adjugate[i][j], determinant)

    def place(self, expr: Expr, names: Mapping[str, Number]) -> int:
        """The value of an index, a whole number."""
        value = self.value(expr, names)
        if not isinstance(value, Fraction) or value.denominator != 1:
            shown = f"{float(self.arithmetic.decimal(value)):g}"
            raise DomainError(f"an index or a class label is a whole number, and {written(expr)} is {shown}")
        return int(value)
