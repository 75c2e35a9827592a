"""Notebooks as sources of documents: their Markdown cells are woven, everything else stays."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from ..errors import ProblemError
from .weave import Weaver, Woven, weave_parts


def weave_notebook(text: str, name: str, weaver: Weaver) -> Woven:
    """Weave a notebook of Jupyter. Raises ProblemError where it is none."""
    try:
        notebook: Any = json.loads(text)
        cells = [(k, cell) for k, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "markdown"]
        sources = [s if isinstance(s := cell["source"], str) else "".join(s) for _, cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ProblemError(f"{name} is no notebook", expected="a file of Jupyter, in version 4 of its format") from None
    woven = weave_parts([(f"{name}, cell {k}", s) for (k, _), s in zip(cells, sources, strict=True)], "md", weaver)
    count = sum(each.count for each in woven)
    errors = tuple(error for each in woven for error in each.errors)
    if errors or not count:
        return Woven(text, count, errors)
    for (_, cell), each in zip(cells, woven, strict=True):
        if each.count:
            cell["source"] = each.text.splitlines(keepends=True)
    indent = re.match(r"\{\n( +)", text)
    made = json.dumps(notebook, ensure_ascii=False, indent=len(indent[1]) if indent else 1)
    return replace(woven[0], text=made + "\n" * text.endswith("\n"), count=count)
