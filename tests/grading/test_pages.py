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
from backprop_derive.grading.tables import as_json, gradebook
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


def data(source: str) -> Iterator[str]:
    """What a program reads of some of them."""
    problem, *works = source.split("=== ")
    picked = [work.partition("\n") for work in works if work.startswith(("Eva", "Ida", "Olaf", "Xia", "Uma", "Vic"))]
    yield as_json(bd.grade(problem, [(name, answer) for name, _, answer in picked]))


def _of_class(found: Class) -> Iterator[str]:
    yield _read(class_document(found))
    yield gradebook(found).replace("\r\n", "\n")


def _read(document: Document) -> str:
    return str(render(document, "txt", Options()))


PAGES = {
    **{f"{path.stem}.told": (path, texts) for path in CLASSES.glob("*.txt")},
    "table.told": (CLASSES / "table.csv", table),
    "scalars.json": (CLASSES / "scalars.txt", data),
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_class_is_told_what_it_was(name: str, request: pytest.FixtureRequest) -> None:
    source, made = PAGES[name]
    page = "\n\n".join(made(source.read_text(encoding="utf-8")))
    if request.config.getoption("--update"):
        (CLASSES / name).write_text(page, encoding="utf-8")
    assert page == (CLASSES / name).read_text(encoding="utf-8"), "if the change is meant: pytest --update"
