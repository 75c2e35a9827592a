"""What `exercise` does: find the variants, write sheets, keys and quizzes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..document import Document
from ..errors import UsageError
from ..exercises.bulk import run as bulk
from ..exercises.bulk.batch import exercise_of
from ..exercises.bulk.plan import Plan
from ..exercises.bulk.renderings import as_bytes, format_of_suffix, rendering_of
from ..exercises.bulk.search import Tell
from ..exercises.bulk.workers import Workers
from ..exercises.exercise import Variant
from ..exercises.exports.record import ExportOptions
from ..exercises.kinds import kind_of
from ..exercises.sheets import exam_document, key_document, sheet_document
from ..exercises.task import SheetOptions
from ..formats import FORMATS, render
from ..formats.files import write_parts, write_whole
from .reading import problem_text
from .run import read_limits, read_options, target, time_limit

Files = dict[Path, bytes]


def exercise(*, problem: str | None, text: str | None, **choices: Any) -> None:
    """One call of the command line. Raises BackpropError; nothing is written then."""
    limits = read_limits(choices["limits"])
    output, key, count = choices["output"], choices["key"], choices["variants"]
    if count < 1:
        raise UsageError(f"--variants {count}", expected="how many variants, at least 1")
    folder = _folder(output)
    path = None if folder else target(output, problem)
    if key == "-":
        raise UsageError("--key -", expected="a file of its own", hint="--key key.pdf")
    key_path = target(key, problem)
    if key_path is not None and folder is not None:
        raise UsageError("--key is for one sheet; in a folder each variant has its key beside it", hint="without --key")
    chosen = choices["format_"] or _default_format(path, output)
    _check_exam(choices, chosen, folder)
    name, source = problem_text(problem, text, limits)
    sheets = SheetOptions(
        every=choices["every"], choices=choices["choices"], key="short" if choices["short_key"] else "full",
        code=choices["code"], title=choices["title"] or "", date=choices["date"] or "",
        minutes=choices["minutes"] or 0, rules=choices["exam_rules"], presentation=read_options(choices, limits),
    )  # fmt: skip
    plan = Plan(source, name, choices["seed"], count, chosen, _kind(chosen, choices["kind"]), sheets, limits)
    with time_limit(limits.work):
        exercise_of(plan.text, plan.name, plan.limits)
    workers = Workers(choices["jobs"], choices["cluster"])
    if choices["regenerate"] is not None:
        _regenerate(plan, choices["regenerate"], folder, path, key_path)
    elif folder is not None:
        _bulk(plan, folder, workers)
    elif rendering_of(chosen).one_file:
        with _progress(count) as tell:
            _write(path, bulk.pieces(plan, workers, tell))
        if key_path is not None:
            write_whole(key_path, _key(plan, bulk.variants(plan, workers), key_path))
    else:
        with _progress(count) as tell:
            found = bulk.variants(plan, workers, tell)
        _write_sheet(plan, exam_document if choices["exam"] else sheet_document, found, path, key_path)


def _check_exam(choices: Mapping[str, Any], format: str, folder: Path | None) -> None:
    """Whether what is asked of an exam can be had. Raises UsageError."""
    if not choices["exam"]:
        for name in ("date", "minutes", "exam_rules"):
            if choices[name]:
                option = "--rule" if name == "exam_rules" else f"--{name}"
                raise UsageError(f"{option} stands on the cover of an exam", hint="with --exam")
        return
    if folder is not None:
        raise UsageError("an exam is one document, with its list of seats", hint="-o exam.pdf --key key.pdf")
    if choices["regenerate"] is not None:
        raise UsageError("--exam is for all variants, --regenerate for one", hint="without --exam, for its sheet")
    if rendering_of(format).one_file:
        raise UsageError(f"an exam is a document, and {format} a quiz", expected=", ".join(FORMATS))
    if choices["minutes"] is not None and choices["minutes"] < 1:
        raise UsageError(f"--minutes {choices['minutes']}", expected="how many minutes, at least 1")


def _kind(format: str, kind: str | None) -> str:
    """What is asked, in a quiz or on a sheet. Raises UsageError."""
    if rendering_of(format).one_file:
        return ExportOptions(kind=kind or ExportOptions().kind).kind
    return kind_of(kind or "full").name


def _folder(output: str | None) -> Path | None:
    """The folder that -o names: by a slash at its end, or because it is one."""
    if output is None or output == "-":
        return None
    return Path(output) if output.endswith(("/", os.sep)) or Path(output).is_dir() else None


def _default_format(path: Path | None, output: str | None) -> str:
    if path is not None:
        return format_of_suffix(path)
    return "txt" if output is None and sys.stdout.isatty() else "md"


def _bulk(plan: Plan, folder: Path, workers: Workers) -> None:
    found = 0
    try:
        with _progress(plan.count) as show:

            def tell(now: int) -> None:
                nonlocal found
                found = now
                show(now)

            bulk.to_folder(plan, folder, workers, tell)
    except KeyboardInterrupt:
        click.echo(
            f"interrupted: {found:,} of {plan.count:,} variants are kept in {folder};"
            " the same command goes on from there",
            err=True,
        )
        sys.exit(130)


@contextmanager
def _progress(count: int) -> Iterator[Tell]:
    """A bar on a terminal; silence elsewhere."""
    with click.progressbar(length=count, label="variants", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda found: bar.update(found - bar.pos)


def _regenerate(plan: Plan, name: str, folder: Path | None, path: Path | None, key_path: Path | None) -> None:
    """The sheet and the key of one variant, with the bytes that a run writes."""
    variant = exercise_of(plan.text, plan.name, plan.limits).variant(name)
    rendering = rendering_of(plan.format)
    if rendering.one_file:
        if folder is not None:
            path = folder / f"{variant.id}.{rendering.suffix}"
        _write(path, bulk.one(plan, variant))
        if key_path is not None:
            write_whole(key_path, _key(plan, [variant], key_path))
        return
    pieces = rendering.pieces(variant, plan.kind, plan.options)
    if folder is None:
        keys = {} if key_path is None else {key_path: _key(plan, [variant], key_path)}
        _write(path, pieces[:1])
    else:
        if not folder.is_dir():
            raise UsageError(f"there is no folder {folder}", expected="a folder, or a file")
        endings = ("", ".key")
        keys = {
            folder / f"{variant.id}{ending}.{rendering.suffix}": piece
            for ending, piece in zip(endings, pieces, strict=False)
        }
    for file, data in keys.items():
        write_whole(file, data)


def _write_sheet(
    plan: Plan, document: Callable[..., Document], found: list[Variant], path: Path | None, key_path: Path | None
) -> None:
    """One sheet or exam for all variants, and its key; neither is written before both are made."""
    sheet = as_bytes(render(document(found, plan.kind, plan.options), plan.format, plan.options.presentation))
    key = None if key_path is None else _key(plan, found, key_path)
    _write(path, [sheet])
    if key_path is not None and key is not None:
        write_whole(key_path, key)


def _key(plan: Plan, found: list[Variant], path: Path) -> bytes:
    format = format_of_suffix(path)
    if rendering_of(format).one_file:
        raise UsageError(f"{path.name}: a key is a document", expected="a file such as key.pdf or key.md")
    return as_bytes(render(key_document(found, plan.kind, plan.options), format, plan.options.presentation))


def _write(path: Path | None, parts: Iterable[bytes]) -> None:
    if path is not None:
        write_parts(path, parts)
        return
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
