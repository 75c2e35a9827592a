"""From text to tokens. Whatever is no letter, digit or sign of the language is refused by its code point."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ..errors import LimitError, ProblemError, describe, is_hidden, shorten
from ..limits import DEFAULT_LIMITS, Limits
from .names import COMBINING
from .source import Source


class Token(NamedTuple):
    """A token: its kind, its text as the parser compares it, and its offsets in the source.

    Kinds: `number`, `name`, `text`, `super` (a superscript integer), `op`, `end`.
    """

    kind: str
    text: str
    start: int
    end: int


_LETTER = r"[^\W\d_²³¹⁰-⁹₀-₉¼-¾⅐-⅞↉ªºⁱⁿ]"
_MARKS = "".join(COMBINING)
_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\r\n]+|\#[^\n]*)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[¼-¾⅐-⅞])
    | (?P<name>{_LETTER}(?:{_LETTER}|[0-9₀-₉_{_MARKS}'′″‴’])*)
    | (?P<text>"[^"\n]*")
    | (?P<super>[⁻]?[⁰¹²³⁴-⁹]+)
    | (?P<op>\*\*|<=|>=|==|!=|:=|<-|[-+*/^@()\[\],=<>|.:;·×⋅∙−÷≤≥≠‖∥∂√])
    """,
    re.VERBOSE,
)
_SPELLED = {
    "·": "*", "×": "*", "⋅": "*", "∙": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "∥": "‖", "^": "**",
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")


def tokenise(source: Source, start: int, end: int, limits: Limits = DEFAULT_LIMITS) -> list[Token]:
    """The tokens of source.text[start:end], an `end` token last.

    Raises ProblemError for a character outside the language, LimitError for nesting beyond the limit.
    """
    tokens: list[Token] = []
    text = source.text
    depth, position = 0, start
    match_at = _TOKEN.match
    while position < end:
        match = match_at(text, position, end)
        if match is None:
            raise _refusal(source, position)
        kind = match.lastgroup or ""
        stop = match.end()
        if kind == "space":
            if "\r" in match[0]:
                _check_line_ends(source, match[0], position)
        else:
            spelled = match[0]
            if kind == "op":
                # `^` keeps its own spelling, as it may be a hat; the parser compares it with `**` where it is not.
                spelled = spelled if spelled == "^" else _SPELLED.get(spelled, spelled)
                if spelled in _OPENING:
                    depth += 1
                    limits.check("depth", depth, "the nesting of brackets", source.place(position))
                elif spelled in _CLOSING:
                    depth -= 1
            elif kind == "number":
                _check_number(source, text, position, stop, limits)
            elif kind == "super":
                spelled = spelled.translate(_SUPERSCRIPTS)
            elif kind == "name":
                _check_name(source, match[0], position, limits)
            tokens.append(Token(kind, spelled, position, stop))
        position = stop
    tokens.append(Token("end", "", end, end))
    return tokens


def _check_line_ends(source: Source, blank: str, position: int) -> None:
    lone = re.search(r"\r(?!\n)", source.text[position : position + len(blank) + 1])
    if lone is not None:
        raise _refusal(source, position + lone.start())


def _check_number(source: Source, text: str, start: int, stop: int, limits: Limits) -> None:
    limits.check("literal", stop - start, "a number's digits", source.place(start))
    following = text[stop : stop + 24]
    if re.match(r"[xX][0-9a-fA-F]", following) and text[start:stop] == "0":
        word = (re.match(r"\w+", following) or [""])[0]
        raise ProblemError(
            f"0{word} is no number of this language: 0x… numbers are not read",
            place=source.place(start), expected="a decimal number", hint="write the number in decimal digits",
        )  # fmt: skip
    if re.match(r"_[0-9]", following) or re.match(r"\.[0-9.]", following):
        raise ProblemError(
            f"unexpected {following[0]!r} inside a number",
            place=source.place(stop), expected="a number such as 1000, 0.5 or 1e-3",
        )  # fmt: skip


def _check_name(source: Source, name: str, start: int, limits: Limits) -> None:
    if len(name) > limits.name:
        raise LimitError(
            f"unknown name {shorten(name)}: it has {len(name):,} characters, the limit `name` is at most {limits.name}",
            place=source.place(start), hint=f"--limit name={len(name)}, if that is what you want",
        )  # fmt: skip
    if name.isascii():
        return
    scripts: dict[str, tuple[int, str]] = {}
    for offset, c in enumerate(name):
        if c.isalpha() and not c.isascii():
            scripts.setdefault(_script(c), (offset, c))
        elif c.isascii() and c.isalpha():
            scripts.setdefault("LATIN", (offset, c))
    foreign = [script for script in scripts if script not in ("LATIN", "GREEK", "MICRO", "OHM")]
    if foreign and len(scripts) > 1:
        offset, c = scripts[foreign[0]]
        raise ProblemError(
            f"the name {name} mixes alphabets: {describe(c)} among other letters",
            place=source.place(start + offset), expected="letters of one alphabet in a name (Latin with Greek allowed)",
        )  # fmt: skip


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


def _refusal(source: Source, position: int) -> ProblemError:
    c = source.text[position]
    place = source.place(position)
    if c in "\"'`“”‘":
        return ProblemError(
            f"unexpected quote {c}",
            place=place,
            expected="an expression; strings stand in einsum only, in double quotes",
        )
    if is_hidden(c):
        return ProblemError(
            f"unexpected control or invisible character {describe(c)}",
            place=place,
            hint="delete it, or retype the line",
        )
    if c.isdigit():
        return ProblemError(
            f"the digit {c} ({describe(c)}) is not read as a number",
            place=place, expected="digits 0 to 9", hint=f"write {unicodedata.digit(c)}",
        )  # fmt: skip
    return ProblemError(f"unexpected character {c} ({describe(c)})", place=place)
