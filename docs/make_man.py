"""Writes a manual page for each command, from the texts of `--help`.

    python docs/make_man.py FOLDER

click-man makes them but for the examples, which close each page here as they close each `--help`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from click_man.core import generate_man_page

from backprop_derive import __version__
from backprop_derive.cli.main import main as program


def pages(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """The name and the text of the page of a command, and of all below it."""
    context = click.Context(command, info_name=name, parent=parent)
    page = generate_man_page(context, version=__version__).rstrip("\n")
    yield context.command_path.replace(" ", "-"), "\n".join((page, *_examples(command))) + "\n"
    for below, each in getattr(command, "commands", {}).items():
        yield from pages(each, below, context)


def _examples(command: click.Command) -> Iterator[str]:
    """The section of examples, where the command has some; nothing in it is a request of man's."""
    _, _, examples = click.unstyle(command.epilog or "").partition("Examples:\n")
    if not examples:
        return
    yield from (".SH EXAMPLES", ".nf")
    for line in examples.strip("\n").splitlines():
        yield re.sub(r"^(?=[.'])", r"\\&", line.strip().replace("\\", r"\e").replace("-", r"\-"))
    yield ".fi"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages(program, "backprop-derive"):
        (folder / f"{name}.1").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
