"""What another road to the same numbers found: values and gradients side by side."""

from __future__ import annotations

import math

from .records import record

# Two roads in double precision agree where no number differs by more than this, relative to the largest of its tensor.
TOLERANCE = 1e-9
# Numbers so much smaller than the largest of all are what rounding leaves of 0.
_NEGLIGIBLE = 1e-6

# How records and JSON name the road that knows values only, and why it may leave gradients out.
DIFFERENCE = "a central difference with 60 digits"
AT_A_KINK = "a value lies at a kink, where differences do not tell the derivative"


@record
class Compared:
    """One value or gradient by both roads, row by row; `kind` is `value` or `gradient`.

    `places` are the entries that were compared, by their number; None where all were.
    """

    kind: str
    key: str
    shape: tuple[int, ...]
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    places: tuple[int, ...] | None = None

    @property
    def size(self) -> float:
        """The largest number in it."""
        return max((abs(x) for x in (*self.ours, *self.theirs) if math.isfinite(x)), default=0.0)

    def difference(self, floor: float = 0.0) -> float:
        """The largest difference, relative to the largest number or to `floor`; infinite where one does not exist."""
        largest = 0.0
        for a, b in zip(self.ours, self.theirs, strict=True):
            if a != b:
                gap = abs(a - b)
                largest = max(largest, gap if math.isfinite(gap) else math.inf)
        return largest / max(self.size, floor) if largest else 0.0


@record
class Comparison:
    """Our numbers and those of an engine; `left_out` says why gradients were not compared, "" where they were."""

    engine: str
    called: str
    rows: tuple[Compared, ...]
    left_out: str = ""

    def of_kind(self, kind: str) -> tuple[Compared, ...]:
        return tuple(row for row in self.rows if row.kind == kind)

    def difference(self, row: Compared) -> float:
        """The relative difference of a row, in which what rounding leaves of 0 counts as little as it should."""
        return row.difference(_NEGLIGIBLE * max(other.size for other in self.of_kind(row.kind)))

    @property
    def largest(self) -> float:
        """The largest relative difference of all."""
        return max(map(self.difference, self.rows), default=0.0)

    @property
    def disagreeing(self) -> tuple[Compared, ...]:
        return tuple(row for row in self.rows if not self.difference(row) <= TOLERANCE)

    @property
    def agrees(self) -> bool:
        return not self.disagreeing
