"""A class as a picture: what each step cost, and how many students have how many points. By matplotlib."""

from __future__ import annotations

import io
from collections import Counter
from math import floor

from ..errors import OutputError, UsageError, shorten
from .record import Class
from .sentences import PLOT, people

_BLUE, _GREY = "#1f4e79", "#dddddd"
_MOST_ITEMS = 40


def draw(found: Class, suffix: str) -> bytes:
    """The bytes of an SVG or PNG. Raises UsageError for another suffix, OutputError where matplotlib is missing."""
    kind = suffix.lower().lstrip(".")
    if kind not in ("svg", "png"):
        raise UsageError(f"a plot has the suffix {suffix or '(none)'}", expected=".svg or .png")
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError:
        raise OutputError(
            "a plot needs matplotlib, which is not installed", hint="pip install 'backprop-derive[plots]'"
        ) from None
    lost = found.lost[:_MOST_ITEMS]
    names = [shorten(each.item.title, 30) for each in lost]
    shares = [100 * float(each.points) / max(1, each.students) for each in lost]
    counted = Counter(floor(sheet.points) for sheet in found.graded)
    # The same class gives the same bytes: no date, and ids from a fixed salt. `$` of a name is no mathematics.
    with rc_context({"svg.hashsalt": "backprop-derive", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9.0, max(3.0, 1.2 + 0.28 * len(lost))), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.barh(range(len(lost)), shares, color=_BLUE)
        left.set_yticks(range(len(lost)), names, parse_math=False)
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
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=150, metadata=metadata)
    return out.getvalue()
