"""A picture as SVG: text that can be selected and read aloud, light and dark, legible without its colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup, escape

from ..document import Picture, PictureEdge, PictureNode
from ..report.sentences import PICTURE
from .arrange import SCREEN, Frame, fitted
from .bands import Point
from .labels import (
    BESIDE,
    CELL,
    LINE,
    MOST_UNITS,
    SIZE,
    SMALL,
    UNIT,
    Label,
    arrow,
    box,
    drawn_units,
    lines,
    local,
    marked,
    shown,
    width,
)  # fmt: skip
from .layout import Layout, Line
from .paths import Curve, runs, units
from .words import description

_MARGIN = 12.0
_WIDE = 1070.0  # what is wider is not legible in the width of a column of text, and is scrolled
FONTS = "'New Computer Modern','Latin Modern Roman','STIX Two Text',Cambria,Georgia,'Times New Roman',serif"
# Hues of Okabe and Ito (2008), which the colour-blind tell apart, dark enough on white and light enough on black for
# text: name, value forward, gradient back, wanted path, plain line, inside of a box.
LIGHT = {"ink": "#1c1c1c", "value": "#00664a", "adjoint": "#a53f00", "path": "#00609b", "edge": "#767676",
         "fill": "#ffffff"}  # fmt: skip
DARK = {"ink": "#e8e6e0", "value": "#34c79b", "adjoint": "#ff9a52", "path": "#6fbdf0", "edge": "#9a9a9a",
        "fill": "#17181a"}  # fmt: skip
_ARROW = 7.0


def svg(
    picture: Picture,
    frame: Frame = SCREEN,
    *,
    is_inline: bool = False,
    is_printed: bool = False,
    texts: Picture | None = None,
    fit: tuple[Picture, Layout] | None = None,
) -> str:
    """The picture as an element `svg`. A file of its own (not `is_inline`) has its background and a legend.

    For print there is only the light look, in attributes, which every renderer knows. `texts` is the same picture with
    what its boxes show in the place of what they have room for, `fit` what `fitted` made of it, where that is known.
    """
    picture, layout = fit or fitted(picture, frame)
    sizes = [box(node, picture) for node in picture.nodes]
    told = picture
    if texts is not None:
        # Boxes whose numbers move say them themselves; a description would keep the first, and tell a quiz's answers.
        told = replace(picture, nodes=tuple(replace(n, value=None, adjoint=None) for n in picture.nodes))
        own = {node.key: node for node in texts.nodes}
        picture = replace(picture, nodes=tuple(n if n.count > 1 else own[n.key] for n in picture.nodes))
    legend = [] if is_inline or is_printed else [PICTURE["legend"] + PICTURE["framed legend"] * bool(picture.bands)]
    wide = max(layout.width, *(width(line, SMALL) for line in legend), 0.0) + 2 * _MARGIN
    tall = layout.height + 2 * _MARGIN + (24 if legend else 0)
    parts = [
        Markup("<title>{}</title>").format(picture.title),
        Markup("<desc>{}</desc>").format(description(told)),
    ]
    if not is_printed:
        parts.append(Markup("<style>{}</style>").format(Markup(style())))
    if legend:
        parts.append(Markup('<rect class="bd-fill" fill="{}" width="100%" height="100%"/>').format(LIGHT["fill"]))
    parts.append(Markup('<g transform="translate({m} {m})">').format(m=_n(_MARGIN)))
    parts += _bands(picture, layout)
    parts += _lines(picture, layout)
    parts += [_node(node, picture, at, size) for node, at, size in zip(picture.nodes, layout.boxes, sizes, strict=True)]
    parts += [_text(line, "ink", 0.0, layout.height + 24, SMALL, "start") for line in legend]
    parts.append(Markup("</g>"))
    name = Markup("" if is_inline else ' xmlns="http://www.w3.org/2000/svg"')
    head = Markup(
        '<svg{} class="bd-graph{}" role="img" viewBox="0 0 {w} {h}" width="{w}"'
        ' height="{h}" font-family="{fonts}" font-size="{size}">'
    ).format(name, " bd-wide" if wide > _WIDE else "", w=_n(wide), h=_n(tall), fonts=FONTS, size=_n(SIZE))
    return str(head + Markup("").join(parts) + Markup("</svg>"))


def style() -> str:
    """The dark look, which goes before the light one of the attributes where the reader prefers it; paper is light."""
    rules = "".join(
        f".bd-graph .bd-{name}{{fill:{colour}}}.bd-graph .bd-{name}-line{{stroke:{colour}}}"
        for name, colour in DARK.items()
    )
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}"


def _n(number: float) -> str:
    """A length to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")


