"""From text to tokens. Whatever is no letter, digit or sign of the language is refused by its code point."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ..errors import LimitError, ProblemError, describe, is_hidden, shorten
from ..limits import DEFAULT_LIMITS, Limits
from .expression import Expr
from .literals import literal_list
from .names import COMBINING
from .numbers import DIGITS
from .source import Source


class Token(NamedTuple):
    """A token: its kind, its text as the parser compares it, and its offsets in the source.

    Kinds: `number`, `name`, `text`, `super` (a superscript integer), `op`, `end`; `value` is an operand already read.
    """

    kind: str
    text: str
    start: int
    end: int


_LETTER = r"[^\W\d_²³¹⁰-⁹₀-₉¼-¾⅐-⅞↉ªºⁱⁿ]"
# Accents come composed or as marks after their letter: `é` is one name however it was typed.
_MARKS = "\u0300-\u036f"
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
# Behind a list that is a whole value: no error, and no operator, then has to do with its tokens.
_VALUE_ENDS = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+(?:,|\Z)")
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")


def tokenise(
    source: Source, start: int, end: int, limits: Limits = DEFAULT_LIMITS, values: dict[int, Expr] | None = None
) -> list[Token]:
    """The tokens of source.text[start:end], an `end` token last.

    Where `values` are wanted, a list of plain numbers that is all of `name = …` becomes one token, `value`, and its
    tree stands in `values` by the token's start.

    Raises ProblemError for a character outside the language, LimitError for nesting beyond the limit.
    """
    tokens: list[Token] = []
    text = source.text
    depth, position = 0, start
    match_at = _TOKEN.match
    while position < end:
        if values is not None and depth == 0 and text[position] == "[" and _begins_value(tokens):
            literal = literal_list(text, position, end, limits)
            if literal is not None and _VALUE_ENDS.match(text, literal[1], end) is not None:
                values[position], stop = literal
                tokens.append(Token("value", "", position, stop))
                position = stop
                continue
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
                    if depth > limits.depth:
                        limits.check("depth", depth, "the nesting of brackets", source.place(position))
                elif spelled in _CLOSING:
                    depth -= 1
            elif kind == "number":
                _check_number(source, position, stop, end, limits)
            elif kind == "super":
                spelled = spelled.translate(_SUPERSCRIPTS)
            elif kind == "name":
                _check_name(source, match[0], position, limits)
            tokens.append(Token(kind, spelled, position, stop))
        position = stop
    tokens.append(Token("end", "", end, end))
    return tokens


def _begins_value(tokens: list[Token]) -> bool:
    """Whether what comes next is the value of a given."""
    return len(tokens) > 1 and tokens[-1].text == "=" and tokens[-1].kind == "op"


def _check_line_ends(source: Source, blank: str, position: int) -> None:
    lone = re.search(r"\r(?!\n)", source.text[position : position + len(blank) + 1])
    if lone is not None:
        raise _refusal(source, position + lone.start())


_OTHER_BASE = re.compile(r"[xX][0-9a-fA-F]\w*|[bBoO][0-9]\w*")


def _check_number(source: Source, start: int, stop: int, end: int, limits: Limits) -> None:
    text = source.text
    if stop - start > limits.literal:
        limits.check("literal", stop - start, DIGITS, source.place(start))
    following = text[stop : min(stop + 24, end)]
    if text[start:stop] == "0" and (other := _OTHER_BASE.match(following)) is not None:
        raise ProblemError(
            f"0{other[0]} is no number of this language: 0x…, 0b… and 0o… are not read",
            place=source.place(start), expected="a decimal number", hint="the number in decimal digits",
        )  # fmt: skip
    if following[:1] == "_" or re.match(r"\.[0-9.]", following):
        raise ProblemError(
            f"unexpected {following[0]!r} inside a number",
            place=source.place(stop), expected="a number such as 1000, 0.5 or 1e-3",
            hint=f"the number without {following[0]}" if following[0] == "_" else None,
        )  # fmt: skip


def _check_name(source: Source, name: str, start: int, limits: Limits) -> None:
    if len(name) > limits.name:
        raise LimitError(
            f"unknown name {shorten(name)}: it has {len(name):,} characters, the limit `name` is at most {limits.name}",
            place=source.place(start), hint=f"--limit name={len(name)}, if that is what you want",
        )  # fmt: skip
    if name.isascii():
        return
    _check_marks(source, name, start)
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


def _check_marks(source: Source, name: str, start: int) -> None:
    """Marks that are no accent of the language and compose with no letter would be a name that nobody can type."""
    composed = unicodedata.normalize("NFC", name)
    stray = next((c for c in composed if unicodedata.combining(c) and c not in COMBINING), None)
    if stray is not None:
        raise ProblemError(
            f"unexpected mark {describe(stray)} in a name",
            place=source.place(start + max(0, name.find(stray))),
            expected="a letter with the accents ^ (hat), bar, tilde or dot, or one that is a letter of its own",
        )  # fmt: skip


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]


# Characters that look like a sign of the language, or stand for one elsewhere, and what to write for them.
_INSTEAD = {
    "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "＋": "+", "⁄": "/", "∕": "/", "／": "/",
    "∗": "*", "＊": "*", "•": "*", "∘": "*", "⊙": "*", "⊗": "*", "（": "(", "）": ")", "［": "[", "］": "]", "｜": "|",
    "＝": "=", "≈": "=", "→": "=", "←": "=", "，": ",", "＜": "<", "＞": ">", "ˆ": "^", "＾": "^",
    "⁺": "^(…)", "ⁿ": "^n", "ⁱ": "^i", "{": "( ), or an index without braces, x_1", "}": "( )", "~": "1 - x",
    "?": "where(condition, a, b)",
    "%": "a fraction such as 1/100; there is no remainder", "!": "a product written out; there is no factorial",
    "&": "a where inside of a where", "$": "$…$ in prose only", "_": "a letter before the _",
    "\\": "the expression as it is typed on a calculator, (a + b)/2; TeX is not read",
    "∞": "a finite number", "∑": "the terms written out", "∏": "the factors written out",
    "∇": "Find grad of loss with respect to w, on a line of its own",
}  # fmt: skip


def _refusal(source: Source, position: int) -> ProblemError:
    c = source.text[position]
    place = source.place(position)
    if c in "\"'`“”‘":
        return ProblemError(
            f"unexpected quote {c}",
            place=place, expected="an expression; strings stand in einsum only, in double quotes",
        )  # fmt: skip
    if is_hidden(c):
        return ProblemError(
            f"unexpected control or invisible character {describe(c)}", place=place,
            expected="visible characters and spaces", hint="delete it, or retype the line",
        )  # fmt: skip
    if c.isdigit():
        return ProblemError(
            f"the digit {c} ({describe(c)}) is not read as a number",
            place=place, expected="digits 0 to 9", hint=f"{unicodedata.digit(c)}",
        )  # fmt: skip
    if c == "_" and source.text[position - 1 : position] == "^":
        return ProblemError(
            "a hat before an index", place=place, expected="the hat behind the index, which is the same name",
            hint="x_1^ or x_hat_1",
        )  # fmt: skip
    shown = "" if unicodedata.combining(c) else f"{c} "
    return ProblemError(
        f"unexpected character {shown}({describe(c)})",
        place=place, expected="letters, digits and the signs + - * / ^ ( ) [ ] | , . = < >", hint=_INSTEAD.get(c),
    )  # fmt: skip
