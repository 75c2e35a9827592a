"""Functions of whole vectors and matrices, as notes write them: sums of columns, one-hot rows, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
_MOST = 1_000


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _by_rows(reduce: Callable[..., Array]) -> Callable[[Array], Array]:
    """Of each row; a column, so that it may stand beside a matrix."""
    return lambda z: reduce(z, axis=-1, keepdims=True)


def _by_columns(reduce: Callable[..., Array]) -> Callable[[Array], Array]:
    return lambda z: reduce(z, axis=-2)


def _size(number: Array) -> int:
    """A size that notes write. Raises ValueError for none, and for one beyond reason."""
    if not 1 <= number <= _MOST or number != int(number):
        raise ValueError(f"{number:g} is no size: it is a whole number from 1 to {_MOST:,}")
    return int(number)


def _one_hot(labels: Array, size: Array) -> Array:
    return (np.rint(labels)[..., None] == np.arange(_size(size))).astype(float)


# What has no name in the problem language, or is quicker than a problem of its own.
WHOLE: dict[str, Callable[..., Array]] = {
    "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "exp": np.exp,
    "sqrt": np.sqrt, "abs": np.abs, "log": np.log, "softmax": _softmax, "sum": np.sum, "mean": np.mean,
    "norm": lambda z: np.sqrt(np.sum(z * z)), "det": np.linalg.det, "inv": np.linalg.inv, "trace": np.trace,
    "diag": np.diag, "identity": lambda size: np.eye(_size(size)), "onehot": _one_hot,
    "ones": lambda *sizes: np.ones([_size(size) for size in sizes]),
    "rowsum": _by_rows(np.sum), "rowmean": _by_rows(np.mean), "rowvar": _by_rows(np.var), "rowstd": _by_rows(np.std),
    "colsum": _by_columns(np.sum), "colmean": _by_columns(np.mean), "colvar": _by_columns(np.var),
    "colstd": _by_columns(np.std),
}  # fmt: skip

RELATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal,
}  # fmt: skip
