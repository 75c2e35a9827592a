"""A stretch of mathematics in a text, and how a text with its paragraphs comes apart into such stretches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..records import record
from ..syntax.source import Source

HIDDEN = "\0"
DISPLAYS = "equation|align|alignat|gather|multline|eqnarray|displaymath|math|flalign|aligned|split"
CLOSED_BY = {"round": "\\)", "square": "\\]", "double": "$$", "single": "$"}


@record
class Formula:
    """A stretch of a source that may hold mathematics. `kind` is `latex`, or `text` among which words may stand.

    `lead` are the words before it in its paragraph, `block` tells which paragraph, and `chapter` how many titles come
    before it.
    """

    source: Source
    kind: str
    start: int
    end: int
    lead: str = ""
    block: int = 0
    chapter: int = 0

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


@record
class Span:
    """What is no text: a formula, from `inner` to `inner_end` of start..end, or a program."""

    start: int
    end: int
    inner: int
    inner_end: int
    is_math: bool = True


@record
class Paragraph:
    """A paragraph, an item of a list or a cell of a table."""

    start: int
    end: int
    chapter: int = 0


# A paragraph with such a line is a program that stands there without a fence.
_CODE = re.compile(
    r"^[ \t]*(?:import |from \w+ import |print\(|def \w+\()|\b(?:torch|np|jnp|nn|F)\.\w|\w\.backward\(\)", re.MULTILINE
)


def masked(text: str, spans: Sequence[Span]) -> str:
    """The text with what is no text hidden."""
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], HIDDEN * (span.end - span.start)]
        at = span.end
    return "".join([*pieces, text[at:]])


def formulas_in(
    source: Source, hidden: str, spans: Sequence[Span], paragraphs: Sequence[Paragraph]
) -> Iterator[Formula]:
    """The formulas of a source, and what its paragraphs hold besides, of which `hidden` is the text."""
    around = source.with_text(hidden)
    found = [span for span in spans if span.is_math]
    position = 0
    for block, paragraph in enumerate(paragraphs):
        if _CODE.search(hidden, paragraph.start, paragraph.end) is not None:
            continue
        while position < len(found) and found[position].start < paragraph.start:
            yield _formula(source, found[position], "", -1 - position, paragraph.chapter)
            position += 1
        inside = []
        while position < len(found) and found[position].start < paragraph.end:
            inside.append(found[position])
            position += 1
        yield from _in_order(source, around, paragraph, inside, block)
    chapter = paragraphs[-1].chapter if paragraphs else 0
    yield from (_formula(source, found[k], "", -1 - k, chapter) for k in range(position, len(found)))


def _formula(source: Source, span: Span, lead: str, block: int, chapter: int) -> Formula:
    return Formula(source, "latex", span.inner, span.inner_end, lead, block, chapter)


def _in_order(
    source: Source, around: Source, paragraph: Paragraph, inside: Sequence[Span], block: int
) -> Iterator[Formula]:
    """The formulas of one paragraph, and the text around them."""
    at, chapter = paragraph.start, paragraph.chapter
    for span in inside:
        if span.start > at:
            yield Formula(around, "text", at, span.start, words(around.text[paragraph.start : at]), block, chapter)
        yield _formula(source, span, words(around.text[paragraph.start : span.start]), block, chapter)
        at = span.end
    if at < paragraph.end:
        yield Formula(around, "text", at, paragraph.end, words(around.text[paragraph.start : at]), block, chapter)


def words(text: str) -> str:
    """The last words of a text, in small letters."""
    return " ".join(re.findall(r"[A-Za-z]+", text[-200:])).lower()


def is_price(text: str, start: int, stop: int) -> bool:
    """Whether dollars stand for money, or too far from each other, rather than around a formula."""
    inner = text[start:stop]
    return (
        not inner.strip()
        or inner[0].isspace()
        or inner[-1].isspace()
        or "\n\n" in inner
        or text[stop + 1 : stop + 2].isdigit()
    )


# --- formulas that were found piece by piece

_GOES_ON = re.compile(
    r"\s*(?:\{\}\s*)?(?:[=<>+*/−-]|:=|\\(?:approx|leftarrow|to|le|ge|ne|cdot|times|odot|in|simeq|equiv)(?![A-Za-z]))"
)


def joined(text: str, spans: Sequence[Span], paragraphs: Sequence[Paragraph]) -> list[Span]:
    """The formulas with those in one that go on with a sign where the one before ends; only blanks are between."""
    found: list[Span] = []
    ends = iter([paragraph.end for paragraph in paragraphs] + [len(text)])
    paragraph_ends = 0
    for span in spans:
        before = found[-1] if found else None
        is_inside = before is not None and span.start < paragraph_ends
        while paragraph_ends <= span.start and paragraph_ends < len(text):
            paragraph_ends = next(ends)
        if (
            before is not None
            and is_inside
            and not text[before.end : span.start].strip()
            and not text[before.inner : before.inner_end].rstrip().endswith((",", ";"))
            and (before.end == span.start or _GOES_ON.match(text, span.inner, span.inner_end) is not None)
        ):
            found[-1] = Span(before.start, span.end, before.inner, span.inner_end)
        else:
            found.append(span)
    return found


_DELIMITED = re.compile(
    rf"(?P<escaped>\\[\\$])|\\begin\{{(?P<display>{DISPLAYS})\*?\}}|(?P<double>\$\$)|(?P<single>\$)"
    r"|(?P<round>\\\()|(?P<square>\\\[)"
)


def delimited(hidden: str, paragraphs: Sequence[Paragraph]) -> Iterator[Span]:
    """TeX between its signs in paragraphs of text, as MathJax and KaTeX find it."""
    for paragraph in paragraphs:
        position, missing = paragraph.start, set()
        while (opened := _DELIMITED.search(hidden, position, paragraph.end)) is not None:
            kind, start, position = opened.lastgroup or "", opened.start(), opened.end()
            if kind == "escaped":
                continue
            closing = f"\\end{{{opened['display']}" if kind == "display" else CLOSED_BY[kind]
            stop = -1 if closing in missing else hidden.find(closing, position, paragraph.end)
            if stop < 0:
                missing.add(closing)
                continue
            if kind == "single" and is_price(hidden, position, stop):
                continue
            end = hidden.find("}", stop) + 1 if kind == "display" else stop + len(closing)
            yield Span(start, end or paragraph.end, position, stop)
            position = end or paragraph.end
