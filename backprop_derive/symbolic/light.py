"""SymPy's entries, sums and deltas, made light: what SymPy would find out about them on every occasion is known.

Component formulas consist of them, and SymPy asks each again and again what it cannot know: whether it is zero,
positive, an integer. Here nothing is known of an entry or a sum, and nothing is asked. What they mean and their
derivatives are SymPy's own. They are named as SymPy's classes are, since SymPy orders terms by the names of classes.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import sympy
from sympy.core.cache import cacheit
from sympy.core.sorting import default_sort_key

_FACTS = (
    "algebraic", "antihermitian", "complex", "composite", "even", "extended_negative", "extended_nonnegative",
    "extended_nonpositive", "extended_nonzero", "extended_positive", "extended_real", "finite", "hermitian",
    "imaginary", "infinite", "integer", "irrational", "negative", "noninteger", "nonnegative", "nonpositive", "nonzero",
    "odd", "polar", "positive", "prime", "rational", "real", "transcendental", "zero",
)  # fmt: skip


class Undecided(sympy.Basic):  # type: ignore[misc]
    """Base of what no fact is known of."""

    vars().update((f"is_{fact}", None) for fact in _FACTS)
    is_commutative = True

    def diff(self, *symbols: Any, **assumptions: Any) -> Any:
        """By one variable, without SymPy's preparations for several."""
        if len(symbols) == 1 and isinstance(symbols[0], sympy.Symbol | sympy.Indexed):
            return self._eval_derivative(symbols[0])
        return super().diff(*symbols, **assumptions)


class _Part(Undecided, sympy.Dummy):  # type: ignore[misc]
    """Stands for a factor whose derivative is known, in a product that SymPy differentiates."""

    __slots__ = ("derivative",)
    derivative: Any

    def _eval_derivative(self, variable: Any) -> Any:
        return self.derivative


def derivative(expr: Any, variable: Any) -> Any:
    """The derivative by an entry or a symbol, as SymPy's `diff` gives it; nothing is asked of what it gives."""
    if not _names(variable) & expr.free_symbols:
        return sympy.S.Zero
    if isinstance(expr, Undecided):
        return expr._eval_derivative(variable)
    if expr.is_Add:
        return sympy.Add(*(derivative(term, variable) for term in expr.args))
    if expr.is_Mul:
        return _of_product(expr, variable)
    return expr.diff(variable)


def _names(variable: Any) -> set[Any]:
    return {variable.args[0].args[0] if variable.is_Indexed else variable}


def _of_product(product: sympy.Mul, variable: Any) -> Any:
    stands_for, factors = {}, []
    for factor in product.args:
        if not isinstance(factor, Undecided) and (known := derivative(factor, variable)) is not sympy.S.Zero:
            part = _Part()
            part.derivative, stands_for[part], factor = known, factor, part
        factors.append(factor)
    return product._new_rawargs(*factors)._eval_derivative(variable).xreplace(stands_for)


class IndexedBase(Undecided, sympy.IndexedBase):  # type: ignore[misc]
    """A tensor; its entries are light."""

    def __new__(cls, name: str) -> IndexedBase:
        made: IndexedBase = sympy.Expr.__new__(cls, sympy.Symbol(name))
        made._shape, made._offset, made._strides, made._name = None, sympy.S.Zero, None, name
        return made

    def __getitem__(self, places: Any, **options: Any) -> Indexed:
        entry: Indexed = Indexed(self, *(places if isinstance(places, tuple) else (places,)))
        return entry

    def _hashable_content(self) -> Any:
        return self._args


class Indexed(Undecided, sympy.Indexed):  # type: ignore[misc]
    """An entry of a tensor."""

    @cacheit  # type: ignore[untyped-decorator]
    def __new__(cls, base: IndexedBase, *places: Any) -> Indexed:
        made: Indexed = sympy.Expr.__new__(cls, base, *places)
        return made

    def _hashable_content(self) -> Any:
        return self._args

    def _sympystr(self, printer: Any) -> str:
        return f"{self.base.name}[{', '.join(map(_text, self.indices))}]"

    @property
    def free_symbols(self) -> set[Any]:
        return set(self._free)

    @cached_property
    def _free(self) -> frozenset[Any]:
        return frozenset((self, self.args[0].args[0])).union(*(place.free_symbols for place in self.args[1:]))

    def _eval_derivative(self, variable: Any) -> Any:
        if not isinstance(variable, Indexed) or variable.base != self.base:
            return sympy.S.Zero
        by_entry, own, places = _entry_by_entry(len(self.indices))
        return by_entry.xreplace(dict(zip((*own, *places), (*self.indices, *variable.indices), strict=True)))


