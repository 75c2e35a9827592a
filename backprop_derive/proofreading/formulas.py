"""Where mathematics stands in a text: Markdown, plain text, LaTeX source, or the Markdown cells of a notebook."""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from ..errors import ProblemError
from ..languages import Said
from ..languages.sentences import FILES, LIMITS
from ..limits import Limits
from ..records import record
from ..syntax.source import Source

_HIDDEN = "\0"


@record
class Formula:
    """A stretch of a source that may hold mathematics. `kind` is `latex`, or `text` among which words may stand.

    `lead` are the words before it in its paragraph, `block` tells which paragraph, `row` whether it is one of a table,
    and `chapter` how many titles come before it.
    """

    source: Source
    kind: str
    start: int
    end: int
    lead: str = ""
    block: int = 0
    row: bool = False
    chapter: int = 0

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


def formulas_of(text: str, name: str, limits: Limits) -> Iterator[Formula]:
    """Every stretch of mathematics in the order of the text. Raises ProblemError for a notebook that is none."""
    limits.check("text", len(text), Said(LIMITS, "notes"))
    if name.endswith(".ipynb") or re.match(r'\s*\{\s*"(cells|metadata|nbformat)"', text):
        yield from _notebook(text, name, limits)
        return
    source = Source(name, text.removeprefix("\ufeff"))
    if name.endswith((".tex", ".ltx")) or "\\documentclass" in text or "\\begin{document}" in text:
        yield from _latex_source(source)
    else:
        yield from _in_chapters(_markdown(source))


_TITLE = re.compile(r"^(?:# .*|={3,}[ \t]*)$", re.MULTILINE)


def _in_chapters(formulas: Iterable[Formula]) -> Iterator[Formula]:
    titles: list[int] | None = None
    for formula in formulas:
        if titles is None:
            titles = [match.start() for match in _TITLE.finditer(formula.source.text)]
        yield replace(formula, chapter=bisect(titles, formula.start))


def _notebook(text: str, name: str, limits: Limits) -> Iterator[Formula]:
    try:
        cells = json.loads(text)["cells"]
        written = [(k, cell["source"]) for k, cell in enumerate(cells, 1) if cell["cell_type"] == "markdown"]
        texts = [(k, part if isinstance(part, str) else "".join(part)) for k, part in written]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProblemError(
            Said(FILES, "no notebook", {"name": name, "error": type(error).__name__}),
            expected="a notebook of Jupyter, with cells",
        ) from None
    for k, cell in texts:
        limits.check("text", len(cell), Said(LIMITS, "cell", {"number": k}))
        yield from _markdown(Source(f"{name}, cell {k}", cell))


# --- LaTeX

_DISPLAYS = "equation|align|alignat|gather|multline|eqnarray|displaymath|math|flalign|aligned|split"
_TEX = re.compile(
    r"\\begin\{(?P<code>verbatim|lstlisting|minted|comment|tikzpicture)\*?\}"
    rf"|\\begin\{{(?P<display>{_DISPLAYS})\*?\}}"
    r"|\\(?P<escaped>[\\$%])|(?P<round>\\\()|(?P<square>\\\[)|(?P<double>\$\$)|(?P<single>\$)|(?P<comment>%)"
)
_CLOSED_BY = {"round": "\\)", "square": "\\]", "double": "$$", "single": "$"}


def _latex_source(source: Source) -> Iterator[Formula]:
    text = source.text
    begin = text.find("\\begin{document}")
    position = begin + len("\\begin{document}") if begin >= 0 else 0
    lead = position
    while (opened := _TEX.search(text, position)) is not None:
        kind = opened.lastgroup or ""
        start = opened.end()
        if kind == "escaped":
            position = start
            continue
        if kind == "comment":
            position = _find(text, "\n", start)[0]
            continue
        closing = f"\\end{{{opened[kind]}" if kind in ("display", "code") else _CLOSED_BY[kind]
        stop, position = _find(text, closing, start)
        if kind != "code":
            block = max(text.rfind("\n\n", 0, opened.start()), text.rfind("\\item", 0, opened.start()))
            before = text[max(lead, block, opened.start() - 200) : opened.start()]
            yield Formula(source, "latex", start, stop, _words(re.sub(r"\\[A-Za-z]+\*?", " ", before)), block)
        lead = position


