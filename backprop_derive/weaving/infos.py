"""The options of a block as documents write them: on the line that opens it, and on the first lines within."""

from __future__ import annotations

import re

from ..errors import Place
from .found import Line, Written

# `backprop …`, `{backprop} …` (MyST, Quarto), `{backprop, …}` (knitr), `{.backprop …}` (pandoc).
_OPENING = re.compile(
    r"\{\.?backprop(?=[\s,}])(?P<inside>[^}]*)\}(?P<after>.*)|backprop(?P<plain>(?:\s.*)?)$", re.DOTALL
)
_WORD = re.compile(r"""(?P<key>[^\s=,]+)(?:=(?P<value>"[^"]*"|'[^']*'|(?:[^\s,]|,(?=\S))*))?""")
# `#| key: value` (Quarto, knitr) and `:key: value` (MyST, reStructuredText).
_OPTION_LINE = re.compile(r"\s*(?:#\|\s*(?P<bar>[\w-]+)\s*:|:(?P<colon>[\w-]+):)\s*(?P<value>.*?)\s*$")


def opening_options(info: str, place: Place) -> tuple[Written, ...] | None:
    """The options of an info string that stands at `place`, None where it opens no block of ours."""
    match = _OPENING.match(info.strip())
    if match is None:
        return None
    shift = len(info) - len(info.lstrip())
    found: list[Written] = []
    for group in ("inside", "after", "plain"):
        if match[group] is not None:
            start = shift + match.start(group)
            found += listed_options(match[group], Place(place.source, place.line, place.column + start, place.text))
    return tuple(found)


def listed_options(text: str, place: Place) -> list[Written]:
    """`net detail=full rules`: words with values, switches, and a name, which a first word alone is."""
    found: list[Written] = []
    for number, match in enumerate(_WORD.finditer(text)):
        at = Place(place.source, place.line, place.column + match.start(), place.text)
        key, value = match["key"], match["value"]
        if key.startswith("#") and len(key) > 1:
            found.append(Written("name", key[1:], at))
        elif value is None and number == 0 and key not in SWITCHES:
            found.append(Written("name", key, at))
        else:
            found.append(Written(key, (value or "").strip("\"'"), at))
    return found


SWITCHES = ("rules", "shapes", "paths", "expand")


def inner_options(text: list[str], lines: list[Line], source: str) -> tuple[Written, ...]:
    """The options on the first lines of a block, which are emptied in `text`."""
    found: list[Written] = []
    for number, line in enumerate(lines):
        match = _OPTION_LINE.match(text[number])
        if match is None:
            break
        place = Place(source, line.number, line.column + max(match.start("bar"), match.start("colon")) + 1, line.whole)
        found.append(Written(match["bar"] or match["colon"], match["value"].strip("\"'"), place))
        text[number] = ""
    return tuple(found)


_LABEL = re.compile(r"(?:(?P<block>[^\s:]+):)?(?P<asked>.+)", re.DOTALL)


def role_parts(content: str) -> tuple[str, str]:
    """`net:w.grad` as the name of a block, "" for the one above, and what is asked of it."""
    match = _LABEL.fullmatch(content.strip())
    return (match["block"] or "", match["asked"].strip()) if match else ("", "")