@lru_cache(maxsize=4096)
def _text(place: Any) -> str:
    return str(place)


@lru_cache(maxsize=16)
def _entry_by_entry(rank: int) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """The derivative of an entry by an entry of the same tensor, asked of SymPy once for each number of axes."""
    tensor = sympy.IndexedBase("A")
    own, places = (tuple(sympy.Dummy(integer=True) for _ in range(rank)) for _ in range(2))
    by_entry = sympy.diff(tensor[own], tensor[places])
    return by_entry.replace(sympy.KroneckerDelta, KroneckerDelta), own, places


class Sum(Undecided, sympy.Sum):  # type: ignore[misc]
    """A sum over one or more indices, each from 0."""

    @cacheit  # type: ignore[untyped-decorator]
    def __new__(cls, body: Any, *limits: Any) -> Any:
        if body is sympy.S.Zero:
            return body
        over = tuple(sympy.Tuple(*limit) for limit in limits)
        while isinstance(body, sympy.Sum):
            over, body = (*body.limits, *over), body.function
        return sympy.Expr.__new__(cls, body, *over)

    def _sympystr(self, printer: Any) -> str:
        return self._shown

    @cached_property
    def _shown(self) -> str:
        limits = (f"({index}, {first}, {_text(last)})" for index, first, last in self.limits)
        return f"Sum({self.function}, {', '.join(limits)})"

    def _eval_derivative(self, variable: Any) -> Any:
        return Sum(derivative(self.function, variable), *self.limits)

    is_number = False

    @property
    def free_symbols(self) -> set[Any]:
        return set(self._free)

    @cached_property
    def _free(self) -> frozenset[Any]:
        found = self.function.free_symbols
        for index, _, last in self.limits:
            found = (found - {index}) | last.free_symbols
        return frozenset(found)


class Applied(Undecided, sympy.Function):  # type: ignore[misc]
    """A function; its arguments' derivatives are compared with 0, and not asked whether they are 0."""

    @cacheit  # type: ignore[untyped-decorator]
    def __new__(cls, *arguments: Any) -> Any:
        found = cls.decided(*arguments)
        return sympy.Expr.__new__(cls, *arguments) if found is None else found

    @classmethod
    def decided(cls, *arguments: Any) -> Any:
        """What the function of these arguments is, where that is simpler; else None."""
        return None

    def _sympystr(self, printer: Any) -> str:
        return self._shown

    @cached_property
    def _shown(self) -> str:
        return f"{self.func.__name__}({', '.join(map(str, self.args))})"

    @property
    def free_symbols(self) -> set[Any]:
        return set(self._free)

    @cached_property
    def _free(self) -> frozenset[Any]:
        return frozenset().union(*(argument.free_symbols for argument in self.args))

    def _eval_derivative(self, variable: Any) -> Any:
        parts = ((k, derivative(argument, variable)) for k, argument in enumerate(self.args, 1))
        return sympy.Add(*(self.by_part(k, part) for k, part in parts if part is not sympy.S.Zero))

    def by_part(self, k: int, part: Any) -> Any:
        """What argument k, whose own derivative is `part`, contributes to the derivative."""
        return self.fdiff(k) * part


class KroneckerDelta(Applied, sympy.KroneckerDelta):  # type: ignore[misc]
    """1 where two places are the same, else 0."""

    @classmethod
    def decided(cls, i: Any, j: Any) -> Any:
        if i == j:
            return sympy.S.One
        if i.is_Integer and j.is_Integer:
            return sympy.S.Zero
        if not (_reaches(i, j) or _reaches(j, i)) and (i - j).is_zero is False:
            return sympy.S.Zero
        are_names = type(i) is type(j) is sympy.Symbol
        in_order = i.name <= j.name if are_names else default_sort_key(i) <= default_sort_key(j)
        return None if in_order else cls(j, i)

    def _eval_derivative(self, variable: Any) -> Any:
        return sympy.S.Zero


def _reaches(place: Any, index: Any) -> bool:
    """Whether a place may well be where an index is: it is an entry, a number from 0, or grows without a bound."""
    if place.is_Indexed:
        return True
    if place.is_Integer:
        return bool(index.is_Symbol and place >= 0 and not index.is_positive)
    if not index.is_Symbol or index in place.free_symbols:
        return False
    return any(part.is_Symbol and slope > 0 for part, slope in place.as_coefficients_dict().items())
