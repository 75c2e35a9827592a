"""Answers that mean harm: nothing is executed, the rest of the class is graded, and time is bounded."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from tests.conftest import CHECKOUT, corpus

LIMIT = 20  # seconds of a busy machine
LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")


def _cases() -> list[dict[str, Any]]:
    lines = (corpus() / "hostile" / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


GRADED = {case["id"]: case for case in _cases() if case["class"] == "grade"}


@pytest.mark.parametrize("name", GRADED)
@pytest.mark.parametrize("format", ["txt", "csv"])
def test_a_hostile_answer_through_the_command(name: str, format: str, tmp_path: Path) -> None:
    case = GRADED[name]
    (tmp_path / "problem.txt").write_text(case["problem"], encoding="utf-8")
    works = tmp_path / "works"
    works.mkdir()
    (works / "ann.txt").write_text("-2", encoding="utf-8")
    (works / "eve.txt").write_text(case["student_answer"], encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    command = [sys.executable, "-m", "backprop_derive", "grade", "problem.txt", "works", "-f", format]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=True, text=True,
                          env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin"})  # fmt: skip
    assert {path.name for path in tmp_path.iterdir()} == before
    for forbidden in case["must_not"]:
        assert forbidden not in done.stdout + done.stderr
    if format == "csv":
        rows = {row.split(",")[0]: row.split(",")[1] for row in done.stdout.splitlines()}
        assert rows["ann"] == "8"
        assert rows["eve"] == "0"
        assert not any(cell.startswith("=") for row in done.stdout.splitlines() for cell in row.split(","))
    else:
        assert any(words in done.stdout.lower() for words in case["error_mentions"])


@pytest.mark.parametrize("wrap", ["{}", "${}$", "dloss/dw = {}"])
def test_the_hostile_corpus_as_answers(wrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    grader = Grader(LESSON)
    texts = [(case["id"], case["problem"]) for case in _cases() if isinstance(case.get("problem"), str)]
    assert len(texts) > 50
    for name, text in texts:
        start = time.process_time()
        sheet = grader.grade(wrap.replace("{}", text))
        assert sheet.total == 8
        assert time.process_time() - start < LIMIT, name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        "s = " + "(" * 50_000 + "1" + ")" * 50_000, "$" + r"\frac{" * 20_000 + "$", "loss = 9**9**9**9",
        "s = 1\n" * 20_000, "".join(f"q{k} = x*{k}\n" for k in range(3_000)), "dloss/dw = " + "1 + " * 20_000 + "1",
        "dloss/dw = " + "x" * 50_000, "d" * 20_000 + "/dw = 1", "= " * 20_000, "s = 1 = " * 3_000 + "1", "\0" * 1_000,
    ],
    ids=range(11),
)  # fmt: skip
def test_answers_made_to_hang(answer: str) -> None:
    start = time.process_time()
    assert Grader(LESSON).grade(answer).points < 8
    assert time.process_time() - start < LIMIT


@pytest.mark.parametrize("x", ["10", "1/10"])
def test_numbers_beyond_floats_are_graded(x: str) -> None:
    problem = f"Given x = {x}\na = x**400/1001\nloss = a*x\nFind d(loss)/dx"
    sheet = bd.grade(problem, f"a = ({x})**401/1003\n\nloss = ({x})**402/1003\n\nda/dx = x**500/1003")
    assert [(line.item.name, line.verdict) for line in sheet.lines if line.written] == [
        ("a", "wrong"), ("loss", "follows"), ("x", "wrong")
    ]  # fmt: skip
    assert [used.value[:5] for used in sheet.line("loss").used] == ["9.970"]
    assert sheet.line("∂a/∂x").mistakes == ()


def test_tensors_beyond_floats_are_left_to_a_person() -> None:
    problem = "Given x = [10, 10]\na = x*x\nloss = sum(a**200)\nLearning rate: 0.1\nUpdates: 1\nFind d(loss)/dx"
    sheet = bd.grade(problem, "a = [100, 100]\n\nloss = 5\n\nd(loss)/dx = [1, 2]\n\nx <- [3, 4]")
    assert [(line.item.name, line.verdict) for line in sheet.lines if line.written] == [
        ("a", "right"), ("loss", "unread"), ("x", "unread"), ("x", "unread")
    ]  # fmt: skip
