"""Writing XML: elements with text, and whole files."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .markup import Element, safe

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def element(tag: str, attributes: dict[str, str] | None = None, *content: Element | str) -> Element:
    """An element with attributes, texts and elements in it."""
    found = ET.Element(tag, {name: safe(value) for name, value in (attributes or {}).items()})
    for part in content:
        if isinstance(part, str):
            if len(found):
                found[-1].tail = (found[-1].tail or "") + safe(part)
            else:
                found.text = (found.text or "") + safe(part)
        else:
            found.append(part)
    return found


def piece(root: Element, *, short: bool = True) -> bytes:
    """An element as a line of a file."""
    line: bytes = ET.tostring(root, encoding="utf-8", short_empty_elements=short)
    return line + b"\n"


def file(root: Element) -> bytes:
    """An element as a file."""
    return HEAD + piece(root)
