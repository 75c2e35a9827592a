"""Documents into files: one module and one template folder a format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..languages import speaking
from ..shipped import shipped

if TYPE_CHECKING:
    from ..document import Document
    from ..options import Options

# The order in which people are told of them. A folder of templates with a module of its name is a format, too.
_FIRST = ("md", "tex", "typ", "pdf", "html", "json", "txt", "ipynb")
_SPELLED_OUT = {"md": "markdown", "txt": "text"}  # modules that are not called as their format is


def _with_templates() -> tuple[str, ...]:
    here = Path(__file__).parent
    folders = sorted(body.parent.name for body in shipped("templates").glob("*/body.j2"))
    return tuple(name for name in folders if (here / f"{_SPELLED_OUT.get(name, name)}.py").is_file())


# Slides of these are pages, so that a step can be revealed from one to the next.
_PAGED = ("typ", "pdf", "tex")
FORMATS = (*_FIRST, *(name for name in _with_templates() if name not in _FIRST))
DOCUMENT_FORMATS = tuple(name for name in FORMATS if name != "json")  # `formats.json` writes records, not documents
PAGE_FORMATS = tuple(name for name in DOCUMENT_FORMATS if name != "ipynb")  # to be read, not to be run
SUFFIXES = {f".{name}": name for name in FORMATS} | {".markdown": "md", ".htm": "html"}


def render(document: Document, format: str, options: Options) -> str | bytes:
    """A document in a format by its name; bytes for `pdf`. Raises OutputError, UsageError."""
    from importlib import import_module

    if format not in DOCUMENT_FORMATS:
        raise UsageError(f"unknown format {format}", expected=", ".join(FORMATS))
    # Each module offers render(document, options); it is imported when its format is asked for.
    module: Any = import_module(f"{__name__}.{_SPELLED_OUT.get(format, format)}")
    if options.layout == "slides":
        from ..report.slides import as_slides

        document = as_slides(document, reveals=format in _PAGED)
    with speaking(document.language):
        result: str | bytes = module.render(document, options)
    return result


def plain_remarks(document: Document) -> tuple[str, ...]:
    """The document's remarks as plain text."""
    from ..document import Remark
    from ..printers.text import text as plain
    from .views import plain_inlines

    with speaking(document.language):
        return tuple(
            plain_inlines(block.content, lambda node: plain(node, document.literal_names))
            for block in document.blocks
            if isinstance(block, Remark)
        )
