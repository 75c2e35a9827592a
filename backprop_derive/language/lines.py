"""Lines into statements: which kind each is, and where its content lies. Nothing is parsed here yet."""

from __future__ import annotations

import re
from dataclasses import replace

from ..errors import ProblemError, describe, is_hidden, nearest, shorten
from ..limits import Limits
from ..records import record
from ..syntax.source import Source

# What begins a line and is no name; `lr` is a name as well, of the learning rate.
KEYWORDS = ("given", "find", "title", "parameters", "learning rate", "updates", "round", "vary", "require")
BLANK = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_KEYWORD = re.compile(
    rf"""
      (given|find|vary|require) (?: [{BLANK}]*: | (?![\w^'=]) (?![{BLANK}]*=) )
    | (title|parameters?|learning[{BLANK}]+rate|updates?|round) [{BLANK}]*:
    | (lr) [{BLANK}]*[=:](?!=)
    """.replace(BLANK, re.escape(BLANK)),
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = re.compile(
    rf"(?:[0-9]{{1,6}}[.)]|\([0-9A-Za-z]{{1,4}}\)|[A-Za-z][.)]|[ivx]{{1,4}}\)|[-–*•])[{BLANK}]+(?=\S)"
    r"|(?:[0-9]{1,6}[.)]|\([0-9A-Za-z]{1,4}\))(?=[^\W\d_])"
)
_CLAIM = re.compile(r"\$[^$]*\$")
_PLURALS = {"parameter": "parameters", "update": "updates"}
# Letters and punctuation of a sentence; what else occurs in a derivative is none of them.
_NO_SENTENCE = re.compile(r"[=/∂^*+|<>]")


@record
class Line:
    """A statement: its kind (a keyword, `step` or `prose`), the offsets of its content, and its label.

    `is_sentence` tells that it may be prose although it begins with a keyword: `Find the gradient of the loss.`
    """

    kind: str
    start: int
    end: int
    label: str = ""
    is_sentence: bool = False


def split_lines(source: Source, limits: Limits) -> list[Line]:
    """The statements of a text in order. Raises ProblemError for a line that is none, LimitError for a long one."""
    raw = [_classify(source, number, limits) for number in range(1, source.line_count + 1)]
    first_given = next((n for n, line in enumerate(raw) if line is not None and line.kind == "given"), -1)
    lines: list[Line] = []
    given: _Open | None = None
    for number, line in enumerate(raw):
        start, end = source.line_bounds(number + 1)
        if given is not None and given.takes(line):
            lines[-1] = replace(lines[-1], end=end)
            given.read(source.text[start:end])
            given = given if given.goes_on else None
            continue
        given = None
        if line is None:
            continue
        if line.kind in ("step", "prose?", "other") and number < first_given:
            line = Line("prose", start, end)
        if line.kind == "other":
            raise _not_a_statement(source, line, lines)
        lines.append(replace(line, kind="prose") if line.kind == "prose?" else line)
        if line.kind == "given":
            given = _Open().read(source.text[line.start : line.end])
            given = given if given.goes_on else None
    return lines


class _Open:
    """A Given statement that goes on in the next line: it ends in a comma, or within brackets."""

    def __init__(self) -> None:
        self.depth = 0
        self.ends_in_comma = False

    @property
    def goes_on(self) -> bool:
        return self.depth > 0 or self.ends_in_comma

    def read(self, text: str) -> _Open:
        code = text.split("#", 1)[0].rstrip(BLANK)
        self.depth += code.count("(") + code.count("[") - code.count(")") - code.count("]")
        if code:
            self.ends_in_comma = code.endswith(",")
        return self

    def takes(self, line: Line | None) -> bool:
        """Whether the next line belongs to the statement; one that can only be another statement does not."""
        if line is None or (line.kind == "step" and not line.label):
            return True
        return line.kind == "other" or (self.depth > 0 and line.kind in ("step", "prose?"))


def _classify(source: Source, number: int, limits: Limits) -> Line | None:
    start, end = source.line_bounds(number)
    if end - start > limits.line:
        limits.check("line", end - start, f"line {number}")
    text = source.text[start:end]
    stripped = text.strip(BLANK)
    if not stripped or stripped.startswith("#"):
        return None
    start += len(text) - len(text.lstrip(BLANK))
    end = start + len(stripped)
    if stripped.startswith(">"):
        return Line("prose", start + 1 + stripped[1:].startswith(" "), end)
    if (match := _KEYWORD.match(stripped)) is not None:
        return _keyword(stripped, match, start)
    label = _LABEL.match(stripped)
    content = start + label.end() if label else start
    if "=" in _CLAIM.sub("", source.text[content:end].split("#", 1)[0]):
        return Line("step", content, end, label[0].strip(BLANK) if label else "")
    return Line("prose?" if _is_sentence(stripped) else "other", start, end)


def _keyword(stripped: str, match: re.Match[str], start: int) -> Line:
    kind = " ".join(next(word for word in match.groups() if word).lower().split())
    content = stripped[match.end() :]
    blank = len(content) - len(content.lstrip(BLANK))
    begins, end = start + match.end() + blank, start + len(stripped)
    is_sentence = _is_sentence(stripped) and bool(content.strip(BLANK + ".:?!")) and ":" not in stripped[:-1]
    if kind == "given" and is_sentence and " " in re.sub(r",\s*", ",", content[:-1].strip(BLANK)):
        return Line("prose?", start, end)
    is_find = kind == "find" and is_sentence and _NO_SENTENCE.search(stripped) is None
    return Line(_PLURALS.get(kind, kind), begins, end, is_sentence=is_find)


def _is_sentence(text: str) -> bool:
    return "=" not in _CLAIM.sub("", text) and text[-1] in ".:?!" and any(c.isalpha() for c in text)


def _not_a_statement(source: Source, line: Line, before: list[Line]) -> ProblemError:
    text = source.text[line.start : line.end]
    hidden = next((k for k, c in enumerate(text) if is_hidden(c)), None)
    if hidden is not None:
        return ProblemError(
            f"unexpected control or invisible character {describe(text[hidden])}",
            place=source.place(line.start + hidden), expected="visible characters and spaces", hint="delete it",
        )  # fmt: skip
    return ProblemError(
        f"this line is neither a step nor a sentence: {shorten(text)}", place=source.place(line.start),
        expected="name = expression, or Given, Find, Title: and so on; prose begins with > or ends in . : ? or !",
        hint=_statement_meant(source, text, before),
    )  # fmt: skip


def _statement_meant(source: Source, text: str, before: list[Line]) -> str:
    keyword = re.match(r"title|parameters?|learning\s+rate|updates?|round", text, re.IGNORECASE)
    if keyword is not None:
        return f"{keyword[0]}: {shorten(text[keyword.end() :].strip(BLANK))}"
    if before and before[-1].kind == "step":
        above = _Open().read(source.text[before[-1].start : before[-1].end])
        if above.goes_on or source.text[before[-1].end - 1] in "+-*/^=\\":
            return f"this line joined to line {source.number_of(before[-1].start)}: a step is one line"
    word = re.match(r"\w+", text)
    close = nearest(word[0].lower(), KEYWORDS) if word and len(word[0]) > 3 else None
    if close is not None:
        return close.capitalize() + " …"
    if (formula := re.fullmatch(r"\$+([^$=]*=[^$]*)\$+[.,;]?", text)) is not None:
        inner = formula[1].strip(BLANK)
        return "TeX is not read: type it as on a calculator, z = w*x + b" if "\\" in inner else shorten(inner)
    if (asked := re.fullmatch(r"(?:[^\W\d_]+:? ){1,3}([d∂]\S*/\S.*)", text)) is not None:
        return f"Find {shorten(asked[1])}"
    if re.fullmatch(r"[^\W_]\S*|.*[-+*/^()].*", text):
        return f"a name before it: … = {shorten(text)}"
    return f"> {shorten(text)}"
