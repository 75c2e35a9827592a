"""Values as Python has them."""

from __future__ import annotations

from typing import Any

from .solution import TensorValue, Value


def plain(value: Value | TensorValue) -> Any:
    """A value as Python has it: int, Fraction, a SymPy expression, or float (inf where beyond a float's range)."""
    if isinstance(value, TensorValue):
        return _array(value) if value.shape else plain(value.entries[0])
    if value.exact is not None:
        return int(value.exact) if value.exact.denominator == 1 else value.exact
    if value.closed is not None:
        from .symbolic.translate import constant

        return constant(value.closed)
    return float(value.decimal)


def _array(value: TensorValue) -> Any:
    """A tensor as a NumPy array: of floats where every entry is one, else of objects."""
    import numpy

    entries = [plain(entry) for entry in value.entries]
    array = numpy.empty(len(entries), dtype=float if all(isinstance(e, float) for e in entries) else object)
    array[:] = entries
    return array.reshape(value.shape)
