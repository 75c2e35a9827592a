"""An Anki package: a collection with a card a question, and nothing in it that Anki would carry out."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest

from backprop_derive.errors import UsageError
from backprop_derive.exercises.exercise import Variant
from backprop_derive.exercises.exports import anki
from backprop_derive.exercises.exports.question import questions_of, written
from backprop_derive.exercises.exports.record import ExportOptions
from tests.exercises.exports.sample import hostile_cases, hostile_variant, read_page, variants


def notes(folder: Path, some: tuple[Variant, ...], kind: str = "numerical") -> list[tuple[str, str, str, str]]:
    """The guid and the three fields of every note."""
    data = b"".join(anki.pieces(some, ExportOptions(kind)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["collection.anki2", "media"]
        assert json.loads(archive.read("media")) == {}
        (folder / "c.anki2").write_bytes(archive.read("collection.anki2"))
    connection = sqlite3.connect(folder / "c.anki2")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT guid, flds, id FROM notes ORDER BY id").fetchall()
        cards = connection.execute("SELECT nid FROM cards ORDER BY id").fetchall()
        models = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
    finally:
        connection.close()
    assert [note for (note,) in cards] == [note for _, _, note in found]
    assert any(model["name"] == "backprop-derive" for model in models.values())
    read = []
    for guid, fields, _ in found:
        name, front, back = fields.split("\x1f")
        read.append((guid, name, front, back))
    return read


@pytest.mark.parametrize("kind", ["numerical", "choice", "cloze"])
def test_a_note_asks_and_answers(tmp_path: Path, kind: str) -> None:
    found = notes(tmp_path, variants("neuron"), kind)
    asked = [q for v in variants("neuron") for q in questions_of(v, ExportOptions(kind))]
    for (_, name, front, back), question in zip(found, asked, strict=True):
        assert name == question.id
        assert "Find" in read_page(front)
        shown = read_page(back)
        assert "Backward pass" in shown
        for field in question.fields:
            assert f"= {written(field.right.value.decimal)}" in shown
        for option in question.options:
            assert option.feedback in shown


def test_a_note_keeps_its_name_so_that_it_is_learned_once(tmp_path: Path) -> None:
    first, again = notes(tmp_path, variants("exact")), notes(tmp_path, variants("exact"))
    assert first == again
    assert len({guid for guid, *_ in first}) == 6
    assert {guid for guid, *_ in first}.isdisjoint(guid for guid, *_ in notes(tmp_path, variants("exact"), "choice"))


@hostile_cases()
def test_nothing_that_was_written_is_read(tmp_path: Path, name: str, kind: str) -> None:
    ((_, _, front, back),) = notes(tmp_path, (hostile_variant(name),), kind)
    for page in (front, back):
        read_page(page)
        assert "[sound:" not in page
        assert "[latex]" not in page


def test_without_genanki_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(UsageError) as raised:
        next(anki.pieces(variants("neuron"), ExportOptions()))
    assert "pip install 'backprop-derive[exercises]'" in str(raised.value)
