"""Formulas with indices in any array library: every index is an axis, a sum runs over the last of them.

It is written for being plainly right, not fast: a product of matrices is made of all its factors before it is summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from ..errors import UsageError
from ..ops.table import expanded, operation
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Delta,
    Expr,
    Index,
    Inside,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
)  # fmt: skip
from .library import Library

_RELATIONS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
Scope = tuple[tuple[str, int], ...]


class Formulas:
    """Evaluates formulas. `values` hold arrays of the library, `labels` plain numbers for what is used as a place."""

    def __init__(self, library: Library, values: Mapping[str, Any], labels: Mapping[str, Any]) -> None:
        self.library, self.values, self.labels = library, values, labels

    def tensor(self, body: Expr, at: Sequence[str], shape: Sequence[int]) -> Any:
        """The array whose entry at the indices `at` is `body`."""
        return self.value(body, tuple(zip(at, shape, strict=True))) + self.zeros(shape)

    def zeros(self, shape: Sequence[int]) -> Any:
        return numpy.zeros(tuple(shape)) if shape else 0.0

    def value(self, expr: Expr, scope: Scope) -> Any:
        """The value: an array with an axis for each index of the scope, of size 1 where it does not depend on it."""
        match expr:
            case Number(number):
                return self.library.number(number)
            case Constant(name):
                return self.library.number(name)
            case Name(key):
                return self._index(key, scope) if key.startswith("@") else self.values[key]
            case Index(Name(key), places):
                return self._entry(key, places, scope)
            case Index(Call(function, (Name(key),)), places):
                i, j = (self.place(place, scope) for place in places)  # type: ignore[arg-type]
                return self.library.functions[function](self.values[key])[i, j]
            case Call("det", (Name(key),)):
                return self.library.functions["det"](self.values[key])
            case Sum(terms, minus):
                total = self._signed(terms[0], minus[0], scope)
                for term, is_minus in zip(terms[1:], minus[1:], strict=True):
                    total = total + self._signed(term, is_minus, scope)
                return total
            case Product(factors):
                product = self.value(factors[0], scope)
                for factor in factors[1:]:
                    product = product * self.value(factor, scope)
                return product
            case Quotient(a, b):
                return self.value(a, scope) / self.value(b, scope)
            case Power(base, exponent):
                return self.value(base, scope) ** self._exponent(exponent, scope)
            case Negate(operand):
                return -self.value(operand, scope)
            case Over(index, size, body):
                inner = (*scope, (index, int(size)))
                terms = self.value(body, inner) + self.zeros((1,) * len(scope) + (int(size),))
                return self.library.xp.sum(terms, axis=-1)
            case Delta(a, b):
                return (self.place(a, scope) == self.place(b, scope)) * 1.0
            case Inside(place, size):
                where = self.place(place, scope)
                return ((where >= 0) & (where < int(size))) * 1.0
            case Call():
                return self.call(expr, scope)
        raise UsageError(f"a check has no way to compute {type(expr).__name__}")

    def _signed(self, term: Expr, is_minus: bool, scope: Scope) -> Any:
        value = self.value(term, scope)
        return -value if is_minus else value

    def _exponent(self, expr: Expr, scope: Scope) -> Any:
        """Whole exponents stay whole, so that a negative base has its power."""
        sign, inner = (-1, expr.operand) if isinstance(expr, Negate) else (1, expr)
        if isinstance(inner, Number) and inner.value.denominator == 1:
            return sign * int(inner.value)
        return self.value(expr, scope)

    # --- places

    def _index(self, key: str, scope: Scope) -> Any:
        """An index as a number along its own axis."""
        axis = [name for name, _ in scope].index(key)
        shape = [1] * len(scope)
        shape[axis] = scope[axis][1]
        return numpy.arange(scope[axis][1], dtype=float).reshape(shape)

    def place(self, expr: Expr, scope: Scope) -> Any:
        """A place as whole numbers, which nothing is differentiated by."""
        plain = Formulas(_PLACES, self.labels, self.labels)
        return numpy.rint(numpy.asarray(plain.value(expr, scope), dtype=float)).astype(int)

    def _entry(self, key: str, places: Sequence[Any], scope: Scope) -> Any:
        """An entry; outside of the tensor, where a factor 0 stands beside it, any."""
        tensor = self.values[key]
        found = [self.place(place, scope) for place in places]
        return tensor[
            tuple(numpy.clip(place, 0, size - 1) for place, size in zip(found, numpy.shape(tensor), strict=True))
        ]

    # --- calls

    def call(self, call: Call, scope: Scope) -> Any:
        op, xp = operation(call.function), self.library.xp
        if op.primitive == "where":
            test, a, b = call.arguments
            assert isinstance(test, Compare)
            return xp.where(self._holds(test, scope), self.value(a, scope), self.value(b, scope))
        if op.primitive == "xlogy":
            factor, inside = (self.value(argument, scope) for argument in call.arguments)
            is_zero = _truth(factor == 0)
            return xp.where(is_zero, 0.0, factor * self.library.functions["log"](xp.where(is_zero, 1.0, inside)))
        if call.function.startswith(("first of", "share of")):
            return self._share(call, scope)
        if op.is_variadic:
            return self._extreme(call, scope)
        if (body := expanded(call)) is not None:
            return self.value(body, scope)
        assert op.primitive is not None, f"{op.name} has no definition"
        return self.library.functions[op.primitive](self.value(call.arguments[0], scope))

    def _holds(self, test: Compare, scope: Scope) -> Any:
        return _truth(_RELATIONS[test.relation](self.value(test.left, scope), self.value(test.right, scope)))

    def _extreme(self, call: Call, scope: Scope) -> Any:
        """max and min: a tie is shared, and of `first max` the first has it all."""
        xp, values = self.library.xp, [self.value(argument, scope) for argument in call.arguments]
        largest = call.function.endswith("max")
        if call.function.startswith("first"):
            best = values[0]
            for value in values[1:]:
                best = xp.where(_truth(value > best if largest else value < best), value, best)
            return best
        zeros = sum((value * 0 for value in values[1:]), values[0] * 0)  # all of one shape
        stacked = xp.stack([value + zeros for value in values])
        return xp.max(stacked, axis=0) if largest else xp.min(stacked, axis=0)

    def _share(self, call: Call, scope: Scope) -> Any:
        """How much of the derivative of max or min an argument gets: shared by all that tie, or all to the first.

        `share of` begins with the argument itself, `first of` with its number among the rest.
        """
        xp, sign = self.library.xp, 1 if call.function.endswith("max") else -1
        first, *rest = (self.value(argument, scope) for argument in call.arguments)
        is_first = call.function.startswith("first")
        number = call.arguments[0].value if isinstance(call.arguments[0], Number) else 0
        mine = rest[int(number)] if is_first else first
        share: Any = 1.0
        for value in rest:
            share = share * xp.where(_truth(sign * value > sign * mine), 0.0, 1.0)
        if not is_first:
            return share / sum(xp.where(_truth(value == mine), 1.0, 0.0) for value in rest)
        for earlier in rest[: int(number)]:
            share = share * xp.where(_truth(earlier == mine), 0.0, 1.0)
        return share


def _truth(condition: Any) -> Any:
    """A condition on arrays of objects is an array of objects."""
    return condition.astype(bool) if isinstance(condition, numpy.ndarray) else condition


_PLACES = Library(numpy, numpy.asarray, float, {"floor": numpy.floor})
