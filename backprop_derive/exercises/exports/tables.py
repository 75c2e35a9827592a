"""CSV, a line for every number that is asked, and JSON lines, an object for every question."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ...document import Document
from ...formats import render
from ...formats.views import plain_inlines
from ...options import Options
from ...printers.text import text as plain
from ..exercise import Variant
from ..key import Accepted
from .markup import safe
from .question import Field, Group, Question, questions_of, written
from .record import ExportOptions

_HEADER = ("id", "title", "kind", "question", "name", "asked", "answer", "lowest", "highest", "feedback", "solution")
# A spreadsheet takes a cell that begins so for a formula, and runs it.
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def rows(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """A header, then a row for every number, or for every answer to choose from (`highest` is empty then)."""
    yield _row(_HEADER)
    shown = _markdown_options(options)
    for variant in variants:
        for question in questions_of(variant, options):
            head = (question.id, question.title, question.kind, _markdown(question.prompt, shown))
            solution = _markdown(question.solution, shown)
            for group in question.groups:
                for field in group.fields:
                    asked = _asked(group, field, question.prompt)
                    right = field.right
                    numbers = (_decimal(right), written(right.lowest), written(right.highest))
                    yield _row((*map(cell, head), field.name, cell(asked), *numbers, "", cell(solution)))
            for number, option in enumerate(question.options, 1):
                node = plain(option.node, question.prompt.literal_names)
                answer = ("right" if option.is_right else "wrong", cell(node), "", "")
                yield _row((*map(cell, head), f"c{number}", *answer, cell(option.feedback), cell(solution)))


def cell(text: str) -> str:
    """Text that no spreadsheet reads as a formula. Numbers of ours are written as they are."""
    return "'" + text if text.lstrip(" ").startswith(_LIVE) else text


def _row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([safe(each) for each in cells])
    return line.getvalue().encode()


def lines(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """An object a line."""
    shown = _markdown_options(options)
    for variant in variants:
        for question in questions_of(variant, options):
            text = json.dumps(_object(question, shown), ensure_ascii=False)
            # A sign that would end or begin something where the line is put into a page.
            yield text.replace("<", "\\u003c").encode() + b"\n"


def _object(question: Question, shown: Options) -> dict[str, Any]:
    names = question.prompt.literal_names
    return {
        "id": question.id, "title": question.title, "kind": question.kind,
        "question": _markdown(question.prompt, shown),
        "numbers": [
            {
                "name": field.name, "asked": _asked(group, field, question.prompt), **_number(field.right),
                "mistakes": [{**_number(lure.number), "feedback": lure.feedback} for lure in field.lures],
            }
            for group in question.groups
            for field in group.fields
        ],
        "options": [
            {"answer": plain(each.node, names), "right": each.is_right, "feedback": each.feedback}
            for each in question.options
        ],
        "solution": _markdown(question.solution, shown),
    }  # fmt: skip


def _number(number: Accepted) -> dict[str, str | None]:
    exact = number.value.exact
    return {
        "exact": None if exact is None else str(exact), "decimal": _decimal(number),
        "lowest": written(number.lowest), "highest": written(number.highest),
    }  # fmt: skip


def _decimal(number: Accepted) -> str:
    return written(number.value.decimal)


def _asked(group: Group, field: Field, prompt: Document) -> str:
    label = plain_inlines(group.label, lambda node: plain(node, prompt.literal_names))
    return f"{label}, {field.place}" if field.place else label


def _markdown_options(options: ExportOptions) -> Options:
    return replace(options.shown, flavour="dollar", template=None)


def _markdown(document: Document | None, shown: Options) -> str:
    return "" if document is None else str(render(document, "md", shown)).strip()
