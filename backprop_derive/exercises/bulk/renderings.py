"""What is written of each variant, by format: pages, a question and its key; or a piece of one file for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ...errors import UsageError
from ...formats import DOCUMENT_FORMATS, SUFFIXES, render
from ...records import record
from ..exercise import Exercise, Variant
from ..exports.record import Export, ExportOptions
from ..exports.table import EXPORTS
from ..shared import told
from ..sheets import key_document, sheet_document
from ..task import SheetOptions

Pieces = Callable[[Variant, str, SheetOptions], tuple[bytes, ...]]


@record
class Rendering:
    """How the variants of a run become files.

    `pieces` has the page of the question and that of the key. Of a format that has all variants in `one_file`, it has
    one piece; `export` makes head and foot around them. An export that is `whole` cannot be made piece by piece.
    """

    suffix: str
    pieces: Pieces
    export: Export | None = None
    whole: bool = False

    @property
    def one_file(self) -> bool:
        return self.export is not None

    def around(self, exercise: Exercise, kind: str, options: SheetOptions) -> tuple[bytes, bytes]:
        """What stands before the pieces of all variants, and what after them."""
        assert self.export is not None
        head, foot = _sections(self.export, (), export_options(exercise, kind, options))
        return head, foot


def _pages(format: str) -> Pieces:
    def pieces(variant: Variant, kind: str, options: SheetOptions) -> tuple[bytes, ...]:
        return tuple(
            as_bytes(render(document((variant,), kind, options), format, options.presentation))
            for document in (sheet_document, key_document)
        )

    return pieces


_AS_SOLVED = ("full", "example")  # kinds that show the solution and nothing else of a variant


def _markdown(variant: Variant, kind: str, options: SheetOptions) -> tuple[bytes, ...]:
    """The pages in Markdown, which variants share but for their numbers."""
    pages = _pages("md")
    if kind not in _AS_SOLVED or options.key != "full" or options.code:
        return pages(variant, kind, options)

    def tell(variant: Variant) -> tuple[str, ...]:
        return tuple(page.decode() for page in pages(variant, kind, options))

    return tuple(text.encode() for text in told(variant, options.presentation, (kind, options), tell))


def as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def export_options(exercise: Exercise, kind: str, options: SheetOptions) -> ExportOptions:
    """The options of an export. With a title, its head does not wait for a variant."""
    title = options.title or exercise.problem.title or "backprop-derive"
    return ExportOptions(kind=kind, title=title, shown=options.presentation)


def _sections(export: Export, variants: Sequence[Variant], options: ExportOptions) -> list[bytes]:
    """What an export writes before the first variant, of each variant, and after the last."""
    sections: list[list[bytes]] = [[]]

    def watched() -> Iterator[Variant]:
        for variant in variants:
            sections.append([])
            yield variant
        sections.append([])

    for piece in export.pieces(watched(), options):
        sections[-1].append(piece)
    return [b"".join(section) for section in sections]


def _exported(export: Export) -> Pieces:
    def pieces(variant: Variant, kind: str, options: SheetOptions) -> tuple[bytes, ...]:
        return (_sections(export, (variant,), export_options(variant.exercise, kind, options))[1],)

    return pieces


def _nothing(variant: Variant, kind: str, options: SheetOptions) -> tuple[bytes, ...]:
    return ()


# Only which variants there are, for what is made of all of them together.
NUMBERS_ONLY = "numbers"
# An archive ends with a list of what is in it, and Anki's file is a database.
_WHOLE = ("anki", *(name for name, export in EXPORTS.items() if export.is_package))
_RENDERINGS = {
    **{format: Rendering(format, _pages(format)) for format in DOCUMENT_FORMATS},
    "md": Rendering("md", _markdown),
    **{
        name: Rendering(export.suffix, _nothing if name in _WHOLE else _exported(export), export, name in _WHOLE)
        for name, export in EXPORTS.items()
    },
    NUMBERS_ONLY: Rendering("", _nothing),
}
KNOWN = tuple(name for name in _RENDERINGS if name != NUMBERS_ONLY)


def rendering_of(format: str) -> Rendering:
    """The rendering of a format by its name. Raises UsageError."""
    if format not in _RENDERINGS:
        raise UsageError(f"unknown format {format}", expected=", ".join(KNOWN))
    return _RENDERINGS[format]


def format_of_suffix(path: Path) -> str:
    """The format that a file's suffix stands for. Raises UsageError, listing those there are."""
    suffix = path.suffix.lower()
    known = SUFFIXES.get(suffix)
    for name in KNOWN:
        if name == known or suffix.removeprefix(".") in (name, _RENDERINGS[name].suffix):
            return name
    raise UsageError(
        f"{path.name}: no format has the suffix {path.suffix or '(none)'}", expected=", ".join(KNOWN),
        hint=f"-f md to choose the format yourself, or -o {path}/ for a folder",
    )  # fmt: skip
