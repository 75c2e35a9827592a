"""Documents in every language: its words, its decimal sign and its names of functions, in every format."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.errors import OutputError, UsageError
from backprop_derive.formats import pdf
from backprop_derive.languages import ENGLISH, LANGUAGES
from tests.conftest import CHECKOUT

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
HALVES = "Given x = 0.5, v = [0.25, -1.5], k = 3\nz = dot(v, v)*x + max(x, k)\nL = log(z)*sin(x)"
EXAMPLES = sorted((CHECKOUT / "examples").glob("*.txt"))
MESSAGES = list(runpy.run_path(str(CHECKOUT / "docs" / "make_catalogues.py"))["messages"]())


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_of_a_page_is_left_in_english(path: object, language: str) -> None:
    solution = bd.solve(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    page = " ".join(solution.to_text(language=language, rules=True, shapes=True).split())
    pieces = {piece.strip() for _, english, _ in MESSAGES for piece in re.split(r"\{[a-z0-9]*\}", english)}
    written = {words for line in solution.problem.source.split("\n") for words in [" ".join(line.split())]}
    left = [p for p in pieces if len(p) > 14 and " " in p and p in page and not any(p in line for line in written)]
    assert left == []


def test_a_decimal_comma_makes_semicolons_of_the_commas_beside_it() -> None:
    solution = bd.solve(HALVES)
    text = solution.to_text(language="de")
    assert "x = 0,5; v = [0,25; −1,5]; k = 3" in text
    assert "max(x, k)" in text  # no decimal comma, no semicolon
    assert "max(0,5; 3)" in text
    assert r"x = 0{,}5;\; v = (0{,}25;\, -1{,}5);\; k = 3" in solution.to_markdown(language="de")
    assert r'0 class("normal", comma) 5' in solution.to_typst(language="de")
    assert "<mn>0,5</mn>" in solution.to_html(language="de")
    assert "x = 0.5, v = [0.25, −1.5], k = 3" in solution.to_text(language="zh")


def test_every_entry_of_a_matrix_is_set_off_in_the_same_way() -> None:
    text = bd.solve("Given W = [[1, 2], [0.5, 3]], x = [1, 2]\nL = sum(W @ x)").to_text(language="fr")
    assert "W = [[1; 2]; [0,5; 3]]; x = [1, 2]" in text


def test_functions_have_the_names_of_the_language() -> None:
    solution = bd.solve(HALVES)
    assert "log(z) · sin(x)" in solution.to_text()
    assert "ln(z) · sen(x)" in solution.to_text(language="es")
    assert r"\ln(z) \cdot \sin(x)" in solution.to_markdown(language="fr")
    assert "log₂(x)" in bd.solve("Given x = 2\nL = log2(x)").to_text(language="de")  # the base is told


def test_cases_are_told_in_the_language() -> None:
    text = " ".join(bd.solve("Given x = 0\nL = relu(x)").to_text(language="de").split())
    assert "falls x > 0; 0 sonst" in text
    assert "seine Ableitung bei 0 wird wie in PyTorch als 0 angesetzt" in text


def test_a_page_says_its_language() -> None:
    solution = bd.solve("Given x = 1\nL = x^2")
    assert '<html lang="fr">' in solution.to_html(language="fr")
    assert '#set text(lang: "es"' in solution.to_typst(language="es")
    assert r"\babelprovide[import,main]{ngerman}" in solution.to_latex(language="de")
    assert r"\documentclass[11pt,a4paper,scheme=plain]{ctexart}" in solution.to_latex(language="zh")
    assert "babel" not in solution.to_latex()
    assert "求" in solution.to_latex(language="zh")


def test_formulas_are_heard_in_the_language() -> None:
    page = bd.solve("Given x = 1\nL = x^2").to_html(language="fr")
    assert 'alttext="d rond L sur d rond x égale d rond x au carré sur d rond x égale 2 x"' in page
    assert "equals" not in page


def test_a_page_in_chinese_says_that_it_has_no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = pdf._compiler
    monkeypatch.setattr(pdf, "_compiler", lambda system_fonts, folders: compiler(False, ()))
    with pytest.raises(OutputError, match="no font for Chinese was found") as refused:
        bd.solve("Given x = 1\nL = x^2").to_pdf(language="zh")
    assert "TYPST_FONT_PATHS" in str(refused.value)


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_typst_sets_a_page_in_the_language(language: str) -> None:
    assert bd.solve(HALVES).to_pdf(language=language, rules=True, layout="lesson").startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) reads what is in the PDF")
def test_the_semicolons_between_numbers_are_printed() -> None:
    """Typst takes a bare semicolon behind a call for the call's end."""
    many = ", ".join(f"x_{k} = {k}.5" for k in range(1, 9))  # too long for one formula
    source = bd.solve(f"Given {many}\nL = x_1*x_8\nFind dL/dx_1").to_pdf(language="de")
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=source, capture_output=True, check=True)
    assert read.stdout.decode().count(",5; 𝑥") == 7


def test_lines_of_chinese_are_no_wider_than_a_page() -> None:
    text = bd.solve("Given x = 1\nL = x^2").to_text(language="zh", layout="lesson")
    from backprop_derive.errors import terminal_width

    assert max(map(terminal_width, text.split("\n"))) <= 88
    assert not re.search(r"^\s*[，。；：]", text, flags=re.MULTILINE)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="language xx is unknown"):
        bd.solve("Given x = 1\nL = x^2").to_text(language="xx")


def test_english_opens_no_catalogue() -> None:
    code = (
        "import sys, backprop_derive as bd; bd.solve('Given x = 1\\nL = x^2').to_markdown();"
        " from backprop_derive.languages import _catalogue; sys.exit(_catalogue.cache_info().misses)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=CHECKOUT).returncode == 0


def test_sheets_and_keys_are_told_in_the_language() -> None:
    from backprop_derive.exercises.exercise import Exercise
    from backprop_derive.exercises.task import SheetOptions
    from backprop_derive.formats import render
    from backprop_derive.options import Options

    exercise = Exercise("Given x = 1.5, w = 2\nVary w in 2..5\nz = w*x\nL = z^2\nFind dL/dw")
    options = SheetOptions(presentation=Options(language="de"))
    (variant,) = exercise.variants(1)
    sheet = str(render(variant.sheet_document("full", options), "txt", options.presentation))
    key = str(render(variant.key_document("full", options), "txt", options.presentation))
    assert "Berechnen Sie den Vorwärtsdurchlauf (2 Punkte)" in sheet
    assert "Gegeben x = 1,5" in sheet
    assert "Aufgabe: Lösung" in key


def _has_ctex() -> bool:
    if not (shutil.which("xelatex") and shutil.which("kpsewhich")):
        return False
    return subprocess.run(["kpsewhich", "ctexart.cls"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _has_ctex(), reason="xelatex with ctex is not installed")
def test_chinese_latex_is_typeset_with_every_character(tmp_path: Path) -> None:
    text = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
    latex = bd.solve(text).to_latex(language="zh")
    assert latex.startswith("% To be set by xelatex or lualatex.")
    (tmp_path / "zh.tex").write_text(latex, encoding="utf-8")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "zh.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "zh.log").read_text(encoding="utf-8", errors="replace")
