"""Lines into statements: which kind each is, and where its content lies. Nothing is parsed here yet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ..errors import Place, ProblemError, describe, is_hidden, nearest, shorten
from ..limits import Limits
from ..syntax.source import Source

KEYWORDS = ("given", "find", "title", "parameters", "learning rate", "lr", "updates", "round", "vary", "require")
_BLANK = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\r"
_KEYWORD = re.compile(
    r"(?:(given|find)(?:[ \t\u00a0]*:|(?![\w^'=])(?![ \t\u00a0]*=))"
    r"|(title|parameters?|learning[ \t]+rate|updates?|round)[ \t\u00a0]*:"
    r"|(lr)[ \t\u00a0]*[=:](?!=)"
    r"|(vary|require)(?=[ \t\u00a0]))",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:[0-9]{1,6}[.)]|[-*•]|\([0-9A-Za-z]{1,4}\)|[a-z]\))[ \t\u00a0]+(?=\S)")
_PLURALS = {"parameter": "parameters", "update": "updates"}


@dataclass(frozen=True, slots=True)
class Line:
    """A statement: its kind (a keyword, `step` or `prose`), the offsets of its content, and its label."""

    kind: str
    start: int
    end: int
    label: str = ""


def split_lines(source: Source, limits: Limits) -> list[Line]:
    """The statements of a text in order. Raises ProblemError for a line that is none, LimitError for a long one."""
    raw = [_classify(source, number, limits) for number in range(1, source.line_count + 1)]
    first_given = next((n for n, line in enumerate(raw) if line is not None and line.kind == "given"), -1)
    lines: list[Line] = []
    continued = False
    for number, line in enumerate(raw):
        if continued and number < len(raw):
            start, end = source.line_bounds(number + 1)
            if (previous := lines[-1]).kind == "given":
                lines[-1] = Line("given", previous.start, end)
                continued = _goes_on(source.text[previous.start : end])
                continue
        if line is None:
            continue
        if line.kind in ("step", "prose?", "other") and number < first_given:
            start, end = source.line_bounds(number + 1)
            line = Line("prose", start, end)
        if line.kind == "prose?":
            line = Line("prose", line.start, line.end)
        if line.kind == "other":
            raise _not_a_statement(source, line)
        lines.append(line)
        continued = line.kind == "given" and _goes_on(source.text[line.start : line.end])
    return lines


def _classify(source: Source, number: int, limits: Limits) -> Line | None:
    start, end = source.line_bounds(number)
    limits.check("line", end - start, f"line {number}", source.place(start) if end - start < 10_000 else None)
    text = source.text[start:end]
    stripped = text.strip(_BLANK)
    if not stripped or stripped.startswith("#"):
        return None
    start += len(text) - len(text.lstrip(_BLANK))
    end = start + len(stripped)
    if stripped.startswith(">"):
        return Line("prose", start + 1 + stripped[1:].startswith(" "), end)
    if (match := _KEYWORD.match(stripped)) is not None:
        kind = " ".join(next(word for word in match.groups() if word).lower().split())
        if kind in ("given", "find") and _is_sentence(stripped) and ":" not in stripped[:-1]:
            return Line("prose?", start, end)
        return Line(_PLURALS.get(kind, kind), start + match.end(), end)
    label = _LABEL.match(stripped)
    content = start + label.end() if label else start
    before_comment = source.text[content:end].split("#", 1)[0]
    if "=" in before_comment:
        return Line("step", content, end, label[0].strip() if label else "")
    return Line("prose?" if _is_sentence(stripped) else "other", start if not label else content, end)


def _is_sentence(text: str) -> bool:
    return "=" not in text and text[-1] in ".:?!" and any(c.isalpha() for c in text)


def _goes_on(text: str) -> bool:
    """Whether a Given statement goes on in the next line: it ends in a comma or within brackets."""
    code = re.sub(r"#[^\n]*", "", text)
    depth = sum(c in "([" for c in code) - sum(c in ")]" for c in code)
    return depth > 0 or code.rstrip().endswith(",")


def _not_a_statement(source: Source, line: Line) -> ProblemError:
    place = source.place(line.start)
    text = source.text[line.start : line.end]
    hidden = next((k for k, c in enumerate(text) if is_hidden(c)), None)
    if hidden is not None:
        return ProblemError(
            f"unexpected control or invisible character {describe(text[hidden])}",
            place=source.place(line.start + hidden),
        )
    word = re.match(r"\w+", text)
    close = nearest(word[0].lower(), KEYWORDS) if word and len(word[0]) > 2 else None
    return ProblemError(
        f"this line is neither a step nor a sentence: {shorten(text)}", place=place,
        expected="name = expression, or Given, Find, Title: and so on; prose begins with > or ends in . : ? or !",
        hint=close.capitalize() + " …" if close else None,
    )  # fmt: skip


def clean_text(source: Source, start: int, end: int) -> str:
    """Title or prose as it may stand in any document: control characters as U+FFFD, odd spaces as spaces.

    Raises ProblemError for invisible and bidirectional characters and a carriage return within the line, which would
    make a reader see something else than what is there.
    """
    text = source.text[start:end].strip(_BLANK)
    offset = source.text.index(text, start) if text else start
    shown = []
    for k, c in enumerate(text):
        category = unicodedata.category(c)
        if category in ("Cf", "Zl", "Zp") or c == "\r":
            raise ProblemError(
                f"unexpected invisible, line-ending or bidirectional character {describe(c)}",
                place=source.place(offset + k), hint="delete it",
            )  # fmt: skip
        shown.append("\ufffd" if category in ("Cc", "Cs", "Co", "Cn") and c != "\t" else " " if c in _BLANK else c)
    return unicodedata.normalize("NFC", "".join(shown))


def place_of(source: Source, line: Line) -> Place:
    """The place where a statement's content begins."""
    return source.place(line.start)
