"""What an export is: a format of a learning platform, and how variants become its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from ...errors import OutputError, UsageError
from ...formats.files import write_whole
from ...languages import speaking
from ...options import DEFAULT_OPTIONS, Options
from ...records import record
from ..exercise import Variant
from .archive import File, zipped

KINDS = ("numerical", "choice", "cloze")


@record
class ExportOptions:
    """What is asked and how it is shown.

    `kind` is `numerical` (the gradients asked for), `choice` (the right answer among wrong ones that mistakes lead to)
    or `cloze` (every number of the derivation). `title` names the whole; without one it is the problem's. `solution`
    gives the worked solution as feedback; `shown` is how it is shown. Raises UsageError for an unknown kind.
    """

    kind: str = "numerical"
    title: str = ""
    solution: bool = True
    shown: Options = DEFAULT_OPTIONS

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"unknown kind of question {self.kind}", expected=", ".join(KINDS))


DEFAULT_EXPORT = ExportOptions()

Pieces = Callable[[Iterable[Variant], ExportOptions], Iterator[bytes]]
Files = Callable[[Iterable[Variant], ExportOptions], Iterator[File]]


@record
class Export:
    """A format by its name. It is either one file, made of `stream`, or a package, made of `members`.

    `suffix` is that of the file, or of the package as an archive. Nothing is kept of a variant once its piece is made,
    so any number of them needs the same memory. The same variants give the same bytes.
    """

    name: str
    platform: str
    suffix: str
    stream: Pieces | None = None
    members: Files | None = None

    @property
    def is_package(self) -> bool:
        return self.members is not None

    def pieces(self, variants: Iterable[Variant], options: ExportOptions = DEFAULT_EXPORT) -> Iterator[bytes]:
        """The file, piece by piece; of a package, a ZIP archive of it."""
        made = self.stream(variants, options) if self.stream is not None else zipped(self.files(variants, options))
        return _each_in(options.shown.language, made)

    def files(self, variants: Iterable[Variant], options: ExportOptions = DEFAULT_EXPORT) -> Iterator[File]:
        """The files of a package, each with its path inside of it and its content in pieces, to be read in order."""
        if self.members is None:
            raise UsageError(f"{self.name} is one file and no folder", expected=f"a file such as quiz.{self.suffix}")
        return self.members(variants, options)

    def write(self, variants: Iterable[Variant], target: Path, options: ExportOptions = DEFAULT_EXPORT) -> None:
        """Write the file whole or not at all; a package into a new folder where the target has no suffix."""
        if self.is_package and not target.suffix:
            with speaking(options.shown.language):
                write_folder(self.files(variants, options), target)
        else:
            write_whole(target, b"".join(self.pieces(variants, options)))


def _each_in(language: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each made in a language that ends before the piece is handed on."""
    while True:
        with speaking(language):
            made = next(pieces, None)
        if made is None:
            return
        yield made


def write_folder(files: Iterable[File], folder: Path) -> None:
    """Write files into a folder that is new or empty. Raises OutputError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is already there", expected="a new folder, or an empty one")
    for path, content in files:
        place = folder / PurePosixPath(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{place.parent}: {error.strerror}") from None
        write_whole(place, b"".join(content))
