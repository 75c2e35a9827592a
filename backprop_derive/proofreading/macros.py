"""The notes' own commands, \\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}, replaced by what they stand for.

A command that would make the text much longer than it is, or stands for itself, is left as it is and is then not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..records import record
from ..syntax.source import Source
from .transcript import Transcript

_DEEPEST = 8
_MOST_ADDED = 20_000  # characters, and twice as many as the text has
_LONGEST_BODY = 2_000
_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<bare>[A-Za-z]+))"
    r"\s*(?:\[(?P<count>[1-9])\])?\s*(?=\{)"
    r"|\\def\s*\\(?P<plain>[A-Za-z]+)(?P<places>(?:#[1-9])*)\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{?\s*\\(?P<operator>[A-Za-z]+)\s*\}?\s*(?=\{)"
)
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.)", re.DOTALL)  # what follows the end of a row is none
_PLACE = re.compile(r"#([1-9])")
_TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s\\{}])", re.DOTALL)


@record
class Macro:
    """A command: how many arguments it takes, and what it stands for."""

    arguments: int
    body: str


def expanded(source: Source) -> Source:
    """The source with its own commands replaced; itself where it defines none."""
    text = source.text
    if _DEFINED.search(text) is None:
        return source
    macros, ends = _definitions(text)
    written, budget = Transcript(source), [_MOST_ADDED + 2 * len(text)]
    at = 0
    while (found := _COMMAND.search(text, at)) is not None:
        start = found.start()
        written.add(text[at:start], at, start)
        if start in ends:
            at = ends[start]
            continue
        call = _called(text, found, macros, budget, 0)
        at = call[1] if call is not None else found.end()
        written.add(text[start:at] if call is None else call[0], start, at)
    written.add(text[at:], at, len(text))
    return written.finish()


def _definitions(text: str) -> tuple[dict[str, Macro], dict[int, int]]:
    """The commands that a text defines, the last definition of each, and where each that begins at a place ends."""
    macros: dict[str, Macro] = {}
    ends: dict[int, int] = {}
    at = 0
    while (found := _DEFINED.search(text, at)) is not None:
        at = found.end()
        body, stop = _group(text, found.end())
        if stop is None:
            continue
        name = found["braced"] or found["bare"] or found["plain"] or found["operator"]
        if found["operator"]:
            body = rf"\operatorname{{{body}}}"
        macros[name] = Macro(int(found["count"] or 0) or (found["places"] or "").count("#"), body)
        ends[found.start()] = at = stop
    return macros, ends


def _group(text: str, start: int) -> tuple[str, int | None]:
    """What stands in the braces that open at a place, and where they end; None where they do not close soon."""
    depth = 0
    for at in range(start, min(len(text), start + _LONGEST_BODY)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return text[start + 1 : at], at + 1
    return "", None


def _called(
    text: str, command: re.Match[str], macros: Mapping[str, Macro], budget: list[int], depth: int
) -> tuple[str, int] | None:
    """What a command with its arguments stands for, and where they end; None for one that stays."""
    macro = macros.get(command[1])
    if macro is None or depth > _DEEPEST:
        return None
    arguments, at = [], command.end()
    for _ in range(macro.arguments):
        blank = re.compile(r"\s*").match(text, at)
        at = blank.end() if blank is not None else at
        if text[at : at + 1] == "{":
            argument, stop = _group(text, at)
        else:
            token = _TOKEN.match(text, at)
            argument, stop = (token[1], token.end()) if token is not None else ("", None)
        if stop is None:
            return None
        arguments.append(argument)
        at = stop
    body = _PLACE.sub(lambda place: arguments[int(place[1]) - 1] if int(place[1]) <= len(arguments) else "", macro.body)
    budget[0] -= len(body)
    if budget[0] < 0:
        return None
    return _written_out(body, macros, budget, depth + 1), at


def _written_out(body: str, macros: Mapping[str, Macro], budget: list[int], depth: int) -> str:
    """What a command stands for, with the commands in it replaced."""
    pieces, at = [], 0
    while (found := _COMMAND.search(body, at)) is not None:
        call = _called(body, found, macros, budget, depth)
        stop = call[1] if call is not None else found.end()
        pieces += [body[at : found.start()], call[0] if call is not None else found[0]]
        at = stop
    return "".join([*pieces, body[at:]])
