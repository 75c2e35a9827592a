"""An Anki package (.apkg), made by genanki: a card a question, with the answer and the worked solution on its back."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ...report.sentences import LABELS
from ..exercise import Variant
from .archive import zipped
from .markup import Element, Markup, add_text, add_words, brackets, html
from .question import Question, questions_of, written
from .record import ExportOptions
from .xml import element

# Anki knows notes and their types by numbers; a fixed moment, so that the same variants give the same file.
_MODEL = 1_607_392_401
_MOMENT = 1_600_000_000
_CSS = (
    ".card { font-family: sans-serif; text-align: left; } table { border-collapse: collapse; } td { padding: 0.3em; }"
)
_PIECE = 1 << 16


def pieces(variants: Iterable[Variant], options: ExportOptions) -> Iterator[bytes]:
    """The package. Raises UsageError where genanki is not installed."""
    genanki = _library()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "collection.anki2"
        _fill(genanki, database, variants, options)
        yield from zipped([("collection.anki2", _read(database)), ("media", [b"{}"])])


def _library() -> Any:
    try:
        import genanki
    except ImportError:
        raise UsageError(
            "an Anki package is made by genanki, which is not installed",
            hint="pip install 'backprop-derive[exercises]'",
        ) from None
    return genanki


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _fill(genanki: Any, database: Path, variants: Iterable[Variant], options: ExportOptions) -> None:
    """Write the notes into a collection one by one; genanki's own way would hold all of them at once."""
    left = iter(variants)
    first = list(islice(left, 1))
    title = options.title or (first[0].problem.title if first else None) or "backprop-derive"
    deck = genanki.Deck(_number(title), title.replace("::", ": :"))
    model = _model(genanki)
    deck.add_model(model)
    numbers = count(_MOMENT * 1000)
    connection = sqlite3.connect(database)
    try:
        cursor = connection.cursor()
        genanki.Package(deck).write_to_db(cursor, _MOMENT, numbers)
        for variant in chain(first, left):
            for question in questions_of(variant, options):
                fields = [question.id, _front(question), _back(question)]
                guid = genanki.guid_for("backprop-derive", options.kind, question.id)
                note = genanki.Note(model=model, fields=fields, guid=guid, sort_field=question.id)
                note.write_to_db(cursor, _MOMENT, deck.deck_id, numbers)
        connection.commit()
    finally:
        connection.close()


def _number(title: str) -> int:
    return int.from_bytes(sha256(title.encode()).digest()[:5], "big") + (1 << 30)


def _model(genanki: Any) -> Any:
    return genanki.Model(
        _MODEL, "backprop-derive",
        fields=[{"name": "Variant"}, {"name": "Question"}, {"name": "Answer"}],
        templates=[{
            "name": "Card", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}",
        }],
        css=_CSS,
    )  # fmt: skip


def _front(question: Question) -> str:
    markup = Markup(brackets, question.prompt.literal_names)
    shown = markup.blocks(question.prompt.blocks)
    if question.kind == "choice":
        shown.append(element("ol", {}, *(element("li", {}, markup.math(each.node)) for each in question.options)))
    elif question.kind == "cloze":
        for group in question.groups:
            shown.append(markup.filled("p", group.label))
    return html(shown)


def _back(question: Question) -> str:
    markup = Markup(brackets, question.prompt.literal_names)
    shown: list[Element] = []
    if question.kind == "choice":
        answers = element("ol")
        for option in question.options:
            line = element("li", {}, markup.math(option.node), " ")
            add_words(line, option.feedback)
            answers.append(line)
        shown.append(answers)
    for group in question.groups:
        line = element("p", {}, element("strong", {}, LABELS["answer"]), " ")
        markup.add(line, group.label)
        add_text(line, " = " + ", ".join(written(field.right.value.decimal) for field in group.fields))
        shown.append(line)
    if question.solution:
        shown += markup.blocks(question.solution.blocks)
    return html(shown)
