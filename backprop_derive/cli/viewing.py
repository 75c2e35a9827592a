"""`--open`: the result in whatever program shows such a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ..errors import UsageError


def file_to_view(output: str | None, problem: str | None, suffix: str) -> str:
    """The file that will be opened: FILE of `-o`, or one among the temporary files. Raises UsageError."""
    if output == "-":
        raise UsageError("--open shows a file, and -o - writes none", hint="--open alone, or -o solution.pdf --open")
    if output is not None:
        return output
    stem = Path(problem).stem if problem and problem != "-" else "solution"
    return str(Path(tempfile.mkdtemp(prefix="backprop-derive-")) / f"{stem}{suffix}")


def view(path: Path) -> None:
    """Open the file; say where it is, whether or not a program was found."""
    found = click.launch(str(path)) == 0
    click.echo(str(path) if found else f"warning: no program was found that opens {path}", err=True)
