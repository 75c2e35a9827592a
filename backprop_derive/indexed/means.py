"""Means, variances and deviations found in matrix notation: x − mean(x) for x − sum(x)/n, var(x) for their mean square.

What is found is a candidate; whoever asks proves it equal to the component form before anybody sees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod

from ..errors import ProblemError
from ..records import record
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    integer,
    map_children,
)
from .matrix import added_terms, product_of, scaled
from .shape import Shape, shape_of
from .sizes import axes_of
from .terms import terms_of

_KEPT = ("keepdims", Name("true"))


def with_means(expr: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """The formula with its deviations from a mean, its variances and standard deviations called by their names."""
    expr = map_children(expr, lambda part: with_means(part, shapes))
    match expr:
        case Sum(terms, minus):
            return _with_deviation(terms, minus, shapes) or expr
        case Product(factors) if any(isinstance(factor, Product) for factor in factors):
            flat = _flat(expr)
            return _variance(flat, shapes) or flat
        case Quotient() | Product():
            return _variance(expr, shapes) or expr
        case Call("sum", (Product(factors),), options) if any(map(_is_deviation, factors)):
            return _numbers_outside(factors, options, shapes)
        case Call("sqrt", (Call("var", argument, options),)):
            return Call("std", argument, options)
    return expr


def _flat(expr: Product) -> Expr:
    """A multiple of a multiple of a deviation as one multiple."""
    found = _scaled(expr)
    deviation = None if found is None else next(filter(_is_deviation, found.above), None)
    if found is None or deviation is None:
        return expr
    rest = found.over(_Scaled(Fraction(1), Counter((deviation,)), Counter()))
    return expr if rest is None else _product(rest, deviation)


def counted(call: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """A reduction along one axis with that axis counted from 0, as derived forms have it; other calls as they are."""
    match call:
        case Call(function, (argument,), (("axis", axis), *rest)) if shape := _shape(argument, shapes):
            places = axes_of(axis, len(shape))
            if len(places) == 1:
                return Call(function, (argument,), (("axis", integer(places[0])), *rest))
    return call


def _is_deviation(expr: Expr) -> bool:
    match expr:
        case Power(base, _):
            return _is_deviation(base)
        case Sum((_, Call("mean")), (False, True)):
            return True
    return False


def _numbers_outside(
    factors: tuple[Expr, ...], options: tuple[tuple[str, Expr], ...], shapes: Mapping[str, Shape]
) -> Expr:
    """sum(w·u) as w·sum(u) for a number w; a deviation times itself is squared."""
    numbers = [factor for factor in factors if _shape(factor, shapes) == ()]
    summed = product_of([*map(_power, Counter(factor for factor in factors if factor not in numbers).items())])
    return product_of([*numbers, Call("sum", (summed,), options)])


def _shape(expr: Expr, shapes: Mapping[str, Shape]) -> Shape | None:
    try:
        return shape_of(expr, shapes)
    except ProblemError:
        return None


@record
class _Scaled:
    """number · Π above / Π below, a number apart; sizes that are letters stand below."""

    number: Fraction
    above: Counter[Expr]
    below: Counter[Expr]

    def over(self, part: _Scaled) -> _Scaled | None:
        """The quotient by a part of it; None where it is none."""
        if not (part.above <= self.above and part.below <= self.below):
            return None
        return _Scaled(self.number / part.number, self.above - part.above, self.below - part.below)


def _scaled(expr: Expr) -> _Scaled | None:
    terms = terms_of(expr)
    if len(terms) != 1 or terms[0].sums:
        return None
    (term,) = terms
    number = Fraction(-1 if term.is_negative else 1)
    for factor in term.above:
        number *= factor.value if isinstance(factor, Number) else 1
    for factor in term.below:
        number /= factor.value if isinstance(factor, Number) else 1
    return _Scaled(number, _without_numbers(term.above), _without_numbers(term.below))


def _without_numbers(factors: tuple[Expr, ...]) -> Counter[Expr]:
    return Counter(factor for factor in factors if not isinstance(factor, Number))


# --- deviations


def _with_deviation(terms: tuple[Expr, ...], minus: tuple[bool, ...], shapes: Mapping[str, Shape]) -> Expr | None:
    """The sum with a·u − a/n·sum(u) as a·(u − mean(u)), where two of its terms are that."""
    parts = [_scaled(Negate(term) if is_minus else term) for term, is_minus in zip(terms, minus, strict=True)]
    summed = [k for k, part in enumerate(parts) if part is not None and any(map(_total, part.above))]
    for second, first in product(summed, range(len(parts))):
        of, by = parts[first], parts[second]
        deviation = None if of is None or by is None or first == second else _deviation(of, by, shapes)
        if deviation is None:
            continue
        rest = [(_meant(term, shapes), minus[k]) for k, term in enumerate(terms) if k not in (first, second)]
        own = (
            [*zip(deviation.terms, deviation.minus, strict=True)]
            if isinstance(deviation, Sum)
            else [(deviation, False)]
        )
        return added_terms([(is_minus, part) for part, is_minus in (*own, *rest)]) if rest else deviation
    return None


def _deviation(of: _Scaled, by: _Scaled, shapes: Mapping[str, Shape]) -> Expr | None:
    """`of` is a·u and `by` −a/n·sum(u), spread out where it has fewer axes."""
    for factor in by.above:
        total = _total(factor)
        if total is None or (unit := _scaled(total.summed)) is None:
            continue
        left = of.over(unit)
        right = by.over(_Scaled(Fraction(1), Counter((factor, *_ones(by, total))), Counter()))
        count = _count(total, shapes)
        if left is None or right is None or count is None or left.above != right.above:
            continue
        if right.number * count.number == -left.number and right.below == left.below + count.below:
            return _product(left, Sum((total.summed, total.mean()), (False, True)))
    return None


@record
class _Total:
    """sum(summed), over all entries or along an axis, which may be spread out again."""

    summed: Expr
    axis: int | None = None
    is_spread: bool = False

    def mean(self) -> Expr:
        return self.called("mean", self.summed)

    def called(self, function: str, argument: Expr) -> Expr:
        """A reduction of an argument along the same axis."""
        along = () if self.axis is None else (("axis", integer(self.axis)),)
        return Call(function, (argument,), (*along, *((_KEPT,) if self.is_spread else ())))


def _total(factor: Expr) -> _Total | None:
    match factor:
        case Call("sum", (summed,), ()):
            return _Total(summed)
        case Call("sum", (summed,), (("axis", Number(axis)),)):
            return _Total(summed, int(axis))
        case Index(Call("sum", (summed,), (("axis", Number(axis)),)), (_, None)):
            return _Total(summed, int(axis), is_spread=True)
        case Call("outer", (Call("ones"), inner)) | Call("outer", (inner, Call("ones"))) if found := _total(inner):
            return replace(found, is_spread=found.axis == 1)
    return None


def _ones(scaled: _Scaled, total: _Total) -> tuple[Expr, ...]:
    """The vector of ones that spreads out the sum of a vector."""
    ones = (f for f in scaled.above if isinstance(f, Call) and f.function == "ones")
    return tuple(ones)[:1] if total.axis is None else ()


def _count(total: _Total, shapes: Mapping[str, Shape]) -> _Scaled | None:
    """How many entries are added up: a number, and the letters that it is to be multiplied with."""
    shape = _shape(total.summed, shapes)
    if shape is None:
        return None
    sizes = shape if total.axis is None else shape[total.axis : total.axis + 1]
    letters: Counter[Expr] = Counter(Name(size) for size in sizes if not isinstance(size, int))
    return _Scaled(Fraction(prod(size for size in sizes if isinstance(size, int))), Counter(), letters)


def _product(factors: _Scaled, last: Expr) -> Expr:
    """The factors before the last one; what is more than a number or a size below it makes all of it a fraction."""
    number = abs(factors.number)
    above = [*([integer(number.numerator)] if number.numerator != 1 else []), *map(_power, factors.above.items())]
    below = [*([integer(number.denominator)] if number.denominator != 1 else []), *factors.below.elements()]
    if all(isinstance(factor, Number | Name) for factor in below):
        made = scaled(last, above, below)
    else:
        made = Quotient(product_of([*above, last]), product_of(below))
    return Negate(made) if factors.number < 0 else made


def _power(factor_and_count: tuple[Expr, int]) -> Expr:
    factor, count = factor_and_count
    return factor if count == 1 else Power(factor, integer(count))


def _meant(term: Expr, shapes: Mapping[str, Shape]) -> Expr:
    """A term beside a deviation, with mean(u) for sum(u)/n."""
    found = _scaled(term)
    for factor in found.above if found is not None else ():
        total = _total(factor)
        count = None if total is None else _count(total, shapes)
        if found is None or total is None or count is None:
            continue
        rest = found.over(_Scaled(1 / count.number, Counter((factor,)), count.below))
        if rest is not None and found.number.denominator % count.number == 0:
            return _product(rest, total.mean())
    return term


# --- variances


def _variance(expr: Expr, shapes: Mapping[str, Shape]) -> Expr | None:
    """sum((u − mean(u))²)/n, the sum and the mean along the same axis, is var(u); so it is of a multiple of u."""
    found = _scaled(expr)
    for factor in found.above if found is not None else ():
        total = _total(factor)
        u = None if total is None or total.is_spread else _deviating(total)
        count = None if total is None else _count(total, shapes)
        if found is None or total is None or u is None or count is None:
            continue
        rest = found.over(_Scaled(1 / count.number, Counter((factor,)), count.below))
        if rest is not None:
            return _product(rest, total.called("var", u))
    return None


def _deviating(total: _Total) -> Expr | None:
    """The u of a sum of (u − mean(u))², or of (a·(u − mean(u)))² for a·u."""
    match total.summed:
        case Power(Sum((u, mean), (False, True)), Number(exponent)) if exponent == 2 and _is_mean(mean, u, total):
            return u
        case Power(Product((*factors, Sum((u, mean), (False, True)))), Number(exponent)) if exponent == 2:
            return product_of([*factors, u]) if _is_mean(mean, u, total) else None
    return None


def _is_mean(expr: Expr, u: Expr, total: _Total) -> bool:
    axis = None if total.axis is None else integer(total.axis)
    return (
        isinstance(expr, Call)
        and expr.function == "mean"
        and expr.arguments == (u,)
        and dict(expr.options).get("axis") == axis
    )
