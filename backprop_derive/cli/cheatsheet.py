"""What `cheatsheet` does: all operations into one document."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from .run import format_for, format_of, put, read_limits, read_options, target, time_limit


def run_cheatsheet(**choices: Any) -> None:
    """One call of the command. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices.pop("limits"))
    output = choices.pop("output")
    path = target(output)
    chosen = choices.pop("format_") or format_of(path)
    format = format_for(chosen, output)
    if format not in ("md", "tex", "typ", "pdf", "html", "txt"):
        raise UsageError(f"a cheat sheet has no format {format}", hint="-o gradients.pdf")
    options = read_options({**choices, "layout": "handout", "rules": False, "shapes": False}, limits)
    with time_limit(limits.work):
        from ..cheatsheet.sheet import cheat_sheet
        from ..formats import render

        content = render(cheat_sheet(options), format, options)
    put(content, path)
