"""What `examples` does: list the problems that ship, print one, or copy one to begin from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ..errors import OutputError, UsageError, nearest
from ..formats.files import write_whole
from ..shipped import example_files


def list_examples() -> None:
    """Every name, with what it is about."""
    files = example_files()
    column = max(len(file.stem) for file in files)
    for file in files:
        click.echo(f"{file.stem.ljust(column)}  {_about(_text(file))}")


def show_example(name: str) -> None:
    """The text of one, to be read or piped. Raises UsageError."""
    click.echo(_text(_find(name)), nl=False)


def copy_examples(place: tuple[str, ...], takes_all: bool) -> None:
    """`NAME [FOLDER]`, or with `--all` `[FOLDER]`. Raises UsageError, OutputError; no file is replaced."""
    names, folders = ((), place) if takes_all else (place[:1], place[1:])
    if len(folders) > 1 or not (names or takes_all):
        raise UsageError(
            "copy takes a name and a folder, or --all and a folder", hint="backprop-derive examples copy lesson"
        )
    target = Path(*folders)
    sources = [_find(name) for name in names] or example_files()
    for source in sources:
        if (target / source.name).exists():
            raise UsageError(f"{target / source.name} is there already", hint="another folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write into {target}: {error.strerror or error}") from None
    for source in sources:
        write_whole(target / source.name, source.read_bytes())
        click.echo(str(target / source.name))


def _find(name: str) -> Path:
    known = {file.stem: file for file in example_files()}
    stem = name.removesuffix(".txt")
    if stem not in known:
        raise UsageError(f"no example is called {name}", expected=", ".join(known), hint=nearest(stem, list(known)))
    return known[stem]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _about(text: str) -> str:
    """The title, or the steps of a problem that has none."""
    title = re.search(r"^Title: *(.*)$", text, re.MULTILINE)
    return title[1] if title else "; ".join(re.findall(r"^\d+\. (.*)$", text, re.MULTILINE))
