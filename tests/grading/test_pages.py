"""What a class is told, kept as a file: each answer with its feedback, the report, the gradebook; `pytest --update`."""

from __future__ import annotations

from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.formats import render
from backprop_derive.grading.feedback import feedback_document
from backprop_derive.grading.record import Class
from backprop_derive.grading.report import class_document
from backprop_derive.grading.tables import gradebook
from backprop_derive.options import Options

CLASSES = Path(__file__).resolve().parent / "classes"


def told(source: str) -> str:
    """Everything that a class and its teacher read, as text."""
    problem, *works = source.split("=== ")
    answers = [tuple(work.split("\n", 1)) for work in works]
    found = bd.grade(problem, answers)
    assert isinstance(found, Class)
    pages = [(answer, feedback_document(sheet, found.problem)) for (_, answer), sheet in zip(answers, found.sheets, strict=True)]
    read = [f"{answer}\n{render(document, 'txt', Options())}" for answer, document in pages]
    return "\n\n".join([problem, *read, str(render(class_document(found), "txt", Options())), gradebook(found).replace("\r\n", "\n")])


@pytest.mark.parametrize("name", sorted(path.stem for path in CLASSES.glob("*.txt")))
def test_a_class_is_told_what_it_was(name: str, request: pytest.FixtureRequest) -> None:
    golden = CLASSES / f"{name}.told"
    page = told((CLASSES / f"{name}.txt").read_text(encoding="utf-8"))
    if request.config.getoption("--update"):
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8"), "if the change is meant: pytest --update"
