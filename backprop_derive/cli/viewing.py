"""`--open`: the result in whatever program shows such a file."""

from __future__ import annotations

import tempfile
from contextlib import suppress
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
    folder = Path(tempfile.mkdtemp(prefix="backprop-derive-"))
    click.get_current_context().call_on_close(lambda: _remove_empty(folder))
    return str(folder / f"{stem}{suffix}")


def _remove_empty(folder: Path) -> None:
    """Leave nothing behind where there was nothing to show."""
    with suppress(OSError):
        folder.rmdir()


def view(path: Path) -> None:
    """Open the file; say where it is, whether or not a program was found."""
    found = click.launch(str(path)) == 0
    click.echo(str(path) if found else f"warning: no program was found that opens {path}", err=True)
