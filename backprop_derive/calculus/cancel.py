"""Adjoints that become short: the chain rule's product, in the steps' own names, with what cancels cancelled.

(-y/p + (1 - y)/(1 - p))·p·(1 - p) is p - y. The product of the chain rule is put together along a few steps and brought
to the normal form of rational functions, whose variables are the names of the problem and every function of them. A
step's own name is used for what it stands for: with p = 1/(1 + exp(-z)), exp(-z) is (1 - p)/p. A short form is kept
where it has less than half the operations of the product and at most half of its divisions by a name, and only if both
are equal as rational functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy

from ..derivation import Derivation, Formulas, LocalGradient, ShortAdjoint
from ..symbolic.translate import from_sympy, to_sympy
from ..syntax.expression import (
    ONE,
    Expr,
    Name,
    Product,
    Quotient,
    Sum,
    map_children,
    names_in,
    size,
    substitute,
    walk,
)  # fmt: skip
from ..syntax.parser import deep_recursion

# A product of more operations is not composed. One of fewer is read as it stands.
_LONGEST_COMPOSED, _SHORTEST_COMPOSED = 30, 3
# How often a step's name may be brought in, and how many terms a formula may have for it.
_MOST_ROUNDS, _MOST_TERMS = 2, 60


def with_short_adjoints(derivation: Derivation, has_values: bool) -> Derivation:
    """The derivation with the short form of each adjoint whose product decisively cancels.

    Where the problem `has_values`, a sum of givens that is 1 is said to be 1: the entries of a one-hot target. A worked
    mistake is left as it is: its adjoints are no products by the chain rule.
    """
    if derivation.slips:
        return derivation
    with deep_recursion():
        forms = _short_forms(derivation.formulas)
        short = {key: _without_one(derivation, form) if has_values else ShortAdjoint(form) for key, form in forms}
        return replace(derivation, short=short)


@lru_cache(maxsize=64)
def _short_forms(formulas: Formulas) -> tuple[tuple[str, Expr], ...]:
    derivation = formulas.derivation
    composed: dict[str, Expr | None] = {derivation.graph.loss: ONE}
    short: list[tuple[str, Expr]] = []
    order = {key: k for k, key in enumerate(reversed(derivation.graph.steps))}
    for key in derivation.adjoint_order():
        product = _product(derivation.uses.get(key, ()), composed)
        if product is not None and (found := _shortest(derivation, product, order)) is not None:
            short.append((key, found))
            product = found
        composed[key] = product
    return tuple(short)


def _without_one(derivation: Derivation, form: Expr) -> ShortAdjoint:
    """The form without a factor that is a sum of givens, of values that add up to 1."""
    values = {given.key: given.value for given in derivation.graph.problem.givens}
    for node in walk(form):
        if isinstance(node, Sum) and all(isinstance(term, Name) for term in node.terms) and not any(node.minus):
            found = [values.get(term.key) for term in node.terms if isinstance(term, Name)]
            numbers = [to_sympy(value, {}) for value in found if value is not None]
            if len(numbers) == len(found) and sympy.Add(*numbers) == 1:
                return ShortAdjoint(form, node, without_factor(form, node))
    return ShortAdjoint(form)


def without_factor(expr: Expr, factor: Expr) -> Expr:
    """The expression with 1 in a factor's place, and no product with 1."""
    if expr == factor:
        return ONE
    changed = map_children(expr, lambda part: without_factor(part, factor))
    match changed:
        case Product(factors):
            kept = tuple(f for f in factors if f != ONE)
            return Product(kept) if len(kept) > 1 else (*kept, ONE)[0]
    return changed


def _product(uses: tuple[LocalGradient, ...], composed: Mapping[str, Expr | None]) -> Expr | None:
    """The sum over the uses of the step's adjoint times the local gradient; None where that is long or has cases."""
    terms: list[Expr] = []
    for use in uses:
        incoming = composed.get(use.step)
        if incoming is None or use.form.has_choice:
            return None
        factors = [factor for factor in (incoming, use.shortest) if factor != ONE]
        terms.append(Product(tuple(factors)) if len(factors) > 1 else (*factors, ONE)[0])
    if not terms:
        return None
    product = terms[0] if len(terms) == 1 else Sum(tuple(terms), (False,) * len(terms))
    return product if size(product) <= _LONGEST_COMPOSED else None


def _shortest(derivation: Derivation, product: Expr, order: Mapping[str, int]) -> Expr | None:
    """The shortest form found, where it is decisively shorter and proved equal; `order` is that of the steps."""
    if size(product) < _SHORTEST_COMPOSED or not _divisions(product):
        return None
    keys = _in_order(derivation, product, order)
    symbols = {key: sympy.Symbol(f"#{k}") for k, key in enumerate(keys)}
    names = {f"#{k}": Name(key) for k, key in enumerate(keys)}
    image = to_sympy(product, symbols)
    best = shortest(image, _definitions(derivation, product, symbols))
    if best is None:
        return None
    form = substitute(from_sympy(best, {}), names)
    return form if _is_decisive(form, product) else None