def _find(text: str, closing: str, start: int) -> tuple[int, int]:
    """Where something ends, and what comes after it begins; at the end of the text where it is never closed."""
    stop = text.find(closing, start)
    return (len(text), len(text)) if stop < 0 else (stop, stop + len(closing))


# --- Markdown and plain text

_SPAN = re.compile(
    r"(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ ]*(?P<language>[\w-]*)[^\n`]*$)"
    rf"|\\begin\{{(?P<display>{_DISPLAYS})\*?\}}"
    r"|(?P<cell>^In[ ]?\[[ \d]*\]:)"
    r"|(?P<escaped>\\\$)"
    r"|(?P<github>\$`)|(?P<double>\$\$)|(?P<single>\$)"
    r"|(?P<round>\\\((?=[^\n]*\\\)))|(?P<square>\\\[(?=[^\]]*\\\]))"
    r"|(?P<code>`+)"
    r"|(?P<comment><!--)|(?P<tag></?[A-Za-z][^<>\n]{0,300}>)|(?P<link>\]\([^()\n]{0,500}\)|https?://[^\s)>]+)",
    re.MULTILINE,
)
_CODE_ENDS = re.compile(r"^(?:#|In[ ]?\[)", re.MULTILINE)
_MARKER = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*(?:(?:[-*+]|\d{1,4}[.)]|\([a-z0-9]{1,3}\))(?=[ \t]))?[ \t]*")
# A paragraph with such a line is a program that stands there without a fence.
_CODE = re.compile(
    r"^[ \t]*(?:import |from \w+ import |print\(|def \w+\()|\b(?:torch|np|jnp|nn|F)\.\w|\w\.backward\(\)", re.MULTILINE
)
_RULE = re.compile(r"[ \t]*(?:[-=*_|: ]{3,})$")


def _markdown(source: Source) -> Iterator[Formula]:
    """Formulas between dollars and in displays, and what lines of text hold besides; code is passed over."""
    text = source.text
    spans = list(_spans(text))
    pieces, at = [], 0
    for _, start, stop, _, _ in spans:
        pieces += [text[at:start], _HIDDEN * (stop - start)]
        at = stop
    hidden = "".join([*pieces, text[at:]])
    masked = Source(source.name, hidden)
    found = [(k, span) for k, span in enumerate(spans) if span[0] == "latex"]
    position = 0
    for block, (start, stop, row) in enumerate(_blocks(hidden)):
        if _CODE.search(hidden, start, stop) is not None:
            continue
        while position < len(found) and found[position][1][1] < start:
            yield _formula(source, found[position][1], "", -1 - position, False)
            position += 1
        inside = []
        while position < len(found) and found[position][1][1] < stop:
            inside.append(found[position][1])
            position += 1
        yield from _in_order(source, masked, start, stop, inside, block, row)
    yield from (_formula(source, span, "", -1 - k, False) for k, span in found[position:])


Span = tuple[str, int, int, int, int]


def _formula(source: Source, span: Span, lead: str, block: int, row: bool) -> Formula:
    return Formula(source, "latex", span[3], span[4], lead, block, row)


def _in_order(
    source: Source, masked: Source, start: int, stop: int, inside: list[Span], block: int, row: bool
) -> Iterator[Formula]:
    """The formulas of one paragraph, those between dollars and the text around them."""
    at = start
    for span in inside:
        lead = _words(masked.text[start : span[1]])
        if span[1] > at:
            yield Formula(masked, "text", at, span[1], _words(masked.text[start:at]), block, row)
        yield _formula(source, span, lead, block, row)
        at = span[2]
    if at < stop:
        yield Formula(masked, "text", at, stop, _words(masked.text[start:at]), block, row)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[A-Za-z]+", text[-200:])).lower()


