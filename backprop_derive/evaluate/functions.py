"""What an instruction computes: on NumPy arrays, and the same on Python's numbers. Stable where a formula is not."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy

from ..errors import DomainError

Function = Callable[..., Any]


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)) without overflow, with all digits on both sides."""
    small = numpy.exp(-numpy.abs(x))
    return numpy.where(x >= 0, 1.0, small) / (1.0 + small)


def sigmoid_of_number(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    small = math.exp(x)
    return small / (1.0 + small)


def softplus_of_number(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


_erf_of_each = numpy.frompyfunc(math.erf, 1, 1)


def erf(x: Any) -> Any:
    """NumPy has no error function; Python's is exact to the last digit or so."""
    return numpy.asarray(_erf_of_each(x), dtype=float)[()]


def times_infinite(factor: Any, infinite: Any) -> Any:
    """A product in which 0 times infinite is 0: the limit of 0·log 0, and an exponential that a mask leaves out."""
    return numpy.where(factor == 0, 0.0, factor * infinite)


def shares(largest: Any, value: Any, *candidates: Any) -> Any:
    """How much of the derivative of max or min a value gets: 1/k where k candidates tie."""
    ties = sum((candidate == largest) * 1.0 for candidate in candidates)
    return numpy.where(value == largest, 1.0 / ties, 0.0)


def ties(best: Any, *candidates: Any) -> Any:
    """Whether more than one candidate is the best."""
    return sum((candidate == best) * 1 for candidate in candidates) > 1


def first_place(best: Any, *candidates: Any) -> Any:
    """The number of the first candidate that is the best."""
    place = numpy.full(numpy.shape(best), len(candidates), dtype=int)
    for k, candidate in reversed(list(enumerate(candidates))):
        place = numpy.where(candidate == best, k, place)
    return place


def inside(place: Any, size: int) -> Any:
    return (place >= 0) & (place < size)


def rows(place: Any, size: int) -> Any:
    """Indices that are data, class labels and rows of a table, as whole numbers within an axis."""
    found = numpy.asarray(place).astype(int)
    if not ((found == place).all() and (found >= 0).all() and (found < size).all()):
        raise DomainError(
            f"an index is no whole number from 0 to {size - 1}",
            expected=f"labels or rows of an axis of size {size}, counted from 0",
        )
    return found


def finite(x: Any) -> Any:
    """The values, nan where one is none."""
    return numpy.where(numpy.isfinite(x), x, numpy.nan)


def choose(condition: Any, a: Any, b: Any) -> Any:
    return numpy.where(condition, a, b)


def top(scale: Any, mantissa: Any, axis: tuple[int, ...]) -> Any:
    """The largest exponent among terms that are not 0."""
    found = numpy.where(mantissa != 0, scale, -numpy.inf).max(axis=axis)
    return numpy.where(numpy.isfinite(found), found, 0.0)


def inverse(x: Any) -> Any:
    """The inverse, nan where there is none."""
    try:
        return numpy.linalg.inv(x)
    except numpy.linalg.LinAlgError:
        return numpy.full_like(x, numpy.nan)


def cofactors(x: Any) -> Any:
    """The matrix of cofactors, of a singular matrix too: by x = U·S·Vᵀ, det(U Vᵀ)·U·cof(S)·Vᵀ."""
    left, singular, right = numpy.linalg.svd(x)
    rest = [numpy.prod(numpy.delete(singular, k)) for k in range(len(singular))]
    return numpy.linalg.det(left @ right) * (left * rest) @ right


NUMPY: dict[str, Function] = {
    "add": numpy.add, "subtract": numpy.subtract, "multiply": numpy.multiply, "divide": numpy.divide,
    "power": numpy.power, "negative": numpy.negative, "square": numpy.square, "floor_divide": numpy.floor_divide,
    "remainder": numpy.remainder,
    "exp": numpy.exp, "expm1": numpy.expm1, "log": numpy.log, "log1p": numpy.log1p, "sqrt": numpy.sqrt,
    "sin": numpy.sin, "cos": numpy.cos, "tan": numpy.tan, "asin": numpy.arcsin, "acos": numpy.arccos,
    "atan": numpy.arctan, "sinh": numpy.sinh, "cosh": numpy.cosh, "tanh": numpy.tanh, "floor": numpy.floor,
    "abs": numpy.abs, "sign": numpy.sign, "erf": erf, "sigmoid": sigmoid,
    "softplus": lambda x: numpy.logaddexp(0.0, x),
    "maximum": numpy.maximum, "minimum": numpy.minimum, "where": choose, "times_infinite": times_infinite,
    "shares": shares, "first_place": first_place, "finite": finite, "and": numpy.logical_and,
    "not": numpy.logical_not, "any": numpy.any, "ties": ties,
    "det": numpy.linalg.det, "inv": inverse, "cofactor": cofactors,
    "as_number": lambda x: numpy.multiply(x, 1.0),
    "<": numpy.less, "<=": numpy.less_equal, ">": numpy.greater, ">=": numpy.greater_equal,
    "==": numpy.equal, "!=": numpy.not_equal,
}  # fmt: skip


def square_of_number(x: float) -> float:
    return x * x


# On Python's numbers; what is not here is NumPy's, which takes them too. An error that Python raises where NumPy
# answers inf or nan sends a run to NumPy.
SCALAR: dict[str, Function] = NUMPY | {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": math.pow, "negative": operator.neg, "square": square_of_number,
    "exp": math.exp, "expm1": math.expm1, "log": math.log, "log1p": math.log1p, "sqrt": math.sqrt,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "floor": math.floor, "abs": abs, "erf": math.erf,
    "sigmoid": sigmoid_of_number, "softplus": softplus_of_number, "maximum": max, "minimum": min,
    "where": lambda condition, a, b: a if condition else b,
    "finite": lambda x: x, "as_number": float,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