def shortest(image: Any, definitions: Mapping[Any, Any]) -> Any | None:
    """The shortest form found of a rational function, proved equal to it; None where the proof fails.

    `definitions` say what the steps' names stand for, from the loss back.
    """
    best = sympy.cancel(image)
    if _length(best) > _MOST_TERMS:
        return None
    for _ in range(_MOST_ROUNDS):
        found = min(_candidates(best, definitions), key=_length, default=best)
        if _length(found) >= _length(best):
            break
        best = found
    best = _arranged(best)
    return best if _is_proved(image, best, definitions) else None


def _divisions(expr: Expr) -> int:
    """How often anything is divided by a name; without that nothing cancels."""
    return sum(isinstance(node, Quotient) and bool(names_in(node.denominator)) for node in walk(expr))


def _is_decisive(form: Expr, product: Expr) -> bool:
    return 2 * size(form) < size(product) and 2 * _divisions(form) <= _divisions(product)


def _in_order(derivation: Derivation, product: Expr, order: Mapping[str, int]) -> list[str]:
    """The names in the product and in the steps it names: steps from the loss back, then givens as they appear."""
    named = list(names_in(product))
    operands = [name for key in named for name in derivation.graph.operands.get(key, ())]
    found = dict.fromkeys([*named, *operands])
    return sorted(found, key=lambda key: order.get(key, len(order)))


def _definitions(derivation: Derivation, product: Expr, symbols: Mapping[str, Any]) -> dict[Any, Any]:
    """What the steps named in the product are, as formulas of their operands, from the loss back."""
    steps = derivation.graph.steps
    named = frozenset(names_in(product))
    found = {symbols[key]: to_sympy(steps[key].expression, symbols) for key in symbols if key in named and key in steps}
    return {name: value for name, value in found.items() if not value.atoms(sympy.Sum) and _length(value) < _MOST_TERMS}


def _candidates(expr: Any, definitions: Mapping[Any, Any]) -> Iterator[Any]:
    """The formula with a step's definition put in, and with what can be said in the step's own name said so."""
    for name, definition in definitions.items():
        if expr.has(name):
            yield sympy.cancel(expr.xreplace({name: definition}))
        above, below = sympy.fraction(sympy.together(definition))
        equation = sympy.expand(above - name * below)
        for atom in sorted(_variables(definition) & _variables(expr), key=str):
            if equation.coeff(atom, 1) != 0 and sympy.expand(equation - atom * equation.coeff(atom, 1)).has(atom):
                continue
            slope = equation.coeff(atom, 1)
            if slope != 0:
                yield sympy.cancel(expr.xreplace({atom: -equation.coeff(atom, 0) / slope}))


def _variables(expr: Any) -> set[Any]:
    """The names and the functions that a rational function is one of."""
    if expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer):
        return set().union(*(_variables(part) for part in expr.args))
    return set() if expr.is_number else {expr}


def _arranged(cancelled: Any) -> Any:
    """A rational function in lowest terms as one writes it: multiplied out or factored, whichever is shorter."""
    if _length(cancelled) > _MOST_TERMS:
        return cancelled
    apart = sympy.Add(*(sympy.cancel(term) for term in sympy.Add.make_args(sympy.expand(cancelled))))
    collected = (sympy.collect(apart, variable) for variable in sorted(_variables(apart), key=str))
    return _signed(min((cancelled, sympy.factor(cancelled), apart, *collected), key=_length))


def _signed(expr: Any) -> Any:
    """p·(1 - p) for -p·(p - 1): a minus goes into a difference, into one that ends in a number first."""
    coefficient, _ = expr.as_coeff_Mul()
    sums = [factor for factor in sympy.Mul.make_args(expr) if factor.is_Add]
    if not coefficient.is_negative or not sums:
        return expr
    chosen = min(sums, key=lambda part: (not part.as_coeff_Add()[0].is_negative, str(part)))
    return -expr / chosen * sympy.Add(*(-term for term in chosen.args))


def _length(expr: Any) -> int:
    return int(expr.count_ops())


def _is_proved(product: Any, form: Any, definitions: Mapping[Any, Any]) -> bool:
    """Whether both are one rational function; where they are not by the names alone, by what the steps are."""
    difference = product - form
    for name, definition in definitions.items():  # from the loss back, so that none comes back in
        if sympy.cancel(difference) == 0:
            return True
        difference = difference.xreplace({name: definition})
    return bool(sympy.cancel(difference) == 0)
