"""Frames around boxes that belong together: a run of columns, with nothing else of them inside of the frame."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ..records import record

_INSET = 6.0  # of a title from its frame, across the picture
_BESIDE = 8.0  # from the boxes to the frame, along the picture; across it a box has room of its own

Size = tuple[float, float]
Point = tuple[float, float]


@record
class Band:
    """Boxes that are framed, by their numbers, and the size of the frame's title."""

    members: tuple[int, ...]
    title: Size


@record
class Border:
    """A frame by its corners, and the corners of its title's place, which lies in it."""

    corners: tuple[Point, Point]
    title: tuple[Point, Point]


@record
class Span:
    """The columns of a band, from `first` to `last`, and the room for its title, along the picture and across it."""

    first: int
    last: int
    title: Size


@record
class Extent:
    """Where a frame begins and ends across its columns, and in which column and from where on its title has room."""

    least: float
    most: float
    titled: int
    title: float


def cleared(
    layers: Sequence[Sequence[int]],
    heights: Sequence[float],
    at: list[float],
    spans: Sequence[Span],
    together: Collection[int],
) -> list[Extent]:
    """Where each frame begins and ends across its columns; what is not in it is moved beside it, in its order."""
    found = []
    for span in spans:
        numbers = range(span.first, span.last + 1)
        inside = [[item for item in layers[number] if item in together] for number in numbers]
        begins = {
            column: min(at[k] - heights[k] / 2 for k in items)
            for column, items in zip(numbers, inside, strict=True) if items
        }  # fmt: skip
        # The title takes the room beside a short column, where there is one.
        titled = max((column for column in begins if (column - span.first) % 2 == 0), key=lambda k: round(begins[k]))
        title = begins[titled] - span.title[1]
        least = min(title, *begins.values())
        most = max(at[k] + heights[k] / 2 for column in inside for k in column)
        for number in numbers:
            _move_aside(layers[number], heights, at, together, least, most)
        found.append(Extent(least, most, titled, title))
    return found


def _move_aside(
    layer: Sequence[int],
    heights: Sequence[float],
    at: list[float],
    together: Collection[int],
    least: float,
    most: float,
) -> None:
    run = [k for k, item in enumerate(layer) if item in together]
    start = run[0] if run else sum(at[item] < (least + most) / 2 for item in layer)
    edge = least
    for item in reversed(layer[:start]):
        at[item] = min(at[item], edge - heights[item] / 2)
        edge = at[item] - heights[item] / 2
    edge = most
    for item in layer[start + len(run) :]:
        at[item] = max(at[item], edge + heights[item] / 2)
        edge = at[item] + heights[item] / 2


def borders(
    spans: Sequence[Span], extents: Sequence[Extent], starts: Sequence[float], ends: Sequence[float]
) -> Iterator[Border]:
    """The frames, the title of each at the beginning of its column."""
    for span, extent in zip(spans, extents, strict=True):
        start = starts[extent.titled]
        corners = (starts[span.first] - _BESIDE, extent.least), (ends[span.last] + _BESIDE, extent.most)
        place = (start, extent.title + _INSET), (start + span.title[0], extent.title + span.title[1])
        yield Border(corners, place)
