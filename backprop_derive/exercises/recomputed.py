"""What a mistake comes to, from the right solution's numbers: nothing before it changes.

What is to be computed anew does not depend on the numbers. It is found once for all variants (`Recipe`).
"""

from __future__ import annotations

from collections.abc import Container
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Protocol

from ..derivation import CHAIN_RULE, Derivation, Formulas
from ..evaluate.decimals import DECIMALS, Number
from ..evaluate.number import round_half_away
from ..mistakes.record import Placed
from ..mistakes.table import possible
from ..records import record
from ..solution import Pass, Value
from ..syntax.expression import Expr, names_in
from ..syntax.parser import deep_recursion

_DIGITS = Context(prec=50)
Edge = tuple[str, str]


@record
class Adjoint:
    """An adjoint that a mistake changes: the edges that lead to it, and how their products are composed."""

    key: str
    edges: tuple[Edge, ...]
    along: str
    over: str


@record
class Recipe:
    """What a mistake changes, each in the order of the work: steps, local gradients, adjoints."""

    steps: tuple[tuple[str, Expr], ...]
    local: tuple[tuple[Edge, Expr], ...]
    adjoints: tuple[Adjoint, ...]


@record
class Known:
    """The numbers of a right solution; `decimals` are those that its values and adjoints are carried with (Round)."""

    values: dict[str, Number]
    local: dict[Edge, Number]
    adjoints: dict[str, Number]
    decimals: int | None

    @property
    def numbers(self) -> list[Number]:
        return [*self.values.values(), *self.local.values(), *self.adjoints.values()]


class Working(Protocol):
    """An arithmetic that a recipe can be worked in."""

    def add(self, terms: list[Any]) -> Any: ...

    def multiply(self, factors: list[Any]) -> Any: ...

    def value_of(self, expr: Expr, numbers: dict[str, Any]) -> Any:
        """Raises DomainError where it has none."""
        ...


def recipes(right: Derivation) -> tuple[tuple[Placed, Recipe], ...]:
    """A recipe for every mistake that can be made in a derivation, in the order of `possible`."""
    return _recipes(right.formulas)


@lru_cache(maxsize=64)
def _recipes(formulas: Formulas) -> tuple[tuple[Placed, Recipe], ...]:
    right, found = formulas.derivation, []
    for made in possible(right):
        assert isinstance(made.derivation, Derivation)
        found.append((Placed(made.mistake, made.at), recipe_of(made.derivation, right)))
    return tuple(found)


def recipe_of(wrong: Derivation, right: Derivation) -> Recipe:
    """What differs between two derivations, and what follows from that."""
    steps, moved = _changed_steps(wrong, right)
    kept = {id(gradient) for gradient in right.local_gradients()}
    local = tuple(
        ((gradient.step, gradient.operand), gradient.shortest)
        for gradient in wrong.local_gradients()
        if id(gradient) not in kept or not moved.isdisjoint(names_in(gradient.shortest))
    )
    return Recipe(steps, local, _changed_adjoints(wrong, right, {edge for edge, _ in local}))


def _changed_steps(wrong: Derivation, right: Derivation) -> tuple[tuple[tuple[str, Expr], ...], set[str]]:
    before = {step.key: step.expression for step in right.graph.problem.steps}
    moved: set[str] = set()
    found = []
    for step in wrong.graph.problem.steps:
        if step.expression is not before[step.key] or not moved.isdisjoint(names_in(step.expression)):
            moved.add(step.key)
            found.append((step.key, step.expression))
    return tuple(found), moved


def _changed_adjoints(wrong: Derivation, right: Derivation, changed: set[Edge]) -> tuple[Adjoint, ...]:
    moved: set[str] = set()
    found = []
    for key in wrong.adjoint_order():
        uses, composed = wrong.uses.get(key, ()), wrong.composition(key)
        edges = tuple((use.step, key) for use in uses)
        if (
            len(uses) != len(right.uses[key])
            or composed != CHAIN_RULE
            or not changed.isdisjoint(edges)
            or any(use.step in moved for use in uses)
        ):
            moved.add(key)
            found.append(Adjoint(key, edges, composed.along, composed.over))
    return tuple(found)


def known_of(first: Pass, decimals: int | None) -> Known:
    """The numbers of the right solution, to go on from."""
    return Known(
        {key: _number(value) for key, value in first.values.items()},
        {edge: _number(value) for edge, value in first.local.items()},
        {key: _number(value) for key, value in first.adjoints.items()},
        decimals,
    )


def adjoints_by(recipe: Recipe, known: Known, wanted: Container[str]) -> dict[str, Value]:
    """Those of the wanted adjoints that a mistake changes, with what they come to.

    Raises DomainError where a step or a gradient has no value with the mistake in it.
    """
    found, rounded = worked(recipe, known, DECIMALS)
    changed = (each.key for each in recipe.adjoints if each.key in wanted)
    return {key: value_of(found.adjoints[key], in_digits(found.adjoints[key]), key in rounded) for key in changed}


def worked(recipe: Recipe, known: Known, arithmetic: Working) -> tuple[Known, set[str]]:
    """All numbers with a mistake in them, and the adjoints that were rounded to be carried on. Raises DomainError."""
    values, local = known.values, known.local
    adjoints: dict[str, Any] = dict(known.adjoints)
    rounded: set[str] = set()
    if recipe.steps or recipe.local:  # most mistakes change neither
        values, local = dict(values), dict(local)
        with deep_recursion():
            for key, expression in recipe.steps:
                values[key], _ = _carried(arithmetic.value_of(expression, values), known.decimals)
            for edge, expression in recipe.local:
                local[edge] = arithmetic.value_of(expression, values)
    for each in recipe.adjoints:
        terms = [_joined(each.along, [adjoints[step], local[step, each.key]], arithmetic) for step, _ in each.edges]
        number = terms[0] if len(terms) == 1 else _joined(each.over, terms, arithmetic)
        adjoints[each.key], was_rounded = _carried(number, known.decimals)
        if was_rounded:
            rounded.add(each.key)
    return Known(values, local, adjoints, known.decimals), rounded


def _number(value: Value) -> Number:
    return value.decimal if value.exact is None else value.exact


def _joined(way: str, numbers: list[Any], arithmetic: Working) -> Any:
    if way == "local":
        return numbers[-1]
    return arithmetic.multiply(numbers) if way == "times" else arithmetic.add(numbers)


def _carried(number: Number, decimals: int | None) -> tuple[Number, bool]:
    """The number as the calculation goes on with it, and whether it was rounded for that."""
    if decimals is None:
        return number, False
    exact = Fraction(number)
    rounded = round_half_away(exact, decimals)
    return rounded, rounded != exact


def in_digits(number: Number) -> Decimal:
    """The 50 digits of a number that a mistake leads to."""
    if isinstance(number, Decimal):
        return _DIGITS.plus(number)
    return _DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def value_of(number: Number, decimal: Decimal, was_rounded: bool = False) -> Value:
    """The number as a solution keeps it."""
    return Value(decimal, None if isinstance(number, Decimal) else number, was_rounded)
