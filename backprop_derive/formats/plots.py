"""Plots by matplotlib, as SVG or PNG: what every plot shares, whatever it shows."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

from ..errors import OutputError, UsageError


def plotted(suffix: str, size: tuple[float, float], paint: Callable[[Any], None]) -> bytes:
    """The bytes of a figure of this size, in inches, on which `paint` has drawn. The same plot gives the same bytes.

    Raises UsageError for a suffix that is neither .svg nor .png, OutputError where matplotlib is missing.
    """
    kind = suffix.lower().lstrip(".")
    if kind not in ("svg", "png"):
        raise UsageError(f"a plot has the suffix {suffix or '(none)'}", expected=".svg or .png")
    # What it says of its cache of fonts, on the first plot or where there is no room for it, is no matter of a plot.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise OutputError(
            "a plot needs matplotlib, which is not installed", hint="pip install 'backprop-derive[plots]'"
        ) from None
    # No date, and ids from a fixed salt.
    with rc_context({"svg.hashsalt": "backprop-derive", "svg.fonttype": "none"}):
        figure = Figure(figsize=size, layout="constrained")
        paint(figure)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()
