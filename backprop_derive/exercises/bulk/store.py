"""The folder of a run while it is being made: its manifest, and a file for each batch that is done.

Every file is written beside its place and renamed, so that a process killed at any moment leaves whole files only; and
a batch's file begins with a digest of the rest, so that one which a crash of the machine cut short is not believed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import OutputError, UsageError
from ...records import record
from .batch import Batch, Made
from .plan import BATCH, Plan

MANIFEST = "manifest.json"
_WORK = ".batches"


@record
class Store:
    """The folder of a run. Results get their names in it at the end."""

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / _WORK

    # --- batches

    def save(self, batch: Batch) -> None:
        """Keep a batch."""
        self.write(self._file(batch.start), [encoded(batch)])

    def kept(self, start: int) -> Batch:
        """The batch from a position on that was kept. Raises OutputError where somebody took it away."""
        try:
            batch = decoded(self._file(start).read_bytes())
        except OSError:
            batch = None
        if batch is None:
            raise OutputError(f"{self._file(start)} was changed while it was needed", hint="the same command again")
        return batch

    def starts(self) -> frozenset[int]:
        """Where the batches begin that were kept whole."""
        found = (decoded(path.read_bytes()) for path in self.work.glob("*.batch"))
        return frozenset(batch.start for batch in found if batch is not None)

    def _file(self, start: int) -> Path:
        return self.work / f"{start // BATCH:08}.batch"

    # --- results

    def write(self, path: Path, parts: Iterable[bytes]) -> None:
        """Write a file of the run, which is there whole or not at all. Raises OutputError."""
        partial = self.work / "partial"
        try:
            with partial.open("wb") as file:
                file.writelines(parts)
            os.replace(partial, path)
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error.strerror or error}") from None

    def prepare(self, start: int, results: Iterable[tuple[str, bytes]]) -> int:
        """Write the results of a batch, which get their names at the end; how many they are. Raises OutputError."""
        folder, count = self._prepared / f"{start // BATCH:08}", 0
        try:
            folder.mkdir(parents=True)
            for name, content in results:
                (folder / name).write_bytes(content)
                count += 1
        except OSError as error:
            raise OutputError(f"cannot write into {self.folder}: {error.strerror or error}") from None
        return count

    def forget_prepared(self) -> None:
        """Remove what another run had prepared, of which nobody knows whether it is whole."""
        shutil.rmtree(self._prepared, ignore_errors=True)

    def name_results(self) -> None:
        """Give the results their names; where that is cut short, they are prepared anew. Raises OutputError."""
        try:
            for folder in sorted(self._prepared.iterdir()):
                for path in sorted(folder.iterdir()):
                    os.replace(path, self.folder / path.name)
        except OSError as error:
            raise OutputError(f"cannot write into {self.folder}: {error.strerror or error}") from None

    @property
    def _prepared(self) -> Path:
        return self.work / "results"

    def finish(self, plan: Plan, files: int) -> None:
        """Say in the manifest that all files are there, and remove the batches."""
        self._write_manifest(plan, files)
        shutil.rmtree(self.work, ignore_errors=True)

    def discard(self) -> None:
        """Leave nothing behind of a run that has no results."""
        shutil.rmtree(self.work, ignore_errors=True)
        if [path.name for path in self.folder.iterdir()] == [MANIFEST]:
            (self.folder / MANIFEST).unlink()

    def begin(self, plan: Plan, results: str) -> bool:
        """Whether there is anything to do: False where the run is complete, with all its files (`results`, a pattern).

        Raises UsageError for a folder that holds something else.
        """
        found = self._manifest()
        if found is not None:
            files = found.pop("files", None)
            if found != plan.described():
                raise UsageError(
                    f"{self.folder} holds another run: {_difference(found, plan.described())}",
                    expected="the same command as before, to go on with it", hint="another folder for -o",
                )  # fmt: skip
            if files is not None and files == sum(1 for _ in self.folder.glob(results)):
                shutil.rmtree(self.work, ignore_errors=True)
                return False
        self._write_manifest(plan, None)
        return True

    def _manifest(self) -> dict[str, Any] | None:
        try:
            text = (self.folder / MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            others = [path.name for path in self.folder.iterdir() if path.name != _WORK]
            if others:
                raise UsageError(
                    f"{self.folder} is not empty and holds no run of `backprop-derive exercise`",
                    expected="a folder of its own", hint=f"-o {self.folder / 'variants'}/",
                ) from None  # fmt: skip
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise OutputError(f"cannot read {self.folder / MANIFEST}: {error}") from None
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {}

    def _write_manifest(self, plan: Plan, files: int | None) -> None:
        content = {**plan.described(), "files": files}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        self.write(self.folder / MANIFEST, [text.encode()])


@contextmanager
def store_in(folder: Path) -> Iterator[Store]:
    """The store of a folder, which is made where it is missing. Raises OutputError where another run works in it."""
    store = Store(folder)
    try:
        store.work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write into {folder}: {error.strerror or error}") from None
    with _locked(store):
        try:
            yield store
        finally:
            _tidy(store)


@contextmanager
def _locked(store: Store) -> Iterator[None]:
    """Hold a lock that the system lets go when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # where the system has no such locks
        yield
        return
    with (store.work / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"another run is at work in {store.folder}", hint="another folder for -o") from None
        _LOCKS.add(file)
        try:
            yield
        finally:
            _LOCKS.discard(file)


# Files with a lock. A copy of this process must not have them: it may live a little longer, and would hold the lock.
_LOCKS: set[BinaryIO] = set()


def _let_go() -> None:
    for file in _LOCKS:
        file.close()
    _LOCKS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def _tidy(store: Store) -> None:
    """Remove folders in which nothing was kept."""
    if not any(store.work.glob("*.batch")):
        shutil.rmtree(store.work, ignore_errors=True)
        with suppress(OSError):
            store.folder.rmdir()


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """What two descriptions differ in, in words."""
    for key, value in wanted.items():
        if found.get(key) != value:
            if key in ("text", "options", "limits") or key not in found:
                return f"{'the text differs' if key == 'text' else f'other {key}'}"
            return f"{key}: {found[key]}, and not {value}"
    return "its manifest cannot be read"


def encoded(batch: Batch) -> bytes:
    """A batch as the bytes of its file: a digest, a line of JSON, and the pieces."""
    header = {
        "start": batch.start, "tried": batch.tried, "without": batch.without, "refused": batch.refused,
        "made": [[made.number, made.id, [len(piece) for piece in made.pieces]] for made in batch.made],
    }  # fmt: skip
    pieces = (piece for made in batch.made for piece in made.pieces)
    rest = json.dumps(header).encode() + b"\n" + b"".join(pieces)
    return sha256(rest).hexdigest().encode() + b"\n" + rest


def decoded(data: bytes) -> Batch | None:
    """The batch of a file's bytes; None where they are not whole."""
    digest, _, rest = data.partition(b"\n")
    if sha256(rest).hexdigest().encode() != digest:
        return None
    line, _, payload = rest.partition(b"\n")
    header = json.loads(line)
    made, at = [], 0
    for number, name, lengths in header["made"]:
        pieces = []
        for length in lengths:
            pieces.append(payload[at : at + length])
            at += length
        made.append(Made(number, name, tuple(pieces)))
    return Batch(header["start"], header["tried"], header["without"], tuple(made), tuple(header["refused"]))
