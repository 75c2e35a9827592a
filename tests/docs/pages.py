"""Pages as the tests read them: which of their blocks are files, which are run, and what these print.

CONTRIBUTING.md has the rules. A block's meaning is its language and the line above it, so a page reads the same on the
site, on GitHub and here.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from click.testing import CliRunner

from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT

_FENCE = re.compile(r"^( *)(`{3,})([^\n`]*)\n(.*?)^\1\2 *$", re.DOTALL | re.MULTILINE)
# The line above a block that is a file: "Save this as `net.txt`:"
_FILE = re.compile(r"`([\w./-]+\.\w+)`[^`\n]*:\s*\Z")
ANYTHING = "…"
# What runs until somebody ends it, on other machines or on the machine at large is parsed and not run.
_PROGRAMS = r"dask|docker|make|pip|git|man|\.|pre-commit|quarto"
_ENDLESS = re.compile(rf"(?:backprop-derive serve|python -m venv|{_PROGRAMS})(?!\S)|.* --(?:watch|cluster)\b")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its language, its text, the file it is (or nothing), where it stands."""

    language: str
    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Shown:
    """A command of a console and the output below it."""

    command: str
    output: str


def blocks(text: str) -> list[Block]:
    """Every fenced block, in order."""
    found = []
    for fence in _FENCE.finditer(text):
        indent, info = fence[1], fence[3].strip()
        body = re.sub(rf"^{indent}", "", fence[4], flags=re.MULTILINE)
        file = _FILE.search(text, 0, fence.start())
        named = file[1] if file is not None and file.end() == fence.start() else ""
        found.append(Block(info, body, named, text.count("\n", 0, fence.start()) + 1))
    return found


def shown(console: str) -> list[Shown]:
    """The commands of a console block; a line that ends in a backslash goes on in the next."""
    parts = re.split(r"^\$ ", console, flags=re.MULTILINE)
    assert parts[0] == "", "a console begins with a command"
    found = []
    for part in parts[1:]:
        match = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", part, re.DOTALL)
        assert match is not None
        found.append(Shown(match[1], match[2]))
    return found


def commands(script: str) -> list[str]:
    """The commands of a `sh` block, without comments."""
    joined = script.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def is_endless(command: str) -> bool:
    """Whether a command is only looked at."""
    return _ENDLESS.match(command) is not None


def agrees(pattern: str, output: str) -> bool:
    """Whether an output is what the page shows; a line `…` stands for any lines."""
    lines = [".*" if line == ANYTHING else re.escape(line) for line in _lines(pattern)]
    return re.fullmatch("\n".join(lines), "\n".join(_lines(output)), re.DOTALL) is not None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip("\n").split("\n")]


class Place:
    """The folder in which the commands of one page run, and what the last of them came to."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.status = 0
        monkeypatch.chdir(folder)
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
        shims = folder / ".bin"
        shims.mkdir(exist_ok=True)
        shim = shims / "backprop-derive"
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m backprop_derive "$@"\n')
        shim.chmod(0o755)
        (shims / "python").symlink_to(sys.executable)
        monkeypatch.setenv("PATH", f"{shims}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
        # What stands in a console is what a person sees at a terminal.
        monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", _is_screen, raising=False)

    def run(self, command: str) -> str:
        """What a command shows, with what it says on standard error."""
        if command.strip() == "echo $?":
            return f"{self.status}\n"
        words = shlex.split(command, comments=True)
        if words[:1] == ["backprop-derive"] and not re.search(r"(?<!\S)[|<>]|[;&]$", _unquoted(command)):
            result = CliRunner().invoke(main, words[1:], catch_exceptions=False)
            self.status = result.exit_code
            return result.output
        return self.run_apart(command)

    def run_apart(self, command: str) -> str:
        """The same in a process of its own, whose output goes into a pipe."""
        # `python` and `backprop-derive` are those that the tests run with.
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, check=False, text=True, timeout=300,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        self.status = done.returncode
        return done.stdout


def _unquoted(command: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", command)


def _is_screen(stream: IO[str]) -> bool:
    return stream.name == "<stdout>"
