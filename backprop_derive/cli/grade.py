"""`backprop-derive grade`: a problem and what students handed in, in; feedback, a class report, a gradebook out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..errors import OutputError, UsageError
from ..formats import PAGE_FORMATS, render
from ..formats.files import check_target, write_whole
from ..grading.feedback import feedback_document
from ..grading.graders import Graders
from ..grading.plot import draw
from ..grading.record import Class, GradeOptions, Sheet
from ..grading.report import class_document
from ..grading.submissions import Submission, submissions_in
from ..grading.tables import as_json, gradebook
from ..languages import ENGLISH, NEEDS_FONTS, speaking
from ..options import Options
from .reading import is_same_file, problem_text
from .run import format_for, put, read_limits, targets, time_limit

FORMATS = (*PAGE_FORMATS, "csv", "json")
_SUFFIXES = {f".{name}": name for name in FORMATS}
_LONGEST_NAME = 60


def run(problem: str, answers: tuple[str, ...], **choices: Any) -> None:
    """One call of the command. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices["limits"])
    language = choices["lang"]
    folder, path = _outputs(choices["output"], (problem, *answers))
    chosen = format_for(choices["format_"] or (_format_of(path) if path is not None else "txt"), choices["output"])
    plots = targets(choices["plots"], "--plot", (".svg", ".png"), problem, *answers)
    options = GradeOptions(
        ask=tuple(choices["ask"].replace(",", " ").split()), show_work=choices["show_work"], digits=choices["digits"]
    )
    name, source = problem_text(problem, None, limits)
    with time_limit(limits.work):
        graders = Graders(source, name, options, limits, choices["variant"] or "")
        works = list(_works(answers, limits))
    sheets = []
    with click.progressbar(works, label="works", file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        for work in shown:
            sheets.append(_graded(graders, work, limits.work))
    found = graders.class_of(sheets)
    for plot in plots:
        write_whole(plot, _drawn(found, plot.suffix, language))
    if folder is not None:
        _write_folder(found, folder, choices["format_"] or "html", language)
    else:
        put(_content(found, chosen, language), path)


def _graded(graders: Graders, work: Submission, seconds: int) -> Sheet:
    """The sheet of one work: whatever is wrong with it, the others are graded."""
    from ..errors import LimitError

    try:
        with time_limit(seconds):
            return graders.grade(work)
    except LimitError as error:
        return Sheet(work.student, (), (), str(error))


def _works(answers: tuple[str, ...], limits: Any) -> Iterator[Submission]:
    if answers == ("-",):
        name, text = problem_text("-", None, limits)
        yield Submission(name, text)
        return
    yield from submissions_in([Path(each) for each in answers], limits)


def _outputs(output: str | None, inputs: tuple[str, ...]) -> tuple[Path | None, Path | None]:
    """The folder to write into, or the file; neither for standard output. Raises UsageError, OutputError."""
    if output is None or output == "-":
        return None, None
    path = Path(output)
    if any(is_same_file(path, each) for each in inputs):
        raise UsageError(f"{output} is an input: it would be overwritten", hint="another name for -o")
    if output.endswith("/") or path.is_dir():
        return path, None
    check_target(path)
    return None, path


def _format_of(path: Path) -> str:
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            f"{path.name}: no format has the suffix {path.suffix or '(none)'}",
            expected=f"{', '.join(_SUFFIXES)}, or a folder: {path}/",
        )
    return _SUFFIXES[path.suffix.lower()]


def _content(found: Class, chosen: str, language: str) -> str | bytes:
    """One student's feedback, or the report on a class, in a format."""
    if chosen in ("csv", "json"):
        return gradebook(found) if chosen == "csv" else as_json(found)
    if len(found.sheets) == 1:
        document = feedback_document(found.sheets[0], found.problem, found.options.digits, language)
    else:
        document = class_document(found, language)
    return render(document, chosen, Options())


def _drawn(found: Class, suffix: str, language: str) -> bytes:
    # matplotlib's own font has no Chinese characters: such a plot would be labelled with boxes.
    with speaking(ENGLISH if language in NEEDS_FONTS else language):
        return draw(found, suffix)


def _write_folder(found: Class, folder: Path, chosen: str, language: str) -> None:
    """Feedback for each student, the report, the gradebook, everything as JSON, and the plot where it can be made."""
    if chosen in ("csv", "json"):
        raise UsageError(f"-f {chosen} is one file; the folder has it besides", hint="-f md, html, pdf, tex or txt")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "feedback").mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write into {folder}: {error.strerror or error}") from None
    for name, sheet in zip(_names(found.sheets), found.sheets, strict=True):
        document = feedback_document(sheet, found.problem, found.options.digits, language)
        write_whole(folder / "feedback" / f"{name}.{chosen}", render(document, chosen, Options()))
    write_whole(folder / f"class.{chosen}", render(class_document(found, language), chosen, Options()))
    write_whole(folder / "gradebook.csv", gradebook(found))
    write_whole(folder / "grades.json", as_json(found))
    try:
        write_whole(folder / "class.svg", _drawn(found, ".svg", language))
    except OutputError as error:
        click.echo(f"note: without a plot: {error.found} (try: {error.hint})", err=True)
    click.echo(f"{folder}: feedback for {len(found.sheets)}, class.{chosen}, gradebook.csv, grades.json", err=True)
    sys.stderr.flush()


def _names(sheets: tuple[Sheet, ...]) -> Iterator[str]:
    """File names for students: letters and digits of the name, a number where two would be the same."""
    taken: set[str] = set()
    for sheet in sheets:
        plain = re.sub(r"[^\w-]+", "-", sheet.student).strip("-")[:_LONGEST_NAME] or "student"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        yield name
