"""`backprop-derive exercise` as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backprop_derive.cli.main import main
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.exercises.exports.record import ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS
from tests.conftest import CHECKOUT

NOTES = """Given x = 1, y = 2, w = 1
Vary x in -90..90 except 0, y in -90..90, w in -90..90 except 0
y^ = x * w
s = y^ - y
loss = s**2
Find d(loss)/dw
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the notes in it, where the command is typed."""
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["exercise", *arguments], catch_exceptions=False)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


# --- what is written


def test_without_a_file_the_sheet_goes_to_the_terminal(here: Path) -> None:
    shown = done("notes.txt", "--seed", "7")
    (variant,) = Exercise(NOTES).variants(1, seed=7)
    assert variant.id in shown
    assert "Find" in shown
    assert str(variant.solution.gradient("w")) not in shown


def test_the_seed_decides(here: Path) -> None:
    assert done("notes.txt", "--seed", "7") == done("notes.txt", "--seed", "7") != done("notes.txt", "--seed", "8")


def test_one_sheet_for_all_and_its_key(here: Path) -> None:
    done("notes.txt", "--variants", "3", "-o", "sheet.md", "--key", "key.html")
    variants = Exercise(NOTES).variants(3)
    for name in ("sheet.md", "key.html"):
        text = Path(name).read_text()
        assert all(variant.id in text for variant in variants)
    assert sorted(os.listdir()) == ["key.html", "notes.txt", "sheet.md"]


def test_an_exam_has_covers_and_the_list_of_seats(here: Path) -> None:
    arguments = ["--date", "12 March", "--minutes", "45", "--rule", "No calculators.", "--rule", "No phones."]
    done("notes.txt", "--variants", "3", "--exam", *arguments, "-o", "exam.md", "--key", "key.md")
    exam, key = Path("exam.md").read_text(), Path("key.md").read_text()
    assert exam.count("12 March, 45 minutes") == 3
    assert exam.count("- No calculators.\n- No phones.") == 3
    assert exam.count("Seat list") == 1
    for variant in Exercise(NOTES).variants(3):
        assert exam.count(f"**{variant.id}**") == 1
        assert variant.id in exam[exam.index("Seat list") :]
        assert variant.id in key


def test_an_exam_may_be_of_any_kind(here: Path) -> None:
    assert "Which of these is" in done("notes.txt", "--exam", "--kind", "choice")


def test_a_problem_on_the_line(here: Path) -> None:
    assert "Find" in done("-e", NOTES.replace("\n", ";"), "-f", "md")


def test_options_are_those_of_solutions(here: Path) -> None:
    done("notes.txt", "-o", "a.md", "--key", "key.md", "--notation", "d")
    key = Path("key.md").read_text()
    assert r"\frac{d\,\text{loss}}{dw}" in key
    assert "partial" not in key


def test_the_kind_decides_what_is_asked(here: Path) -> None:
    assert "Which of these is" in done("notes.txt", "--kind", "choice")
    assert "kind chioce is unknown" in (said := refused("notes.txt", "--kind", "chioce"))
    assert "try: choice" in said


def test_json_lines_are_streamed(here: Path) -> None:
    lines = done("notes.txt", "--variants", "60", "-f", "jsonl").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [v.id for v in Exercise(NOTES).variants(60)]


def test_a_folder_has_two_files_a_variant_and_a_manifest(here: Path) -> None:
    done("notes.txt", "--variants", "5", "-f", "txt", "-o", "out/")
    names = sorted(os.listdir("out"))
    assert len(names) == 11
    assert names[-1] == "manifest.json"
    assert json.loads(Path("out/manifest.json").read_text())["files"] == 10
    assert not [name for name in os.listdir() if name.startswith(".")]


@pytest.mark.parametrize("format", ["md", "pdf", "html", "tex", "typ", "txt", "moodle", "jsonl"])
def test_a_variant_comes_back_with_the_bytes_it_had(format: str, here: Path) -> None:
    done("notes.txt", "--variants", "3", "--seed", "7", "-f", format, "-o", "out/")
    variant = Exercise(NOTES).variants(3, seed=7)[1]
    Path("again").mkdir()
    if format in ("moodle", "jsonl"):
        done("notes.txt", "--regenerate", variant.id, "-f", format, "-o", "again/")
        suffix = "xml" if format == "moodle" else format
        again = Path(f"again/{variant.id}.{suffix}").read_bytes()
        export, asked = EXPORTS[format], ExportOptions(title="backprop-derive")
        assert again == b"".join(export.pieces([variant], asked))
        whole = b"".join(export.pieces(Exercise(NOTES).variants(3, seed=7), asked))
        assert Path(f"out/notes.{suffix}").read_bytes() == whole
        return
    done("notes.txt", "--regenerate", variant.id, "-f", format, "-o", "again/")
    for ending in ("", ".key"):
        again = Path(f"again/{variant.id}{ending}.{format}")
        assert again.read_bytes() == Path(f"out/0002-{variant.id}{ending}.{format}").read_bytes()
    done("notes.txt", "--regenerate", variant.id, "-o", f"one.{format}", "--key", f"key.{format}")
    assert Path(f"one.{format}").read_bytes() == Path(f"again/{variant.id}.{format}").read_bytes()
    assert Path(f"key.{format}").read_bytes() == Path(f"again/{variant.id}.key.{format}").read_bytes()


# --- what is wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["notes.txt", "--variants", "0"], "--variants 0"),
        (["notes.txt", "--jobs", "0"], "--jobs 0"),
        (["notes.txt", "-f", "docx"], "unknown format docx"),
        (["notes.txt", "-o", "sheet.docx"], "no format has the suffix .docx"),
        (["notes.txt", "-o", "notes.txt"], "notes.txt is the input"),
        (["notes.txt", "-o", "out/", "--key", "key.md"], "--key is for one sheet"),
        (["notes.txt", "--key", "key.jsonl"], "a key is a document"),
        (["notes.txt", "--date", "12 March"], "--date stands on the cover of an exam"),
        (["notes.txt", "--rule", "No phones."], "--rule stands on the cover of an exam"),
        (["notes.txt", "--exam", "-o", "out/"], "an exam is one document"),
        (["notes.txt", "--exam", "--minutes", "0"], "--minutes 0"),
        (["notes.txt", "--exam", "-f", "moodle"], "an exam is a document, and moodle a quiz"),
        (["notes.txt", "--exam", "--regenerate", "7K-3F9A"], "--exam is for all variants"),
        (["notes.txt", "--regenerate", "7K-3F9A"], "is no variant of this exercise"),
        (["notes.txt", "--regenerate", "?"], "is no name of a variant"),
        (["missing.txt"], "does not exist"),
        (["-e", "Given x = 1; loss = x", "--variants", "2"], "nothing varies in this exercise"),
        (["-e", "Vary x in 1..3; loss = x", "--key", "-"], "--key -"),
        (["-e", "Vary x in 1..3; loss = x; Require loss > 9", "-o", "out/"], "no variant fulfils `Require loss > 9`"),
        (["-e", "Vary x in 1..3; loss = x", "--variants", "4", "-o", "out/"], "has 3 different variants"),
        (["-e", "Vary x in 1..3; loss = x", "--variants", "4", "-o", "a.jsonl"], "has 3 different variants"),
        (["-e", "Vary x in 1..3; loss = x", "--variants", "4", "-o", "a.pdf"], "has 3 different variants"),
    ],
)
def test_errors_are_one_message_and_nothing_is_written(arguments: list[str], said: str, here: Path) -> None:
    assert said in refused(*arguments)
    assert os.listdir() == ["notes.txt"]


def test_a_folder_of_another_run_is_refused(here: Path) -> None:
    done("notes.txt", "--variants", "2", "-o", "out/")
    assert "out holds another run: seed: 0, and not 1" in refused(
        "notes.txt", "--variants", "2", "--seed", "1", "-o", "out/"
    )


# --- ends


def command(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(
        [sys.executable, "-m", "backprop_derive", "exercise", "notes.txt", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip


def test_ctrl_c_says_how_to_go_on(here: Path) -> None:
    child = command("--variants", "100000", "-f", "md", "-o", "out/")
    end = time.monotonic() + 60
    while not list(Path().glob("out/.batches/*.batch")) and time.monotonic() < end:
        time.sleep(0.05)
    assert list(Path().glob("out/.batches/*.batch"))
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert said.decode().startswith("interrupted: ")
    assert "of 100,000 variants are kept in out; the same command goes on from there" in said.decode()
    assert said.count(b"\n") == 1


def test_a_closed_pipe_is_no_error(here: Path) -> None:
    child = command("--variants", "100000", "-f", "jsonl")
    assert child.stdout is not None
    assert child.stdout.readline()
    child.stdout.close()
    assert child.stderr is not None
    assert child.stderr.read() == b""
    assert child.wait(timeout=60) == 0
