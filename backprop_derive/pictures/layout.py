"""A layered layout, from left to right: boxes in columns, lines that pass no box, each label in a place of its own.

The label of a line is an item of a column between those of the boxes; lines from one box that go on beyond the next
column share a trunk, as wires do. Nothing can then lie on anything else, whatever the sizes are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from ..records import record
from .bands import Band, Border, Point, Size, Span, borders, cleared
from .coordinates import placed
from .ordering import ordered
from .ranks import ranks

_GAP = 22.0  # between columns, where lines bend
_APART, _LINES_APART = 16.0, 9.0  # room across a column, between boxes and between lines
_LEAST_LABELS = 4.0  # width of a column of labels that has none
_SPINE, _LEAF = 8.0, 0.4  # how much lines between steps hold each other straight, and lines of leaves
_PORT = 11.0  # between the ends of two lines at one box


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
    """Where the boxes (their middles), lines and frames are; `is_down`: columns are rows, from top to bottom."""

    width: float
    height: float
    boxes: tuple[Point, ...]
    lines: tuple[Line, ...]
    is_down: bool = False
    bands: tuple[Border, ...] = ()


def arranged(
    boxes: Sequence[Size],
    links: Sequence[tuple[int, int]],
    labels: Sequence[Size],
    down: bool,
    bands: Sequence[Band] = (),
) -> Layout | None:
    """The layout of boxes in topological order; `labels` has the size of each link's label, (0, 0) for none.

    None where a link goes from one of the `bands` to an earlier one.
    """
    if not down:
        return _arranged(boxes, links, labels, bands)
    turned_bands = [Band(band.members, band.title[::-1]) for band in bands]
    turned = _arranged([(h, w) for w, h in boxes], links, [(h, w) for w, h in labels], turned_bands)
    if turned is None:
        return None
    return Layout(
        turned.height,
        turned.width,
        tuple((y, x) for x, y in turned.boxes),
        tuple(
            Line(tuple(((b, a), (d, c)) for (a, b), (c, d) in line.pieces), line.label[::-1], line.labelled)
            for line in turned.lines
        ),
        True,
        tuple(Border(_turned(border.corners), _turned(border.title)) for border in turned.bands),
    )


def _turned(corners: tuple[Point, Point]) -> tuple[Point, Point]:
    return corners[0][::-1], corners[1][::-1]


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


def _arranged(
    boxes: Sequence[Size], links: Sequence[tuple[int, int]], labels: Sequence[Size], bands: Sequence[Band]
) -> Layout | None:
    count = len(boxes)
    found = ranks(count, links, [band.members for band in bands])
    if found is None:
        return None
    items = _items(boxes, links, labels, found)
    spans = [Span(2 * min(ranked), 2 * max(ranked), band.title) for band, ranked in _ranked(bands, found)]
    together = _together(links, items, bands, spans)
    layers = ordered(items.layers, items.left, items.right, together)
    pulls = _pulls(count, links, items)
    across = placed(layers, items.across, items.left, items.right, lambda a, b: pulls[max(a, b)])
    extents = cleared(layers, items.across, across, spans, together)
    starts, ends = _columns(layers, items, {e.titled: s.title[0] for e, s in zip(extents, spans, strict=True)})
    frames = list(borders(spans, extents, starts, ends))
    middles = [(starts[items.column[k]] + ends[items.column[k]]) / 2 for k in range(count)]
    lines = _lines(boxes, links, items, across, middles, (starts, ends))
    return _from_origin(lines, frames, list(zip(middles, across[:count], strict=True)), (ends, across, items))


def _lines(
    boxes: Sequence[Size],
    links: Sequence[tuple[int, int]],
    items: _Items,
    across: Sequence[float],
    middles: Sequence[float],
    columns: tuple[Sequence[float], Sequence[float]],
) -> list[Line]:
    starts, ends = columns
    lines = []
    for (source, target), route, port in zip(links, items.routes, _ports(boxes, links, items, across), strict=True):
        leave = (middles[source] + boxes[source][0] / 2, across[source])
        arrive = (middles[target] - boxes[target][0] / 2, port)
        pieces = [(leave, (ends[items.column[source]], across[source]))]
        pieces += [((starts[items.column[k]], across[k]), (ends[items.column[k]], across[k])) for k in route]
        pieces.append(((starts[items.column[target]], port), arrive))
        column = items.column[route[-1]]
        label = ((starts[column] + ends[column]) / 2, across[route[-1]])
        lines.append(Line(tuple(pieces), label, len(route)))
    return lines


def _from_origin(
    lines: Sequence[Line],
    frames: Sequence[Border],
    boxes: Sequence[Point],
    sizes: tuple[Sequence[float], Sequence[float], _Items],
) -> Layout:
    """The layout with its least corner at (0, 0): frames stand out from the boxes in them, and push others aside."""
    ends, across, items = sizes
    left = min((frame.corners[0][0] for frame in frames), default=0.0)
    left = min(left, 0.0)
    right = max([*ends[-1:], *(frame.corners[1][0] for frame in frames), 0.0])
    room = list(zip(across, items.across, strict=True))
    top = min([*(y - h / 2 for y, h in room), *(frame.corners[0][1] for frame in frames)], default=0.0)
    bottom = max([*(y + h / 2 for y, h in room), *(frame.corners[1][1] for frame in frames)], default=0.0)

    def moved(point: Point) -> Point:
        return point[0] - left, point[1] - top

    def both(corners: tuple[Point, Point]) -> tuple[Point, Point]:
        return moved(corners[0]), moved(corners[1])

    return Layout(
        right - left,
        bottom - top,
        tuple(map(moved, boxes)),
        tuple(Line(tuple(map(both, line.pieces)), moved(line.label), line.labelled) for line in lines),
        bands=tuple(Border(both(frame.corners), both(frame.title)) for frame in frames),
    )


def _ranked(bands: Sequence[Band], found: Sequence[int]) -> Iterator[tuple[Band, list[int]]]:
    for band in bands:
        yield band, [found[member] for member in band.members]


def _together(
    links: Sequence[tuple[int, int]], items: _Items, bands: Sequence[Band], spans: Sequence[Span]
) -> set[int]:
    """The items within frames: boxes, what goes on from them as long as it is in their columns, and what they get."""
    home = {member: span for band, span in zip(bands, spans, strict=True) for member in band.members}
    found = set(home)
    for (source, target), route in zip(links, items.routes, strict=True):
        *trunk, label = route
        if source in home:
            found.update(item for item in trunk if items.column[item] <= home[source].last)
        if target in home and home[target].first < items.column[label]:
            found.add(label)
    return found


def _pulls(count: int, links: Sequence[tuple[int, int]], items: _Items) -> list[float]:
    """How much each item between two boxes holds its line straight: more on the way between two steps than a leaf's."""
    inner = {target for _, target in links}
    found = [1.0] * len(items.column)
    for (source, _), route in zip(links, items.routes, strict=True):
        for item in route:
            found[item] = _SPINE if source in inner else _LEAF
    return found


def _items(
    boxes: Sequence[Size], links: Sequence[tuple[int, int]], labels: Sequence[Size], found: Sequence[int]
) -> _Items:
    """Boxes in even columns, labels and trunks between; what a trunk has in common is one item for all its lines."""
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


def _columns(
    layers: Sequence[Sequence[int]], items: _Items, titles: Mapping[int, float]
) -> tuple[list[float], list[float]]:
    """Where each column begins and ends."""
    starts, ends, edge = [], [], 0.0
    for number, layer in enumerate(layers):
        width = max([titles.get(number, 0.0), *(items.along[item] for item in layer)])
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
