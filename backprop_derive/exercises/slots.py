"""The numbers of a solution, each in a slot: how it looks, what it is as text, and the solution with marks for them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TypeVar

from ..languages import spoken
from ..printers.latex import LatexPrinter
from ..printers.marks import MarkedDecimal, MarkedFraction, Marks
from ..problem import Problem
from ..report.numbers import Style
from ..solution import SolutionRecord, Value
from ..syntax.expression import ZERO, Expr, Negate, Number, Quotient, Rounded, children, map_children, walk
from ..variation import VariedNumber
from .space import with_values

_PLAIN = LatexPrinter()
_DIGITS = re.compile("[0-9]+")
Key = TypeVar("Key", bound=Hashable)


class Slots:
    """The numbers of a solution: what varies of the givens, then values, local gradients, adjoints and updates.

    `nodes` is what is shown of each. Texts that have numbers of the same `looks` in the same places are the same but
    for digits, provided that the same of them are equal; `same` has for each slot the first one that shows the same.
    They are `plain` where each is shown as one number, and none as √2/2.
    """

    def __init__(self, solved: SolutionRecord, style: Style) -> None:
        givens = [value for _, value in _varied(solved.problem)]
        shown = [(value, style.shown(value)) for value in _values(solved)]
        self.plain = all(
            isinstance(node, Number | Rounded) and not (value.is_algebraic and len(style.results(value)) > 1)
            for value, node in shown
        )
        self.nodes = [*givens, *(node for _, node in shown)]
        self.looks = [*map(_given_look, givens), *(_look(node, value.was_rounded) for value, node in shown)]
        first: dict[Hashable, int] = {}
        self.same = list(range(len(givens)))  # a given stands by itself
        self.same += [first.setdefault(_identity(node), k) for k, (_, node) in enumerate(shown, len(givens))]

    def leaf(self, slot: int, part: int) -> Expr:
        """A number that is printed: that of the slot, or one of the numbers that a given is written with."""
        node = self.nodes[slot]
        return node if isinstance(node, Number | Rounded) else _leaves(node)[part]


def _varied(problem: Problem) -> Iterator[tuple[str, Expr]]:
    varied = {each.key for each in problem.varied if isinstance(each, VariedNumber)}
    return ((given.key, given.value) for given in problem.givens if given.key in varied and given.value is not None)


def _values(solved: SolutionRecord) -> Iterator[Value]:
    first = solved.first
    assert first is not None
    for part in (first.values, first.local, first.adjoints, *(update.values for update in solved.updates)):
        yield from part.values()  # type: ignore[attr-defined]  # their keys differ


def _identity(node: Expr) -> Hashable:
    """What is equal for two nodes that look alike: a whole number may be written or not."""
    if isinstance(node, Number) and node.value.denominator == 1 and node.written == str(node.value):
        return Number(node.value)
    return node


def _look(node: Expr, was_rounded: bool) -> Hashable:
    """All of a number that decides how text with it is made.

    As an exponent, one digit has no braces, and sin²(x) is written for a whole one from 2 on only.
    """
    return _look_of_exact(node, was_rounded, spoken()) if isinstance(node, Number) else _look_of(node, was_rounded)


def _look_of(node: Expr, was_rounded: bool, language: str = "") -> Hashable:
    text = _PLAIN.show(node)
    is_squared = isinstance(node, Number) and node.value.denominator == 1 and node.value.numerator >= 2
    return type(node), _shape(text), len(text) == 1, is_squared, was_rounded


_look_of_exact = lru_cache(maxsize=4096)(_look_of)  # many numbers of a solution are the same in others


def _shape(text: str) -> str:
    return _DIGITS.sub("0", text)


@lru_cache(maxsize=4096)
def _given_look(expr: Expr) -> Hashable:
    has_exponents = not all(isinstance(part, Number | Negate | Quotient) for part in walk(expr))
    return _blank(expr), tuple(
        _look(leaf, False) if has_exponents else _shape(_PLAIN.show(leaf)) for leaf in _leaves(expr)
    )


def _blank(expr: Expr) -> Expr:
    return ZERO if isinstance(expr, Number) else map_children(expr, _blank)


def _leaves(expr: Expr) -> list[Number]:
    if isinstance(expr, Number):
        return [expr]
    return [leaf for child in children(expr) for leaf in _leaves(child)]


# --- marks


def with_marks(solved: SolutionRecord, marks: Marks) -> SolutionRecord:
    """The solution with every number leaving a mark of its slot where it is printed."""
    slots = count()
    first = solved.first
    assert first is not None
    givens = tuple((key, _marked_given(value, next(slots), marks)) for key, value in _varied(solved.problem))

    def marked(values: dict[Key, Value]) -> dict[Key, Value]:
        return {key: _marked(value, next(slots), marks) for key, value in values.items()}

    values, local, adjoints = marked(first.values), marked(first.local), marked(first.adjoints)
    updates = tuple(replace(update, values=marked(update.values)) for update in solved.updates)
    first = replace(first, values=values, local=local, adjoints=adjoints)
    problem = with_values(solved.problem, givens)
    derivation = replace(solved.derivation, graph=replace(solved.derivation.graph, problem=problem))
    return replace(
        solved, problem=problem, derivation=derivation, first=first, updates=updates, passes=(first, *solved.passes[1:])
    )


def _marked(value: Value, slot: int, marks: Marks) -> Value:
    exact = None if value.exact is None else MarkedFraction.of(value.exact, slot, 0, marks)
    return replace(value, decimal=MarkedDecimal.of(value.decimal, slot, 0, marks), exact=exact)


def _marked_given(expr: Expr, slot: int, marks: Marks) -> Expr:
    parts = count()

    def marked(node: Expr) -> Expr:
        if isinstance(node, Number):
            return replace(node, value=MarkedFraction.of(node.value, slot, next(parts), marks))
        return map_children(node, marked)

    return marked(expr)
