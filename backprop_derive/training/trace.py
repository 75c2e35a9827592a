"""The trace of a training: loss and parameters after every update, as arrays, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy

from ..records import record

# A trace of more numbers keeps the norms of the parameters only.
MOST_NUMBERS = 5_000_000


@record
class Divergence:
    """Where a training went astray: the update from which on the loss stayed above its smallest, and the last made.

    `is_finite` tells that the loss passed the stated bound; otherwise it was no number any more.
    """

    began: int
    noticed: int
    is_finite: bool


@record(slots=False)
class Trace:
    """`losses[k]` is the loss after k updates, `parameters[k]` the entries of all parameters, named by `columns`.

    Where the entries are too many, `columns` are ‖W‖ for each parameter: `are_norms`.
    """

    columns: tuple[str, ...]
    losses: Any
    parameters: Any
    are_norms: bool = False
    divergence: Divergence | None = None

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return len(self.losses) - 1

    def thinned(self, most: int = 20) -> list[int]:
        """The numbers of updates that a table shows: all of a few, else 0, 1, 2, 5, 10, 20, … and the last."""
        if self.updates < most:
            return list(range(self.updates + 1))
        steps = [m * 10**k for k in range(len(str(self.updates))) for m in (1, 2, 5)]
        return [0, *(n for n in steps if n < self.updates), self.updates]

    def to_csv(self) -> str:
        """One line an update, all digits."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("update", "loss", *self.columns))
        for number, (loss, row) in enumerate(zip(self.losses.tolist(), self.parameters.tolist(), strict=True)):
            writer.writerow((number, loss, *row))
        return out.getvalue()

    def to_json(self) -> str:
        """The same by columns: `update`, `loss`, and `parameters` by name; a number that does not exist is null."""
        gone = None if self.divergence is None else {"began": self.divergence.began, "noticed": self.divergence.noticed}
        content = {
            "version": 1,
            "update": list(range(self.updates + 1)),
            "loss": _finite(self.losses),
            "parameters": {name: _finite(self.parameters[:, k]) for k, name in enumerate(self.columns)},
            "are_norms": self.are_norms,
            "divergence": gone,
        }
        return json.dumps(content, allow_nan=False, ensure_ascii=False) + "\n"


def _finite(column: Any) -> list[float | None]:
    return [number if abs(number) < float("inf") else None for number in column.tolist()]


class Recorder:
    """Collects a trace. Parameters are flattened in the order of `keys`."""

    def __init__(self, spelled: Sequence[tuple[str, str]], start: dict[str, Any], updates: int) -> None:
        self.keys = [key for key, _ in spelled]
        shapes = [numpy.shape(start[key]) for key in self.keys]
        entries = sum(int(numpy.prod(shape)) for shape in shapes)
        self.are_norms = entries * (updates + 1) > MOST_NUMBERS
        self.are_numbers = not any(shapes)
        names = [name for _, name in spelled]
        self.columns = tuple(
            names if self.are_norms else [c for n, s in zip(names, shapes, strict=True) for c in _entries(n, s)]
        )
        self.losses = numpy.empty(updates + 1)
        self.rows = numpy.empty((updates + 1, len(self.columns)))

    def add(self, number: int, loss: float, values: Sequence[Any]) -> None:
        self.losses[number] = loss
        if self.are_numbers:
            self.rows[number] = values
        elif self.are_norms:
            self.rows[number] = [numpy.linalg.norm(value) for value in values]
        else:
            self.rows[number] = numpy.concatenate([numpy.ravel(value) for value in values])

    def trace(self, made: int, divergence: Divergence | None) -> Trace:
        columns = tuple(f"‖{name}‖" for name in self.columns) if self.are_norms else self.columns
        return Trace(columns, self.losses[: made + 1], self.rows[: made + 1], self.are_norms, divergence)


def _entries(name: str, shape: tuple[int, ...]) -> list[str]:
    return [f"{name}[{', '.join(map(str, at))}]" for at in numpy.ndindex(shape)] if shape else [name]
