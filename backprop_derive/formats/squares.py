"""A code to scan, drawn in squares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import groupby

from markupsafe import escape

from ..document import Squares


def runs(code: Squares) -> Iterator[tuple[int, int, int]]:
    """Column, row and length of every run of dark squares."""
    for y, row in enumerate(code.rows):
        x = 0
        for square, group in groupby(row):
            length = len(list(group))
            if square == "1":
                yield x, y, length
            x += length


def svg(code: Squares) -> str:
    """The code as an SVG image, black on white whatever is around it."""
    size = len(code.rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs(code))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" shape-rendering="crispEdges">'
        f'<title>{escape(code.text)}</title><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )


def data_address(code: Squares) -> str:
    """The image as an address that holds it."""
    return f"data:image/svg+xml;base64,{b64encode(svg(code).encode()).decode()}"


def half_blocks(code: Squares) -> str:
    """The code in characters, two rows in a line; dark squares are drawn, for black on white."""
    rows = (*code.rows, "0" * len(code.rows[0])) if len(code.rows) % 2 else code.rows
    shown = {("0", "0"): " ", ("1", "0"): "▀", ("0", "1"): "▄", ("1", "1"): "█"}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ("".join(shown[pair] for pair in zip(above, below, strict=True)).rstrip() for above, below in pairs)
    return "\n".join(line for line in lines if line)
