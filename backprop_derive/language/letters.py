"""Letters of declared shapes: the sizes that they stand for, where values or numbers tell them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ..errors import Place, ProblemError
from ..indexed.sizes import Shape, Size, whole, written_shape
from ..problem import Given, Prose, Step
from ..records import record
from ..syntax.expression import integer, names_in

Statements = Iterable[Prose | Given | Step]


def size_letters(statements: Statements) -> frozenset[str]:
    """The letters that stand in declared shapes: `X: (n, 3)` has n."""
    shapes = [s.shape for s in statements if isinstance(s, Given) and s.shape]
    return frozenset(size for shape in shapes for size in shape if isinstance(size, str))


def used_sizes(statements: Sequence[Prose | Given | Step], spelled: Collection[str]) -> list[Given]:
    """Givens for the letters of shapes that steps use as numbers, `L = sum(r^2)/n`, and that nobody gave."""
    used = {name for s in statements if isinstance(s, Step) for name in names_in(s.expression)}
    places = {size: s.place for s in statements if isinstance(s, Given) for size in s.shape or () if size in used}
    return [Given(size, size, None, place, is_size=True) for size, place in places.items() if size not in spelled]


def with_values_of_sizes(statements: Statements, sizes: Mapping[str, int]) -> tuple[Prose | Given | Step, ...]:
    """The statements with the value of each letter that is a number in a step, where a tensor tells it."""
    return tuple(
        replace(s, value=integer(sizes[s.key]) if s.key in sizes else None) if isinstance(s, Given) and s.is_size else s
        for s in statements
    )


def bound_sizes(statements: Statements, shape_of: Callable[[Given], Shape]) -> dict[str, int]:
    """The size of each letter that a value tells: `X: (n, 2)` with 3 rows, or `n = 3`.

    `shape_of` gives the shape of a given's value. Raises ProblemError where two tell different ones, both named, and
    where a value does not have its declared shape.
    """
    givens = [s for s in statements if isinstance(s, Given) and s.value is not None and not s.is_size]
    letters = size_letters(statements)
    found: dict[str, _Told] = {}
    for given in givens:
        if given.key in letters and not given.shape and not shape_of(given):
            number = _whole_size(given)
            _tell(found, given.key, number, given, f"{given.written} = {number}")
    for given in givens:
        if given.shape is None:
            continue
        shape = shape_of(given)
        fits = len(shape) == len(given.shape) and all(
            isinstance(declared, str) or declared == size for declared, size in zip(given.shape, shape, strict=True)
        )
        if not fits:
            raise ProblemError(
                f"{given.written} is declared with shape {written_shape(given.shape)}, and its value has shape"
                f" {written_shape(shape)}",
                place=given.place, expected="one shape",
            )  # fmt: skip
        for declared, size in zip(given.shape, shape, strict=True):
            if isinstance(declared, str) and isinstance(size, int):
                source = f"{given.written}: {written_shape(given.shape)}, whose value has shape {written_shape(shape)}"
                _tell(found, declared, size, given, source)
    return {letter: told.size for letter, told in found.items()}


def refuse_derivative_by_size(wanted: Iterable[str], statements: Statements, place: Place | None) -> None:
    """Raise ProblemError where a gradient is asked for by a letter of a declared shape."""
    letters = size_letters(statements)
    for key in wanted:
        if key in letters:
            raise ProblemError(
                f"{key} is the size of an axis: a whole number, by which there is no derivative",
                place=place, expected="a name with entries that may move", hint="another letter in the shape",
            )  # fmt: skip


def with_sizes(shape: Shape, sizes: dict[str, int]) -> Shape:
    """The shape with the sizes that are known in the places of their letters."""
    return tuple(size if isinstance(size, int) else sizes.get(size, size) for size in shape)


@record
class _Told:
    size: int
    source: str


def _tell(found: dict[str, _Told], letter: str, size: Size, given: Given, source: str) -> None:
    told = found.setdefault(letter, _Told(int(size), source))
    if told.size != size:
        raise ProblemError(
            f"the size {letter} is {told.size} by {told.source}, and {size} by {source}",
            place=given.place, expected=f"one size for {letter}", hint="another letter for one of them",
        )  # fmt: skip


def _whole_size(given: Given) -> int:
    assert given.value is not None
    size = whole(given.value)
    if size is None or size < 1:
        raise ProblemError(
            f"{given.written} is the size of an axis, and its value is no size",
            place=given.place, expected="a whole number from 1 on", hint="another letter in the shape",
        )  # fmt: skip
    return size
