"""Documents on disk: one file, or a folder of them with everything that they need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import BackpropError, OutputError, UsageError
from ..formats.files import check_target, regular_text, write_whole
from ..limits import Limits
from ..records import record
from .notebook import weave_notebook
from .weave import Weaver, weave

FORMATS = {
    ".md": "md", ".markdown": "md", ".qmd": "md", ".rmd": "md", ".myst": "md", ".tex": "tex", ".ipynb": "ipynb",
}  # fmt: skip
# What tools write themselves; hidden folders are left out, too.
_MADE = frozenset(("_build", "_site", "_book", "_freeze", "node_modules", "__pycache__"))


@record
class Result:
    """What weaving found: files to write, each with its content (None: copied from beside it), and all errors."""

    files: tuple[tuple[Path, Path, str | None], ...]
    count: int
    errors: tuple[BackpropError, ...]


def woven_files(source: Path, target: Path, weaver: Weaver) -> Result:
    """A file or a folder, woven; nothing is written yet. Raises ProblemError for what cannot be read."""
    if not source.is_dir():
        text, count, errors = woven_file(source, weaver)
        return Result(((source, target, text),), count, errors)
    files: list[tuple[Path, Path, str | None]] = []
    total = 0
    found: list[BackpropError] = []
    for path in sources(source, target):
        place = target / path.relative_to(source)
        if path.suffix.lower() not in FORMATS:
            files.append((path, place, None))
            continue
        text, count, errors = woven_file(path, weaver)
        files.append((path, place, text))
        total += count
        found += errors
    return Result(tuple(files), total, tuple(found))


def woven_file(path: Path, weaver: Weaver) -> tuple[str, int, tuple[BackpropError, ...]]:
    """The text of a document, woven, how many places were, and what is wrong in it."""
    format = FORMATS.get(path.suffix.lower())
    if format is None:
        raise UsageError(f"{path}: this is no document that is woven", expected=", ".join(sorted(FORMATS)))
    text = document_text(path, weaver.limits)
    made = weave_notebook(text, str(path), weaver) if format == "ipynb" else weave(text, str(path), format, weaver)
    return made.text, made.count, made.errors


def write(result: Result) -> int:
    """Write what is not there yet as it should be; how many files that were. Raises OutputError."""
    for _, target, _ in result.files:
        if target.parent.is_dir():
            check_target(target)
    changed = 0
    for path, target, text in result.files:
        try:
            content = path.read_bytes() if text is None else text.encode()
            if target.is_file() and target.read_bytes() == content:
                continue  # who builds from it sees that nothing has changed
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write {target}: {error.strerror or error}") from None
        write_whole(target, content)
        changed += 1
    return changed


def sources(folder: Path, target: Path) -> Iterator[Path]:
    """The files of a folder in order, without hidden ones and without what is written to."""
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(
            name for name in folders
            if not name.startswith(".") and name not in _MADE and not _is_same(here / name, target)
        )  # fmt: skip
        yield from (here / name for name in sorted(files) if not name.startswith(".") and (here / name).is_file())


def _is_same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve()


def document_text(path: Path, limits: Limits) -> str:
    """The text of a document, line ends as they are. Raises ProblemError, LimitError."""
    return regular_text(path, limits, what=f"{path}: the document", limit="data")