def _spans(text: str) -> Iterator[Span]:
    """What is no text: (kind, from, to, from and to of the formula within); kind is `latex` or `code`."""
    position, missing = 0, set()
    while (opened := _SPAN.search(text, position)) is not None:
        start, after = opened.span()
        kind = opened.lastgroup if opened.lastgroup not in ("ticks", "language") else "fence"
        position = after
        if kind == "escaped":
            continue
        if kind in ("tag", "link"):
            yield "code", start, after, 0, 0
            continue
        if kind == "cell":
            ends = _CODE_ENDS.search(text, after)
            position = ends.start() if ends is not None else len(text)
            yield "code", start, position, 0, 0
            continue
        closing = _closing(kind or "", opened)
        stop = -1 if closing in missing else text.find(closing, after)
        if stop < 0:
            missing.add(closing)
            continue
        if kind == "single" and _is_price(text, after, stop):
            continue
        end = stop + len(closing)
        if kind == "display":
            end = text.find("}", stop) + 1 or len(text)
        is_math = kind in ("single", "double", "github", "round", "square", "display")
        is_math = is_math or (kind == "fence" and opened["language"] in ("math", "latex", "tex"))
        yield "latex" if is_math else "code", start, end, after, stop
        position = end


def _closing(kind: str, opened: re.Match[str]) -> str:
    if kind == "fence":
        return "\n" + opened[0][: opened[0].find(opened["ticks"][0])] + opened["ticks"]
    if kind == "display":
        return f"\\end{{{opened['display']}"
    known = {"github": "`$", "comment": "-->", "code": opened[0], **_CLOSED_BY}
    return known[kind]


def _is_price(text: str, start: int, stop: int) -> bool:
    """Whether dollars stand for money, or too far from each other, rather than around a formula."""
    inner = text[start:stop]
    return (
        not inner.strip()
        or inner[0].isspace()
        or inner[-1].isspace()
        or "\n\n" in inner
        or text[stop + 1 : stop + 2].isdigit()
    )


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Paragraphs, items of lists and cells of tables: from, to, and whether it is a cell."""
    start, position = -1, 0
    for line in text.splitlines(keepends=True):
        begin, end = position, position + len(line)
        position = end
        is_blank = not line.strip() or _RULE.match(line.rstrip("\r\n")) is not None
        marker = _MARKER.match(line)
        mark = marker[0].strip(" \t>") if marker is not None else ""
        begins = mark != "" and not (mark == "+" and start >= 0)  # a plus goes on with the sum above
        if start >= 0 and (is_blank or begins or line.startswith("#") or _is_row(line)):
            yield start, begin, False
            start = -1
        if is_blank:
            continue
        if _is_row(line):
            yield from ((begin + a, begin + b, True) for a, b in _cells(line))
        elif line.startswith("#"):
            yield begin, end, False
        elif start < 0:
            start = begin + (marker.end() if marker is not None else 0)
    if start >= 0:
        yield start, len(text), False


_GAP = re.compile(r"(?<=\S)[ \t]{3,}(?=\S)")


def _is_row(line: str) -> bool:
    """Whether a line is a row of a table: between bars, or in columns with gaps between them."""
    stripped = line.strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] == "|" and stripped.count("|") > 2:
        return True
    return len(_GAP.findall(line)) > 1


def _cells(line: str) -> Iterator[tuple[int, int]]:
    stripped = line.strip()
    if stripped[0] == stripped[-1] == "|":
        bars = [k for k, c in enumerate(line) if c == "|" and line[k - 1 : k] != "\\"]
        yield from ((a + 1, b) for a, b in pairwise(bars))
        return
    start = 0
    for gap in _GAP.finditer(line):
        yield start, gap.start()
        start = gap.end()
    yield start, len(line)
