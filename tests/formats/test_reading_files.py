"""What is read must be a regular file below a limit: one rule, whoever reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.cli.reading import problem_text
from backprop_derive.formats.files import regular_bytes, regular_text
from backprop_derive.grading.submissions import of_file
from backprop_derive.languages import again, speaking
from backprop_derive.limits import DEFAULT_LIMITS, with_limits
from backprop_derive.training.data import read_data
from backprop_derive.weaving.files import document_text

SMALL = with_limits({"text": 10, "data": 10})
PROBLEM = bd.solve("Given x = 1\ny = x^2").record.problem


def submitted(path: Path, limits: bd.Limits) -> str:
    work = of_file(path, limits)
    if work.problem:
        raise bd.ProblemError(work.problem)
    return work.text


READERS: dict[str, Callable[[Path, bd.Limits], object]] = {
    "file": regular_text, "problem": lambda path, limits: problem_text(str(path), None, limits),
    "document": document_text, "work": submitted, "data": lambda path, limits: read_data(path, PROBLEM, limits),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_only_a_regular_file_is_read(reader: str, tmp_path: Path) -> None:
    read = READERS[reader]
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(bd.ProblemError, match="not a regular file: a pipe or a device is not read"):
        read(pipe, DEFAULT_LIMITS)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(bd.ProblemError, match=r"is a directory \(a folder\), not a file"):
        read(folder, DEFAULT_LIMITS)
    with pytest.raises(bd.ProblemError, match=r"does not exist \(no such file\)"):
        read(tmp_path / "missing.csv", DEFAULT_LIMITS)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_too_large_or_no_text_is_refused(reader: str, tmp_path: Path) -> None:
    read = READERS[reader]
    path = tmp_path / "some.csv"
    path.write_text("x\n" + "1\n" * 100, encoding="utf-8")
    with pytest.raises(bd.BackpropError, match=r"is too large: 202, the limit `(text|data)` is at most 10"):
        read(path, SMALL)
    path.write_bytes(b"x\n\xff1\n")
    with pytest.raises(bd.ProblemError, match="no text in UTF-8: byte 0xFF in line 2"):
        read(path, DEFAULT_LIMITS)
    path.write_bytes("x\n1\n".encode("utf-16"))
    with pytest.raises(bd.ProblemError, match="is encoded in UTF-16"):
        read(path, DEFAULT_LIMITS)


def test_no_more_is_read_than_the_limit_though_the_system_tells_another_size(tmp_path: Path) -> None:
    if not Path("/proc/kallsyms").exists():
        pytest.skip("no file of the system whose size is told as 0")
    with pytest.raises(bd.LimitError, match="is too large: 11, the limit `text` is at most 10"):
        regular_bytes(Path("/proc/kallsyms"), SMALL)


def test_a_work_is_called_by_its_name_and_not_by_where_it_lies(tmp_path: Path) -> None:
    work = of_file(tmp_path / "ann.txt", DEFAULT_LIMITS)
    assert work.problem == "ann.txt does not exist (no such file)"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", "ann.txt gibt es nicht"),
        ("fr", "ann.txt n’existe pas"),
        ("es", "ann.txt no existe"),
        ("zh", "ann.txt 不存在"),
    ],
)
def test_why_a_work_is_not_read_is_told_in_the_language_of_the_report(language: str, told: str, tmp_path: Path) -> None:
    work = of_file(tmp_path / "ann.txt", DEFAULT_LIMITS)
    with speaking(language):
        assert again(work.problem).startswith(told)
