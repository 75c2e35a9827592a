"""A picture for LaTeX: only lines, curves, circles and nodes of TikZ, which every installation has."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..document import MathNode, Picture, PictureBand, PictureEdge, PictureNode
from ..printers.latex import escape_words
from .arrange import PAGE, Frame, fitted, scale
from .bands import Border, Point
from .labels import MOST_UNITS, UNIT, Label, box, drawn_units, lines, local
from .layout import Layout, Line
from .paths import runs, units
from .svg import LIGHT

_POINT = 0.75  # points a pixel
_COLOURS = ("value", "adjoint", "path", "edge")
Show = Callable[[MathNode], str]


def tikz(picture: Picture, show: Show, frame: Frame = PAGE) -> str:
    r"""An environment `tikzpicture` that is as wide as its page at most; `show` prints formulas for LaTeX.

    It needs \usepackage{tikz}.
    """
    picture, layout = fitted(picture, frame)
    share = scale(layout, frame)
    body = [rf"\definecolor{{bd{name}}}{{HTML}}{{{LIGHT[name][1:].upper()}}}" for name in _COLOURS]
    options = rf"x={_POINT * share:.3f}pt, y=-{_POINT * share:.3f}pt, every node/.style={{scale={share:.2f}}}"
    body.append(rf"\begin{{tikzpicture}}[{options}]")
    for band, border in zip(picture.bands, layout.bands, strict=True):
        body += _band(band, border)
    for edge, line in zip(picture.edges, layout.lines, strict=True):
        body += _line(edge, line, picture, layout, show)
    for node, at in zip(picture.nodes, layout.boxes, strict=True):
        body += _node(node, at, picture, show)
    return "\n".join([*body, r"\end{tikzpicture}"])


def _at(point: Point) -> str:
    return f"({point[0]:.1f},{point[1]:.1f})"


def _band(band: PictureBand, border: Border) -> Iterator[str]:
    """A dotted frame with its title."""
    style = "bdedge, line width=0.8pt, line cap=round, dash pattern=on 0.2pt off 2.8pt, rounded corners=5pt"
    yield rf"\draw[{style}] {_at(border.corners[0])} rectangle {_at(border.corners[1])};"
    (x, y), (_, end) = border.title
    yield rf"\node[anchor=west, inner sep=0pt, font=\small] at {_at((x, (y + end) / 2))} {{{escape_words(band.name)}}};"


def _line(edge: PictureEdge, line: Line, picture: Picture, layout: Layout, show: Show) -> Iterator[str]:
    words = local(edge, picture, show)
    style = "bdpath, line width=1.4pt" if edge.is_on_path else "bdedge, line width=0.5pt"
    found = runs(line, layout, bool(words))
    for number, run in enumerate(found):
        path = _at(run[0].start)
        for curve in run:
            bend = "--" if curve.controls is None else f".. controls {' and '.join(map(_at, curve.controls))} .."
            path += f" {bend} {_at(curve.end)}"
        yield rf"\draw[{style}{', ->' if number == len(found) - 1 else ''}] {path};"
    if words:
        yield rf"\node[inner sep=0pt, font=\small] at {_at(line.label)} {{${words}$}};"


def _node(node: PictureNode, at: Point, picture: Picture, show: Show) -> Iterator[str]:
    """A given is round, a step has corners, the loss a second frame, and a group a dashed one."""
    wide, tall = box(node, picture)
    style = "bdpath, line width=1.2pt" if node.is_on_path else "bdedge, line width=0.5pt"
    if node.kind == "given":
        style += ", rounded corners=9pt"
    if node.count > 1:
        style += ", dashed"
    for inset in (0, 3) if node.kind == "loss" else (0,):
        x, y = wide / 2 - inset, tall / 2 - inset
        corner, other = (at[0] - x, at[1] - y), (at[0] + x, at[1] + y)
        yield rf"\draw[{style}, fill=white] {_at(corner)} rectangle {_at(other)};"
        style = "bdpath" if node.is_on_path else "bdedge"
    count = drawn_units(node)
    for k, point in enumerate(units(at[0] - wide / 2 + UNIT / 2 + 7, at[1], count, UNIT)):
        is_dot = node.units > MOST_UNITS and k == count - 2
        yield rf"\fill[bdedge] {_at(point)} circle[radius={1.0 if is_dot else UNIT / 2 - 1.2:.1f}];"
    rows = r" \\ ".join(map(_row, lines(node, picture, show)))
    middle = at[0] + (UNIT / 2 + 3 if count else 0)
    yield rf"\node[align=center, inner sep=0pt] at {_at((middle, at[1]))} {{{rows}}};"


def _row(label: Label) -> str:
    """A line of a box, in colour and with the arrow of its direction."""
    text = label.text.replace("×", r"\times ")
    match label.role:
        case "value":
            return rf"\color{{bdvalue}}$\to\;{text}$"
        case "adjoint":
            return rf"\color{{bdadjoint}}$\leftarrow\;{text}$"
        case "count":
            return text
    return f"${text}$"
