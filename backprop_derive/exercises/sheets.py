"""Printable sheets, exams and keys: one document of many variants, each under its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..document import (
    Blank,
    Block,
    Document,
    Heading,
    Inline,
    Item,
    ListBlock,
    Math,
    PageBreak,
    Paragraph,
    SheetHead,
    Table,
    Words,
)  # fmt: skip
from ..errors import UsageError
from ..languages import speaking, within_sentence
from ..report.blocks import math_cell, words_cell
from ..report.narrate import document_of
from ..report.sentences import HEADINGS, WORDS
from . import sentences as say
from .codes import code_of
from .kinds import kind_of
from .task import DEFAULT_SHEETS, SheetOptions, Task

if TYPE_CHECKING:
    from .exercise import Variant

_NAME, _DATE, _POINTS = 12, 6, 3  # ems to write on


def sheet_document(variants: Sequence[Variant], kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
    """The sheets of the variants, each on a page of its own. Raises UsageError where a variant has no such exercise."""
    return _document(variants, options, lambda: _sheets(variants, kind, options))


def key_document(variants: Sequence[Variant], kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
    """The keys to the same sheets, in the same order. Raises UsageError as `sheet_document` does."""
    return _document(variants, options, lambda: _keys(variants, kind, options), is_key=True)


def exam_document(variants: Sequence[Variant], kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
    """An exam: for each variant a cover and its sheet, and at the end the list of seats. Raises as `sheet_document`."""
    return _document(variants, options, lambda: _exam(variants, kind, options))


def task_of(variant: Variant, kind: str, options: SheetOptions = DEFAULT_SHEETS) -> Task:
    """What one kind of exercise asks of a variant, and its key; a variant keeps what was made of it."""
    found = variant.tasks.get((kind, options))
    if found is None:
        with speaking(options.presentation.language):
            found = variant.tasks[kind, options] = kind_of(kind).makes(variant.drawn, options)
    return found


def _document(
    variants: Sequence[Variant], options: SheetOptions, blocks: Callable[[], Iterator[Block]], is_key: bool = False
) -> Document:
    if not variants:
        raise UsageError(say.ERRORS["no variants"], expected="one variant or more")
    with speaking(options.presentation.language):
        title = _title(variants[0], options) + (_of_key() if is_key else "")
        return document_of(variants[0].problem, options.presentation, title, tuple(blocks()))


def _of_key() -> str:
    return f"{WORDS['colon']}{say.SHEET['key']}"


def _title(variant: Variant, options: SheetOptions) -> str:
    return options.title or variant.problem.title or HEADINGS["exercise"]


def _sheets(variants: Sequence[Variant], kind: str, options: SheetOptions) -> Iterator[Block]:
    for position, variant in enumerate(variants):
        task = task_of(variant, kind, options)
        if position:
            yield PageBreak()
        yield _head(variant, options, _to_fill_in(task))
        yield from task.question


def _exam(variants: Sequence[Variant], kind: str, options: SheetOptions) -> Iterator[Block]:
    for variant in variants:
        task = task_of(variant, kind, options)
        yield from _cover(variant, task, options)
        yield PageBreak()
        yield from task.question
        yield PageBreak()
    yield from _seats(variants, options)


def _cover(variant: Variant, task: Task, options: SheetOptions) -> Iterator[Block]:
    """What a paper begins with: whose it is, when and how, and the points to be filled in by who marks it."""
    yield _head(variant, options, _fields(("name", _NAME), ("seat", _POINTS), ("date", 0 if options.date else _DATE)))
    time = say.EXAM["minutes"].format(minutes=options.minutes) if options.minutes else ""
    when = WORDS["comma"].join(part for part in (options.date, time) if part)
    if when:
        yield Paragraph((Words(when),))
    yield Heading(2, (Words(say.EXAM["rules"]),))
    yield ListBlock(tuple(Item((Words(rule),)) for rule in options.rules or say.RULES.values()), ordered=False)
    rows = [(part.label, part.points) for part in task.scored]
    rows.append((say.EXAM["total"], task.points))
    reached = math_cell(Blank(_POINTS, 0))
    yield Heading(2, (Words(say.EXAM["points"]),))
    yield Table(
        tuple(words_cell(say.EXAM[key]) for key in ("part", "points", "reached")),
        tuple((words_cell(label), words_cell(str(points)), reached) for label, points in rows),
    )


def _seats(variants: Sequence[Variant], options: SheetOptions) -> Iterator[Block]:
    """Who sits where, to be filled in, and which variant lies there."""
    title = f"{_title(variants[0], options)}{WORDS['colon']}{say.EXAM['seats']}"
    yield SheetHead((Words(title),), (Words(options.date),) if options.date else (), "")
    rows = ((words_cell(str(k)), words_cell(v.id), math_cell(Blank(_NAME, 0))) for k, v in enumerate(variants, 1))
    yield Table(tuple(words_cell(say.EXAM[key]) for key in ("seat", "variant", "name")), tuple(rows))


def _keys(variants: Sequence[Variant], kind: str, options: SheetOptions) -> Iterator[Block]:
    for position, variant in enumerate(variants):
        task = task_of(variant, kind, options)
        if position and options.key == "full":
            yield PageBreak()
        scored = WORDS["comma"].join(f"{within_sentence(part.label)} {part.points}" for part in task.scored)
        parts = f"{WORDS['colon']}{scored}" if len(task.scored) > 1 else ""
        total = f"{say.points(task.points)}{parts}{WORDS['stop']}" if scored else ""
        yield _head(variant, options, (Words(total),), _of_key())
        yield from task.key


def _head(variant: Variant, options: SheetOptions, fields: tuple[Inline, ...], more: str = "") -> SheetHead:
    code = code_of(variant.id) if options.code else None
    starts_page = not more or options.key == "full"
    return SheetHead((Words(_title(variant, options) + more),), fields, variant.id, code, starts_page)


def _to_fill_in(task: Task) -> tuple[Inline, ...]:
    """Name, date and points, to be written by hand."""
    if not task.points:
        return _fields(("name", _NAME), ("date", _DATE))
    of = Words(f" {say.SHEET['of']} {task.points}")
    return (*_fields(("name", _NAME), ("date", _DATE), ("points", _POINTS)), of)


def _fields(*fields: tuple[str, int]) -> tuple[Inline, ...]:
    """What is to be filled in, each with so many ems to write on; nothing for none."""
    found: list[Inline] = []
    for key, width in fields:
        if width:
            found += [Words(f"{' ' if found else ''}{say.SHEET[key]} "), Math(Blank(width))]
    return tuple(found)
