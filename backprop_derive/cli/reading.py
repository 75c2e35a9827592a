"""A problem's text from a file, from standard input or from the command line itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import UsageError
from ..formats.files import decoded, regular_text
from ..limits import Limits


def problem_text(path: str | None, expression: str | None, limits: Limits) -> tuple[str, str]:
    """The name and the text of the problem. Raises UsageError, ProblemError, LimitError."""
    if expression is not None:
        if path is not None:
            raise UsageError("give a problem file or -e TEXT, not both")
        return "-e", expression.replace(";", "\n")
    if path is None:
        raise UsageError("no problem given", expected="a file, - for standard input, or -e TEXT")
    if path == "-":
        data = sys.stdin.buffer.read(limits.text + 1)
        limits.check("text", len(data), "standard input: the problem's text")
        return "standard input", decoded(data, "standard input")
    return path, regular_text(Path(path), limits, what=f"{path}: the problem's text")


def is_same_file(output: Path, problem: str) -> bool:
    """Whether both paths are one file, links included."""
    try:
        return problem != "-" and os.path.samefile(output, problem)
    except OSError:
        return False
