"""Printable sheets, exams and keys: one document of many variants, each under its own name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..document import Blank, Block, Document, Inline, Math, PageBreak, SheetHead, Words
from ..report.narrate import document_of
from ..report.sentences import HEADINGS
from . import sentences as say
from .codes import code_of
from .kinds import kind_of
from .task import DEFAULT_SHEETS, SheetOptions, Task

if TYPE_CHECKING:
    from .exercise import Variant

_NAME, _DATE, _POINTS = 13, 7, 3  # ems to write on


def sheet_document(variants: Sequence[Variant], kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
    """The sheets of the variants, each on a page of its own. Raises UsageError where a variant has no such exercise."""
    return _document(variants, options, _sheets(variants, kind, options))


def key_document(variants: Sequence[Variant], kind: str = "full", options: SheetOptions = DEFAULT_SHEETS) -> Document:
    """The keys to the same sheets, in the same order. Raises UsageError as `sheet_document` does."""
    return _document(variants, options, _keys(variants, kind, options), f": {say.SHEET['key']}")


def task_of(variant: Variant, kind: str, options: SheetOptions = DEFAULT_SHEETS) -> Task:
    """What one kind of exercise asks of a variant, and its key."""
    return kind_of(kind).makes(variant.drawn, options)


def _document(variants: Sequence[Variant], options: SheetOptions, blocks: Iterator[Block], more: str = "") -> Document:
    problem = variants[0].problem
    return document_of(problem, options.presentation, _title(variants[0], options) + more, tuple(blocks))


def _title(variant: Variant, options: SheetOptions) -> str:
    return options.title or variant.problem.title or HEADINGS["exercise"]


def _sheets(variants: Sequence[Variant], kind: str, options: SheetOptions) -> Iterator[Block]:
    for position, variant in enumerate(variants):
        task = task_of(variant, kind, options)
        if position:
            yield PageBreak()
        yield _head(variant, options, _to_fill_in(task))
        yield from task.question


def _keys(variants: Sequence[Variant], kind: str, options: SheetOptions) -> Iterator[Block]:
    for position, variant in enumerate(variants):
        task = task_of(variant, kind, options)
        if position and options.key == "full":
            yield PageBreak()
        scored = ", ".join(f"{part.label.lower()} {part.points}" for part in task.scored)
        total = f"{say.points(task.points)}: {scored}." if scored else ""
        yield _head(variant, options, (Words(total),), f": {say.SHEET['key']}")
        yield from task.key


def _head(variant: Variant, options: SheetOptions, fields: tuple[Inline, ...], more: str = "") -> SheetHead:
    code = code_of(variant.id) if options.code else None
    return SheetHead((Words(_title(variant, options) + more),), fields, variant.id, code)


def _to_fill_in(task: Task) -> tuple[Inline, ...]:
    """Name, date and points, to be written by hand."""
    found: list[Inline] = [Words(f"{say.SHEET['name']} "), Math(Blank(_NAME)), Words(f" {say.SHEET['date']} ")]
    found.append(Math(Blank(_DATE)))
    if task.points:
        found += [Words(f" {say.SHEET['points']} "), Math(Blank(_POINTS)), Words(f" {say.SHEET['of']} {task.points}")]
    return tuple(found)
