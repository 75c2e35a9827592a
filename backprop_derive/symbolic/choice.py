"""`where` as one SymPy function: the condition is held fixed, and nothing is done to it.

SymPy's Piecewise rewrites its conditions, and makes logic (ITE) of those that hold a choice themselves.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from .light import Applied, derivative

_ORDER = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "==": {0}, "!=": {-1, 1}}


class Choice(Applied):
    """a where `left relation right`, else b; its arguments are left, right, a, b."""

    relation: str

    @classmethod
    def decided(cls, left: Any, right: Any, a: Any, b: Any) -> Any:
        if a == b:
            return a
        if left.is_Rational and right.is_Rational:
            return a if int(sympy.sign(left - right)) in _ORDER[cls.relation] else b
        inner = (left, right)
        first = a.args[2] if isinstance(a, cls) and a.args[:2] == inner else a
        second = b.args[3] if isinstance(b, cls) and b.args[:2] == inner else b
        return None if (first, second) == (a, b) else cls(left, right, first, second)

    def _eval_derivative(self, symbol: Any) -> Any:
        left, right, a, b = self.args
        return self.func(left, right, derivative(a, symbol), derivative(b, symbol))


@lru_cache(maxsize=len(_ORDER))
def choice(relation: str) -> type[Choice]:
    """The function class for one relation."""
    return type(f"where{relation}", (Choice,), {"relation": relation})


def condition_key(relation: str, left: Any, right: Any) -> Any:
    """What the author's spelling of a condition is remembered by."""
    return sympy.Tuple(sympy.Symbol(relation), left, right)
