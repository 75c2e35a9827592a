"""Documents into files: one module and one template folder a format."""

from __future__ import annotations

from typing import Any

from ..document import Document, Remark
from ..errors import UsageError
from ..languages import speaking
from ..options import Options
from ..report.slides import as_slides
from .views import plain_inlines

# Each module offers render(document, options); it is imported when its format is asked for.
_MODULES = {
    "md": "markdown", "tex": "tex", "typ": "typ", "pdf": "pdf", "html": "html", "txt": "text", "ipynb": "ipynb",
}  # fmt: skip
# Slides of these are pages, so that a step can be revealed from one to the next.
_PAGED = ("typ", "pdf", "tex")
FORMATS = (*_MODULES, "json")


def render(document: Document, format: str, options: Options) -> str | bytes:
    """A document in a format by its name; bytes for `pdf`. Raises OutputError, UsageError."""
    from importlib import import_module

    if format not in _MODULES:
        raise UsageError(f"unknown format {format}", expected=", ".join(FORMATS))
    module: Any = import_module(f"{__name__}.{_MODULES[format]}")
    if options.layout == "slides":
        document = as_slides(document, reveals=format in _PAGED)
    with speaking(document.language):
        result: str | bytes = module.render(document, options)
    return result


def plain_remarks(document: Document) -> tuple[str, ...]:
    """The document's remarks as plain text."""
    from ..printers.text import text as plain

    with speaking(document.language):
        return tuple(
            plain_inlines(block.content, lambda node: plain(node, document.literal_names))
            for block in document.blocks
            if isinstance(block, Remark)
        )
