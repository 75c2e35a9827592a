"""What `cheatsheet` does: all operations into one document."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..formats import PAGE_FORMATS
from .run import format_for, format_of, put, read_limits, read_options, target, viewed, working


def run_cheatsheet(**choices: Any) -> None:
    """One call of the command. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices.pop("limits"))
    output, opens = viewed(choices)
    path = target(output)
    chosen = choices.pop("format_") or format_of(path)
    format = format_for(chosen, output)
    if format not in PAGE_FORMATS:
        raise UsageError(f"a cheat sheet has no format {format}", hint="-o gradients.pdf")
    options = read_options({**choices, "layout": "handout", "rules": False, "shapes": False}, limits)
    with working(limits):
        from ..cheatsheet.sheet import cheat_sheet
        from ..formats import render

        content = render(cheat_sheet(options), format, options)
    put(content, path, opens)
