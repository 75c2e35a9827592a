"""What `weave` does: documents in, documents with worked solutions out; again whenever one is saved."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from ..errors import BackpropError, UsageError
from ..limits import Limits
from ..options import Options
from ..weaving.cache import Cache, default_folder
from ..weaving.files import sources, woven_file, woven_files, write
from ..weaving.fragments import write_fragments
from ..weaving.weave import Weaver
from .reading import is_same_file
from .run import put, read_limits, working

_WAIT = 0.3  # seconds between two looks at the files


def run_weave(source: str, *, output: str | None, fragments: bool, watch: bool, **choices: Any) -> None:
    """One call of `weave`. Raises BackpropError; nothing is written then."""
    path, weaver = Path(source), _weaver(choices)
    if fragments:
        if output is not None or path.suffix.lower() != ".tex":
            raise UsageError("--fragments is for a LaTeX document, whose fragments stand beside it",
                             expected="a .tex file, and no -o")  # fmt: skip
        target = None
    else:
        target = _target(path, output, watch)
    if not watch:
        if not _once(path, target, weaver, fragments):
            sys.exit(2)
        return
    try:
        _watch(path, target, weaver, fragments)
    except KeyboardInterrupt:
        click.echo("", err=True)


def _weaver(choices: dict[str, Any]) -> Weaver:
    limits: Limits = read_limits(choices["limits"])
    limits.check("digits", choices["digits"], "--digits")
    options = Options(
        detail=choices["detail"], digits=choices["digits"], notation=choices["notation"], flavour=choices["flavour"],
        language=choices["lang"],
    )  # fmt: skip
    kept = choices["cache"]
    folder = None if choices["no_cache"] else Path(kept) if kept else default_folder()
    return Weaver(options, limits, Cache(folder), lambda: working(limits))


def _target(path: Path, output: str | None, watch: bool) -> Path | None:
    """Where to write, None for standard output. Raises UsageError where a document would be overwritten."""
    if output in (None, "-"):
        if path.is_dir() or watch:
            raise UsageError(
                "there is nowhere to write to", expected="-o", hint=f"-o {'woven/' if path.is_dir() else 'woven.md'}"
            )
        return None
    target = Path(str(output))
    if is_same_file(target, str(path)):
        raise UsageError(f"{output} is the input: the document would be overwritten", hint="another place for -o")
    if path.is_dir() and target.resolve() in path.resolve().parents:
        raise UsageError(f"{output} holds the input", hint="another folder for -o")
    if not path.is_dir() and (target.is_dir() or str(output).endswith("/")):
        return target / path.name
    return target


def _once(path: Path, target: Path | None, weaver: Weaver, fragments: bool) -> bool:
    """Weave once; whether all is well. Errors are told, and nothing is written then."""
    if fragments:
        errors = write_fragments(path, weaver)
    elif target is None:
        text, _, errors = woven_file(path, weaver)
        if not errors:
            put(text, None)
    else:
        result = woven_files(path, target, weaver)
        errors = result.errors
        if not errors:
            write(result)
    for error in errors:
        click.echo(f"error: {error}", err=True)
    weaver.cache.trim()
    return not errors


def _watch(path: Path, target: Path | None, weaver: Weaver, fragments: bool) -> None:
    """Weave whenever a source changes; an error is told and waits to be corrected."""
    seen: object = None
    while True:
        now = _state(path, target or path)
        if now != seen:
            began = time.perf_counter()
            try:
                is_well = _once(path, target, weaver, fragments)
            except BackpropError as error:
                click.echo(f"error: {error}", err=True)
                is_well = False
            took = time.perf_counter() - began
            click.echo(f"{path}: {'woven' if is_well else 'not woven'} in {took:.2f} s", err=True)
            seen = now
        time.sleep(_WAIT)


def _state(path: Path, target: Path) -> object:
    """What tells that a source was saved. An editor that replaces its file has it missing for a moment."""
    found = []
    for file in sources(path, target) if path.is_dir() else [path]:
        try:
            state = file.stat()
            found.append((str(file), state.st_mtime_ns, state.st_size))
        except OSError:
            found.append((str(file), 0, 0))
    return found
