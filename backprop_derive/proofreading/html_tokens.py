"""A page of HTML as tags and text, each with its place.

The standard library's `html.parser` takes a minute for forty thousand letters of `<a <a <a …` (Python 3.11); one pass
over the text is all that reading notes needs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[A-Za-z][^\s/>]*)(?P<rest>(?>[^=>]+|=\s*(?:\"[^\"]*\"|'[^']*')|=)*+)>")
_ATTRIBUTE = re.compile(r"([^\s=/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
# What stands in these is no text of the page, and no tag within them counts.
_RAW = frozenset("script style title textarea xmp iframe noembed noframes".split())
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class HtmlToken(NamedTuple):
    """A tag or a stretch of text: `open`, `close`, `text`, or `raw`, what a script holds, with the script's name."""

    kind: str
    name: str
    start: int
    end: int
    rest: str = ""

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes of a tag, by small letters."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.rest):
            found.setdefault(match[1].lower(), html.unescape(match[2] or match[3] or match[4] or ""))
        return found

    @property
    def is_closed(self) -> bool:
        """Whether a tag that opens closes itself, as in XML."""
        return self.rest.endswith("/")


def html_tokens(text: str) -> Iterator[HtmlToken]:
    """The tags and texts of a page. A tag or a comment that is never closed ends it, as in a browser."""
    position = 0
    while position < len(text):
        start = text.find("<", position)
        if start < 0:
            start = len(text)
        if start > position:
            yield HtmlToken("text", "", position, start)
        if start == len(text):
            return
        match = _TAG.match(text, start)
        if match is not None:
            name, position = match["name"].lower(), match.end()
            yield HtmlToken("close" if match["closes"] else "open", name, start, position, match["rest"])
            if name in _RAW and not match["closes"]:
                stop = _end_of(name, text, position)
                yield HtmlToken("raw", name, position, stop, match["rest"])
                position = stop
            continue
        position = _after(text, start)
        if position == start:
            yield HtmlToken("text", "", start, start + 1)
            position = start + 1


def _end_of(name: str, text: str, position: int) -> int:
    match = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(text, position)
    return match.start() if match is not None else len(text)


def _after(text: str, start: int) -> int:
    """What comes after a comment or a declaration; the end of a page within a tag; `start` of a sign by itself."""
    if text.startswith("<!--", start):
        closed = "-->"
    elif text.startswith("<![CDATA[", start):
        closed = "]]>"
    elif re.compile(r"<[!?/A-Za-z]").match(text, start) is not None:
        closed = ">"
    else:
        return start
    stop = text.find(closed, start + 2)
    return len(text) if stop < 0 else stop + len(closed)


def decoded(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The characters of a stretch of text, with `&lt;` as the sign it stands for: each piece and where it stands."""
    position = start
    for match in _ENTITY.finditer(text, start, end):
        if match.start() > position:
            yield text[position : match.start()], position, match.start()
        yield html.unescape(match[0]), match.start(), match.end()
        position = match.end()
    if position < end:
        yield text[position:end], position, end
