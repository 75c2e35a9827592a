"""Elementary functions: primitives of analysis, and what is a formula in them."""

from __future__ import annotations

from .notation import Exponential, Fenced, Function, Root
from .record import Operation

ELEMENTARY = (
    Operation("exp", "x", primitive="exp", notation=Exponential(), describes="the exponential function"),
    Operation("log", "x", primitive="log", aliases=("ln",), domain="x > 0", describes="the natural logarithm"),
    Operation("log2", "x", "log(x) / log(2)", domain="x > 0", notation=Function("log", "2"),
              describes="the logarithm to base 2"),
    Operation("log10", "x", "log(x) / log(10)", domain="x > 0", notation=Function("log", "10"),
              describes="the logarithm to base 10"),
    Operation("sqrt", "x", primitive="sqrt", domain="x >= 0", notation=Root(), describes="the square root"),
    Operation("abs", "x", "where(x > 0, x, where(x < 0, -x, 0))", notation=Fenced("bar", "bar"), kinks=("x",),
              convention="its derivative at 0 is taken to be 0, as PyTorch does", textbook={"x": "sign(x)"},
              describes="the absolute value"),
    Operation("norm", "x", "abs(x)", options=("axis", "keepdims"), notation=Fenced("double bar", "double bar"),
              kinks=("x",),
              convention="its derivative at 0 is taken to be 0, as PyTorch does", textbook={"x": "sign(x)"},
              describes="the norm; of a scalar, its absolute value"),
    Operation("sin", "x", primitive="sin"),
    Operation("cos", "x", primitive="cos"),
    Operation("tan", "x", primitive="tan"),
    Operation("asin", "x", primitive="asin", aliases=("arcsin",), domain="-1 <= x <= 1", notation=Function("arcsin")),
    Operation("acos", "x", primitive="acos", aliases=("arccos",), domain="-1 <= x <= 1", notation=Function("arccos")),
    Operation("atan", "x", primitive="atan", aliases=("arctan",), notation=Function("arctan")),
    Operation("sinh", "x", primitive="sinh"),
    Operation("cosh", "x", primitive="cosh"),
    Operation("tanh", "x", primitive="tanh", textbook={"x": "1 - y^2"}),
    Operation("erf", "x", primitive="erf", describes="the error function"),
    Operation("sign", "x", "where(x > 0, 1, where(x < 0, -1, 0))", zero_gradient=True, notation=Function("sign"),
              describes="-1, 0 or 1"),
    Operation("floor", "x", primitive="floor", zero_gradient=True, notation=Fenced("floor left", "floor right"),
              describes="the greatest integer that is not greater; its gradient is 0"),
)  # fmt: skip
