"""What was woven once is kept by its content. Any file of it may be lost, cut short or replaced at any moment."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..errors import OutputError
from ..formats.files import write_whole
from ..records import record

_ANSWERING = ("backprop-derive", "sympy", "mpmath", "numpy", "jinja2", "math-core")  # what decides a text
_MOST = 5_000  # files kept; the oldest go first


@record
class Cache:
    """A folder of texts by key; None keeps nothing."""

    folder: Path | None

    def get(self, key: str) -> str | None:
        """The text of a key, None where there is none or its file is not whole."""
        if self.folder is None:
            return None
        path = self.folder / key
        try:
            checksum, _, content = path.read_bytes().partition(b"\n")
            if hashlib.sha256(content).hexdigest().encode() != checksum:
                return None
            os.utime(path)
            return content.decode()
        except (OSError, ValueError):
            return None

    def put(self, key: str, text: str) -> None:
        """Keep a text; a folder that cannot be written keeps nothing."""
        if self.folder is None:
            return
        content = text.encode()
        with suppress(OSError, OutputError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / key, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)

    def trim(self) -> None:
        """Forget what was not used for the longest time, where there is too much."""
        if self.folder is None:
            return
        found: list[tuple[float, str]] = []
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    found.append((entry.stat().st_mtime, entry.path))
        for _, path in sorted(found)[: max(0, len(found) - _MOST)]:
            with suppress(OSError):
                os.unlink(path)


def default_folder() -> Path:
    """Where caches of the user are; their content decides, so that all documents may share one."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "backprop-derive" / "weave"


def key_of(*parts: object) -> str:
    """The key of whatever decides a text, and of the version of this package."""
    return hashlib.sha256(repr((_made_by(), parts)).encode()).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def _made_by() -> str:
    """The versions of the package and of those whose answers it shows, and the state of its files.

    So a checkout that moves on forgets what it wove, and so does an installation with another SymPy.
    """
    numbers = " ".join(map(_version, _ANSWERING))
    package = Path(__file__).resolve().parent.parent
    files = [*package.rglob("*.py"), *package.rglob("*.j2"), *(package.parent / "templates").rglob("*.j2")]
    state = sorted((str(f), s.st_mtime_ns, s.st_size) for f in files for s in [f.stat()])
    return f"{numbers} {hashlib.sha256(repr(state).encode()).hexdigest()}"
