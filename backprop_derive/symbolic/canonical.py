"""A normal form of component formulas, by which two of them are seen to be equal.

Products are multiplied out, sums are pulled to the front of each term, and the summed indices, whose names mean
nothing, are renamed so that the term's text is the smallest. What is equal by these rules alone is proved equal;
what is not may be.
"""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import sympy

from .contract import Sizes, contracted

_MOST_SUMS = 5


def are_equal(a: sympy.Expr, b: sympy.Expr, free: Sizes) -> bool:
    """Whether two component formulas with the same free indices are proved equal."""
    return normal_form(a, free) == normal_form(b, free)


def normal_form(expr: sympy.Expr, free: Sizes) -> dict[str, sympy.Rational]:
    """Each term's text with its coefficient."""
    found: Counter[str] = Counter()
    for term in _terms(contracted(expr, free)):
        sums, factors = term
        product = sympy.expand(sympy.Mul(*factors))
        for part in sympy.Add.make_args(product):
            coefficient, rest = part.as_coeff_Mul()
            found[_text(rest, sums)] += coefficient
    return {text: coefficient for text, coefficient in found.items() if coefficient != 0}


Term = tuple[list[tuple[sympy.Symbol, sympy.Expr]], list[sympy.Expr]]


def _terms(expr: sympy.Expr) -> list[Term]:
    if isinstance(expr, sympy.Sum):
        limits = [(index, last + 1) for index, _, last in expr.limits]
        fresh = [(sympy.Dummy(integer=True), size) for _, size in limits]
        body = expr.function.xreplace(dict(zip((i for i, _ in limits), (d for d, _ in fresh), strict=True)))
        return [([*fresh, *sums], factors) for sums, factors in _terms(body)]
    if expr.is_Add:
        return [term for part in expr.args for term in _terms(part)]
    if expr.is_Mul and expr.has(sympy.Sum):
        products: list[Term] = [([], [])]
        for factor in expr.args:
            products = [([*s, *t], [*f, *g]) for s, f in products for t, g in _terms(factor)]
        return products
    expr = _renamed(expr)
    if expr.is_Mul or expr.is_Pow:
        expanded = sympy.expand(expr)
        if expanded.is_Add:
            return [term for part in expanded.args for term in _terms(part)]
    return [([], [expr])]


def _text(product: sympy.Expr, sums: list[tuple[sympy.Symbol, sympy.Expr]]) -> str:
    """The smallest text of a term over all names of its summed indices."""
    used = [(index, size) for index, size in sums if product.has(index)]
    idle = [size for index, size in sums if not product.has(index)]
    product = sympy.Mul(product, *idle)
    if len(used) > _MOST_SUMS:
        return str(sympy.Dummy())  # not decided, so equal to nothing
    texts = []
    for order in permutations(used):
        names = {index: sympy.Symbol(f"!{k}", integer=True) for k, (index, _) in enumerate(order)}
        text = _factor_text(product.xreplace(names))
        texts.append(f"{text} over {[str(size) for _, size in order]}")
    return min(texts)


def _factor_text(product: sympy.Expr) -> str:
    return " * ".join(sorted(str(_renamed(factor)) for factor in sympy.Mul.make_args(product)))


def _renamed(factor: sympy.Expr) -> sympy.Expr:
    """Sums within functions with their indices named by their depth."""

    def rename(total: sympy.Sum) -> sympy.Sum:
        names = {limit[0]: sympy.Symbol(f"?{k}", integer=True) for k, limit in enumerate(total.limits)}
        return total.xreplace(names)

    return factor.replace(lambda part: isinstance(part, sympy.Sum), rename)
