"""What a person at a terminal sees: examples in every `--help`, a sign of life, the result opened, and no colour."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from backprop_derive.cli import epilogs, waiting
from backprop_derive.cli.main import main
from backprop_derive.cli.train import _progress as progress_of
from tests.conftest import CHECKOUT

EXAMPLES = {name: text for name, text in vars(epilogs).items() if name.isupper()}
LESSON = str(CHECKOUT / "examples" / "lesson.txt")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_command_teaches_by_example() -> None:
    for path, command in commands(main):
        if path[0] == "examples" and len(path) > 1:
            continue  # its group has the examples
        assert command.epilog in EXAMPLES.values(), path
        assert f"backprop-derive {path[0]}" in command.epilog, path


@pytest.mark.parametrize(
    "line", re.findall(r"^  (?:cat \S+ \| )?backprop-derive .*$", "".join(EXAMPLES.values()), re.M)
)
def test_an_example_of_a_help_text_is_a_call_that_is_understood(line: str) -> None:
    """The options exist and take such values; what the commands do is tested where they are."""
    words = shlex.split(re.split(r"\s{3,}", line.partition("backprop-derive ")[2])[0])
    command: click.Command = main
    context = click.Context(main, info_name="backprop-derive")
    while isinstance(command, click.Group) and words:
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    command.make_context(command.name, words, parent=context)


def test_the_list_of_commands_cuts_no_sentence_short() -> None:
    assert "..." not in CliRunner().invoke(main, ["--help"]).stdout.partition("Commands:")[2].partition("Examples:")[0]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_waits_is_told_after_a_while_and_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_FIRST", 0.01)
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with waiting.waiting():
        while "2 s" not in screen.getvalue():
            time.sleep(0.005)
    assert screen.getvalue().startswith("\rworking … 1 s\rworking … 2 s")
    assert re.fullmatch(r".*\r +\r", screen.getvalue(), re.S)


def test_training_tells_of_the_derivation_before_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_FIRST", 0.01)
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    with progress_of(10) as tell:
        while "2 s" not in screen.getvalue():
            time.sleep(0.005)
        assert "training" not in screen.getvalue()
        tell(3)
        told = screen.getvalue()
        tell(10)
    assert told.startswith("\rderiving … 1 s\rderiving … 2 s")
    assert "training" in told
    assert "100%" in screen.getvalue()
    assert screen.getvalue().count("deriving") == told.count("deriving")


def test_what_is_quick_or_piped_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, first in ((Terminal(), 60.0), (io.StringIO(), 0.001)):
        monkeypatch.setattr(waiting, "_FIRST", first)
        monkeypatch.setattr(sys, "stderr", screen)
        with waiting.waiting():
            time.sleep(0.02)
        assert screen.getvalue() == ""


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}])
@pytest.mark.parametrize("arguments", [("solve", LESSON), ("solve", "-e", "L = y"), ("--help",), ("examples",)])
def test_a_terminal_gets_no_escape_sequence(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    shown = on_a_terminal([sys.executable, "-m", "backprop_derive", *arguments], environment)
    assert shown
    assert b"\x1b" not in shown


def on_a_terminal(command: list[str], environment: dict[str, str]) -> bytes:
    """Everything that a command shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color", **environment}
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            read = os.read(ours, 65536)
        except OSError:  # Linux's end of a terminal
            break
        if not read:
            break
        shown += read
    os.close(ours)
    assert process.wait(30) in (0, 2)
    return shown


def opened(monkeypatch: pytest.MonkeyPatch, *arguments: str, status: int = 0) -> tuple[Path, str]:
    """The file that was opened, and what was said of it."""
    asked: list[str] = []
    monkeypatch.setattr(click, "launch", lambda file: asked.append(file) or status)
    result = CliRunner().invoke(main, [*arguments, "--open"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    (file,) = asked
    return Path(file), result.stderr


def test_open_shows_a_page_or_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, said = opened(monkeypatch, "solve", LESSON)
    assert (page.name, said) == ("lesson.html", f"{page}\n")
    assert "<math" in page.read_text(encoding="utf-8")
    assert opened(monkeypatch, "derive", LESSON, "-f", "pdf")[0].read_bytes().startswith(b"%PDF-")
    named = tmp_path / "mine.md"
    assert opened(monkeypatch, "check", LESSON, "-o", str(named))[0] == named
    assert named.exists()


def test_where_no_program_opens_it_the_file_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    page, said = opened(monkeypatch, "solve", LESSON, status=1)
    assert said == f"warning: no program was found that opens {page}\n"
    assert page.exists()


def test_nothing_is_left_where_there_is_nothing_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    refused = CliRunner().invoke(main, ["solve", "-e", "loss = unknown", "--open"])
    assert refused.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_open_needs_a_file() -> None:
    refused = CliRunner().invoke(main, ["solve", LESSON, "-o", "-", "--open"])
    assert refused.exit_code == 2
    assert "--open shows a file" in refused.stderr
