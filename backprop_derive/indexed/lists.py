"""A vector of few entries written entry by entry: each its own product, where a sum of one-hot vectors says less."""

from __future__ import annotations

from ..syntax.expression import ONE, Call, Expr, ListOf, Number, Product, Sum


def listed(form: Expr | None, size: int | str) -> Expr | None:
    """`a·b·onehot(0, 2) + a·c·onehot(1, 2)` as `a·[b, c]`; None for anything but a sum with one term for each entry."""
    if isinstance(form, Product):
        sums = [k for k, factor in enumerate(form.factors) if isinstance(factor, Sum)]
        inner = listed(form.factors[sums[0]], size) if len(sums) == 1 else None
        rest = [factor for k, factor in enumerate(form.factors) if k not in sums]
        return inner and Product((*rest, *(inner.factors if isinstance(inner, Product) else (inner,))))
    if not isinstance(form, Sum) or len(form.terms) != size or any(form.minus):
        return None
    entries: dict[int, tuple[Expr, ...]] = {}
    for term in form.terms:
        factors = term.factors if isinstance(term, Product) else (term,)
        places = [k for k, factor in enumerate(factors) if isinstance(factor, Call) and factor.function == "onehot"]
        if len(places) != 1:
            return None
        match factors[places[0]]:
            case Call("onehot", (Number(place), Number(count))) if count == size and place.denominator == 1:
                entries[int(place)] = (*factors[: places[0]], *factors[places[0] + 1 :])
            case _:
                return None
    if sorted(entries) != list(range(len(form.terms))):
        return None
    common = [factor for factor in entries[0] if all(factors.count(factor) == 1 for factors in entries.values())]
    own = [tuple(factor for factor in entries[k] if factor not in common) for k in sorted(entries)]
    items = ListOf(tuple(Product(factors) if len(factors) > 1 else factors[0] if factors else ONE for factors in own))
    return Product((*common, items)) if common else items
