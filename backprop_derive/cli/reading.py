"""A problem's text from a file, from standard input or from the command line itself."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from ..errors import ProblemError, UsageError
from ..formats.files import decoded
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
        return "standard input", decode(sys.stdin.buffer.read(limits.text + 1), "standard input", limits)
    return path, decode(read_file(Path(path), limits), path, limits)


def read_file(path: Path, limits: Limits) -> bytes:
    """A regular file's bytes, one more than the limit at most."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ProblemError(f"{path} is a directory (a folder), not a problem file")
        if not stat.S_ISREG(mode):
            raise ProblemError(
                f"{path} is not a regular file: a pipe or a device is not read", hint="- for standard input"
            )
        with path.open("rb") as file:
            return file.read(limits.text + 1)
    except (OSError, ValueError) as error:
        reason = "does not exist (no such file)" if isinstance(error, FileNotFoundError) else str(error)
        raise ProblemError(f"{path} {reason}") from None


def decode(data: bytes, name: str, limits: Limits) -> str:
    """The text of a file in UTF-8. Raises ProblemError naming the line and the byte that is none."""
    limits.check("text", len(data), f"{name}: the problem's text")
    return decoded(data, name)


def is_same_file(output: Path, problem: str) -> bool:
    """Whether both paths are one file, links included."""
    try:
        return problem != "-" and os.path.samefile(output, problem)
    except OSError:
        return False
