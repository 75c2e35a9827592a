"""Component formulas as loops over entries: what has no short form in array notation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from ..derivation import Component
from ..indexed.shape import Shape
from ..records import record
from ..syntax.expression import (
    Call,
    Compare,
    Delta,
    Expr,
    Inside,
    Name,
    Negate,
    Over,
    Product,
    Quotient,
    Sum,
    names_in,
    substitute,
)  # fmt: skip
from ..syntax.precedence import Precedence as P
from .arrays import ArrayWriter, Engine

_LETTERS = ("i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "u", "v")


class EntryWriter(ArrayWriter):
    """One entry as a formula of Python: Σ is a sum over a generator, δ and bounds are its conditions."""

    def __init__(
        self, engine: Engine, names: dict[str, str], shapes: Mapping[str, Shape], taken: Sequence[str]
    ) -> None:
        super().__init__(engine, dict(names), shapes)
        self.taken = set(taken)

    def rank(self, expr: Expr) -> int:
        """Everything is an entry here, but what is whole within a formula: the matrix of a determinant."""
        return super().rank(expr) if isinstance(expr, Name) else 0

    def letter(self, index: str) -> str:
        """The letter of an index, the next free one."""
        if index not in self.names:
            used = set(self.names.values()) | self.taken
            fresh = (*_LETTERS, *(f"{letter}{k}" for k in range(1, 99) for letter in _LETTERS))
            self.names[index] = next(letter for letter in fresh if letter not in used)
        return self.names[index]

    def parts(self, expr: Expr) -> tuple[str, P]:
        match expr:
            case Over():
                return self._sum(expr), P.ATOM
            case Delta() | Inside():
                return f"({self.condition(expr)})", P.ATOM
            case Product() | Negate(Product()) | Quotient(Product()):
                conditions, rest = _split(expr)
                if conditions and rest is not None:
                    tests = " and ".join(map(self.condition, conditions))
                    return f"({self.write(rest, P.RELATION)} if {tests} else 0)", P.ATOM
        return super().parts(expr)

    def _sum(self, expr: Over) -> str:
        loops = []
        body: Expr = expr
        while isinstance(body, Over):
            loops.append(f"for {self.letter(body.index)} in range({body.size})")
            body = body.body
        conditions, rest = _split(body)
        if rest is None:
            return f"sum({self.write(body, P.RELATION)} {' '.join(loops)})"
        tests = f" if {' and '.join(map(self.condition, conditions))}" if conditions else ""
        return f"sum({self.write(rest, P.RELATION)} {' '.join(loops)}{tests})"

    def condition(self, expr: Expr) -> str:
        match expr:
            case Delta(a, b):
                return f"{self.write(a, P.SUM)} == {self.write(b, P.SUM)}"
            case Inside(place, size):
                return f"0 <= {self.write(place, P.SUM)} < {size}"
        raise TypeError(f"no condition: {type(expr).__name__}")

    def call(self, call: Call) -> tuple[str, P]:
        if call.function == "where" and isinstance(call.arguments[0], Compare):
            test, a, b = (self.write(argument, P.SUM) for argument in call.arguments)
            return f"({a} if {test} else {b})", P.ATOM
        return super().call(call)


def _split(expr: Expr) -> tuple[list[Expr], Expr | None]:
    """The deltas and bounds among the factors, and what is multiplied by them; None where that is nothing."""
    match expr:
        case Negate(operand):
            conditions, rest = _split(operand)
            return conditions, None if rest is None else Negate(rest)
        case Quotient(a, b):
            conditions, rest = _split(a)
            return conditions, None if rest is None else Quotient(rest, b)
        case Product(factors):
            conditions = [factor for factor in factors if isinstance(factor, Delta | Inside)]
            others = tuple(factor for factor in factors if not isinstance(factor, Delta | Inside))
            if not others:
                return conditions, None
            return conditions, others[0] if len(others) == 1 else Product(others)
    return [], expr


def loops(writer: EntryWriter, target: str, component: Component, shape: Shape, adds: bool = False) -> list[str]:
    """The lines that fill `target`, an array of this shape, entry by entry; or that add to what it holds.

    Where each entry of the result takes part of a sum by a condition i = 2k, the sum's own indices are run over and
    its terms added where they belong, as one writes the backward pass of a pool.
    """
    start = [] if adds or not shape else [f"{target} = {writer.np}.zeros({tuple(shape)})"]
    scattered = _scattered(component, shape)
    if scattered:
        return [*start, *_scatter(writer, target, scattered)]
    letters = [writer.letter(index) for index in component.at]
    body, sign = writer.write(component.body, P.RELATION), "+=" if adds else "="
    if not shape:
        return [f"{target} {sign} {body}"]
    ranges = tuple(zip(component.at, shape, strict=True))
    inner = f"{target}[{', '.join(letters)}] {sign} {body}"
    return [*start, *_nested(writer, ranges, [inner])]


_Ranges = tuple[tuple[str, int | str], ...]


@record
class _Scattered:
    """A term that is added at `places`, for all values of the indices in `ranges`, under `conditions`."""

    ranges: _Ranges
    places: tuple[Expr, ...]
    conditions: tuple[Expr, ...]
    term: Expr


def _nested(writer: EntryWriter, ranges: _Ranges, inner: list[str]) -> list[str]:
    lines = [f"{'    ' * k}for {writer.letter(i)} in range({size}):" for k, (i, size) in enumerate(ranges)]
    return [*lines, *(f"{'    ' * len(ranges)}{line}" for line in inner)]


def _scatter(writer: EntryWriter, target: str, terms: list[_Scattered]) -> list[str]:
    """Terms that run over the same ranges share their loops."""
    lines: list[str] = []
    for _, group in groupby(terms, key=lambda term: tuple(size for _, size in term.ranges)):
        members = list(group)
        first = members[0].ranges
        for index, _ in first:
            writer.letter(index)
        inner: list[str] = []
        for member in members:
            same = {own: Name(shared) for (own, _), (shared, _) in zip(member.ranges, first, strict=True)}
            places = ", ".join(writer.write(substitute(place, same), P.SUM) for place in member.places)
            line = f"{target}[{places}] += {writer.write(substitute(member.term, same), P.RELATION)}"
            tests = [writer.condition(substitute(condition, same)) for condition in member.conditions]
            inner += [f"if {' and '.join(tests)}:", f"    {line}"] if tests else [line]
        lines += _nested(writer, first, inner)
    return lines


def _scattered(component: Component, shape: Shape) -> list[_Scattered]:
    """The terms of a component formula by the places that their deltas name; none where any term has none."""
    terms = component.body.terms if isinstance(component.body, Sum) else (component.body,)
    signs = component.body.minus if isinstance(component.body, Sum) else (False,)
    found = []
    for term, minus in zip(terms, signs, strict=True):
        ranges: list[tuple[str, int | str]] = []
        while isinstance(term, Over):
            ranges.append((term.index, term.size))
            term = term.body
        conditions, rest = _split(term)
        places: dict[str, Expr] = {}
        for condition in conditions:
            match condition:
                case Delta(Name(at), place) | Delta(place, Name(at)) if at in component.at and at not in places:
                    if not set(names_in(place)) & set(component.at):
                        places[at] = place
        if rest is None or not places:
            return []
        left = tuple(c for c in conditions if not (isinstance(c, Delta) and _is_placed(c, places)))
        outer = [(at, size) for at, size in zip(component.at, shape, strict=True) if at not in places]
        found.append(
            _Scattered(
                ranges=(*ranges, *outer),
                places=tuple(places.get(at, Name(at)) for at in component.at),
                conditions=tuple(substitute(c, places) for c in left),
                term=Negate(substitute(rest, places)) if minus else substitute(rest, places),
            )
        )
    return found


def _is_placed(delta: Delta, places: Mapping[str, Expr]) -> bool:
    return any(delta in (Delta(Name(at), place), Delta(place, Name(at))) for at, place in places.items())
