"""Every variant that an exercise may have, by a number: its Vary lines as the digits of a mixed-radix number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product
from math import prod

from ..errors import UsageError
from ..indexed.sizes import written_shape
from ..indexed.structure import Place, free_place, tensor_of
from ..problem import Given, Problem
from ..records import record
from ..syntax.expression import Expr
from ..variation import VariedFunction, VariedNumber


@record
class Choice:
    """What one number stands for: an operation for each word, a value for each varied given."""

    functions: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, Expr], ...]


@record
class Space:
    """The varied words, then the varied givens with their shapes and what is declared of them."""

    functions: tuple[VariedFunction, ...]
    numbers: tuple[tuple[VariedNumber, Place, str], ...]

    @property
    def size(self) -> int:
        """How many variants there are."""
        return prod(self.radices())

    def radices(self) -> Iterator[int]:
        yield from (len(each.operations) for each in self.functions)
        for each, shape, structure in self.numbers:
            yield from [len(each.values)] * len(_free_places(shape, structure))

    def choice(self, number: int) -> Choice:
        """The variant of a number from 0 to size - 1; different numbers give different variants."""
        digits = []
        for radix in self.radices():
            number, digit = divmod(number, radix)
            digits.append(digit)
        left = iter(digits)
        functions = tuple((each.word, each.operations[next(left)]) for each in self.functions)
        values = tuple((each.key, _tensor(each, shape, structure, left)) for each, shape, structure in self.numbers)
        return Choice(functions, values)


def _tensor(varied: VariedNumber, shape: Place, structure: str, digits: Iterator[int]) -> Expr:
    drawn = {place: varied.values[next(digits)] for place in _free_places(shape, structure)}
    return tensor_of(structure, shape, drawn.__getitem__)


@lru_cache(maxsize=64)
def _free_places(shape: Place, structure: str) -> tuple[Place, ...]:
    """Where an entry may be chosen: of a symmetric matrix on one side of the diagonal and on it."""
    found = (free_place(structure, place) for place in product(*map(range, shape)))
    return tuple(dict.fromkeys(place for place in found if place is not None))


def space_of(problem: Problem) -> Space:
    """The space of a problem's Vary lines. Raises UsageError where a shape that varies has letters for sizes."""
    numbers = []
    for each in problem.varied:
        if isinstance(each, VariedNumber):
            shape = problem.shapes.get(each.key, ())
            sizes = tuple(size for size in shape if isinstance(size, int))
            if len(sizes) < len(shape):
                raise UsageError(
                    f"{each.written} varies, and its shape {written_shape(shape)} has letters for sizes",
                    expected="a shape of numbers", hint=f"Given {each.written}: ({', '.join('3' for _ in shape)})",
                )  # fmt: skip
            numbers.append((each, sizes, problem.structures.get(each.key, "")))
    return Space(tuple(each for each in problem.varied if isinstance(each, VariedFunction)), tuple(numbers))


def with_values(problem: Problem, values: tuple[tuple[str, Expr], ...]) -> Problem:
    """The problem with these values of givens."""
    new = dict(values)
    statements = tuple(
        replace(s, value=new[s.key]) if isinstance(s, Given) and s.key in new else s for s in problem.statements
    )
    return replace(problem, statements=statements)
