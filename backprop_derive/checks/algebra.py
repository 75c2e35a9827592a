"""Exact algebra of formulas: fractions of polynomials with rational coefficients, brought to one normal form.

A formula is a polynomial in *generators*: the names, and what no algebra takes apart, as exp(x) or log(1 + x²), each by
the normal form of its argument. Two formulas with one normal form are equal wherever both are defined. Nothing here is
taken from SymPy, which derived what is to be confirmed, and nothing is a number of double precision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import cast

from ..records import record

# A product of generators, each by its number and its exponent, which is whole but for roots; a polynomial by products.
Monomial = tuple[tuple[int, Fraction | int], ...]
Polynomial = dict[Monomial, Fraction]

_NONE: Monomial = ()
_UNIT: Polynomial = {_NONE: Fraction(1)}
# Each line may cost so many products of two terms, and a normal form may have so many terms.
MOST_WORK, _MOST_TERMS, LARGEST_EXPONENT = 60_000, 1_500, 40


class Undecided(Exception):
    """The algebra does not reach that far, or not within its budget."""


@record
class Generator:
    """What a generator stands for: a `name`, or a function (`kind`) of the normal form `of`."""

    kind: str
    of: object


@record(slots=False)
class Ratio:
    """A fraction of polynomials. A denominator of one term is carried as negative exponents instead."""

    above: Mapping[Monomial, Fraction]
    below: Mapping[Monomial, Fraction]

    @property
    def constant(self) -> Fraction | None:
        """The number that it is, or None."""
        if self.below != _UNIT or any(monomial for monomial in self.above):
            return None
        return self.above.get(_NONE, Fraction(0))

    @property
    def key(self) -> tuple[frozenset[tuple[Monomial, Fraction]], frozenset[tuple[Monomial, Fraction]]]:
        """The same for the same normal form."""
        return frozenset(self.above.items()), frozenset(self.below.items())


def number(value: Fraction) -> Ratio:
    """A rational number."""
    return Ratio({_NONE: value} if value else {}, _UNIT)


ZERO, ONE = number(Fraction(0)), number(Fraction(1))


class Algebra:
    """The generators met so far, and the work that is left; one for each line that is to be proved."""

    def __init__(self, most_work: int = MOST_WORK) -> None:
        self.left = most_work
        self.known: dict[Generator, int] = {}
        self.generators: list[Generator] = []
        self._bases: dict[int, Ratio] = {}

    # --- generators

    def name(self, label: object) -> Ratio:
        """A free variable."""
        return self._of(Generator("name", label))

    def function(self, kind: str, argument: Ratio) -> Ratio:
        """A function that no algebra takes apart, at an argument."""
        return self._of(Generator(kind, argument.key))

    def _of(self, generator: Generator) -> Ratio:
        return Ratio({((self._number(generator), 1),): Fraction(1)}, _UNIT)

    def _number(self, generator: Generator) -> int:
        if generator not in self.known:
            self.known[generator] = len(self.generators)
            self.generators.append(generator)
        return self.known[generator]

    def is_free(self, ratio: Ratio) -> bool:
        """Whether no relation between its generators can have been missed: all are names, or exp of products of names.

        The exponentials of different products of names are algebraically independent, so that a polynomial in them and
        in the names that is not 0 in form is not 0.
        """
        used = {g for part in (ratio.above, ratio.below) for monomial in part for g, _ in monomial}
        return all(self._is_independent(self.generators[g]) for g in used)

    def _is_independent(self, generator: Generator) -> bool:
        if generator.kind == "name":
            return True
        of: Monomial = generator.of if generator.kind == "exp" else ()  # type: ignore[assignment]
        return bool(of) and all(self.generators[g].kind == "name" for g, _ in of)

    # --- arithmetic

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        """The sum; a common denominator stays what it is."""
        if a.below == b.below:
            return self._ratio(self._sum(a.above, b.above), a.below)
        above = self._sum(self._times(a.above, b.below), self._times(b.above, a.below))
        return self._ratio(above, self._times(a.below, b.below))

    def negate(self, a: Ratio) -> Ratio:
        return Ratio({monomial: -c for monomial, c in a.above.items()}, a.below)

    def multiply(self, a: Ratio, b: Ratio) -> Ratio:
        if not a.above or not b.above:
            return ZERO
        return self._ratio(self._times(a.above, b.above), self._times(a.below, b.below))

    def divide(self, a: Ratio, b: Ratio) -> Ratio:
        """The quotient. Raises ZeroDivisionError for a denominator that is 0 in form."""
        if not b.above:
            raise ZeroDivisionError("a denominator is 0")
        return self.multiply(a, self._ratio(dict(b.below), b.above))

    def power(self, base: Ratio, exponent: Ratio) -> Ratio:
        """A power: a product for whole exponents, else exp(exponent · log(base))."""
        whole = exponent.constant
        if whole is None:
            return self.exp(self.multiply(exponent, self.log(base)))
        if whole.denominator != 1:
            return self._root(base, whole)
        if abs(whole) > LARGEST_EXPONENT:
            raise Undecided("a large exponent")
        found = ONE
        for _ in range(abs(int(whole))):
            found = self.multiply(found, base)
        return found if whole >= 0 else self.divide(ONE, found)

    def is_zero(self, a: Ratio) -> bool:
        """Whether it is 0 in form, and so wherever it is defined; without powers of a cosine below, whose square has
        another form."""
        lowest: dict[int, Fraction | int] = {}
        for monomial in a.above:
            for g, exponent in monomial:
                if exponent < 0 and self.generators[g].kind == "cos":
                    lowest[g] = min(exponent, lowest.get(g, 0))
        clear: Monomial = tuple(sorted((g, -exponent) for g, exponent in lowest.items()))
        return not self._ratio({_merged(m, clear): c for m, c in a.above.items()}, _UNIT).above

    # --- functions with laws of their own

    def exp(self, a: Ratio) -> Ratio:
        """exp(a + b) = exp(a) · exp(b), each of a product of generators to a rational power; exp(n log(a)) = aⁿ."""
        if a.below != _UNIT:
            return self.function("exp of a fraction", a)
        found = ONE
        for monomial, coefficient in a.above.items():
            logarithm = self._logarithm_of(monomial)
            if logarithm is not None:
                factor = self.power(logarithm, number(coefficient))
            else:
                one = self._number(Generator("exp", monomial))
                factor = Ratio({((one, _plain(coefficient)),): Fraction(1)}, _UNIT)
            found = self.multiply(found, factor)
        return found

    def log(self, a: Ratio) -> Ratio:
        """log(exp(a)) = a, which is a real number."""
        if a.below == _UNIT and list(a.above.values()) == [1]:
            (monomial,) = a.above
            if monomial and all(self.generators[g].kind == "exp" for g, _ in monomial):
                inner = ((cast(Monomial, self.generators[g].of), Fraction(exponent)) for g, exponent in monomial)
                return Ratio(dict(inner), _UNIT)
        return self.function("log", a)

    def _logarithm_of(self, monomial: Monomial) -> Ratio | None:
        """What a product of generators is the logarithm of."""
        if len(monomial) != 1 or monomial[0][1] != 1:
            return None
        generator = self.generators[monomial[0][0]]
        return _of_key(generator.of) if generator.kind == "log" else None

    def _root(self, base: Ratio, exponent: Fraction) -> Ratio:
        """base^(p/q): a generator for the base, whose whole powers are those of the base.

        A positive number before a product has a root of its own: √(2π) is √2·√π.
        """
        if base.below == _UNIT and len(base.above) == 1:
            ((monomial, factor),) = base.above.items()
            if monomial and factor > 0 and factor != 1:
                rest = Ratio({monomial: Fraction(1)}, _UNIT)
                return self.multiply(self._root(number(factor), exponent), self._root(rest, exponent))
        whole = exponent // 1
        one = self._number(Generator("base", base.key))
        self._bases[one] = base
        root = Ratio({((one, exponent - whole),): Fraction(1)}, _UNIT)
        return self.multiply(root, self.power(base, number(Fraction(whole))))

    # --- normal form

    def _spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise Undecided("the budget is spent")

    def _sum(self, a: Mapping[Monomial, Fraction], b: Mapping[Monomial, Fraction]) -> Polynomial:
        self._spend(len(b))
        found = dict(a)
        for monomial, coefficient in b.items():
            total = found.get(monomial, Fraction(0)) + coefficient
            if total:
                found[monomial] = total
            else:
                found.pop(monomial, None)
        return found

    def _times(self, a: Mapping[Monomial, Fraction], b: Mapping[Monomial, Fraction]) -> Polynomial:
        if a == _UNIT or b == _UNIT:
            return dict(b if a == _UNIT else a)
        self._spend(len(a) * len(b))
        found: Polynomial = {}
        for m, c in a.items():
            for n, d in b.items():
                product = _merged(m, n)
                found[product] = found.get(product, Fraction(0)) + c * d
        if len(found) > _MOST_TERMS:
            raise Undecided("too many terms")
        return {monomial: c for monomial, c in found.items() if c}

    def _ratio(self, above: Mapping[Monomial, Fraction], below: Mapping[Monomial, Fraction]) -> Ratio:
        """The normal form: no negative exponent and no common factor below, its first coefficient 1, roots reduced."""
        if not above:
            return ZERO
        if not below:
            raise ZeroDivisionError("a denominator is 0")
        if below != _UNIT:
            lead = max(below)
            common = _common(below)
            scale = below[lead]
            if common or scale != 1:
                above = {_merged(m, _inverse(common)): c / scale for m, c in above.items()}
                below = {_merged(m, _inverse(common)): c / scale for m, c in below.items()}
        found = Ratio(above, below)
        return self._reduced(found) if self.generators and self._has_laws(found) else found

    def _has_laws(self, ratio: Ratio) -> bool:
        return any(self._law(m) is not None for part in (ratio.above, ratio.below) for m in part)

    def _law(self, monomial: Monomial) -> int | None:
        """The first generator of a product that has more than its lowest powers: a root's whole ones, cos²."""
        for g, exponent in monomial:
            kind = self.generators[g].kind
            if (kind == "base" and not 0 <= exponent < 1) or (kind == "cos" and exponent >= 2):
                return g
        return None

    def _reduced(self, ratio: Ratio) -> Ratio:
        """With the whole powers of roots written out, and cos² as 1 − sin²."""
        return self.divide(self._rewritten(ratio.above), self._rewritten(ratio.below))

    def _rewritten(self, polynomial: Mapping[Monomial, Fraction]) -> Ratio:
        plain = {m: c for m, c in polynomial.items() if self._law(m) is None}
        found = Ratio(plain, _UNIT)
        for monomial, coefficient in polynomial.items():
            g = self._law(monomial)
            if g is None:
                continue
            self._spend(1)
            exponent = dict(monomial)[g]
            rest = tuple(part for part in monomial if part[0] != g)
            if self.generators[g].kind == "base":
                whole = exponent // 1
                rest, factor = _with(rest, g, exponent - whole), self.power(self._bases[g], number(Fraction(whole)))
            else:
                sine = self.function("sin", _of_key(self.generators[g].of))
                rest = _with(rest, g, exponent - 2)
                factor = self.add(ONE, self.negate(self.multiply(sine, sine)))
            found = self.add(found, self.multiply(Ratio({rest: coefficient}, _UNIT), factor))
        return found


