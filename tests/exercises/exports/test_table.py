"""All exports alike: the same bytes for the same variants, piece by piece, into a file or a folder."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backprop_derive.errors import OutputError, UsageError
from backprop_derive.exercises.exercise import Exercise, Variant
from backprop_derive.exercises.exports.record import KINDS, ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS, export_named
from backprop_derive.options import Options
from tests.conftest import CHECKOUT
from tests.exercises.exports.sample import TEXTS, exported, variants

PACKAGES = [name for name, export in EXPORTS.items() if export.is_package]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("export", EXPORTS)
def test_the_same_variants_give_the_same_bytes(export: str, kind: str) -> None:
    fresh = Exercise(TEXTS["neuron"]).variants(3, seed=7)
    again = b"".join(EXPORTS[export].pieces(fresh, ExportOptions(kind)))
    assert again == exported(export, "neuron", kind)
    assert again != exported(export, "exact", kind)


@pytest.mark.parametrize("export", [name for name in EXPORTS if name != "anki"])
def test_variants_are_taken_as_their_pieces_are(export: str) -> None:
    taken = 0

    def counted() -> Iterator[Variant]:
        nonlocal taken
        for variant in variants("exact", 30):
            taken += 1
            yield variant

    pieces = EXPORTS[export].pieces(counted(), ExportOptions())
    for _ in range(5):
        next(pieces)
    assert taken <= 5
    for _ in pieces:
        pass
    assert taken == 30


@pytest.mark.parametrize("export", PACKAGES)
def test_an_archive_holds_the_files_and_no_time(export: str) -> None:
    data = exported(export, "neuron")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {
            path: b"".join(content) for path, content in EXPORTS[export].files(variants("neuron"), ExportOptions())
        }
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(not name.startswith("/") and ".." not in name for name in archive.namelist())


@pytest.mark.parametrize("export", PACKAGES)
def test_a_package_is_a_folder_where_no_suffix_is_named(export: str, tmp_path: Path) -> None:
    EXPORTS[export].write(variants("neuron"), tmp_path / "quiz", ExportOptions())
    written = {str(p.relative_to(tmp_path / "quiz")) for p in (tmp_path / "quiz").rglob("*") if p.is_file()}
    assert written == {path for path, _ in EXPORTS[export].files(variants("neuron"), ExportOptions())}
    with pytest.raises(OutputError, match="already there"):
        EXPORTS[export].write(variants("neuron"), tmp_path / "quiz", ExportOptions())


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    EXPORTS["moodle"].write(variants("neuron"), tmp_path / "quiz.xml")
    assert (tmp_path / "quiz.xml").read_bytes() == exported("moodle", "neuron")
    EXPORTS["qti"].write(variants("neuron"), tmp_path / "quiz.zip")
    assert (tmp_path / "quiz.zip").read_bytes() == exported("qti", "neuron")


@pytest.mark.parametrize("export", EXPORTS)
def test_no_variants_make_an_empty_export(export: str) -> None:
    assert isinstance(b"".join(EXPORTS[export].pieces([], ExportOptions())), bytes)


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("name", ["ŷ_é", "δ", "x'"])
def test_names_of_any_letters_are_exported(export: str, name: str) -> None:
    text = f"Given y = 2\nVary x in 1..3, {name} in 1..4\ns = x*{name} - y\nloss = s^2\nFind d(loss)/d{name}\n"
    for kind in KINDS:
        pieces = EXPORTS[export].pieces(Exercise(text).variants(2), ExportOptions(kind))
        assert len(b"".join(pieces)) > 100


def test_an_unknown_export_is_refused_with_the_nearest() -> None:
    assert export_named("moodle").suffix == "xml"
    with pytest.raises(UsageError) as raised:
        export_named("modle")
    assert raised.value.hint == "moodle"


def test_a_file_has_no_folder() -> None:
    with pytest.raises(UsageError, match="is one file"):
        EXPORTS["gift"].files(variants("neuron"), ExportOptions())


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (CHECKOUT / "docs" / "exercises.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page[page.index("## Learning platforms") :], re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, {"variants": variants("neuron"), "exercise": Exercise(TEXTS["neuron"])})
    assert (tmp_path / "quiz.xml").read_bytes().endswith(b"</quiz>\n")
    assert len(list((tmp_path / "course" / "questions").iterdir())) == 3
    for name in EXPORTS:
        assert f"`{name}`" in page


@pytest.mark.parametrize("export", ["moodle", "gift", "canvas", "prairielearn", "rexams", "qti", "jsonl"])
def test_formulas_are_in_the_language_of_what_stands_around_them(export: str) -> None:
    options = ExportOptions(shown=Options(language="de"))
    made = EXPORTS[export]
    if made.is_package:
        with zipfile.ZipFile(io.BytesIO(b"".join(made.pieces(variants("rounded"), options)))) as archive:
            text = "".join(archive.read(name).decode() for name in archive.namelist())
    else:
        text = b"".join(made.pieces(variants("rounded"), options)).decode()
    # A decimal comma, in braces that some platforms need quoted, or as an operator of MathML.
    comma = r"0(\\?\{,\\?\}|&#123;,&#125;|,|%257B%252C%257D|</mn><mo[^>]*>,</mo><mn>)[0-9]{3}"
    assert re.search(f"tanh.*{comma}", text, re.DOTALL)
