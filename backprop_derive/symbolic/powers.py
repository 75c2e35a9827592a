"""Powers that SymPy's own rule would spoil, differentiated as one function of base and exponent.

SymPy differentiates (x·w)^n as n·(x·w)^n/x, which has no value at x = 0 though the derivative has one; it turns
(-2)^x into a complex derivative, and 0^x into none. Here d(u^v) is asked of SymPy for plain u and v, and base and
exponent are put in by the chain rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from . import light
from .opaque import opaque

_PART = sympy.Dummy("part")


class WholePower(light.Applied):
    """base ** exponent, which SymPy neither splits nor evaluates."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        derivative, arguments = _derivative(argindex - 1)
        return derivative.xreplace(dict(zip(arguments, self.args, strict=True)))

    def by_part(self, k: int, part: sympy.Expr) -> sympy.Expr:
        # All factors at once: SymPy would multiply 2(x - m) out before the rest is there.
        derivative, arguments = _derivative(k - 1)
        return (derivative * _PART).xreplace(dict(zip((*arguments, _PART), (*self.args, part), strict=True)))


def differentiate(image: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    """The derivative by SymPy; powers stay whole in it where they must."""
    whole = image.replace(_is_spoiled, lambda power: WholePower(power.base, power.exp))
    derivative = sympy.diff(whole, variable)
    return derivative.replace(WholePower, power) if whole != image else derivative


def by_entry(formula: sympy.Expr, variable: sympy.Expr) -> sympy.Expr:
    """The derivative of a component formula; each kind of power is differentiated once, on plain symbols."""
    whole = formula.replace(_is_power, lambda power: WholePower(power.base, power.exp))
    return light.derivative(whole, variable).replace(WholePower, power)


def _is_power(expr: Any) -> bool:
    return bool(expr.is_Pow) and not isinstance(expr, sympy.exp)


def power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    """base ** exponent, kept whole where SymPy would make a complex number of it: (-4)^(1/2)."""
    is_complex = base.is_Number and base.is_negative and exponent.is_Rational and not exponent.is_Integer
    return WholePower(base, exponent) if is_complex else base**exponent


def _is_spoiled(expr: Any) -> bool:
    if not expr.is_Pow or isinstance(expr, sympy.exp):
        return False
    base = expr.base
    return bool(base.is_Mul or base.is_Pow or (base.is_Number and not base.is_positive and expr.exp.free_symbols))


@lru_cache(maxsize=2)
def _derivative(index: int) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    """The derivative of u^v by one of them."""
    symbols = sympy.Dummy("u"), sympy.Dummy("v")
    derivative = sympy.powsimp(sympy.diff(symbols[0] ** symbols[1], symbols[index]))
    return derivative.replace(sympy.log, opaque("log")), symbols
