"""The loss against the updates: as text for a terminal, as SVG or PNG by matplotlib."""

from __future__ import annotations

import math
from typing import Any

import numpy

from ..formats.plots import plotted

_WIDTH, _HEIGHT = 64, 12
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille character, from its top
_SPREAD = 100  # a loss that falls by so much is plotted by its logarithm


def text_plot(losses: Any, width: int = _WIDTH, height: int = _HEIGHT) -> str:
    """The curve in dots of braille, four rows and two columns of them a character, with the ends of both axes."""
    numbers = numpy.asarray(losses, dtype=float)
    numbers = numbers[numpy.isfinite(numbers)]
    if len(numbers) < 2:
        return ""
    is_log = _is_logarithmic(numbers)
    heights = numpy.log10(numbers) if is_log else numbers
    low, high = float(heights.min()), float(heights.max())
    places = numpy.linspace(0, len(numbers) - 1, 2 * width)
    curve = numpy.interp(places, numpy.arange(len(numbers)), heights)
    shares = (high - curve) / (high - low) if high > low else numpy.full(2 * width, 0.5)
    cells = numpy.zeros((height, width), dtype=int)
    for x, y in enumerate((shares * (4 * height - 1)).round().astype(int).tolist()):
        cells[y // 4, x // 2] |= _DOTS[y % 4][x % 2]
    top, bottom = (f"{float(v):.4g}" for v in (numbers.max(), numbers.min()))
    margin = max(len(top), len(bottom))
    labels = [top.rjust(margin), *[" " * margin] * (height - 2), bottom.rjust(margin)]
    lines = [
        f"{label} │{''.join(chr(0x2800 + c) for c in row)}" for label, row in zip(labels, cells.tolist(), strict=True)
    ]
    last = str(len(numbers) - 1)
    axis = f"{' ' * margin} └{'─' * width}"
    scale = "update" + " (loss on a logarithmic scale)" * is_log
    below = f"{' ' * margin}  0{scale.center(width - 1 - len(last))}{last}"
    return "\n".join([*lines, axis, below])


def _is_logarithmic(numbers: Any) -> bool:
    smallest = float(numbers.min())
    return smallest > 0 and float(numbers.max()) / smallest >= _SPREAD


def draw(losses: Any, suffix: str, title: str, loss: str) -> bytes:
    """The bytes of an SVG or PNG. Raises UsageError for another suffix, OutputError where matplotlib is missing."""
    numbers = numpy.where(numpy.isfinite(losses), losses, math.nan)

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        axes.plot(numpy.arange(len(numbers)), numbers, color="#1f4e79", linewidth=1.5)
        if _is_logarithmic(numbers[numpy.isfinite(numbers)]):
            axes.set_yscale("log")
        axes.set_xlabel("update")
        axes.set_ylabel(loss, parse_math=False)  # `$` of a title is no mathematics
        axes.set_title(title, parse_math=False)
        axes.grid(visible=True, color="#dddddd", linewidth=0.6)

    return plotted(suffix, (6.4, 4.0), paint)
