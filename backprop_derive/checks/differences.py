"""Central differences with 60 digits: no derivative is known here, only values."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy

from ..comparison import AT_A_KINK
from ..derivation import TensorDerivation
from ..errors import UsageError
from ..syntax.expression import Over, size, walk
from .library import NUMPY_NAMES, Library
from .network import Network

DIGITS = 60
_STEP = mpmath.mpf(10) ** -20  # the error of a difference is of its square
_MOST_ENTRIES, _FEW_ENTRIES = 32, 4  # of one tensor; evenly spaced ones of a larger
_MOST_WORK = 20_000_000  # operations with 60 digits, at most some twenty seconds


def run(network: Network) -> tuple[dict[str, Any], dict[str, Any], dict[str, tuple[int, ...]], str]:
    """Values, gradients, the entries that were taken, and why there are no gradients, if there are none."""
    with mpmath.workdps(DIGITS):
        numbers = library()
        keys, most = _affordable(network)
        values = {key: numpy.asarray(v, dtype=float) for key, v in network.values(numbers, {}).items()}
        if any(note.kind == "kink" for note in network.record.notes):
            return values, {}, {}, AT_A_KINK
        gradients, places = {}, {}
        for key in keys:
            count = math.prod(network.shape(key))
            taken = _spaced(count, most)
            gradients[key] = numpy.array([_difference(network, numbers, key, place) for place in taken])
            if len(taken) < count:
                places[key] = taken
    return values, gradients, places, ""


def _affordable(network: Network) -> tuple[tuple[str, ...], int]:
    """The names whose gradients are compared, and how many entries of each. Raises UsageError where not one can be.

    All names where there is time for them, else those that the problem asks for. An entry takes two passes.
    """
    passes = _MOST_WORK // max(1, operations(network))
    for keys in (network.shifted, network.record.derivation.graph.wanted):
        for most in (_MOST_ENTRIES, _FEW_ENTRIES):
            if 2 * sum(min(most, math.prod(network.shape(key))) for key in keys) < passes:
                return keys, most
    raise UsageError("the problem is too large for differences with 60 digits", hint="another engine, such as torch")


def _spaced(count: int, most: int) -> tuple[int, ...]:
    """All places, or so many as are taken of a large tensor, the first and the last among them."""
    return tuple(range(count)) if count <= most else tuple(k * (count - 1) // (most - 1) for k in range(most))


def _difference(network: Network, library: Library, key: str, place: int) -> float:
    shape = network.shape(key)
    found = []
    for sign in (1, -1):
        shift = numpy.full(math.prod(shape), mpmath.mpf(0), dtype=object)
        shift[place] = sign * _STEP
        found.append(network.loss(library, {key: shift.reshape(shape) if shape else shift[0]}))
    up, down = found
    return float((up - down) / (2 * _STEP))


def operations(network: Network) -> int:
    """About how many operations one pass takes."""
    derivation = network.record.derivation
    if not isinstance(derivation, TensorDerivation):
        return sum(size(step.expression) for step in network.record.problem.steps)
    total = 0
    for step in network.record.problem.steps:
        body = derivation.components[step.key].body
        sums = math.prod(int(node.size) for node in walk(body) if isinstance(node, Over))
        total += math.prod(network.shape(step.key)) * sums * size(body)
    return total


def library() -> Library:
    """NumPy on arrays of mpmath's numbers."""
    functions = {name: _each(getattr(mpmath, name)) for name in NUMPY_NAMES}
    functions |= {"erf": _each(mpmath.erf), "det": _det, "inv": _inv}
    plain = SimpleNamespace(
        **{name: _unpacked(getattr(numpy, name)) for name in ("where", "sum", "max", "min", "stack")}
    )
    return Library(plain, _array, _number, functions)


def _unpacked(function: Any) -> Any:
    """The function, its result a number where it is an array without axes, which mpmath does not take."""

    def unpacked(*arguments: Any, **options: Any) -> Any:
        found = function(*arguments, **options)
        return found[()] if isinstance(found, numpy.ndarray) and not found.shape else found

    return unpacked


def _each(function: Any) -> Any:
    return numpy.frompyfunc(function, 1, 1)


def _number(value: Fraction | str) -> Any:
    if isinstance(value, str):
        return +getattr(mpmath, value)
    return mpmath.mpf(value.numerator) / value.denominator


def _array(value: Any) -> Any:
    return mpmath.mpf(value) if not numpy.shape(value) else _each(mpmath.mpf)(numpy.asarray(value, dtype=object))


def _det(x: Any) -> Any:
    return mpmath.det(mpmath.matrix(x.tolist()))


def _inv(x: Any) -> Any:
    found = mpmath.inverse(mpmath.matrix(x.tolist()))
    return numpy.array(found.tolist(), dtype=object)
