"""Sheets, exams and keys of many variants: each under its name, the same bytes whenever they are made."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from backprop_derive.document import Document, Heading, PageBreak, Paragraph, SheetHead, Squares, Table, Words
from backprop_derive.errors import UsageError
from backprop_derive.exercises import codes
from backprop_derive.exercises.exercise import Exercise, Variant
from backprop_derive.exercises.kinds import KINDS
from backprop_derive.exercises.sheets import exam_document, key_document, sheet_document
from backprop_derive.exercises.task import SheetOptions
from backprop_derive.formats import render
from backprop_derive.formats.squares import runs
from backprop_derive.formats.views import plain_inlines
from backprop_derive.options import DEFAULT_OPTIONS, Options
from backprop_derive.printers.text import text
from tests.conftest import CHECKOUT
from tests.exercises.problems import LAYER, NEURON, TWO_WEIGHTS

HERE = Path(__file__).resolve().parent / "golden"
EXAM = SheetOptions(code=True, date="12 March 2027", minutes=45)
PAGES = {
    "faded.md": ("sheet", TWO_WEIGHTS, "faded"), "faded-key.md": ("key", TWO_WEIGHTS, "faded"),
    "spot.txt": ("sheet", NEURON, "spot"), "spot-key.txt": ("key", NEURON, "spot"),
    "choice-key.md": ("key", LAYER, "choice"), "exam.txt": ("exam", NEURON, "headings"),
    "exam.tex": ("exam", NEURON, "boxes"), "exam.typ": ("exam", LAYER, "faded"), "exam.html": ("exam", NEURON, "line"),
}  # fmt: skip


def variants(problem: str, count: int = 2) -> tuple[Variant, ...]:
    return Exercise(problem).variants(count, seed=2)


def heads(document: Document) -> list[SheetHead]:
    return [block for block in document.blocks if isinstance(block, SheetHead)]


def page(name: str) -> str:
    what, problem, kind = PAGES[name]
    make = {"sheet": sheet_document, "key": key_document, "exam": exam_document}[what]
    document = make(variants(problem), kind, EXAM if what == "exam" else SheetOptions())
    return str(render(document, name.rpartition(".")[2], DEFAULT_OPTIONS))


@pytest.mark.parametrize("name", PAGES)
def test_a_sheet_reads_as_it_did(name: str, request: pytest.FixtureRequest) -> None:
    shown = page(name)
    if request.config.getoption("--update"):
        HERE.mkdir(exist_ok=True)
        (HERE / name).write_text(shown, encoding="utf-8")
    assert shown == (HERE / name).read_text(encoding="utf-8"), "if the change is meant: pytest --update"
    assert "\n\n\n" not in shown
    assert not [line for line in shown.split("\n") if line != line.rstrip() and not name.endswith("typ")]


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in HERE.iterdir()} == set(PAGES)


_DIGEST = """
import hashlib
from tests.exercises.test_sheets import PAGES, page
print(hashlib.sha256("".join(map(page, PAGES)).encode()).hexdigest())
"""


def test_a_sheet_is_the_same_bytes_in_another_process() -> None:
    here = hashlib.sha256("".join(map(page, PAGES)).encode()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", _DIGEST], cwd=CHECKOUT, capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert done.stdout.strip() == here


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_variant_that_comes_back_by_its_name_has_the_same_sheet_and_key(kind: str) -> None:
    first = variants(TWO_WEIGHTS, 1)[0]
    again = Exercise(TWO_WEIGHTS).variant(first.id)
    for format in ("txt", "pdf"):
        for made in ("sheet_document", "key_document"):
            one, other = (getattr(variant, made)(kind) for variant in (first, again))
            assert render(one, format, DEFAULT_OPTIONS) == render(other, format, DEFAULT_OPTIONS)


def test_every_sheet_and_key_has_its_variants_name() -> None:
    found = variants(NEURON, 3)
    sheets, keys = sheet_document(found, "full"), key_document(found, "full")
    assert [head.name for head in heads(sheets)] == [v.id for v in found]
    assert [head.name for head in heads(keys)] == [v.id for v in found]
    assert sum(isinstance(block, PageBreak) for block in sheets.blocks) == 2
    fields = plain_inlines(heads(sheets)[0].fields, text)
    assert re.fullmatch(r"Name _+ Date _+ Points _+ of 8", fields)
    assert plain_inlines(heads(keys)[0].fields, text) == (
        "8 points: forward pass 3, local gradients 3, backward pass 2."
    )


def test_short_keys_stand_one_after_the_other() -> None:
    keys = key_document(variants(NEURON, 3), "full", SheetOptions(key="short"))
    assert not any(isinstance(block, PageBreak) for block in keys.blocks)
    assert not any(head.starts_page for head in heads(keys))
    assert sum(isinstance(block, Table) for block in keys.blocks) == 3


def test_an_exam_has_a_cover_for_each_paper_and_one_seat_list() -> None:
    found = variants(TWO_WEIGHTS, 3)
    exam = exam_document(found, "full", EXAM)
    assert [head.name for head in heads(exam)] == [*(v.id for v in found), ""]
    *covers, seats = [block for block in exam.blocks if isinstance(block, Table)]
    rows = [[plain_inlines(cell, text) for cell in row] for row in covers[0].rows]
    assert [row[:2] for row in rows] == [
        ["Forward pass", "3"], ["Local gradients", "4"], ["Backward pass", "3"], ["Parameter update", "2"],
        ["Total", "12"],
    ]  # fmt: skip
    assert len(covers) == 3
    assert [plain_inlines(row[1], text) for row in seats.rows] == [v.id for v in found]
    assert exam.blocks[1] == Paragraph((Words("12 March 2027, 45 minutes"),))
    rules = SheetOptions(rules=("No phones.",))
    shown = str(render(exam_document(found, "full", rules), "md", DEFAULT_OPTIONS))
    assert "- No phones." in shown
    assert "Show how you get" not in shown


def test_a_title_of_ones_own_stands_on_every_sheet() -> None:
    sheets = sheet_document(variants(NEURON, 2), "full", SheetOptions(title="Sheet 3"))
    assert sheets.title == "Sheet 3"
    assert all(plain_inlines(head.title, text) == "Sheet 3" for head in heads(sheets))


def test_sheets_take_the_notation_that_is_chosen() -> None:
    options = SheetOptions(presentation=Options(notation="d"))
    shown = str(render(sheet_document(variants(NEURON, 1), "local", options), "txt", DEFAULT_OPTIONS))
    assert "dloss/da = " in shown


def test_no_variants_make_no_document() -> None:
    with pytest.raises(UsageError, match="no variants"):
        sheet_document((), "full")


def test_headings_of_a_faded_sheet_tell_the_points() -> None:
    sheet = variants(TWO_WEIGHTS, 1)[0].sheet_document("faded")
    titles = [plain_inlines(block.content, text) for block in sheet.blocks if isinstance(block, Heading)]
    assert titles == [
        "Forward pass (1 point)", "Local gradients (2 points)", "Backward pass (2 points)",
        "Parameter update (1 point)",
    ]  # fmt: skip


# --- the code to scan


def test_the_code_is_the_one_that_segno_makes() -> None:
    segno = pytest.importorskip("segno")
    code = codes.code_of("7K-3F9A")
    size = len(code.rows)
    assert size == len(code.rows[0]) == segno.make_qr("7K-3F9A", error="m").symbol_size(border=2)[0]
    dark = {(x + k, y) for x, y, length in runs(code) for k in range(length)}
    assert dark == {(x, y) for y, row in enumerate(code.rows) for x, square in enumerate(row) if square == "1"}


def test_a_code_without_segno_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(UsageError, match="segno") as error:
        codes.code_of("7K-3F9A")
    assert error.value.hint == "pip install 'backprop-derive[exercises]'"


def test_a_code_is_drawn_in_every_format() -> None:
    code = Squares(("101", "010", "111"), "7K-3F9A")
    document = Document("A", (SheetHead((), (), "7K-3F9A", code),))
    shown = {format: str(render(document, format, DEFAULT_OPTIONS)) for format in ("md", "tex", "typ", "html", "txt")}
    assert "![7K-3F9A](data:image/svg+xml;base64," in shown["md"]
    assert shown["tex"].count(r"\put(") == 4
    assert 'alt: "7K-3F9A"' in shown["typ"]
    assert '<path d="M0 0h1v1h-1zM2 0h1v1h-1zM1 1h1v1h-1zM0 2h3v1h-3z"/>' in shown["html"]
    assert "▀▄▀\n▀▀▀\n" in shown["txt"]


# --- the page on exercises


def test_the_code_of_the_page_runs_and_a_variant_comes_back() -> None:
    page = (CHECKOUT / "docs" / "exercises.md").read_text(encoding="utf-8")
    code, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["sheets"].startswith(b"%PDF-")
    assert names["keys"].count("# One neuron: Key\n") == 30
    first = key_document(names["variants"][:1], "faded", SheetOptions())
    assert names["again"] == first


def test_the_page_names_every_kind_and_every_option() -> None:
    page = (CHECKOUT / "docs" / "exercises.md").read_text(encoding="utf-8")
    names = [kind.name for kind in KINDS] + [field.name for field in fields(SheetOptions)]
    assert [name for name in names if f"`{name}`" not in page] == []
