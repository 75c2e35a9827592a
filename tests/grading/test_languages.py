"""Feedback and the report on a class in other languages: every sentence, and nothing of what programs read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from backprop_derive.cli.main import main
from backprop_derive.languages import LANGUAGES
from tests.conftest import CHECKOUT

LESSON = CHECKOUT / "examples" / "lesson.txt"
TENSORS = "Given W = [[1, 2], [3, 4]], x = [1, -1], t = [0, 1]\nLearning rate: 0.1\nz = W @ x\nloss = sum((z - t)^2)\n"
TENSORS += "Find d(loss)/dW\nUpdates: 1\n"
WORKS = {
    "ann": "y^ = x*w = 1\ns = y - y^ = 1\nloss = s^2 = 1\ndloss/ds = 2s = 2\n2+2=5\n",
    "bob": "-2",
    "cy": "",
    "dan": "dloss/ds = 2 s = 3\ndloss/dw = 4\nd(s)/d(y^) = -1\ny^ = 2",
    "eve": "no word of it",
}
ENGLISH_WORDS = re.compile(
    r"\b(the|this|is|are|of|and|not|right|wrong|missing|points?|line|your|with|from|looks|like|students?|class|mistakes?"
    r"|handed|graded|read|worked|out|after|step|lost|reason|claims?|value|should|because|by|formula)\b",
    re.IGNORECASE,
)
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}")
# What the problem and the students call things, and what a formula is written with.
NAMES = re.compile(r"\b(loss|dloss|ds|dw|dz|dW|sum|ann|bob|cy|dan|eve)\b")


def _graded(tmp_path: Path, problem: str | Path, works: dict[str, str], *arguments: str) -> str:
    folder = tmp_path / "works"
    folder.mkdir(exist_ok=True)
    for name, text in works.items():
        (folder / f"{name}.txt").write_text(text)
    answers = folder if len(works) > 1 else folder / f"{next(iter(works))}.txt"
    result = CliRunner().invoke(main, ["grade", str(problem), str(answers), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def _english_in(language: str, shown: str) -> list[str]:
    prose = NAMES.sub("", re.sub(r"`[^`]*`|\$[^$]*\$", "", shown))
    return (LATIN_WORDS if language == "zh" else ENGLISH_WORDS).findall(prose)


@pytest.mark.parametrize("language", ["de", "zh", "es"])
def test_the_report_on_a_class_holds_no_english(language: str, tmp_path: Path) -> None:
    shown = _graded(tmp_path, LESSON, WORKS, "--language", language, "-f", "md")
    assert _english_in(language, shown) == []


@pytest.mark.parametrize("language", ["de", "zh", "es"])
@pytest.mark.parametrize("student", ["ann", "bob", "cy", "dan", "eve"])
def test_the_feedback_for_a_student_holds_no_english(language: str, student: str, tmp_path: Path) -> None:
    shown = _graded(tmp_path, LESSON, {student: WORKS[student]}, "--language", language, "-f", "md")
    assert _english_in(language, shown) == []


@pytest.mark.parametrize("language", ["de", "zh"])
@pytest.mark.parametrize("gradient", ["[[1, 2], [3]]", "[2, 4]", "[[-2, 2], [-4, 0]]", "[[-1, 1], [-2, 2]]"])
def test_the_feedback_on_a_matrix_holds_no_english(language: str, gradient: str, tmp_path: Path) -> None:
    (tmp_path / "net.txt").write_text(TENSORS)
    work = f"z = [-1, 2]\nloss = 5\ndloss/dz = [2, -4]\ndloss/dW = {gradient}\n"
    shown = _graded(tmp_path, tmp_path / "net.txt", {"ann": work}, "--language", language, "-f", "md")
    assert _english_in(language, shown) == []


def test_german_and_chinese_say_what_went_wrong_and_what_followed(tmp_path: Path) -> None:
    told = _graded(tmp_path, LESSON, {"ann": WORKS["ann"]}, "--language", "de", "-f", "md")
    assert "**Punkte: 3 von 8**" in told
    assert "$s$, Zeile 2: falsch. Das sieht aus wie: Differenz vertauscht. Die Differenz wurde andersherum" in told
    assert "Zeile 4: Folgefehler. Weitergerechnet mit s = 1; das stimmt nicht." in told
    told = _graded(tmp_path, LESSON, {"ann": WORKS["ann"]}, "--language", "zh", "-f", "md")
    assert "$s$，第 2 行：错误。看起来是：差的次序颠倒。减法的顺序颠倒了。" in told


def test_points_have_the_decimal_comma_of_the_language(tmp_path: Path) -> None:
    assert "Mittel 3,67" in _graded(tmp_path, LESSON, WORKS, "--language", "de")
    assert "mean 3.67" in _graded(tmp_path, LESSON, WORKS)


@pytest.mark.parametrize("format", ["json", "csv"])
def test_what_programs_read_is_the_same_in_every_language(format: str, tmp_path: Path) -> None:
    shown = {_graded(tmp_path, LESSON, WORKS, "-f", format, "--language", language) for language in LANGUAGES}
    assert len(shown) == 1
    if format == "json":
        assert json.loads(shown.pop())["students"][2]["problem"] == "nothing was handed in"


@pytest.mark.parametrize("format", ["html", "tex", "txt", "pdf"])
def test_a_folder_of_german_feedback_in_every_format(format: str, tmp_path: Path) -> None:
    _graded(tmp_path, LESSON, WORKS, "--language", "de", "-f", format, "-o", f"{tmp_path}/out/")
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == len(WORKS)
    if format != "pdf":
        assert "Abgegeben: 5 Personen" in (tmp_path / "out" / f"class.{format}").read_text()


def test_a_plot_has_the_words_of_the_language_that_its_font_can_write(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    pytest.importorskip("matplotlib")
    plots = {language: tmp_path / f"{language}.svg" for language in ("en", "de", "zh")}
    for language, plot in plots.items():
        _graded(tmp_path, LESSON, WORKS, "--language", language, "--plot", str(plot))
    assert plots["zh"].read_bytes() == plots["en"].read_bytes() != plots["de"].read_bytes()
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]
