"""A class as a picture: what each step cost, and how many students have how many points. By matplotlib."""

from __future__ import annotations

from collections import Counter
from math import floor
from typing import Any

from ..errors import shorten
from ..formats.plots import plotted
from ..printers.text import text
from .record import Class, Item
from .sentences import FEEDBACK, PLOT, people

_BLUE, _GREY = "#1f4e79", "#dddddd"
_MOST_ITEMS = 40


def draw(found: Class, suffix: str) -> bytes:
    """The bytes of an SVG or PNG. Raises UsageError for another suffix, OutputError where matplotlib is missing."""
    lost = found.lost[:_MOST_ITEMS]
    names = [shorten(_title(each.item), 30) for each in lost]
    shares = [100 * float(each.points) / max(1, each.students) for each in lost]
    counted = Counter(floor(sheet.points) for sheet in found.graded)

    def paint(figure: Any) -> None:
        from matplotlib.ticker import MaxNLocator

        left, right = figure.subplots(1, 2)
        left.barh(range(len(lost)), shares, color=_BLUE)
        left.set_yticks(range(len(lost)), names, parse_math=False)  # `$` of a name is no mathematics
        left.invert_yaxis()
        left.set_xlim(0, 100)
        left.set_xlabel(f"{PLOT['items']} (%)")
        right.bar(list(counted), list(counted.values()), color=_BLUE, width=0.8)
        right.set_xlim(-0.6, len(found.items) + 0.6)
        right.set_xlabel(PLOT["points"])
        right.set_ylabel(PLOT["students"])
        for axis in (right.xaxis, right.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
        right.set_title(people(len(found.graded)))
        for axes in (left, right):
            axes.set_axisbelow(True)
            axes.grid(visible=True, axis="x" if axes is left else "y", color=_GREY, linewidth=0.6)

    return plotted(suffix, (9.0, max(3.0, 1.2 + 0.28 * len(lost))), paint)


def _title(item: Item) -> str:
    return text(item.head) + (FEEDBACK["after"] if item.kind == "after" else "")
