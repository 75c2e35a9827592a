"""What stands in a box and on a line, line by line, and how much room it takes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from math import fsum

from ..document import Chain, MathNode, Picture, PictureBand, PictureEdge, PictureNode
from ..printers.text import text
from ..records import record
from ..report.sentences import PICTURE
from ..syntax.expression import ListOf

FORWARD, BACKWARD = "→ ", "← "  # what runs forward and what runs back, told apart without colour
SIZE, LINE, SMALL = 14.0, 19.0, 12.5  # of letters, of a line, of the letters on an edge
UNIT, MOST_UNITS = 9.0, 7  # a unit of a layer, and how many of them are drawn
CELL, BESIDE = 56.0, 28.0  # the width of an entry of a matrix, and of the arrow and the brackets beside it
_NARROW, _WIDE = frozenset("ijlftr.,;:'|()[]·′ "), frozenset("mwMW@=+−≈←→∂Σ⊙ΦΩ…∈×")
_LONGEST_FORMULA, _LONGEST_LOCAL, _LONGEST_VALUE = 24, 22, 20  # characters; what is longer is left out

Show = Callable[[MathNode], str]


@record
class Label:
    """A line of a box: `role` is `name`, `value`, `adjoint` or `count`, which is in words.

    A row of a matrix has `cells`, and is the row number `row` of `rows`.
    """

    role: str
    text: str
    cells: tuple[str, ...] = ()
    row: int = 0
    rows: int = 1


def shown(picture: Picture) -> Show:
    """Mathematics as a line of Unicode."""
    return lambda node: text(node, picture.literal_names)


def lines(node: PictureNode, picture: Picture, show: Show) -> tuple[Label, ...]:
    """The lines of a box, the mathematics printed by `show`."""
    plain = shown(picture)
    name = show(node.name)
    if node.formula is not None and len(plain(node.formula)) <= _LONGEST_FORMULA:
        name += f" = {show(node.formula)}"
    found = [Label("name", name)]
    for role, value, shape in (
        ("value", node.value, node.shape), ("adjoint", node.adjoint, node.adjoint_shape)
    ):  # fmt: skip
        if node.is_open and isinstance(value, ListOf):
            found += _matrix(role, value, show)
        elif value is not None and len(plain(value)) <= _LONGEST_VALUE:
            found.append(Label(role, show(value)))
        elif shape:
            found.append(Label(role, sizes(shape)))
    if node.count > 1:
        found.append(Label("count", PICTURE["group"].format(count=node.count)))
    return tuple(found)


def _matrix(role: str, value: ListOf, show: Show) -> list[Label]:
    """The rows of a matrix, or the one of a vector."""
    items = value.items if isinstance(value.items[0], ListOf) else (value,)
    rows = [tuple(map(show, row.items)) for row in items if isinstance(row, ListOf)]
    return [Label(role, " ".join(cells), cells, k, len(rows)) for k, cells in enumerate(rows)]


def sizes(shape: tuple[int | str, ...]) -> str:
    """A shape as it is read: 3×2."""
    return "×".join(map(str, shape))


def local(edge: PictureEdge, picture: Picture, show: Show) -> str:
    """What stands on a line: the local gradient, or where that is long its value alone."""
    plain = shown(picture)
    for node in (edge.local, edge.local.links[-1] if isinstance(edge.local, Chain) else None):
        if node is not None and len(plain(node)) <= _LONGEST_LOCAL:
            return show(node)
    return ""


def marked(label: Label) -> str:
    """A line with the arrow that tells its direction."""
    return arrow(label) + label.text


def arrow(label: Label) -> str:
    """The arrow before a line, of a matrix before its first row."""
    return "" if label.row else {"value": FORWARD, "adjoint": BACKWARD}.get(label.role, "")


def width(words: str, size: float = SIZE) -> float:
    """About how wide a text is in a font of this size, in serif faces of usual width."""
    return size * fsum(
        0.0 if unicodedata.combining(c) else 0.36 if c in _NARROW else 0.86 if c in _WIDE else 0.57 for c in words
    )


def box(node: PictureNode, picture: Picture) -> tuple[float, float]:
    """The width and height of a box."""
    found = lines(node, picture, shown(picture))
    wide = max(BESIDE + CELL * len(label.cells) if label.cells else width(marked(label)) for label in found)
    units = UNIT + 6 if drawn_units(node) else 0.0
    tall = max(LINE * len(found) + 8, UNIT * drawn_units(node) + 8)
    return max(wide + 22 + units + (8 if node.kind == "given" else 0), 48.0), tall


def drawn_units(node: PictureNode) -> int:
    """How many units of a layer are drawn in its box, none of a number or a given."""
    return min(node.units, MOST_UNITS) if node.kind != "given" else 0


def tag(edge: PictureEdge, picture: Picture) -> tuple[float, float]:
    """The width and height of the label of a line; of none nothing."""
    words = local(edge, picture, shown(picture))
    return (width(words, SMALL) + 8, SMALL + 5) if words else (0.0, 0.0)


def title(band: PictureBand) -> tuple[float, float]:
    """The width and height of a frame's title with the room around it."""
    return width(band.name, SMALL) + 12, SMALL + 8