def _bands(picture: Picture, layout: Layout) -> Iterator[Markup]:
    """A dotted frame with its title for each layer, below all else."""
    for band, border in zip(picture.bands, layout.bands, strict=True):
        (left, top), (right, bottom) = border.corners
        (x, y), (_, end) = border.title
        frame = Markup(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="9" fill="none" class="bd-edge-line" stroke="{}"'
            ' stroke-width="1.3" stroke-dasharray="1.5 4" stroke-linecap="round"/>'
        ).format(_n(left), _n(top), _n(right - left), _n(bottom - top), LIGHT["edge"])
        words = _text(band.name, "ink", x, (y + end) / 2 + SMALL * 0.34, SMALL, "start")
        yield Markup('<g data-band="{}">{}{}</g>').format(band.name, frame, words)


def _lines(picture: Picture, layout: Layout) -> Iterator[Markup]:
    """Thick lines last, so that no thin one lies on them."""
    pairs = list(zip(picture.edges, layout.lines, strict=True))
    for edge, line in sorted(pairs, key=lambda pair: pair[0].is_on_path):
        yield _line(edge, line, picture, layout)


def _line(edge: PictureEdge, line: Line, picture: Picture, layout: Layout) -> Markup:
    words = local(edge, picture, shown(picture))
    colour = "path" if edge.is_on_path else "edge"
    drawn = " ".join(_path(run) for run in runs(line, layout, bool(words)))
    parts = [
        Markup('<path d="{}" class="bd-{c}-line" fill="none" stroke="{}" stroke-width="{}"/>').format(
            drawn, LIGHT[colour], "2.6" if edge.is_on_path else "1.1", c=colour
        ),
        Markup('<path d="{}" class="bd-{c}" fill="{}"/>').format(_arrow(line.pieces[-1][1], layout.is_down),
                                                                   LIGHT[colour], c=colour),
    ]  # fmt: skip
    if words:
        parts.append(_text(words, "ink", line.label[0], line.label[1] + SMALL * 0.34, SMALL, "middle", "local"))
    return Markup('<g data-edge="{} {}">{}</g>').format(edge.source, edge.target, Markup("").join(parts))


def _path(run: list[Curve]) -> str:
    found = f"M{_at(run[0].start)}"
    for curve in run:
        if curve.controls is None:
            found += f"L{_at(curve.end)}"
        else:
            found += f"C{_at(curve.controls[0])} {_at(curve.controls[1])} {_at(curve.end)}"
    return found


