"""`backprop-derive examples`: what ships is listed, shown and copied, and never over a file of yours."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backprop_derive.cli.main import main
from tests.conftest import CHECKOUT

EXAMPLES = {file.stem: file.read_bytes() for file in (CHECKOUT / "examples").glob("*.txt")}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["examples", *arguments], catch_exceptions=False)


def test_the_list_names_every_example_with_what_it_is_about() -> None:
    lines = run().stdout.splitlines()
    assert {line.split()[0] for line in lines} == set(EXAMPLES)
    assert lines[0].split(maxsplit=1) == ["lesson", "y^ = x * w; s = y^ - y; loss = s**2"]
    assert all(len(line.split()) > 1 for line in lines)


def test_an_example_is_shown_as_it_is() -> None:
    assert run("show", "diamond").stdout_bytes == EXAMPLES["diamond"]


def test_one_is_copied_here_and_all_into_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("copy", "diamond").stdout == "diamond.txt\n"
    assert (tmp_path / "diamond.txt").read_bytes() == EXAMPLES["diamond"]
    assert run("copy", "--all", "course/first").exit_code == 0
    assert {file.stem: file.read_bytes() for file in (tmp_path / "course" / "first").iterdir()} == EXAMPLES


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lesson.txt").write_text("mine")
    for place in (("lesson",), ("--all",)):
        refused = run("copy", *place)
        assert (refused.exit_code, refused.stderr) == (
            2,
            "error: lesson.txt is there already\n  try: another folder\n",
        )
    assert [file.name for file in tmp_path.iterdir()] == ["lesson.txt"]
    assert (tmp_path / "lesson.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "diamon"), "try: diamond"),
        (("copy",), "copy takes a name and a folder"),
        (("copy", "lesson", "a", "b"), "copy takes a name and a folder"),
        (("copy", "lesson", "taken/here"), "cannot write into taken/here"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file")
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
