"""What a request may ask for: a problem's text, some presentation, a format. Nothing that names a file."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from ..errors import UsageError, shorten
from ..options import DEFAULT_OPTIONS, Options, with_changes
from ..records import record

# How a problem may be shown; no folder of templates, no other program that sets pages, no code that is run.
CHOICES = (
    "layout", "detail", "digits", "notation", "mode", "rules", "shapes", "paths", "layout_convention", "flavour",
    "fragment", "backward",
)  # fmt: skip
SUFFIXES = {
    "md": "md", "tex": "tex", "typ": "typ", "pdf": "pdf", "html": "html", "json": "json", "txt": "txt",
    "ipynb": "ipynb", "torch": "py", "jax": "py", "numpy": "py",
}  # fmt: skip
TYPES = {
    "md": "text/markdown", "tex": "text/x-tex", "typ": "text/plain", "pdf": "application/pdf", "html": "text/html",
    "json": "application/json", "txt": "text/plain", "ipynb": "application/x-ipynb+json", "torch": "text/x-python",
    "jax": "text/x-python", "numpy": "text/x-python",
}  # fmt: skip


@record
class Asked:
    """A request as a worker takes it."""

    text: str
    format: str = "html"
    expand: bool = False
    options: Options = DEFAULT_OPTIONS

    def as_bytes(self) -> bytes:
        """In one way only, so that equal requests are equal bytes."""
        chosen = {name: getattr(self.options, name) for name in CHOICES}
        return json.dumps([self.text, self.format, self.expand, chosen], separators=(",", ":")).encode()


def read_asked(data: bytes) -> Asked:
    """A request from the network, every part of it checked. Raises UsageError."""
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError("the request is no JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise UsageError("the request holds no problem", expected='{"text": "…"}')
    options = found.get("options", {})
    format, expand = found.get("format", "html"), found.get("expand", False)
    if not isinstance(options, dict) or not isinstance(expand, bool) or not isinstance(format, str):
        raise UsageError("the request is not of the form that is understood")
    if format not in SUFFIXES:
        raise UsageError(f"unknown format {shorten(format)}", expected=", ".join(SUFFIXES))
    known = {"text", "options", "format", "expand"}
    if unknown := [*(name for name in found if name not in known), *(name for name in options if name not in CHOICES)]:
        raise UsageError(f"{shorten(unknown[0])} is not among what may be asked for", expected=", ".join(CHOICES))
    return Asked(_encodable(found["text"]), format, expand, _presentation(options))


def _presentation(options: dict[str, Any]) -> Options:
    kinds = {field.name: type(getattr(DEFAULT_OPTIONS, field.name)) for field in fields(Options)}
    kinds["backward"] = str
    for name, value in options.items():
        if type(value) is not kinds[name]:
            raise UsageError(f"{name} is {kinds[name].__name__}, not {type(value).__name__}")
    return with_changes(DEFAULT_OPTIONS, options)


def _encodable(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def from_bytes(data: bytes) -> Asked:
    """The same again, in the worker."""
    text, format, expand, options = json.loads(data)
    return Asked(text, format, expand, with_changes(DEFAULT_OPTIONS, options))