def _of_key(key: object) -> Ratio:
    above, below = cast(tuple[frozenset[tuple[Monomial, Fraction]], ...], key)
    return Ratio(dict(above), dict(below))


def _plain(exponent: Fraction) -> Fraction | int:
    return exponent.numerator if exponent.denominator == 1 else exponent


@lru_cache(maxsize=65_536)
def _merged(a: Monomial, b: Monomial) -> Monomial:
    """The product of two products."""
    if not a or not b:
        return a or b
    exponents = dict(a)
    for g, exponent in b:
        total = exponents.get(g, 0) + exponent
        if total:
            exponents[g] = total
        else:
            del exponents[g]
    return tuple(sorted(exponents.items()))


def _inverse(monomial: Monomial) -> Monomial:
    return tuple((g, -exponent) for g, exponent in monomial)


def _with(monomial: Monomial, g: int, exponent: Fraction | int) -> Monomial:
    return _merged(monomial, ((g, exponent),)) if exponent else monomial


def _common(polynomial: Iterable[Monomial]) -> Monomial:
    """The product of generators that divides every term, and leaves no negative exponent."""
    terms = [dict(monomial) for monomial in polynomial]
    names = sorted({g for term in terms for g in term})
    lowest = ((g, min(term.get(g, 0) for term in terms)) for g in names)
    return tuple((g, exponent) for g, exponent in lowest if exponent)
