"""A normal form of component formulas, by which two of them are seen to be equal.

Products are multiplied out, sums are pulled to the front of each term, and the summed indices, whose names mean
nothing, are renamed so that the term's text is the smallest. A function, and a power of a sum, is one atom of the
indices that it holds, named by the normal form of what is inside. What is equal by these rules alone is proved equal;
what is not may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, permutations, product
from math import factorial, prod

import sympy

from . import light
from .contract import Sizes, contracted
from .implicit import OfMatrix

# Orders of summed indices that are tried, and the highest power that is multiplied out.
_MOST_ORDERS = 720
_HIGHEST_POWER = 3

Form = dict[str, sympy.Rational]
Sums = list[tuple[sympy.Symbol, sympy.Expr]]
Term = tuple[Sums, list[sympy.Expr]]


def are_equal(a: sympy.Expr, b: sympy.Expr, free: Sizes) -> bool:
    """Whether two component formulas with the same free indices are proved equal."""
    normal = _Normal()
    return normal.form(contracted(a, free)) == normal.form(contracted(b, free))


def normal_form(expr: sympy.Expr, free: Sizes) -> Form:
    """Each term's text with its coefficient."""
    return _Normal().form(contracted(expr, free))


def combined(expr: sympy.Expr, free: Sizes) -> sympy.Expr:
    """A sum with its terms counted that are equal but for the names of their indices."""
    normal = _Normal()
    counts: dict[str, sympy.Expr] = {}
    first: dict[str, tuple[sympy.Expr, sympy.Expr]] = {}
    rest: list[sympy.Expr] = []
    for part in sympy.Add.make_args(contracted(expr, free)):
        form = normal.form(part)
        if len(form) == 1:
            ((text, coefficient),) = form.items()
            counts[text] = counts.get(text, 0) + coefficient
            first.setdefault(text, (part, coefficient))
        elif form:
            rest.append(part)
    counted = (_with_number_outside(part, counts[text] / own) for text, (part, own) in first.items())
    return sympy.Add(*counted, *rest)


def _with_number_outside(expr: sympy.Expr, number: sympy.Expr) -> sympy.Expr:
    """The number times the expression, one product of numbers before its sums."""
    coefficient, rest = expr.as_coeff_Mul()
    if not isinstance(rest, sympy.Sum):
        return number * expr
    coefficient, body = (number * coefficient * _with_number_outside(rest.function, sympy.Integer(1))).as_coeff_Mul()
    return coefficient * light.Sum(body, *rest.limits)


