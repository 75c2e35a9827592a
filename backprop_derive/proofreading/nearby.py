"""Values near those of the notes, where formulas that agree at the notes' own values by accident disagree."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zlib import crc32

import numpy as np

Array = Any

SEEDS = (1, 2)
# No entry moves further, so that the case of a choice stays that it is, and a logarithm has its value.
_MOST = 1e-3
_LEAST = _MOST / 5
_EXACT = 1e-9


def near(name: str, value: Array, structure: str, seed: int) -> Array:
    """The value with every entry moved a little, each by another step; of the kind that a matrix is declared to be."""
    drawn = np.random.default_rng([crc32(name.encode()), seed])
    steps = drawn.uniform(_LEAST, _MOST, np.shape(value)) * drawn.choice((-1.0, 1.0), np.shape(value))
    return value + structured(steps, structure)


def structured(array: Array, structure: str) -> Array:
    """The array made symmetric or diagonal."""
    if structure == "symmetric":
        return (array + array.T) / 2
    return array * np.eye(len(array)) if structure == "diagonal" else array


def is_special(value: Array, sizes: Collection[int]) -> bool:
    """Whether a value may be what it is on purpose, so that formulas may rely on it.

    Such are masks and signs, one-hot targets and other distributions, orthonormal columns, and a number of rows.
    """
    if not np.ndim(value):
        return float(value) in sizes
    if np.isin(value, (-1, 0, 1)).all():
        return True
    is_distribution = np.min(value) >= 0 and any(_is_one(np.sum(value, axis)) for axis in range(np.ndim(value)))
    columns = value.reshape(len(value), -1)
    return bool(is_distribution or _is_one(columns.T @ columns - np.eye(columns.shape[1]) + 1))


def _is_one(value: Array) -> bool:
    return bool(np.max(np.abs(value - 1), initial=0) <= _EXACT)
