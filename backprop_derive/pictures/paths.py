"""The lines of a layout as curves, with a gap where a label stands."""

from __future__ import annotations

from collections.abc import Iterator

from ..records import record
from .bands import Point
from .layout import Layout, Line


@record
class Curve:
    """A cubic curve from `start` to `end`, straight where both control points are None."""

    start: Point
    end: Point
    controls: tuple[Point, Point] | None = None


def runs(line: Line, layout: Layout, has_label: bool) -> list[list[Curve]]:
    """The line in its connected runs: one, or two with the label between them."""
    found: list[list[Curve]] = [[]]
    for number, (start, end) in enumerate(line.pieces):
        if number:
            found[-1].append(_bent(line.pieces[number - 1][1], start, layout.is_down))
        if number == line.labelled and has_label:
            found.append([])
        elif start != end:
            found[-1].append(Curve(start, end))
    return [run for run in found if run]


def _bent(start: Point, end: Point, down: bool) -> Curve:
    if start[down is False] == end[down is False]:
        return Curve(start, end)
    if down:
        middle = (start[1] + end[1]) / 2
        return Curve(start, end, ((start[0], middle), (end[0], middle)))
    middle = (start[0] + end[0]) / 2
    return Curve(start, end, ((middle, start[1]), (middle, end[1])))


def units(x: float, y: float, count: int, step: float) -> Iterator[Point]:
    """The middles of so many circles in a column around (x, y)."""
    for k in range(count):
        yield x, y + (k - (count - 1) / 2) * step
