"""`backprop-derive proofread`: notes in, a report out; exit status 1 where a claim is wrong."""

from __future__ import annotations

from ..errors import UsageError
from .reading import problem_text
from .run import put, read_limits, target, working

_SUFFIXES = {".json": "json", ".sarif": "sarif", ".txt": "txt"}


def run_all(
    notes: tuple[str, ...], format_: str | None, output: str | None, limits: tuple[str, ...], shows_all: bool, lang: str
) -> int:
    """Each of the notes in turn: the highest exit status. Raises UsageError where one file is to hold all reports."""
    if len(notes) > 1 and (output not in (None, "-") or format_ in ("json", "sarif")):
        raise UsageError("a file, JSON or SARIF is the report on one file of notes", hint="one call a file")
    return max(run(each, format_, output, limits, shows_all, lang) for each in notes)


def run(
    notes: str, format_: str | None, output: str | None, limits: tuple[str, ...], shows_all: bool, lang: str
) -> int:
    """One call of the command: the exit status. Raises BackpropError; nothing is written then."""
    chosen = read_limits(limits)
    path = target(output, notes)
    name, text = problem_text(notes, None, chosen)
    with working(chosen):
        from ..proofreading.judge import proofread
        from ..proofreading.report import as_json, as_sarif, as_text

        report = proofread(text, name, chosen)
        kind = format_ or (_SUFFIXES.get(path.suffix.lower(), "txt") if path is not None else "txt")
        made = {"json": as_json, "sarif": as_sarif}.get(kind)
        content = made(report) if made is not None else as_text(report, shows_all, lang)
    put(content, path)
    return 0 if report.is_clean else 1
