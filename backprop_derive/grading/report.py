"""What a teacher is told of a class: points, which step lost most, which mistakes were made by how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from statistics import median

from ..document import Block, Document, Heading, Inline, ListBlock, Paragraph, Strong, Table, Words
from ..document import Item as ListItem
from ..errors import shorten
from ..languages import ENGLISH, again, speaking
from ..report.blocks import words_cell
from .feedback import item_words, literal_names, mistake_name, mistake_told
from .record import Class, Line, Lost, Sheet
from .sentences import CLASS, CLASS_COLUMNS, ITEMS_HEADER, STUDENTS_HEADER, number, people

Cell = tuple[Inline, ...]
_LONGEST = 80


def class_document(found: Class, language: str = ENGLISH) -> Document:
    """The report on a class."""
    with speaking(language):
        title = CLASS["titled"].format(problem=found.problem.title) if found.problem.title else CLASS["title"]
        blocks = (Heading(1, (Words(title),)), *_blocks(found))
        return Document(title, blocks, language, literal_names(found.problem))


def _blocks(found: Class) -> Iterator[Block]:
    graded = found.graded
    yield Paragraph((Words(CLASS["count"].format(count=people(len(found.sheets)), graded=len(graded))),))
    if graded:
        yield Paragraph((Words(points_sentence(found)),))
        yield Paragraph(_worst(found))
        yield Heading(2, (Words(CLASS["items"]),))
        yield Table(_header(ITEMS_HEADER), tuple(_item_row(found, k) for k in range(len(found.items))))
        yield Heading(2, (Words(CLASS["mistakes"]),))
        yield _mistakes(found)
        yield Heading(2, (Words(CLASS["students"]),))
        yield Table(_header(STUDENTS_HEADER), tuple(map(_student_row, graded)))
    refused = [sheet for sheet in found.sheets if sheet.problem]
    if refused:
        yield Heading(2, (Words(CLASS["refused"]),))
        rows = ((shorten(sheet.student, _LONGEST), shorten(again(sheet.problem), 300)) for sheet in refused)
        yield Table(_header(("student", "reason")), tuple(tuple(map(words_cell, row)) for row in rows))


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
    before, after = CLASS.pieces(
        "worst", points=number(worst.points), count=str(worst.students), students=people(worst.wrong)
    )
    return (Words(before), *item_words(worst.item), Words(after))


def _header(columns: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(words_cell(CLASS_COLUMNS[column]) for column in columns)


def _item_row(found: Class, k: int) -> tuple[Cell, ...]:
    lost: Lost = found.lost[k]
    counts = _counts([sheet.lines[k] for sheet in found.graded])
    return (item_words(lost.item), words_cell(number(lost.points)), *map(words_cell, counts))


def _counts(lines: Sequence[Line]) -> tuple[str, ...]:
    """How many lines are right, follow from an error, are wrong, missing, not read."""
    counted = Counter(line.verdict for line in lines)
    right = counted["right"] + counted["rounded"] + counted["implied"]
    wrong = sum(counted[verdict] for verdict in ("wrong", "partly", "trivial", "coarse"))
    return tuple(map(str, (right, counted["follows"], wrong, counted["missing"], counted["unread"])))


def _mistakes(found: Class) -> Block:
    if not found.mistakes:
        return Paragraph((Words(CLASS["no mistakes"]),))
    items = (
        (
            Strong(mistake_name(mistake)),
            Words(CLASS["mistake"].format(students=people(count), feedback=mistake_told(mistake))),
        )
        for mistake, count in found.mistakes
    )
    return ListBlock(tuple(map(ListItem, items)), ordered=False)


def _student_row(sheet: Sheet) -> tuple[Cell, ...]:
    cells = (shorten(sheet.student, _LONGEST), f"{number(sheet.points)} / {sheet.total}", *_counts(sheet.lines))
    return tuple(map(words_cell, cells))
