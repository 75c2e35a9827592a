"""What a teacher is told of a class: points, which step lost most, which mistakes were made by how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from statistics import median

from ..document import Block, Document, Heading, Inline, Math, Paragraph, Table, Words
from ..errors import shorten
from ..report.blocks import words_cell
from .feedback import literal_names
from .record import EARNING, Class, Item, Lost, Sheet
from .sentences import (
    CLASS,
    ITEMS_HEADER,
    MISTAKES_HEADER,
    STUDENTS_HEADER,
    VERDICTS,
    number,
    people,
)  # fmt: skip

Cell = tuple[Inline, ...]
_LONGEST = 80


def class_document(found: Class) -> Document:
    """The report on a class."""
    title = CLASS["title"].format(problem=found.problem.title or CLASS["untitled"])
    return Document(title, (Heading(1, (Words(title),)), *_blocks(found)), literal_names=literal_names(found.problem))


def _blocks(found: Class) -> Iterator[Block]:
    graded = found.graded
    yield Paragraph((Words(CLASS["count"].format(count=people(len(found.sheets)), graded=len(graded))),))
    if graded:
        yield Paragraph((Words(points_sentence(found)),))
        yield Paragraph(_worst(found))
        yield Heading(2, (Words(CLASS["items"]),))
        yield Table(tuple(map(words_cell, ITEMS_HEADER)), tuple(_item_row(found, k) for k in range(len(found.items))))
        yield Heading(2, (Words(CLASS["mistakes"]),))
        yield from _mistakes(found)
        yield Heading(2, (Words(CLASS["students"]),))
        yield Table(tuple(map(words_cell, STUDENTS_HEADER)), tuple(map(_student_row, graded)))
    refused = [sheet for sheet in found.sheets if sheet.problem]
    if refused:
        yield Heading(2, (Words(CLASS["refused"]),))
        rows = ((shorten(sheet.student, _LONGEST), shorten(sheet.problem, 300)) for sheet in refused)
        yield Table((words_cell("Student"), words_cell("Reason")), tuple(tuple(map(words_cell, row)) for row in rows))


def points_sentence(found: Class) -> str:
    """The mean, the median and the ends of the points of a class."""
    points = [sheet.points for sheet in found.graded]
    mean = sum(points, Fraction(0)) / len(points)
    return CLASS["points"].format(
        total=len(found.items), mean=number(mean), median=number(Fraction(median(points))), low=number(min(points)),
        high=number(max(points)),
    )  # fmt: skip


def _worst(found: Class) -> Cell:
    worst = found.worst
    if worst is None:
        return words_cell(CLASS["none lost"])
    after = CLASS["worst after"].format(
        points=number(worst.points), count=worst.students, students=people(worst.wrong)
    )  # fmt: skip
    return (Words(CLASS["worst"]), *item_cell(worst.item), Words(after))


def item_cell(item: Item) -> Cell:
    """How an item is called in a table."""
    after = item.title.partition(" ")[2] if item.kind == "after" else ""
    return (Math(item.head), Words(f" {after}")) if after else (Math(item.head),)


def _item_row(found: Class, k: int) -> tuple[Cell, ...]:
    lost: Lost = found.lost[k]
    counted = Counter(sheet.lines[k].verdict for sheet in found.graded)
    verdicts = ", ".join(f"{counted[verdict]} {words}" for verdict, words in VERDICTS.items() if counted[verdict])
    return (
        item_cell(lost.item), words_cell(number(lost.points)), words_cell(str(lost.wrong)), words_cell(verdicts),
    )  # fmt: skip


def _mistakes(found: Class) -> Iterator[Block]:
    if not found.mistakes:
        yield Paragraph((Words(CLASS["no mistakes"]),))
        return
    rows = tuple(
        (words_cell(mistake.name), words_cell(str(count)), words_cell(mistake.feedback))
        for mistake, count in found.mistakes
    )
    yield Table(tuple(map(words_cell, MISTAKES_HEADER)), rows)


def _student_row(sheet: Sheet) -> tuple[Cell, ...]:
    right = sum(line.verdict in EARNING and line.verdict != "follows" for line in sheet.lines)
    wrong = len(sheet.of("wrong", "partly", "trivial", "coarse"))
    counts = (right, len(sheet.of("follows")), wrong, len(sheet.of("missing")), len(sheet.of("unread")))
    cells = (shorten(sheet.student, _LONGEST), f"{number(sheet.points)} / {sheet.total}", *map(str, counts))
    return tuple(map(words_cell, cells))
