"""A page of HTML as notes: its paragraphs, items and cells, with the formulas in them as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..syntax.source import Source
from .formula import Formula, Paragraph, Span, delimited, formulas_in, joined, masked
from .html_tokens import VOID, HtmlToken, decoded, html_tokens
from .layout import write
from .mathml import formula
from .transcript import Transcript

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p section summary"
    " table tbody td tfoot th thead tr ul".split()
)
# Programs, pictures, and what a page does not show.
_PASSED_OVER = frozenset(
    "audio button canvas code datalist head kbd math-field noscript object picture pre samp select svg template tt"
    " video".split()
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def is_page(text: str, name: str) -> bool:
    """Whether a text is a page, by the name of its file or by how it begins."""
    return name.lower().endswith((".html", ".htm", ".xhtml")) or _PAGE.match(text) is not None


def page_formulas(source: Source) -> Iterator[Formula]:
    """The formulas of a page, whether MathML, TeX between its signs or typed, in their order."""
    reader = _Reader(source)
    reader.read()
    written = reader.transcript.finish()
    text, paragraphs = written.text, reader.paragraphs
    spans = joined(text, reader.spans, paragraphs)
    typed = delimited(masked(text, spans), paragraphs)
    spans = sorted([*spans, *typed], key=lambda span: span.start)
    yield from formulas_in(written, masked(text, spans), spans, paragraphs)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.page = source.text
        self.transcript = Transcript(source)
        self.tokens = html_tokens(self.page)
        self.spans: list[Span] = []
        self.paragraphs: list[Paragraph] = []
        self.chapter = self.begun = 0
        self.raised = 0

    def read(self) -> None:
        """Go through the page once."""
        takes: dict[str, Callable[[HtmlToken], None]] = {
            "open": self.opened, "close": self.closed, "text": self.words, "raw": self.script,
        }  # fmt: skip
        for token in self.tokens:
            takes[token.kind](token)
        self.end_paragraph(len(self.page))

    # --- tags

    def opened(self, token: HtmlToken) -> None:
        if token.name == "math":
            self.math(token)
        elif token.name in _PASSED_OVER or (token.rest and _is_hidden(token)):
            self.pass_over(token)
        elif token.name in _BLOCKS:
            self.end_paragraph(token.start)
            self.chapter += token.name == "h1"
        elif token.name == "br":
            self.transcript.add("\n", token.start, token.end)
        elif token.name in ("sub", "sup"):
            self.raised += 1
            self.transcript.add("_{" if token.name == "sub" else "^(", token.start, token.start)

    def closed(self, token: HtmlToken) -> None:
        if token.name in _BLOCKS:
            self.end_paragraph(token.start)
        elif token.name in ("sub", "sup") and self.raised:
            self.raised -= 1
            self.transcript.add("}" if token.name == "sub" else ")", token.start, token.start)

    def pass_over(self, token: HtmlToken) -> None:
        """Everything up to the end of an element, and a mark that something stands there."""
        self.transcript.add_words(" ", token.start, token.start)
        if token.name in VOID or token.is_closed:
            return
        depth = 1
        for following in self.tokens:
            if following.name == token.name and following.kind in ("open", "close"):
                depth += 1 if following.kind == "open" else -1
            if depth == 0:
                return

    def end_paragraph(self, at: int) -> None:
        transcript = self.transcript
        if self.raised:
            transcript.add(" ", at, at)
            self.raised = 0
        if transcript.length > self.begun:
            self.paragraphs.append(Paragraph(self.begun, transcript.length, self.chapter))
            transcript.add("\n\n", at, at)
            self.begun = transcript.length

    # --- text

    def words(self, token: HtmlToken) -> None:
        for text, start, end in decoded(self.page, token.start, token.end):
            if end - start != len(text):
                self.transcript.add_words(text, start, end)
                continue
            at = 0
            for blank in _BLANKS.finditer(text):
                self.transcript.add_words(text[at : blank.start()], start + at, start + blank.start())
                self.transcript.add_words(" ", start + blank.start(), start + blank.start() + 1)
                at = blank.end()
            self.transcript.add_words(text[at:], start + at, end)

    def math(self, token: HtmlToken) -> None:
        begun = self.transcript.length
        layout, _ = formula(self.page, token, self.tokens)
        write(layout, self.transcript)
        self.take(begun)

    def take(self, begun: int) -> None:
        """What has been written since is a formula."""
        end = self.transcript.length
        self.spans.append(Span(begun, end, begun, end))

    def script(self, token: HtmlToken) -> None:
        """The source that MathJax sets, which older pages keep in scripts."""
        if token.name == "script" and "math/tex" in token.rest:
            begun = self.transcript.length
            self.transcript.add(self.page[token.start : token.end], token.start, token.end)
            self.take(begun)


def _is_hidden(token: HtmlToken) -> bool:
    attributes = token.attributes
    if attributes.get("aria-hidden", "").lower() == "true" or "hidden" in attributes:
        return True
    return _HIDES.search(attributes.get("style", "")) is not None
