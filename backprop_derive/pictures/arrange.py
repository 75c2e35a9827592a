"""A picture laid out for its place: from left to right where there is room for it, else from top to bottom."""

from __future__ import annotations

from ..document import Picture
from ..records import record
from .collapse import collapsed
from .labels import box, tag
from .layout import Layout, arranged

_LEAST_SCALE = 0.55  # 14 px of letters are then as high as 6 points of print
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
    """The picture with its groups collapsed, until it is legible in the frame, and its layout there."""
    most = frame.most
    while True:
        shown = collapsed(picture, most)
        across = _arranged(shown, False)
        if scale(across, frame) >= _GOOD_SCALE:
            return shown, across
        best = max((across, _arranged(shown, True)), key=lambda layout: scale(layout, frame))
        if scale(best, frame) >= _LEAST_SCALE or len(shown.nodes) <= _FEWEST or most <= _FEWEST:
            return shown, best
        most = min(most, len(shown.nodes)) * 2 // 3


def scale(layout: Layout, frame: Frame) -> float:
    """How much of its size the layout has in the frame, 1 at most."""
    return min(1.0, frame.width / layout.width, frame.height / layout.height)


def _arranged(picture: Picture, down: bool) -> Layout:
    number = {node.key: k for k, node in enumerate(picture.nodes)}
    links = [(number[edge.source], number[edge.target]) for edge in picture.edges]
    boxes = [box(node, picture) for node in picture.nodes]
    return arranged(boxes, links, [tag(edge, picture) for edge in picture.edges], down)
