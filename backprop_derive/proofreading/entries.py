"""Formulas by entries evaluated: each index is an axis, and every entry of a claim is judged at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, cast

import numpy as np

from ..checks.formulas import Formulas
from ..checks.library import of_module
from ..document import Applied, Derivative, Differential, MathNode
from ..errors import BackpropError
from ..syntax.expression import (
    Call,
    Compare,
    Delta,
    Expr,
    Index,
    Name,
    Negate,
    Number,
    Over,
    Product,
    Sum,
    map_children,
    walk,
)  # fmt: skip
from ..syntax.names import canonical
from .indices import entry_of
from .places import is_part, is_zeroth
from .rules import nodes_of
from .sentences import because
from .statements import Statement
from .values import NoValue

Array = Any
_erf = np.vectorize(math.erf, otypes=[float])
# So many numbers are computed for one formula at most.
_MOST_NUMBERS = 2_000_000
_MOST_LETTERS = 4
_TYPED = re.compile(r"(\w+)\[[a-z](?:, ?[a-z])*\]$")


class Misfit(Exception):
    """Two shapes that do not fit together, and in which product or sum."""


class NoEntry(Misfit):
    """An entry of which there is none."""


def is_by_entries(node: MathNode) -> bool:
    """Whether a formula speaks of entries by their indices."""
    if isinstance(node, Derivative | Differential):
        return bool(entry_of(node)[1])
    if isinstance(node, Applied):
        return any(map(is_by_entries, node.arguments))
    if not isinstance(node, Expr):
        return False
    return any(
        isinstance(n, Over | Delta)
        or (isinstance(n, Index) and not is_part(n))
        or (isinstance(n, Applied | Derivative | Differential) and is_by_entries(n))
        for n in walk(node)
    )


class Entries:
    """Evaluates the sides of one claim together, so that the letters that are free in it run over the same places.

    `known` gives the array of a name, a gradient or a formula of whole tensors; `is_data` tells that a letter is the
    name of something and no index.
    """

    def __init__(self, known: Callable[[MathNode], Array], is_data: Callable[[str], bool]) -> None:
        self.known, self.is_data = known, is_data
        self.sizes: dict[str, int] = {}
        self.told: dict[str, int] = {}  # how far the letters of the first side run: others may be defined further
        self.letters: set[str] = set()
        self.guarded: set[tuple[str, int]] = set()  # letters for which [i < 2] says where an array ends
        self.summed_over: dict[str, str] = {}  # the index that a letter is: within Σ_i in a Σ_i it is another
        self.arrays: dict[str, Array] = {}
        self.work = 1

    def values(self, *sides: MathNode) -> tuple[Array, ...]:
        """The arrays of the sides, an axis for each free letter. Raises NoValue, or Misfit for sizes that differ."""
        for side in sides:
            self.letters |= {letter for letter in _letters(side) if not self.is_data(letter)}
            self.guarded |= set(_guards(side))
        head, *rest = sides
        lowered = [self.lowered(head)]
        self.told = dict(self.sizes)
        lowered += map(self.lowered, rest)
        axes = tuple((f"@{letter}", size) for letter, size in self.sizes.items())
        places = int(np.prod([size for _, size in axes] or [1]))
        if places * self.work > _MOST_NUMBERS:
            raise NoValue(because("many"))
        formulas = Formulas(of_module(np, _erf), self.arrays, self.arrays)
        shape = tuple(size for _, size in axes)
        try:
            return tuple(np.broadcast_to(np.asarray(formulas.value(e, axes), dtype=float), shape) for e in lowered)
        except BackpropError as error:
            raise NoValue(error.found) from None
        except (ArithmeticError, ValueError, TypeError, KeyError, IndexError, AssertionError) as error:
            raise NoValue(because("error", error=type(error).__name__)) from None

    def lowered(self, node: MathNode) -> Expr:
        """The formula with arrays by new names, its indices marked and its sums with their sizes."""
        match node:
            case Over(letter, size, body):
                return self.summed(letter, size, body)
            case Name(key) if key in self.letters:
                return Name(self.summed_over.get(key, f"@{key}"))
            case Name():
                return self.array(node, ())
            case Index() if is_part(node):
                return self.array(node, ())
            case Derivative() | Differential() | Index():
                base, places = entry_of(node)
                return self.array(base, places)
        return map_children(cast(Expr, node), self.lowered)

    def summed(self, letter: str, size: int | str, body: Expr) -> Expr:
        outer, told = self.sizes.pop(letter, None), self.told.pop(letter, None)
        was_letter, outside = letter in self.letters, self.summed_over.get(letter, f"@{letter}")
        self.letters.add(letter)
        index = self.summed_over[letter] = f"{outside}'"
        inner = self.lowered(body)
        self.summed_over[letter] = outside
        found = self.sizes.pop(letter, size if isinstance(size, int) and size else None)
        if outer is not None:
            self.sizes[letter] = outer
        if told is not None:
            self.told[letter] = told
        if not was_letter:
            self.letters.discard(letter)
        if found is None:
            raise NoValue(because("endless", letter=letter))
        upper = self._size(size)
        if upper > found:
            raise Misfit(because("bound", letter=letter, upper=upper, found=found))
        self.work *= found
        return Over(index, upper or found, inner)

    def _size(self, size: int | str) -> int:
        """The bound of a sum, 0 for a letter that stands for no number."""
        if isinstance(size, int):
            return size
        try:
            return int(self.known(Name(size)))
        except (NoValue, TypeError):
            return 0

    def array(self, base: MathNode, places: Sequence[Expr]) -> Expr:
        """A name for an array, at the places of its entries."""
        array = np.asarray(self.known(base), dtype=float)
        places = placed(places, array)
        array = self.filled(array, places)
        name = f"#{len(self.arrays)}"
        self.arrays[name] = array
        for place, size in zip(places, array.shape, strict=True):
            letter = place.key if isinstance(place, Name) else ""
            is_further = self.told.get(letter, size) < size
            if letter in self.letters and not is_further and self.sizes.setdefault(letter, size) != size:
                raise Misfit(because("runs", letter=letter, size=self.sizes[letter], other=size))
        return Index(Name(name), tuple(map(self.lowered, places))) if places else Name(name)

    def filled(self, array: Array, places: Sequence[Expr]) -> Array:
        """The array with 0 beyond its end, where a factor [0 ≤ i < 2] says that it ends there."""
        more = [(0, 0)] * array.ndim
        for axis, (place, size) in enumerate(zip(places, array.shape, strict=True)):
            letter = place.key if isinstance(place, Name) else ""
            if (letter, size) in self.guarded:
                more[axis] = (0, max(0, self.told.get(letter, size) - size))
        return np.pad(array, more) if any(after for _, after in more) else array


def _guards(node: MathNode) -> Iterator[tuple[str, int]]:
    """The letters that a formula says to be below a number."""
    for part in walk(node) if isinstance(node, Expr) else ():
        match part:
            case Compare("<", Name(letter), Number(bound)):
                yield letter, int(bound)


def placed(places: Sequence[Expr], array: Array) -> list[Expr]:
    """The places of an entry, one for each axis, numbers counted from 0. Raises NoValue, NoEntry."""
    beside = [_side_by_side(place) for place in places]
    is_apart = array.ndim > len(places)
    found = [part for parts in beside for part in (map(_counted, parts) if is_apart else (_joined(parts),))]
    if array.ndim != len(found):
        raise NoValue(because("indices", count=len(places), axes=array.ndim))
    found = [_from_the_end(place, size) for place, size in zip(found, array.shape, strict=True)]
    if any(isinstance(p, Number) and not 0 <= p.value < size for p, size in zip(found, array.shape, strict=True)):
        raise NoEntry(because("no entry", shape=shown_shape(array)))
    return found


def _side_by_side(place: Expr) -> tuple[Expr, ...]:
    """What stands side by side in A_{12} and A_{2j}; one place by itself is counted already."""
    match place:
        case Product(parts, True) if all(isinstance(part, Number | Name) for part in parts):
            return parts
    return (place,)


def _counted(part: Expr) -> Expr:
    """A number below a name, which counts from 1 where it is written so, counted from 0."""
    return Number(part.value - (part.written is not None)) if isinstance(part, Number) else part


def _joined(parts: tuple[Expr, ...]) -> Expr:
    """One place: 12 of 1 and 2 side by side."""
    if len(parts) == 1:
        return parts[0]
    numbers = [part for part in parts if isinstance(part, Number)]
    if len(numbers) < len(parts):
        return Product(parts, True)
    joined = "".join(str(number.value) for number in numbers)
    return _counted(Number(Fraction(int(joined)), numbers[0].written))


def _from_the_end(place: Expr, size: int) -> Expr:
    """A place that is counted from the end, −1 for the last one, as one counted from the beginning."""
    match place:
        case Negate(Number(value)) if value:
            return Number(size - value)
    return place


def shown_shape(array: Array) -> str:
    """(2, 3) as 2×3."""
    return "×".join(map(str, array.shape)) or "1"


def _letters(node: MathNode) -> Iterator[str]:
    """The letters that stand for places anywhere in a formula."""
    places: list[Expr] = []
    if isinstance(node, Derivative | Differential):
        places += entry_of(node)[1]
    elif isinstance(node, Expr):
        for part in walk(node):
            match part:
                case Index(base, items):
                    places += (item for item in items if isinstance(item, Expr))
                    yield from _letters(base) if isinstance(base, Derivative | Differential) else ()
                case Delta(left, right):
                    places += (left, right)
                case Derivative() | Differential():
                    yield from _letters(part)
    for place in places:
        yield from _of_place(place)


def _of_place(place: Expr) -> Iterator[str]:
    match place:
        case Name(key):
            yield key
        case Sum(terms, _):
            for term in terms:
                yield from _of_place(term)
        case Index(_, items):
            for item in items:
                yield from _of_place(cast(Expr, item))
        case _:
            for part in walk(place):
                if isinstance(part, Name):
                    yield part.key


def defined_by_entries(statement: Statement) -> Iterator[str]:
    """The name that a statement defines by its entries: C for C_{ij} = Σ_k A_{ik}, read as a name with an index."""
    head, body = statement.links[0].node, statement.links[1].node if len(statement.links) > 1 else None
    if isinstance(head, Name) and body is not None and is_by_entries(body):
        stem, _, letters = head.key.rpartition("_")
        places = {n.key for n in nodes_of(body) if isinstance(n, Name)}
        if stem and letters.isalpha() and len(letters) <= _MOST_LETTERS and places.issuperset(letters):
            yield stem
    elif (typed := _TYPED.match(statement.link_text(statement.links[0]))) is not None:
        yield canonical(typed[1])


def has_zeroth(statement: Statement) -> bool:
    """Whether a statement has a place 0 below a name, or asks whether one is 0 or more: it counts from 0."""
    nodes = (node for link in statement.links if link.node is not None for node in nodes_of(link.node))
    return any(map(_is_from_zero, nodes))


def _is_from_zero(node: MathNode) -> bool:
    match node:
        case Derivative(of, by):
            return _is_from_zero(by) or _is_from_zero(of)
        case Differential(_, by):
            return _is_from_zero(by)
        case Index(_, items):
            return any(map(is_zeroth, items))
        case Delta(left, right):
            return is_zeroth(left) or is_zeroth(right)
        case Call("where", (Compare("<=", Number(value), place), _, _)):
            return value == 0 and any(isinstance(n, Name) and len(n.key) == 1 for n in walk(place))
    return False
