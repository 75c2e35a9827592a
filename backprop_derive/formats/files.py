"""Writing a file whole or not at all, and reading what should be text."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError, ProblemError
from ..languages import Said
from ..languages.sentences import FILES
from ..limits import Limits


def write_whole(path: Path, content: str | bytes) -> None:
    """Write through a temporary file beside `path` and rename it, so that no half-written file is ever seen.

    Raises OutputError, naming the path and the reason; nothing is left behind then.
    """
    write_parts(path, (content.encode() if isinstance(content, str) else content,))


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """As `write_whole`, what comes part by part; nothing is left behind where making a part fails."""
    check_target(path)
    target = path.resolve() if path.is_symlink() else path
    handle, temporary = -1, ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".backprop-derive-", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(target))
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)


def check_target(path: Path) -> None:
    """Refuse, before any work, what cannot become a file."""
    if path.is_dir():
        raise OutputError(f"{path} is a directory", hint=f"{path / 'solution.md'}")
    if path.exists() and not path.is_file():
        raise OutputError(f"cannot write {path}: it is a device or a pipe, not a regular file")
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {path}: the folder {path.parent} does not exist")


def _mode_for(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def regular_text(path: Path, limits: Limits, *, what: str = "", limit: str = "text", name: str = "") -> str:
    """The text of a regular file in UTF-8, line ends and a mark at its beginning as they are.

    As `regular_bytes`; raises ProblemError for what is no such text, too.
    """
    return decoded(regular_bytes(path, limits, what=what, limit=limit, name=name), name or str(path))


def regular_bytes(path: Path, limits: Limits, *, what: str = "", limit: str = "text", name: str = "") -> bytes:
    """The bytes of a regular file, as many as a limit allows.

    Errors call it by its path, or by `name`, and what is too large is `what`. No more is ever read than the limit, even
    of a file that grows. Raises ProblemError, LimitError.
    """
    name = name or str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise ProblemError(Said(FILES, "folder", {"name": name}))
        if not stat.S_ISREG(found.st_mode):
            raise ProblemError(Said(FILES, "device", {"name": name}))
        with path.open("rb") as file:
            data = file.read(getattr(limits, limit) + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        is_missing = isinstance(error, FileNotFoundError)
        raise ProblemError(
            Said(FILES, "missing" if is_missing else "unreadable", {"name": name, "error": reason})
        ) from None
    if len(data) > getattr(limits, limit):
        limits.check(limit, max(len(data), found.st_size), what or name)
    return data


def decoded(data: bytes, name: str) -> str:
    """The text of a file in UTF-8. Raises ProblemError naming the line and the byte that is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ProblemError(
            Said(FILES, "utf-16", {"name": name}),
            expected="text in UTF-8",
            hint="save the file as UTF-8",
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"{data[error.start]:02X}"
        raise ProblemError(
            Said(FILES, "no text", {"name": name, "byte": byte, "line": line}),
            expected="text encoded in UTF-8", hint="save the file as UTF-8",
        ) from None  # fmt: skip
