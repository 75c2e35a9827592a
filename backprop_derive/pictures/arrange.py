"""A picture laid out for its place: from left to right where there is room for it, else from top to bottom."""

from __future__ import annotations

from dataclasses import replace

from ..document import Picture
from ..records import record
from .bands import Band
from .collapse import collapsed
from .labels import box, tag, title
from .layout import Layout, arranged

_LEAST_SCALE = 0.54  # 14 px of letters are then as high as 5.7 points of print
_GOOD_SCALE = 0.75
_FEWEST = 12  # nodes to which a picture is collapsed at most


@record
class Frame:
    """The room for a picture, in pixels (0.75 points), and from how many nodes on groups are drawn as one."""

    width: float
    height: float
    most: int


PAGE = Frame(610.0, 700.0, 60)
SCREEN = Frame(900.0, 1400.0, 80)


def fitted(picture: Picture, frame: Frame) -> tuple[Picture, Layout]:
    """The picture with its groups collapsed, until it is legible in the frame, and its layout there.

    Its layers are framed as long as that costs no group, and the links between them let them stand one after the other.
    """
    most = frame.most
    while True:
        shown = collapsed(picture, most)
        fewest = len(shown.nodes) <= _FEWEST or most <= _FEWEST
        plain = replace(shown, bands=())
        for tried in (shown, plain) if shown.bands else (plain,):
            layout = _best(tried, frame)
            if layout is not None and (scale(layout, frame) >= _LEAST_SCALE or (fewest and tried is plain)):
                return tried, layout
        most = min(most, len(shown.nodes)) * 2 // 3


def scale(layout: Layout, frame: Frame) -> float:
    """How much of its size the layout has in the frame, 1 at most."""
    return min(1.0, frame.width / layout.width, frame.height / layout.height)


def _best(picture: Picture, frame: Frame) -> Layout | None:
    """From left to right where that is well legible, else as it is larger; None where bands cannot be in order."""
    across = _arranged(picture, False)
    if across is None or scale(across, frame) >= _GOOD_SCALE:
        return across
    down = _arranged(picture, True)
    assert down is not None
    return max((across, down), key=lambda layout: scale(layout, frame))


def _arranged(picture: Picture, down: bool) -> Layout | None:
    number = {node.key: k for k, node in enumerate(picture.nodes)}
    links = [(number[edge.source], number[edge.target]) for edge in picture.edges]
    boxes = [box(node, picture) for node in picture.nodes]
    bands = [Band(tuple(number[key] for key in band.members), title(band)) for band in picture.bands]
    return arranged(boxes, links, [tag(edge, picture) for edge in picture.edges], down, bands)
