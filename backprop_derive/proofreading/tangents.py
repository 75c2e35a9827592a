"""Tangents of vectors and matrices: how a name changes along the seed of a sweep of forward mode."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .engine import Array, Engine
from .scope import Scope
from .sentences import because
from .values import NoValue

_ACCENTS = frozenset(("hat", "bar", "tilde"))
_MOST_ENTRIES = 4_000_000  # of one local gradient


def with_dot(key: str) -> str:
    """The key of the tangent of a name: net_dot_h1 of net_h1, y_hat_dot of y_hat."""
    stem = key.rstrip("'")
    base, *rest = stem.split("_")
    accents = [part for part in rest if part in _ACCENTS]
    dotted = [base, *accents, "dot", *(part for part in rest if part not in _ACCENTS)]
    return "_".join(dotted) + key[len(stem) :]


def any_seed(value: Array) -> Array:
    """A seed for what stands for any: numbers that are nothing else's."""
    return np.random.default_rng(np.size(value)).integers(3000, 17000, np.shape(value)) / 7000


def tangent(engine: Engine, scope: Scope, base: str, seeds: dict[str, Array], known: dict[str, Any]) -> Array:
    """The tangent of a name: of what is seeded its seed, of any other given 0, of a step the sum over what it uses.

    `known` keeps those of a sweep. Raises NoValue where a local gradient has none.
    """
    for key in _needed(scope, base):
        if key in known:
            continue
        if key in seeds:
            if np.shape(seeds[key]) != np.shape(engine.value(key)):
                raise NoValue(because("shape", shape="×".join(map(str, np.shape(engine.value(key)))) or "1"))
            known[key] = seeds[key]
        elif key not in scope.steps:
            known[key] = None
        else:
            known[key] = _of_step(engine, key, scope.operands[key], known)
    found = known[base]
    return np.zeros(np.shape(engine.value(base))) if found is None else found


def _needed(scope: Scope, base: str) -> Iterable[str]:
    """What a name is computed from, each after what it uses, and itself."""
    needed = scope.needed(base)
    return [*(key for key in needed if key not in scope.steps), *(key for key in scope.order if key in needed)]


def _of_step(engine: Engine, step: str, operands: Iterable[str], known: dict[str, Any]) -> Array | None:
    """Σ local gradient · tangent over the names that a step uses; None where none of them changes."""
    total = None
    for operand in operands:
        change = known.get(operand)
        if change is None:
            continue
        if np.size(change) * np.size(engine.value(step)) > _MOST_ENTRIES:
            raise NoValue(because("many"))
        part = np.tensordot(engine.local(step, operand), change, axes=np.ndim(change))
        total = part if total is None else total + part
    return total