def _at(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _arrow(tip: Point, down: bool) -> str:
    x, y = tip
    half = _ARROW / 2
    if down:
        return f"M{_at(tip)}l{_n(-half)} {_n(-_ARROW)}h{_n(_ARROW)}z"
    return f"M{_n(x)} {_n(y)}l{_n(-_ARROW)} {_n(-half)}v{_n(_ARROW)}z"


def _node(node: PictureNode, picture: Picture, at: Point, size: tuple[float, float]) -> Markup:
    wide, tall = size
    x, y = at[0] - wide / 2, at[1] - tall / 2
    parts = list(_shape(node, x, y, wide, tall))
    count = drawn_units(node)
    parts += _units(node, x + UNIT / 2 + 7, at[1]) if count else []
    middle = at[0] + (UNIT / 2 + 3 if count else 0)
    found = lines(node, picture, shown(picture))
    top = at[1] - LINE * len(found) / 2
    for k, label in enumerate(found):
        role = label.role if label.role in ("value", "adjoint") else "ink"
        if label.cells:
            parts += _row(label, role, middle, top + LINE * k)
            continue
        parts.append(_text(marked(label), role, middle, top + LINE * (k + 0.72), SIZE, "middle", label.role))
    return Markup('<g data-node="{}">{}</g>').format(node.key, Markup("").join(parts))


def _row(label: Label, role: str, middle: float, top: float) -> Iterator[Markup]:
    """A row of a matrix, its entries in columns; with the first row stand the brackets, and the arrow beside them."""
    left = middle - CELL * len(label.cells) / 2 + BESIDE / 3
    right, base = left + CELL * len(label.cells) + 2, top + LINE * 0.72
    if label.row == 0:
        yield _text(arrow(label).strip(), role, left - 12, base, SIZE, "middle")
        tall = LINE * label.rows - 6  # a gap to the brackets of the gradient below
        for x, inwards in ((left - 2, 4), (right, -4)):
            yield Markup('<path d="M{} {}h{}v{}h{}" fill="none" class="bd-{c}-line" stroke="{}"/>').format(
                _n(x + inwards), _n(top + 3), -inwards, _n(tall), inwards, LIGHT[role], c=role
            )
    cells = Markup("").join(
        Markup('<tspan x="{}">{}</tspan>').format(_n(left + CELL * (k + 1) - 4), escape(cell))
        for k, cell in enumerate(label.cells)
    )
    yield Markup(
        '<text y="{}" text-anchor="end" class="bd-{c}" fill="{}" font-size="{}" data-role="{}">{}</text>'
    ).format(_n(base), LIGHT[role], _n(SMALL), label.role, cells, c=role)


def _shape(node: PictureNode, x: float, y: float, wide: float, tall: float) -> Iterator[Markup]:
    """A given is round, a step has corners, the loss a second frame, and a group a dashed one."""
    colour, thick = ("path", 2.4) if node.is_on_path else ("edge", 1.1)
    round_ = 16 if node.kind == "given" else 4
    dashed = Markup(' stroke-dasharray="6 3"') if node.count > 1 else Markup("")

    def frame(inset: float) -> Markup:
        return Markup(
            '<rect x="{}" y="{}" width="{}" height="{}" rx="{}" class="bd-fill bd-{c}-line" fill="{}" stroke="{}"'
            ' stroke-width="{}"{}/>'
        ).format(_n(x + inset), _n(y + inset), _n(wide - 2 * inset), _n(tall - 2 * inset), _n(max(2, round_ - inset)),
                 LIGHT["fill"], LIGHT[colour], thick if not inset else 1, dashed, c=colour)  # fmt: skip

    yield frame(0)
    if node.kind == "loss":
        yield frame(3)


def _units(node: PictureNode, x: float, y: float) -> Iterator[Markup]:
    """The entries of a layer as circles; of many the first, and dots for the others."""
    count = drawn_units(node)
    for k, (cx, cy) in enumerate(units(x, y, count, UNIT)):
        is_dot = node.units > MOST_UNITS and k == count - 2
        yield Markup('<circle cx="{}" cy="{}" r="{}" class="bd-edge" fill="{}"/>').format(
            _n(cx), _n(cy), _n(1.0 if is_dot else UNIT / 2 - 1.2), LIGHT["edge"]
        )


def _text(words: str, colour: str, x: float, y: float, size: float, anchor: str, role: str = "") -> Markup:
    own = Markup(' font-size="{}"').format(_n(size)) if size != SIZE else Markup("")
    named = Markup(' data-role="{}"').format(role) if role else Markup("")
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="bd-{c}" fill="{}"{}{}>{}</text>').format(
        _n(x), _n(y), anchor, LIGHT[colour], own, named, escape(words), c=colour
    )
