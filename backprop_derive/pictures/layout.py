"""A layered layout, from left to right: boxes in columns, lines that pass no box, each label in a place of its own.

The label of a line is an item of a column between those of the boxes; lines from one box that go on beyond the next
column share a trunk, as wires do. Nothing can then lie on anything else, whatever the sizes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from ..records import record
from .coordinates import placed
from .ordering import ordered
from .ranks import ranks

_GAP = 22.0  # between columns, where lines bend
_APART, _LINES_APART = 16.0, 9.0  # room across a column, between boxes and between lines
_LEAST_LABELS = 4.0  # width of a column of labels that has none
_SPINE, _LEAF = 8.0, 0.4  # how much lines between steps hold each other straight, and lines of leaves
_PORT = 11.0  # between the ends of two lines at one box

Size = tuple[float, float]
Point = tuple[float, float]


@record
class Line:
    """A line as straight pieces within columns, to be joined by curves between them; `label` is the middle of it.

    The piece with the number `labelled` passes under the label.
    """

    pieces: tuple[tuple[Point, Point], ...]
    label: Point
    labelled: int


@record
class Layout:
    """Where the boxes (their middles) and lines are; `is_down` tells that columns are rows, from top to bottom."""

    width: float
    height: float
    boxes: tuple[Point, ...]
    lines: tuple[Line, ...]
    is_down: bool = False


def arranged(boxes: Sequence[Size], links: Sequence[tuple[int, int]], labels: Sequence[Size], down: bool) -> Layout:
    """The layout of boxes in topological order; `labels` has the size of each link's label, (0, 0) for none."""
    if down:
        turned = _arranged([(h, w) for w, h in boxes], links, [(h, w) for w, h in labels])
        return Layout(
            turned.height,
            turned.width,
            tuple((y, x) for x, y in turned.boxes),
            tuple(
                Line(tuple(((b, a), (d, c)) for (a, b), (c, d) in line.pieces), line.label[::-1], line.labelled)
                for line in turned.lines
            ),
            True,
        )
    return _arranged(boxes, links, labels)


@record(slots=False)
class _Items:
    """What stands in the columns: boxes first, then trunks and labels. `along` and `across` are sizes with room."""

    layers: list[list[int]]
    along: list[float]
    across: list[float]
    left: list[list[int]]
    right: list[list[int]]
    column: list[int]
    routes: list[list[int]] = field(default_factory=list)  # of each link, the items between its ends

    def new(self, column: int, size: Size, room: float) -> int:
        item = len(self.column)
        self.column.append(column)
        self.layers[column].append(item)
        self.along.append(size[0])
        self.across.append(size[1] + room)
        self.left.append([])
        self.right.append([])
        return item

    def join(self, source: int, target: int) -> None:
        self.right[source].append(target)
        self.left[target].append(source)


def _arranged(boxes: Sequence[Size], links: Sequence[tuple[int, int]], labels: Sequence[Size]) -> Layout:
    items = _items(boxes, links, labels)
    layers = ordered(items.layers, items.left, items.right)
    count = len(boxes)
    pulls = _pulls(count, links, items)
    across = placed(layers, items.across, items.left, items.right, lambda a, b: pulls[max(a, b)])
    starts, ends = _columns(layers, items)
    middles = [(starts[items.column[k]] + ends[items.column[k]]) / 2 for k in range(count)]
    ports = _ports(boxes, links, items, across)
    lines = []
    for (source, target), route, port in zip(links, items.routes, ports, strict=True):
        leave = (middles[source] + boxes[source][0] / 2, across[source])
        arrive = (middles[target] - boxes[target][0] / 2, port)
        pieces = [(leave, (ends[items.column[source]], across[source]))]
        pieces += [((starts[items.column[k]], across[k]), (ends[items.column[k]], across[k])) for k in route]
        pieces.append(((starts[items.column[target]], port), arrive))
        column = items.column[route[-1]]
        label = ((starts[column] + ends[column]) / 2, across[route[-1]])
        lines.append(Line(tuple(pieces), label, len(route)))
    height = max((y + h / 2 for y, h in zip(across, items.across, strict=True)), default=0.0)
    return Layout(ends[-1] if ends else 0.0, height, tuple(zip(middles, across[:count], strict=True)), tuple(lines))


def _pulls(count: int, links: Sequence[tuple[int, int]], items: _Items) -> list[float]:
    """How much each item between two boxes holds its line straight: more on the way between two steps than a leaf's."""
    inner = {target for _, target in links}
    found = [1.0] * len(items.column)
    for (source, _), route in zip(links, items.routes, strict=True):
        for item in route:
            found[item] = _SPINE if source in inner else _LEAF
    return found


def _items(boxes: Sequence[Size], links: Sequence[tuple[int, int]], labels: Sequence[Size]) -> _Items:
    """Boxes in even columns, labels and trunks between; what a trunk has in common is one item for all its lines."""
    found = ranks(len(boxes), links)
    items = _Items([[] for _ in range(2 * max(found, default=-1) + 1)], [], [], [], [], [])
    for rank, size in zip(found, boxes, strict=True):
        items.new(2 * rank, size, _APART)
    trunks: dict[tuple[int, int], int] = {}
    for (source, target), size in zip(links, labels, strict=True):
        route = []
        end = source
        for column in range(2 * found[source] + 1, 2 * found[target] - 1):
            if (source, column) not in trunks:
                trunks[source, column] = items.new(column, (0.0, 0.0), _LINES_APART)
                items.join(end, trunks[source, column])
            end = trunks[source, column]
            route.append(end)
        label = items.new(2 * found[target] - 1, size, _LINES_APART)
        items.join(end, label)
        items.join(label, target)
        items.routes.append([*route, label])
    return items


def _columns(layers: Sequence[Sequence[int]], items: _Items) -> tuple[list[float], list[float]]:
    """Where each column begins and ends."""
    starts, ends, edge = [], [], 0.0
    for number, layer in enumerate(layers):
        width = max((items.along[item] for item in layer), default=0.0)
        starts.append(edge + _GAP * (number > 0))
        ends.append(starts[-1] + max(width, _LEAST_LABELS))
        edge = ends[-1]
    return starts, ends


def _ports(
    boxes: Sequence[Size], links: Sequence[tuple[int, int]], items: _Items, across: Sequence[float]
) -> list[float]:
    """Where each line arrives at its box: the lines side by side in their order, so that no arrow covers another."""
    arriving: dict[int, list[int]] = {}
    for number, (_, target) in enumerate(links):
        arriving.setdefault(target, []).append(number)
    found = [0.0] * len(links)
    for target, numbers in arriving.items():
        numbers.sort(key=lambda number: across[items.routes[number][-1]])
        apart = min(_PORT, (boxes[target][1] - 8) / max(1, len(numbers)))
        for k, number in enumerate(numbers):
            found[number] = across[target] + (k - (len(numbers) - 1) / 2) * apart
    return found