class _Normal:
    """Normal forms that may be compared with each other: equal atoms have equal names in all of them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.atoms: dict[sympy.Expr, sympy.Expr] = {}
        self.texts: dict[sympy.Expr, str] = {}
        self.depth = 0

    def form(self, expr: sympy.Expr) -> Form:
        found: Counter[str] = Counter()
        for sums, factors in self.terms(expr):
            whole = sympy.Mul(*factors)
            for part in sympy.Add.make_args(sympy.expand(whole) if whole.has(sympy.Add) else whole):
                coefficient, rest = part.as_coeff_Mul()
                factor, text = self.text(rest, sums)
                found[text] += coefficient * factor
        return {text: coefficient for text, coefficient in found.items() if coefficient != 0}

    # --- terms and atoms

    def terms(self, expr: sympy.Expr) -> list[Term]:
        if isinstance(expr, sympy.Sum):
            limits = [(index, last + 1) for index, _, last in expr.limits]
            fresh = [(sympy.Dummy(integer=True), size) for _, size in limits]
            body = expr.function.xreplace(dict(zip((i for i, _ in limits), (d for d, _ in fresh), strict=True)))
            return [([*fresh, *sums], factors) for sums, factors in self.terms(body)]
        if expr.is_Add:
            return [term for part in expr.args for term in self.terms(part)]
        if expr.is_Mul:
            return self.products(_with_deltas_resolved(list(expr.args)))
        if expr.is_Pow and expr.exp.is_Integer and 1 < expr.exp <= _HIGHEST_POWER and not expr.base.is_Indexed:
            # Each factor anew, so that the sums in them have indices of their own.
            return self.products([expr.base] * int(expr.exp))
        return [([], [self.atom(expr)])]

    def products(self, factors: Sequence[sympy.Expr]) -> list[Term]:
        products: list[Term] = [([], [])]
        for factor in factors:
            products = [([*s, *t], [*f, *g]) for s, f in products for t, g in self.terms(factor)]
        return products

    def atom(self, expr: sympy.Expr) -> sympy.Expr:
        """A function of the summed indices that it holds, named by its normal form; entries and numbers as they are."""
        if expr.is_Atom or expr.is_Indexed or isinstance(expr, sympy.KroneckerDelta | OfMatrix):
            return expr
        if expr.is_Pow:
            return self.atom_of_power(expr)
        if expr not in self.atoms:
            self.atoms[expr] = self.named(expr)
        return self.atoms[expr]

    def atom_of_power(self, expr: sympy.Expr) -> sympy.Expr:
        base, exponent = expr.args
        if exponent.is_Number and not base.is_Indexed and not base.is_Atom:
            if base not in self.atoms:
                self.atoms[base] = self.named(base)
            return self.atoms[base] ** exponent
        if exponent.is_Number:
            return expr
        if expr not in self.atoms:
            self.atoms[expr] = self.named(expr)
        return self.atoms[expr]

    def named(self, expr: sympy.Expr) -> sympy.Expr:
        """The atom of the smallest text over the orders of the indices."""
        indices = sorted(expr.atoms(sympy.Dummy) & expr.free_symbols, key=str)
        candidates = []
        self.depth += 1  # an atom within an atom names its own indices otherwise
        for order in permutations(indices):
            places = {index: sympy.Symbol(f"%{self.depth}.{k}", integer=True) for k, index in enumerate(order)}
            candidates.append((self.inside(expr.xreplace(places)), order))
        self.depth -= 1
        text, order = min(candidates, key=lambda pair: pair[0])
        number = self.numbers.setdefault(text, len(self.numbers))
        return sympy.Function(f"f{number}")(*order) if order else sympy.Symbol(f"f{number}")

    def inside(self, expr: sympy.Expr) -> str:
        """The text of an atom: of a sum its normal form, of a function its name and its arguments' forms."""
        if expr.is_Add or expr.is_Mul or isinstance(expr, sympy.Sum):
            return str(sorted((text, str(c)) for text, c in self.form(expr).items()))
        options = str(getattr(expr, "variant", ""))
        arguments = (
            str(a) if a.is_Atom else str(sorted((t, str(c)) for t, c in self.form(a).items())) for a in expr.args
        )
        return f"{expr.func.__name__}{options}({', '.join(arguments)})"

    # --- the text of a term

    def text(self, term: sympy.Expr, sums: Sums) -> tuple[sympy.Rational, str]:
        """A term's number, and its smallest text over the names of its summed indices.

        A sum over an index that is not there is a factor: of a size that is a number, a part of that number.
        """
        present = term.free_symbols
        used = [(index, size) for index, size in sums if index in present]
        idle = [size for index, size in sums if index not in present]
        coefficient, term = sympy.Mul(term, *idle).as_coeff_Mul()
        factors = _with_deltas_resolved(list(sympy.Mul.make_args(term)))
        orders = self.orders(factors, used)
        if orders is None:
            return coefficient, str(sympy.Dummy())  # not decided, so equal to nothing
        return coefficient, min(self.written(factors, order) for order in orders)

    def written(self, factors: Sequence[sympy.Expr], order: Sequence[tuple[sympy.Symbol, sympy.Expr]]) -> str:
        names = {index: sympy.Symbol(f"!{k}", integer=True) for k, (index, _) in enumerate(order)}
        texts = sorted(self.factor(factor.xreplace(names)) for factor in factors)
        return f"{' * '.join(texts)} over {[str(size) for _, size in order]}"

    def factor(self, factor: sympy.Expr) -> str:
        if factor not in self.texts:
            self.texts[factor] = str(factor)
        return self.texts[factor]

    def orders(self, factors: Sequence[sympy.Expr], used: Sums) -> Iterator[Sums] | None:
        """The orders of the summed indices that are tried: those that no sign of theirs tells apart are permuted."""
        others = {index: sympy.Symbol("?", integer=True) for index, _ in used}
        own = sympy.Symbol("!", integer=True)

        def sign(pair: tuple[sympy.Symbol, sympy.Expr]) -> str:
            places = {**others, pair[0]: own}
            return f"{pair[1]} {sorted(self.factor(f.xreplace(places)) for f in factors if f.has(pair[0]))}"

        signed = sorted(((sign(pair), pair) for pair in used), key=lambda found: found[0])
        groups = [[pair for _, pair in group] for _, group in groupby(signed, key=lambda found: found[0])]
        if prod(factorial(len(group)) for group in groups) > _MOST_ORDERS:
            return None
        return ([pair for part in parts for pair in part] for parts in product(*map(permutations, groups)))


def _with_deltas_resolved(factors: list[sympy.Expr]) -> list[sympy.Expr]:
    """δ(p, q)·x[q] as δ(p, q)·x[p], where both are indices of the result."""
    deltas = [f for f in factors if isinstance(f, sympy.KroneckerDelta) and all(place.is_Symbol for place in f.args)]
    if not deltas:
        return factors
    for delta in deltas:
        first, second = sorted(delta.args, key=str)
        factors = [f if f == delta else f.xreplace({second: first}) for f in factors]
    return list(sympy.Mul.make_args(sympy.Mul(*factors)))  # x[p]·x[p] is x[p]² as well
