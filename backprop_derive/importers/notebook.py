"""The code of a notebook, of notes with `In [1]:` cells, or of a Markdown page, as one source text."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import ProblemError

_CELL = re.compile(r"^\s*In\s*\[[\d *]*\]:\s*(.*)$")
_FENCE = re.compile(r"^\s*(```+|~~~+)\s*(python|py|python3|ipython|\{code-cell\}.*)?\s*$", re.IGNORECASE)
_MAGIC = re.compile(r"^\s*[%!?]")


def notebook_source(text: str, name: str) -> str:
    """The code cells of a notebook file, one after the other. Raises ProblemError where it is none."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"{name} is no notebook: {error}", expected="the JSON of a .ipynb file") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ProblemError(f"{name} has no cells", expected="a notebook of nbformat 4")
    found = [_source(cell) for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return "\n".join(map(_without_magics, found)) + "\n"


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _without_magics(source: str) -> str:
    """Lines for IPython alone are no Python; a cell that begins with %% is none at all."""
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if _MAGIC.match(line) else line for line in source.split("\n"))


def page_source(text: str) -> str | None:
    """The code of `In [1]:` cells or of ``` fences, each line at its own place; None where a text has neither.

    A cell goes on to the first line that is no Python by itself: what it printed stands apart by a blank line.
    """
    lines = text.split("\n")
    kept = _cells(lines) if any(_CELL.match(line) for line in lines) else _fenced(lines)
    return "\n".join(kept) + "\n" if any(line.strip() for line in kept) else None


def _cells(lines: list[str]) -> list[str]:
    """A cell begins behind its prompt and ends at a blank line that something other than code follows."""
    kept, inside, has_code = [], False, False
    for line in lines:
        match = _CELL.match(line)
        if match is not None:
            inside, has_code = True, bool(match[1])
            kept.append(match[1])
        elif inside and not line.strip():
            inside = not has_code
            kept.append("")
        elif inside:
            has_code = True
            kept.append("" if _MAGIC.match(line) else line)
        else:
            kept.append("")
    return kept


def _fenced(lines: list[str]) -> list[str]:
    kept, inside, fence = [], False, ""
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            closes = line.strip().startswith(fence)
            kept.append("" if closes or not inside else line)
            fence = "" if closes else fence
        elif match is not None:
            fence, inside = match[1], match[2] is not None
            kept.append("")
        else:
            kept.append("")
    return kept
