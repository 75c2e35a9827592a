"""nbgrader notebooks: valid by its own schema, full points for the solution, and a word on every mistake."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from backprop_derive.exercises.exports.question import questions_of, written
from backprop_derive.exercises.exports.record import KINDS, ExportOptions
from backprop_derive.exercises.exports.table import EXPORTS
from tests.exercises.exports.sample import hostile_cases, hostile_variant, package, variants


def notebooks(some: tuple, kind: str = "numerical") -> list[Any]:
    found = []
    for path, data in package("nbgrader", some, kind).items():
        assert path.startswith("source/")
        assert path.endswith("/exercise.ipynb")
        notebook = nbformat.reads(data.decode(), as_version=4)
        nbformat.validate(notebook)
        validator = MetadataValidator()
        for cell in notebook.cells:
            validator.validate_cell(cell)
        names = [cell.metadata.nbgrader.grade_id for cell in notebook.cells]
        assert len(set(names)) == len(names)
        found.append(notebook)
    return found


def carried_out(notebook: Any, answer: str | None = None) -> int:
    """The points that the solution earns, or another answer in its place. Raises what a test raises."""
    names: dict[str, Any] = {}
    points = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            is_answer = cell.metadata.nbgrader.solution and answer is not None
            exec(answer if is_answer else cell.source, names)
            points += cell.metadata.nbgrader.get("points", 0)
    return points


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["neuron", "exact", "tensor", "rounded"])
def test_the_solution_earns_every_point(name: str, kind: str) -> None:
    asked = [q for v in variants(name) for q in questions_of(v, ExportOptions(kind))]
    for notebook, question in zip(notebooks(variants(name), kind), asked, strict=True):
        assert carried_out(notebook) == question.points


def test_a_mistake_fails_with_what_there_is_to_say_of_it() -> None:
    for notebook, variant in zip(notebooks(variants("neuron")), variants("neuron"), strict=True):
        (question,) = questions_of(variant, ExportOptions())
        assert question.fields[0].lures
        for lure in question.fields[0].lures:
            with pytest.raises(AssertionError) as raised:
                carried_out(notebook, f"g1 = {written(lure.number.value.decimal)}")
            assert raised.value.args[0] == lure.feedback
        with pytest.raises(AssertionError):
            carried_out(notebook, "g1 = 123456.789")


def test_a_wrong_choice_fails_with_its_feedback() -> None:
    (notebook, *_), (variant, *_) = notebooks(variants("neuron"), "choice"), variants("neuron")
    for letter, option in zip("ABCDE", variant.choices, strict=False):
        if option.is_right:
            assert carried_out(notebook, f"answer = ' {letter.lower()} '") == 1
        else:
            with pytest.raises(AssertionError) as raised:
                carried_out(notebook, f"answer = {letter!r}")
            assert raised.value.args[0] == option.feedback


def test_nothing_right_is_left_when_nbgrader_makes_the_students_version() -> None:
    for kind in KINDS:
        (notebook, *_) = notebooks(variants("neuron"), kind)
        (question, *_) = questions_of(variants("neuron")[0], ExportOptions(kind))
        for part in (ClearSolutions(), ClearHiddenTests()):
            notebook, _ = part.preprocess(notebook, {})
        left = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        assert "assert" not in left
        assert "### " not in left
        assert "NotImplementedError" in left
        for field in question.fields:
            assert f"{field.name} =" not in left


def test_each_variant_is_an_assignment_of_its_own() -> None:
    paths = list(package("nbgrader", variants("neuron")))
    assert paths == [f"source/{variant.id}/exercise.ipynb" for variant in variants("neuron")]


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    (notebook,) = notebooks((hostile_variant(name),), kind)
    problem, answer, *tests = notebook.cells
    assert problem.cell_type == "markdown"
    assert problem.metadata.nbgrader.locked
    for cell in (answer, *tests):
        lines = cell.source.split("\n")
        assert [line for line in lines if line.startswith("###")] == [lines[0], lines[-1]]
    assert carried_out(notebook) >= 1
    assert not any(line.startswith(("!", "%", "###")) for line in problem.source.split("\n"))


def test_nbgrader_releases_an_assignment_and_grades_what_is_handed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole road through nbgrader itself: one student hands in the solution, another a mistake."""
    # nbgrader calls alembic by its name, for the database of grades.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    (variant,) = variants("neuron", 1)
    (question,) = questions_of(variant, ExportOptions())
    EXPORTS["nbgrader"].write((variant,), tmp_path, ExportOptions())
    course = NbGraderAPI(config=Config({"CourseDirectory": {"root": str(tmp_path)}}))
    assert course.generate_assignment(variant.id, create=True)["success"]
    released = tmp_path / "release" / variant.id / "exercise.ipynb"
    lure = question.fields[0].lures[0]
    (source,) = notebooks((variant,))
    (right,) = [cell.source for cell in source.cells if cell.metadata.nbgrader.solution]
    assert not any(right in cell.source for cell in nbformat.read(released, 4).cells)
    for student, answer in (("ada", right), ("bob", f"g1 = {written(lure.number.value.decimal)}")):
        notebook = nbformat.read(released, 4)
        for cell in notebook.cells:
            if cell.metadata.nbgrader.solution:
                cell.source = answer
        handed_in = tmp_path / "submitted" / student / variant.id / "exercise.ipynb"
        handed_in.parent.mkdir(parents=True)
        nbformat.write(notebook, handed_in)
        assert course.autograde(variant.id, student, create=True)["success"]
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as grades:
        reached = {name: grades.find_submission(variant.id, name) for name in ("ada", "bob")}
        assert {name: (each.score, each.max_score) for name, each in reached.items()} == {"ada": (1, 1), "bob": (0, 1)}
    assert lure.feedback in (tmp_path / "autograded" / "bob" / variant.id / "exercise.ipynb").read_text()
