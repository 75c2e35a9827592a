"""What writing by entries needs everywhere: fresh indices, sums over them, arithmetic of places."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from ..syntax.expression import Delta, Expr, Name, Number, Over, Product, Sum, integer
from .sizes import Shape, Size

Indices = tuple[Expr, ...]


def plus(a: Expr, b: int | Expr) -> Expr:
    """a + b for indices, with numbers added up."""
    other = integer(b) if isinstance(b, int) else b
    if isinstance(a, Number) and isinstance(other, Number):
        return Number(a.value + other.value)
    if isinstance(other, Number) and other.value < 0:
        return Sum((a, Number(-other.value)), (False, True))
    if isinstance(other, Number) and not other.value:
        return a
    return other if isinstance(a, Number) and not a.value else Sum((a, other), (False, False))


def times(a: Expr, factor: int) -> Expr:
    """factor · a for an index."""
    if isinstance(a, Number):
        return Number(a.value * factor)
    return a if factor == 1 else Product((integer(factor), a))


def added(a: Expr, b: Expr) -> Expr:
    """a + b for indices, a zero left out."""
    return plus(b, a) if isinstance(a, Number) and not a.value else plus(a, b)


def size_product(sizes: Sequence[Size]) -> Expr:
    """The number of elements as an expression; symbolic sizes stay letters."""
    number, letters = 1, []
    for size in sizes:
        if isinstance(size, int):
            number *= size
        else:
            letters.append(Name(size))
    if not letters:
        return integer(number)
    factors: list[Expr] = [*([integer(number)] if number != 1 else []), *letters]
    return factors[0] if len(factors) == 1 else Product(tuple(factors), implicit=number != 1 and len(factors) == 2)


@dataclass
class Writer(ABC):
    """Writes expressions by their entries; `shapes` are those of the names, and indices are made fresh."""

    shapes: Mapping[str, Shape]
    shape_of: Callable[[Expr], Shape]
    prefix: str = "@"
    _numbers: Iterator[int] = field(default_factory=count)

    @abstractmethod
    def entry(self, expr: Expr, at: Indices) -> Expr:
        """The entry of `expr` at the indices `at`, one an axis."""

    def fresh(self) -> str:
        """A new index, `@` and a number; a printer gives it a letter."""
        return f"{self.prefix}{next(self._numbers)}"

    def aligned(self, expr: Expr, at: Indices) -> Expr:
        """The entry that broadcasting takes: missing axes are dropped, and an axis of size 1 stays at 0."""
        shape = self.shape_of(expr)
        last = at[len(at) - len(shape) :]
        return self.entry(expr, tuple(integer(0) if size == 1 else k for k, size in zip(last, shape, strict=True)))

    def over(self, sizes: Sequence[Size], body: Callable[[Indices], Expr]) -> Expr:
        """Σ over as many fresh indices as there are sizes."""
        names = [self.fresh() for _ in sizes]
        result = body(tuple(map(Name, names)))
        for name, size in zip(reversed(names), reversed(sizes), strict=True):
            result = Over(name, size, result)
        return result

    def chosen(self, cases: Sequence[tuple[Expr, int]], at: Expr) -> Expr:
        """The case whose number is `at`: a sum of deltas, or the case itself where `at` is known."""
        if isinstance(at, Number):
            return next(value for value, k in cases if k == at.value)
        terms = tuple(Product((Delta(at, integer(k)), value)) for value, k in cases)
        return terms[0] if len(terms) == 1 else Sum(terms, (False,) * len(terms))
