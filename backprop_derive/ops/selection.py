"""Choices between values. The choice is held fixed when the result is differentiated."""

from __future__ import annotations

from .notation import Cases, Function
from .record import Operation

_SHARED = "a tie is shared evenly among all that tie, as PyTorch does"

# Of one tensor, max and min take these options.
_REDUCES = ("axis", "keepdims")

SELECTION = (
    Operation("where", "condition, a, b", primitive="where", notation=Cases(),
              describes="a where the condition holds, b otherwise"),
    Operation("max", "*x", primitive="max", options=_REDUCES, convention=_SHARED,
              describes="the largest of several numbers"),
    Operation("min", "*x", primitive="min", options=_REDUCES, convention=_SHARED,
              describes="the smallest of several numbers"),
    Operation("maximum", "a, b", "max(a, b)", kinks=("a - b",), convention=_SHARED, notation=Function("max")),
    Operation("minimum", "a, b", "min(a, b)", kinks=("a - b",), convention=_SHARED, notation=Function("min")),
    Operation("clip", "x, lo, hi", "where(x < lo, lo, where(x > hi, hi, x))", domain="lo <= hi",
              kinks=("x - lo", "x - hi"),
              convention="its derivative at the ends of the range is taken to be 1, as PyTorch does"),
)  # fmt: skip

# How much of the derivative each argument of max and min gets: 1 for the one that is chosen, 1/k where k tie.
# Not in the language; it appears in derived gradients only. Along an axis the first of those that tie is chosen, as
# PyTorch
# does: `first of max` is 1 for the argument whose number it begins with, if that is the one.
_FIRST = "of entries that tie, the first gets the derivative, as in PyTorch"
SHARES = (
    Operation("first max", "*x", primitive="max", convention=_FIRST, notation=Function("max")),
    Operation("first min", "*x", primitive="min", convention=_FIRST, notation=Function("min")),
    Operation("first of max", "*x", primitive="first of max", zero_gradient=True, notation=Cases()),
    Operation("first of min", "*x", primitive="first of min", zero_gradient=True, notation=Cases()),
    Operation("share of max", "*x", primitive="share of max", zero_gradient=True, notation=Cases()),
    Operation("share of min", "*x", primitive="share of min", zero_gradient=True, notation=Cases()),
    Operation("onehot", "labels, size", held=("labels", "size"), notation=Function("onehot")),
    Operation("identity", "size", held=("size",), notation=Function("I")),
    Operation("diag", "x", notation=Function("diag")),
    Operation("ones", "size", held=("size",), notation=Function("ones")),
    Operation("xlogy", "x, p", "x * log(p)", primitive="xlogy"),
)
