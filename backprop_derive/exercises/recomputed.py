"""What a mistake comes to, from the right solution's numbers: nothing before it changes.

What is to be computed anew does not depend on the numbers. It is found once for all variants (`Recipe`).
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from ..derivation import CHAIN_RULE, Derivation, Formulas
from ..evaluate.decimals import DECIMALS, Number, value_of
from ..evaluate.number import round_half_away
from ..records import record
from ..solution import Pass, Value
from ..syntax.expression import Expr, names_in
from ..syntax.parser import deep_recursion
from .mistakes.record import Placed
from .mistakes.table import possible

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

    placed: Placed
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


def recipes(right: Derivation) -> tuple[Recipe, ...]:
    """A recipe for every mistake that can be made in a derivation, in the order of `possible`."""
    return _recipes(right.formulas)


@lru_cache(maxsize=64)
def _recipes(formulas: Formulas) -> tuple[Recipe, ...]:
    right, found = formulas.derivation, []
    for made in possible(right):
        assert isinstance(made.derivation, Derivation)
        found.append(recipe_of(Placed(made.mistake, made.at), made.derivation, right))
    return tuple(found)


def recipe_of(placed: Placed, wrong: Derivation, right: Derivation) -> Recipe:
    """What differs between two derivations, and what follows from that."""
    steps, moved = _changed_steps(wrong, right)
    kept = {id(gradient) for gradient in right.local_gradients()}
    local = tuple(
        ((gradient.step, gradient.operand), gradient.shortest)
        for gradient in wrong.local_gradients()
        if id(gradient) not in kept or not moved.isdisjoint(names_in(gradient.shortest))
    )
    return Recipe(placed, steps, local, _changed_adjoints(wrong, right, {edge for edge, _ in local}))


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


def adjoints_by(recipe: Recipe, known: Known) -> dict[str, Value]:
    """The adjoints that a mistake changes, with what they come to.

    Raises DomainError where a step or a gradient has no value with the mistake in it.
    """
    values, local, adjoints = known.values, known.local, known.adjoints
    with deep_recursion():
        if recipe.steps:
            values = dict(values)
            for key, expression in recipe.steps:
                values[key], _ = _carried(value_of(expression, values), known.decimals)
        if recipe.local:
            local = {**local, **{edge: value_of(expression, values) for edge, expression in recipe.local}}
    adjoints, found = dict(adjoints), {}
    for each in recipe.adjoints:
        terms = [_joined(each.along, [adjoints[step], local[step, key]]) for step, key in each.edges]
        number, was_rounded = _carried(terms[0] if len(terms) == 1 else _joined(each.over, terms), known.decimals)
        adjoints[each.key], found[each.key] = number, _value(number, was_rounded)
    return found


def _number(value: Value) -> Number:
    return value.decimal if value.exact is None else value.exact


def _joined(way: str, numbers: list[Number]) -> Number:
    if way == "local":
        return numbers[-1]
    return DECIMALS.multiply(numbers) if way == "times" else DECIMALS.add(numbers)


def _carried(number: Number, decimals: int | None) -> tuple[Number, bool]:
    """The number as the calculation goes on with it, and whether it was rounded for that."""
    if decimals is None:
        return number, False
    exact = Fraction(number)
    rounded = round_half_away(exact, decimals)
    return rounded, rounded != exact


def _value(number: Number, was_rounded: bool) -> Value:
    if isinstance(number, Decimal):
        return Value(_DIGITS.plus(number), None, was_rounded)
    return Value(_DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator)), number, was_rounded)
