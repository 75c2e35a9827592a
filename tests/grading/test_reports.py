"""Feedback, the class report, the gradebook and JSON: right, in every format, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import backprop_derive as bd
from backprop_derive.cli.main import main
from backprop_derive.formats import render
from backprop_derive.grading.feedback import feedback_document
from backprop_derive.grading.plot import draw
from backprop_derive.grading.record import Class
from backprop_derive.grading.report import class_document
from backprop_derive.grading.submissions import in_table
from backprop_derive.grading.tables import as_json, gradebook
from backprop_derive.options import Options
from tests.conftest import CHECKOUT

LESSON = CHECKOUT / "examples" / "lesson.txt"
TURNED = "y^ = x*w = 1\ns = y - y^ = 1\nloss = s^2 = 1\ndloss/ds = 2s = 2\n"
HOSTILE_NAMES = ('=HYPERLINK("https://example.invalid","x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1")


def _class(**works: str) -> Class:
    found = bd.grade(LESSON.read_text(), works)
    assert isinstance(found, Class)
    return found


@pytest.mark.parametrize("format", ["md", "html", "pdf", "tex", "txt"])
def test_feedback_and_report_in_every_format(format: str) -> None:
    found = _class(Ann=TURNED, Bob="-2", Cy="")
    for document in (*(feedback_document(sheet, found.problem) for sheet in found.sheets), class_document(found)):
        assert render(document, format, Options())


def test_feedback_says_what_went_wrong_and_what_followed() -> None:
    found = _class(Ann=TURNED)
    text = str(render(feedback_document(found.sheets[0], found.problem), "txt", Options()))
    flat = " ".join(text.split())
    assert "Points: 3 of 8" in flat
    assert "s, line 2: wrong. It looks like: difference turned round." in flat
    assert "∂loss/∂s, line 4: follows from an earlier error. Worked out from your s = 1" in flat
    assert "Missing, with what is right: ∂s/∂ŷ" in flat


def test_the_report_counts_points_steps_and_mistakes() -> None:
    found = _class(Ann=TURNED, Bob=TURNED, Cy="dloss/dw = -2", Dan="")
    flat = " ".join(str(render(class_document(found), "txt", Options())).split())
    assert "4 students handed in, 3 graded." in flat
    assert "difference turned round (2 students)" in flat
    assert "Dan nothing was handed in" in flat


def test_the_report_of_a_class_that_lost_nothing() -> None:
    work = str(bd.solve(LESSON.read_text()).to_markdown())
    flat = " ".join(str(render(class_document(_class(Ann=work, Bob=work)), "txt", Options())).split())
    assert "Points of 8: mean 8, median 8, from 8 to 8. No points were lost." in flat
    assert "No mistake was recognised." in flat
    assert "Not graded" not in flat


def test_the_report_of_a_class_of_which_nothing_is_graded() -> None:
    flat = " ".join(str(render(class_document(_class(Ann="", Bob="???")), "txt", Options())).split())
    assert "2 students handed in, 0 graded. Not graded ---------- Student Reason" in flat
    assert "Points" not in flat


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_cell_of_the_gradebook_is_a_formula(name: str) -> None:
    found = bd.grade(LESSON.read_text(), [(name, "-2"), ("Bob", "=1-3")])
    assert isinstance(found, Class)
    rows = list(csv.reader(io.StringIO(gradebook(found), newline="")))
    assert [len(row) for row in rows] == [len(rows[0])] * 3
    for row in rows:
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert [row[1] for row in rows[1:]] == ["8", "0"]


def test_json_holds_every_line() -> None:
    data = json.loads(as_json(_class(Ann=TURNED)))
    assert data["schema"] == "backprop-derive/grade/1"
    lines = {line["title"]: line for line in data["students"][0]["lines"]}
    assert lines["s"]["mistakes"][0]["name"] == "difference turned round"
    assert lines["∂loss/∂s"]["used"] == [{"name": "s", "value": "1"}]
    assert lines["s"]["expected"] == "−1"
    assert lines["s"]["line"] == 2


def test_the_plot_is_the_same_for_the_same_class() -> None:
    pytest.importorskip("matplotlib")
    found = _class(Ann=TURNED, Bob="-2")
    assert draw(found, ".svg") == draw(found, ".svg")
    assert draw(found, ".png").startswith(b"\x89PNG")
    with pytest.raises(bd.UsageError, match=r"\.gif"):
        draw(found, ".gif")


def _labels(svg: bytes) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())


def _height(svg: bytes) -> float:
    """The height in points."""
    found = re.search(r'height="([\d.]+)pt"', svg.decode())
    assert found is not None
    return float(found[1])


def test_the_plot_says_what_was_lost_and_how_many_points_there_were() -> None:
    pytest.importorskip("matplotlib")
    long = "a_name_that_is_longer_than_a_plot"
    problem = f"Given x = 3, w = 2\n{long} = x*w\nloss = {long}^2\nFind d(loss)/dw\nLearning rate: 0.1\nUpdates: 1"
    found = bd.grade(problem, {"Ann": "72", "Bob": f"{long} = 6", "Cy": ""})
    assert isinstance(found, Class)
    labels = _labels(draw(found, ".svg"))
    for label in ("loss", "∂loss/∂w", "w after the update", "share of points lost (%)", "points", "students"):
        assert label in labels
    assert "2 students" in labels  # Cy's work is not graded
    assert [len(label) for label in labels if label.startswith("a")] == [30]


def test_the_plot_has_a_row_for_forty_items_at_most() -> None:
    pytest.importorskip("matplotlib")
    steps = [f"s{k} = 2*s{k - 1}" for k in range(1, 50)]
    problem = "\n".join(["Given s0 = 1", *steps, "Find d(s49)/ds0"])
    found = bd.grade(problem, {"Ann": "s1 = 3"}, ask=("value",))
    assert isinstance(found, Class)
    labels = _labels(draw(found, ".svg"))
    assert [label for label in labels if label.startswith("s") and label != "students"][-1] == "s₄₀"
    few = bd.grade("Given x = 3\ns = x^2\nFind ds/dx", {"Ann": "6"})
    assert isinstance(few, Class)
    assert (_height(draw(few, ".svg")), _height(draw(found, ".svg"))) == (216, 892.8)


def test_much_that_is_wrong_beside_the_work_is_cut_short() -> None:
    many = "s = -1\n\n" + "\n\n".join(f"1 = {k}" for k in range(2, 40))
    long = "1 = 1" + " + 1" * 100
    for claims, told in ((many, 30), (long, 1)):
        found = _class(Ann=claims)
        page = str(render(feedback_document(found.sheets[0], found.problem), "md", Options()))
        assert page.count("does not hold") == told
    assert [len(code) for code in re.findall("`(.*?)`", page) if code.startswith("1 = 1 +")] == [120]


def test_a_cell_of_the_gradebook_is_no_longer_than_two_hundred() -> None:
    found = bd.grade(LESSON.read_text(), {"a" * 300: "-2"})
    assert isinstance(found, Class)
    assert gradebook(found).split("\n")[1].startswith("a" * 199 + "…,8,8,")


# --- the command


def _run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, ["grade", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_folder_of_works_becomes_a_folder_of_feedback(tmp_path: Path) -> None:
    works = tmp_path / "works"
    works.mkdir()
    (works / "ann.md").write_text(TURNED)
    (works / "bob.tex").write_text(r"\begin{document}$\frac{\partial loss}{\partial w} = -2$\end{document}")
    (works / "cy.ipynb").write_text('{"cells": 3}')
    (works / "dan.txt").write_bytes(b"\xff\xfe\x00")
    (works / "photo.png").write_bytes(b"\x89PNG")
    _run(LESSON, works, "-o", f"{tmp_path}/out/", "-f", "md")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"class.md", "gradebook.csv", "grades.json", "feedback"}
    assert {path.name for path in (tmp_path / "out" / "feedback").iterdir()} == {
        f"{n}.md" for n in ("ann", "bob", "cy", "dan")
    }
    students = json.loads((tmp_path / "out" / "grades.json").read_text())["students"]
    assert [(s["student"], s["points"]) for s in students] == [("ann", 3.0), ("bob", 8.0), ("cy", 0.0), ("dan", 0.0)]
    assert "no notebook" in students[2]["problem"]
    assert "no text in UTF-8" in students[3]["problem"]


def test_a_table_of_answers(tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text('student;s;d(loss)/dw\nAnn;-1;-2\nBob;1;2\nCy;"=1-3";foo(\nDan;;"9**9**9**9"\nEve;1;2;3\n')
    data = json.loads(_run(LESSON, table, "-f", "json"))
    points = {s["student"]: s["points"] for s in data["students"]}
    assert points == {"Ann": 8.0, "Bob": 7.0, "Cy": 0.0, "Dan": 0.0, "Eve": 0.0}
    lines = {line["title"]: line for line in data["students"][1]["lines"]}
    assert lines["∂loss/∂w"]["verdict"] == "follows"
    assert "row 6 has 4 cells" in data["students"][4]["problem"]


def test_a_row_without_a_name_goes_by_its_number() -> None:
    rows = list(in_table("answer,student\n24\n24,\n24, Ann \n", "table.csv"))
    assert [row.student for row in rows] == ["row 2", "row 3", "Ann"]


def test_each_student_has_a_variant(tmp_path: Path) -> None:
    text = "Given y = 1\nVary x in 2..9, w in 2..9\nz = w*x\ns = z - y\nloss = s^2\nFind d(loss)/dw"
    (tmp_path / "exercise.txt").write_text(text)
    ann, bob = bd.Exercise(text).variants(2, seed=3)
    table = tmp_path / "answers.csv"
    gradients = [variant.solution.gradient("w") for variant in (ann, bob)]
    rows = [f"Ann,{ann.id},{gradients[0]}", f"Bob,{bob.id},{gradients[0]}", "Cy,00-0000,1"]
    table.write_text("\n".join(["student,variant,answer", *rows]))
    data = json.loads(_run(tmp_path / "exercise.txt", table, "-f", "json"))
    assert gradients[0] != gradients[1]
    assert [student["points"] for student in data["students"]] == [8.0, 0.0, 0.0]
    assert data["students"][2]["problem"]
    work = tmp_path / "bob.txt"
    work.write_text(f"{gradients[1]}")
    assert (
        json.loads(_run(tmp_path / "exercise.txt", work, "--variant", bob.id, "-f", "json"))["students"][0]["points"]
        == 8
    )
    result = CliRunner().invoke(main, ["grade", str(tmp_path / "exercise.txt"), str(work)])
    assert (result.exit_code, "no variant is named" in result.stderr) == (2, True)


def test_a_column_that_asks_for_nothing_is_named(tmp_path: Path) -> None:
    table = tmp_path / "answers.csv"
    table.write_text("student,nonsense\nAnn,1\n")
    result = CliRunner().invoke(main, ["grade", str(LESSON), str(table)])
    assert result.exit_code == 2
    assert "the column nonsense asks for nothing" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["none.md"], "does not exist"), (["{work}", "-o", "{work}"], "is an input"), (["{work}", "--ask", "x"], "ask x"),
     (["{work}", "-o", "a.doc"], "no format has the suffix"), (["{work}", "--plot", "a.gif"], "a.gif"),
     (["{work}", "--plot", "{work}"], "is the input")],
)  # fmt: skip
def test_what_is_asked_wrongly_is_one_error(arguments: list[str], message: str, tmp_path: Path) -> None:
    work = tmp_path / "ann.md"
    work.write_text("-2")
    result = CliRunner().invoke(main, ["grade", str(LESSON), *(a.replace("{work}", str(work)) for a in arguments)])
    assert result.exit_code == 2
    assert message in result.stderr
    assert work.read_text() == "-2"
