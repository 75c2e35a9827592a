"""Where mathematics stands in a text: Markdown, plain text, LaTeX source, or the Markdown cells of a notebook."""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterator
from itertools import pairwise

from ..errors import ProblemError
from ..languages import Said
from ..languages.sentences import FILES, LIMITS
from ..limits import Limits
from ..syntax.source import Source
from .formula import CLOSED_BY, DISPLAYS, Formula, Paragraph, Span, formulas_in, is_price, masked, words
from .html_notes import is_page, page_formulas
from .typst_notes import is_typst, typst_formulas


def formulas_of(text: str, name: str, limits: Limits) -> Iterator[Formula]:
    """Every stretch of mathematics in the order of the text. Raises ProblemError for a notebook that is none."""
    limits.check("text", len(text), Said(LIMITS, "notes"))
    if name.endswith(".ipynb") or re.match(r'\s*\{\s*"(cells|metadata|nbformat)"', text):
        yield from _notebook(text, name, limits)
        return
    source = Source(name, text.removeprefix("\ufeff"))
    if is_page(text, name):
        yield from page_formulas(source)
        return
    if is_typst(text, name):
        yield from typst_formulas(source)
        return
    if name.endswith((".tex", ".ltx")) or "\\documentclass" in text or "\\begin{document}" in text:
        yield from _latex_source(source)
    else:
        yield from _markdown(source)


_TITLE = re.compile(r"^(?:# .*|={3,}[ \t]*)$", re.MULTILINE)


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
        yield from _markdown(Source(f"{name}, cell {k}", cell), has_chapters=False)


# --- LaTeX

_TEX = re.compile(
    r"\\begin\{(?P<code>verbatim|lstlisting|minted|comment|tikzpicture)\*?\}"
    rf"|\\begin\{{(?P<display>{DISPLAYS})\*?\}}"
    r"|\\(?P<escaped>[\\$%])|(?P<round>\\\()|(?P<square>\\\[)|(?P<double>\$\$)|(?P<single>\$)|(?P<comment>%)"
)


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
        closing = f"\\end{{{opened[kind]}" if kind in ("display", "code") else CLOSED_BY[kind]
        stop, position = _find(text, closing, start)
        if kind != "code":
            block = max(text.rfind("\n\n", 0, opened.start()), text.rfind("\\item", 0, opened.start()))
            before = text[max(lead, block, opened.start() - 200) : opened.start()]
            yield Formula(source, "latex", start, stop, words(re.sub(r"\\[A-Za-z]+\*?", " ", before)), block)
        lead = position


def _find(text: str, closing: str, start: int) -> tuple[int, int]:
    """Where something ends, and what comes after it begins; at the end of the text where it is never closed."""
    stop = text.find(closing, start)
    return (len(text), len(text)) if stop < 0 else (stop, stop + len(closing))


# --- Markdown and plain text

_SPAN = re.compile(
    r"(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ ]*(?P<language>[\w-]*)[^\n`]*$)"
    rf"|\\begin\{{(?P<display>{DISPLAYS})\*?\}}"
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
_RULE = re.compile(r"[ \t]*(?:[-=*_|: ]{3,})$")


def _markdown(source: Source, has_chapters: bool = True) -> Iterator[Formula]:
    """Formulas between dollars and in displays, and what lines of text hold besides; code is passed over."""
    spans = list(_spans(source.text))
    hidden = masked(source.text, spans)
    titles = [match.start() for match in _TITLE.finditer(source.text)] if has_chapters else []
    paragraphs = [Paragraph(start, stop, bisect(titles, start)) for start, stop in _blocks(hidden)]
    yield from formulas_in(source, hidden, spans, paragraphs)


def _spans(text: str) -> Iterator[Span]:
    """What is no text: formulas and programs."""
    position, missing = 0, set()
    while (opened := _SPAN.search(text, position)) is not None:
        start, after = opened.span()
        kind = opened.lastgroup if opened.lastgroup not in ("ticks", "language") else "fence"
        position = after
        if kind == "escaped":
            continue
        if kind in ("tag", "link"):
            yield Span(start, after, 0, 0, False)
            continue
        if kind == "cell":
            ends = _CODE_ENDS.search(text, after)
            position = ends.start() if ends is not None else len(text)
            yield Span(start, position, 0, 0, False)
            continue
        closing = _closing(kind or "", opened)
        stop = -1 if closing in missing else text.find(closing, after)
        if stop < 0:
            missing.add(closing)
            continue
        if kind == "single" and is_price(text, after, stop):
            continue
        end = stop + len(closing)
        if kind == "display":
            end = text.find("}", stop) + 1 or len(text)
        is_math = kind in ("single", "double", "github", "round", "square", "display")
        is_math = is_math or (kind == "fence" and opened["language"] in ("math", "latex", "tex"))
        yield Span(start, end, after, stop, is_math)
        position = end


def _closing(kind: str, opened: re.Match[str]) -> str:
    if kind == "fence":
        return "\n" + opened[0][: opened[0].find(opened["ticks"][0])] + opened["ticks"]
    if kind == "display":
        return f"\\end{{{opened['display']}"
    known = {"github": "`$", "comment": "-->", "code": opened[0], **CLOSED_BY}
    return known[kind]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, items of lists and cells of tables: from and to."""
    start, position = -1, 0
    for line in text.splitlines(keepends=True):
        begin, end = position, position + len(line)
        position = end
        is_blank = not line.strip() or _RULE.match(line.rstrip("\r\n")) is not None
        marker = _MARKER.match(line)
        mark = marker[0].strip(" \t>") if marker is not None else ""
        begins = mark != "" and not (mark == "+" and start >= 0)  # a plus goes on with the sum above
        if start >= 0 and (is_blank or begins or line.startswith("#") or _is_row(line)):
            yield start, begin
            start = -1
        if is_blank:
            continue
        if _is_row(line):
            yield from ((begin + a, begin + b) for a, b in _cells(line))
        elif line.startswith("#"):
            yield begin, end
        elif start < 0:
            start = begin + (marker.end() if marker is not None else 0)
    if start >= 0:
        yield start, len(text)


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
