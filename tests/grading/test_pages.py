"""What a class is told, kept as a file: each answer with its feedback, the report, the gradebook; `pytest --update`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.document import Document
from backprop_derive.formats import render
from backprop_derive.grading.feedback import feedback_document
from backprop_derive.grading.grade import Grader
from backprop_derive.grading.record import Class
from backprop_derive.grading.report import class_document
from backprop_derive.grading.submissions import in_table
from backprop_derive.grading.tables import gradebook
from backprop_derive.options import Options

CLASSES = Path(__file__).resolve().parent / "classes"


def texts(source: str) -> Iterator[str]:
    """Everything that a class and its teacher read, of texts that were handed in."""
    problem, *works = source.split("=== ")
    answers = [(name, answer) for name, _, answer in (work.partition("\n") for work in works)]
    found = bd.grade(problem, answers)
    assert isinstance(found, Class)
    yield problem
    for (_, answer), sheet in zip(answers, found.sheets, strict=True):
        yield answer
        yield _read(feedback_document(sheet, found.problem))
    yield from _of_class(found)


def table(source: str) -> Iterator[str]:
    """The same of a table, whose answers need no repeating."""
    grader = Grader((CLASSES / "scalars.txt").read_text(encoding="utf-8").partition("===")[0])
    found = grader.class_of([grader.grade_submission(row) for row in in_table(source, "table.csv")])
    yield source
    for sheet in found.sheets:
        yield _read(feedback_document(sheet, found.problem))
    yield from _of_class(found)


def _of_class(found: Class) -> Iterator[str]:
    yield _read(class_document(found))
    yield gradebook(found).replace("\r\n", "\n")


def _read(document: Document) -> str:
    return str(render(document, "txt", Options()))


@pytest.mark.parametrize("name", sorted(path.name for path in CLASSES.iterdir() if path.suffix != ".told"))
def test_a_class_is_told_what_it_was(name: str, request: pytest.FixtureRequest) -> None:
    source = (CLASSES / name).read_text(encoding="utf-8")
    page = "\n\n".join(table(source) if name.endswith(".csv") else texts(source))
    golden = (CLASSES / name).with_suffix(".told")
    if request.config.getoption("--update"):
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8"), "if the change is meant: pytest --update"
