"""Array libraries as the formulas need them: NumPy's interface, with what each spells otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy

from ..records import record

# The primitives of analysis as NumPy calls them; erf is none of NumPy's.
NUMPY_NAMES = {
    "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "floor": "floor",
}  # fmt: skip


@record(slots=False)
class Library:
    """`array` makes an array of floats, `number` a constant; `xp` is the module with `where`, `sum`, `max`, `stack`.

    `functions` hold the primitives by our names, `det` and `inv` included.
    """

    xp: Any
    array: Callable[[Any], Any]
    number: Callable[[Fraction | str], Any]
    functions: Mapping[str, Callable[[Any], Any]]


def float_number(value: Fraction | str) -> float:
    """A number or a constant in double precision."""
    if isinstance(value, str):
        return {"pi": float(numpy.pi), "e": float(numpy.e)}[value]
    return float(value)


def of_module(xp: Any, erf: Callable[[Any], Any]) -> Library:
    """The library of a module with NumPy's names."""
    functions = {name: getattr(xp, called) for name, called in NUMPY_NAMES.items()}
    functions |= {"erf": erf, "det": xp.linalg.det, "inv": xp.linalg.inv}
    return Library(xp, lambda value: xp.array(numpy.asarray(value, dtype=float)), float_number, functions)
