"""A class for programs: a gradebook that no spreadsheet runs anything of, and everything as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from ..errors import shorten
from ..exercises.exports.markup import safe
from ..exercises.exports.tables import cell
from ..formats.visible_json import visible_json
from ..printers.text import text
from .record import Class, Diagnosis, Line, Remark, Sheet
from .sentences import number

SCHEMA = "backprop-derive/grade/1"
_LONGEST = 200


def gradebook(found: Class) -> str:
    """A row for each student: points, what there are, a column for each item, the mistakes, why nothing was graded.

    Whatever a student wrote, a name included, stands in cells that no spreadsheet takes for a formula.
    """
    titles = [item.title for item in found.items]
    rows = [["student", "points", "of", *titles, "mistakes", "problem"]]
    for sheet in found.sheets:
        names = sorted({mistake.name for mistake in sheet.mistakes})
        credits = [number(line.credit) for line in sheet.lines] or ["0"] * len(titles)
        rows.append(
            [sheet.student, number(sheet.points), str(sheet.total), *credits, "; ".join(names), sheet.problem]
        )  # fmt: skip
    return "".join(map(_row, rows))


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell(safe(shorten(each, _LONGEST))) for each in cells])
    return line.getvalue()


def as_json(found: Class) -> str:
    """Every line of every student, as docs/grade.md describes them."""
    data = {
        "schema": SCHEMA,
        "title": found.problem.title,
        "items": [{"title": item.title, "kind": item.kind, "name": item.name} for item in found.items],
        "students": [_sheet(sheet) for sheet in found.sheets],
        "lost": [
            {"title": lost.item.title, "points": float(lost.points), "students": lost.wrong} for lost in found.lost
        ],
        "mistakes": [{**_mistake(mistake), "students": count} for mistake, count in found.mistakes],
    }
    return visible_json(data)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    made: dict[str, Any] = {"student": sheet.student, "points": float(sheet.points), "of": sheet.total}
    if sheet.problem:
        return {**made, "problem": sheet.problem}
    return {**made, "lines": [_line(line) for line in sheet.lines], "remarks": [_remark(r) for r in sheet.remarks]}


def _line(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {"title": line.item.title, "verdict": line.verdict, "credit": float(line.credit)}
    if line.written and line.place is not None:
        found |= {"written": line.written, "line": line.place.line}
    if line.expected is not None:
        found["expected"] = text(line.expected)
    if line.used:
        found["used"] = [{"name": used.name, "value": used.value} for used in line.used]
    if line.mistakes:
        found["mistakes"] = [_mistake(mistake) for mistake in line.mistakes]
    if line.reason:
        found["reason"] = line.reason
    return found


def _mistake(mistake: Diagnosis) -> dict[str, str]:
    found = {"name": mistake.name, "feedback": mistake.feedback}
    return {**found, "at": mistake.at} if mistake.at else found


def _remark(remark: Remark) -> dict[str, Any]:
    found: dict[str, Any] = {"line": remark.place.line, "claim": remark.claim, "verdict": remark.verdict}
    if remark.expected:
        found["expected"] = remark.expected
    if remark.mistake is not None:
        found["mistake"] = _mistake(remark.mistake)
    if remark.reason:
        found["reason"] = remark.reason
    return found
