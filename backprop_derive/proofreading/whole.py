"""Functions of whole vectors and matrices, as notes write them: sums of columns, one-hot rows, activations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..languages import Count
from .sentences import because, lacking
from .values import NoValue

Array = Any
_MOST, _MOST_ENTRIES = 1_000, 1_000_000


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _by_rows(reduce: Callable[..., Array]) -> Callable[[Array], Array]:
    """Of each row; a column, so that it may stand beside a matrix."""
    return lambda z: reduce(z, axis=-1, keepdims=True)


def _by_columns(reduce: Callable[..., Array]) -> Callable[[Array], Array]:
    return lambda z: reduce(z, axis=-2)


def _size(number: Array) -> int:
    """A size that notes write. Raises NoValue for one beyond reason."""
    if np.ndim(number) or not 0 < number <= _MOST or number != int(number):
        raise NoValue(because("size", most=Count(_MOST)))
    return int(number)


def _one_hot(labels: Array, size: Array) -> Array:
    return (np.rint(labels)[..., None] == np.arange(_size(size))).astype(float)


def _made(fill: float) -> Callable[..., Array]:
    """Of these sizes, each by itself or all in one list, with one number everywhere."""

    def make(*sizes: Array) -> Array:
        listed = sizes[0] if len(sizes) == 1 and np.ndim(sizes[0]) == 1 else sizes
        shape = [_size(size) for size in listed]
        if math.prod(shape) > _MOST_ENTRIES:
            raise NoValue(because("too large"))
        return np.full(shape, fill)

    return make


def applied(function: str, arguments: Sequence[Array]) -> Array:
    """A function of `WHOLE` at arrays. Raises NoValue where it does not apply."""
    least, most = ARGUMENTS.get(function, (1, 1))
    if len(arguments) < least:
        raise NoValue(lacking(function))
    if len(arguments) > most:
        raise NoValue(because("arguments", name=function, count=most))
    try:
        return WHOLE[function](*arguments)
    except (ValueError, TypeError, IndexError, np.linalg.LinAlgError):
        shapes = ", ".join("×".join(map(str, np.shape(argument))) or "1" for argument in arguments)
        raise NoValue(because("misapplied", name=function, shapes=shapes)) from None


# The fewest and the most arguments, where that is not one.
ARGUMENTS = {"onehot": (2, 2), "ones": (1, 9), "zeros": (1, 9)}

# What has no name in the problem language, or is quicker than a problem of its own.
WHOLE: dict[str, Callable[..., Array]] = {
    "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "exp": np.exp,
    "sqrt": np.sqrt, "abs": np.abs, "log": np.log, "softmax": _softmax, "sum": np.sum, "mean": np.mean,
    "norm": lambda z: np.sqrt(np.sum(z * z)), "det": np.linalg.det, "inv": np.linalg.inv, "trace": np.trace,
    "diag": np.diag, "identity": lambda size: np.eye(_size(size)), "onehot": _one_hot,
    "ones": _made(1.0), "zeros": _made(0.0), "ones_like": np.ones_like, "zeros_like": np.zeros_like,
    "rowsum": _by_rows(np.sum), "rowmean": _by_rows(np.mean), "rowvar": _by_rows(np.var), "rowstd": _by_rows(np.std),
    "colsum": _by_columns(np.sum), "colmean": _by_columns(np.mean), "colvar": _by_columns(np.var),
    "colstd": _by_columns(np.std),
}  # fmt: skip

RELATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
