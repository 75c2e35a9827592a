"""What a class hands in: a file a student, a folder of them, or a table with a row a student."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import BackpropError, ProblemError, UsageError, shorten
from ..formats.files import regular_text
from ..languages import Said
from ..limits import Limits
from ..records import record
from .sentences import REFUSED

SUFFIXES = (".txt", ".md", ".markdown", ".tex", ".ltx", ".ipynb", "")
_NAMES = ("student", "name", "id", "matriculation", "seat")
_WHOLE = ("answer", "answers", "derivation", "text", "solution", "work")
_VARIANT = "variant"
_MOST_STUDENTS = 100_000


@record
class Submission:
    """One student's work: a text, or answers to single items, each below what its column asks for.

    `source` is the name of the file, by whose suffix it is read. `problem` says why there is no text. `variant` is the
    name of the exercise's variant, where the table has it.
    """

    student: str
    text: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    source: str = ""
    problem: str = ""
    variant: str = ""


def submissions_in(paths: Sequence[Path], limits: Limits) -> Iterator[Submission]:
    """The works in files, folders and tables, in the order of the paths; a folder's in the order of their names.

    A file that cannot be read is a work that says so. Raises UsageError where a path is missing, ProblemError for a
    table that is none.
    """
    for path in paths:
        if path.is_dir():
            for file in sorted(path.iterdir()):
                if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith("."):
                    yield of_file(file, limits)
        elif not path.exists():
            raise UsageError(f"{path} does not exist (no such file)", expected="answers: files, a folder, or a .csv")
        elif path.suffix.lower() == ".csv":
            yield from in_table(_read(path, limits), str(path))
        else:
            yield of_file(path, limits)


def of_file(path: Path, limits: Limits) -> Submission:
    """The work in a file, by the name of the file."""
    student = path.stem or path.name
    try:
        return Submission(student, _read(path, limits), source=path.name)
    except BackpropError as error:
        return Submission(student, source=path.name, problem=error.found)


def _read(path: Path, limits: Limits) -> str:
    """The text of a file, which is called by its name: where it lies is nobody's business. Raises as `regular_text`."""
    return regular_text(path, limits, name=path.name).removeprefix("\ufeff")


def in_table(text: str, name: str) -> Iterator[Submission]:
    """A work for each row. The header names a column of students, and what is answered in the others.

    A column is `answer` (the first gradient asked for, or a whole derivation), or what an answer is of: `s`,
    `d(loss)/dw`, `dw`. Raises ProblemError.
    """
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text.split("\n", 1)[0], ",;\t")
    except csv.Error:
        dialect = "excel"
    rows = csv.reader(io.StringIO(text, newline=""), dialect)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        column = _students(header, name)
        for number, row in enumerate(rows, 2):
            if number > _MOST_STUDENTS:
                raise ProblemError(f"{name} has more than {_MOST_STUDENTS:,} rows")
            if any(cell.strip() for cell in row):
                yield _of_row(header, row, column, number)
    except csv.Error as error:
        raise ProblemError(
            f"{name} is no table: {error}", expected="a .csv with a header and a row a student"
        ) from None


def _students(header: list[str], name: str) -> int:
    found = [k for k, cell in enumerate(header) if cell.lower() in _NAMES]
    if not found or len(header) < 2:
        raise ProblemError(
            f"{name} has no column of students: {shorten(', '.join(header)) or 'it is empty'}",
            expected="a header such as student,answer or student,s,loss,d(loss)/dw",
        )
    return found[0]


def _of_row(header: list[str], row: list[str], column: int, number: int) -> Submission:
    student = row[column].strip() if column < len(row) else ""
    student = student or f"row {number}"
    if len(row) > len(header):
        return Submission(
            student, problem=Said(REFUSED, "cells", {"row": number, "cells": len(row), "header": len(header)})
        )
    cells = [(head, cell) for k, (head, cell) in enumerate(zip(header, row, strict=False)) if k != column]
    whole = [cell for head, cell in cells if head.lower() in _WHOLE]
    others = (*_WHOLE, _VARIANT)
    single = tuple((head, cell) for head, cell in cells if head and head.lower() not in others and cell.strip())
    variant = next((cell.strip() for head, cell in cells if head.lower() == _VARIANT), "")
    return Submission(student, "\n\n".join(cell for cell in whole if cell.strip()), single, variant=variant)
