"""A Typst document as notes: its markup and code are gone through once, and what it shows is read.

Strings among code are read where a function shows them as they are (`#strong("Given")`); what a variable or a function
of the document's own shows is not known, and parts what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..records import record
from ..syntax.source import Source
from .formula import HIDDEN, Formula, Paragraph, Span, formulas_in, joined, masked
from .layout import write
from .transcript import Transcript
from .typst_math import typst_formula
from .typst_symbols import character

_MARKUP = re.compile(
    r"""
      (?P<link>https?://[^\s\])>"]*)
    | (?P<comment>//[^\n]*|/\*)
    | (?P<raw>`+)
    | (?P<math>\$)
    | (?P<escape>\\u\{[0-9A-Fa-f]{1,6}\}|\\\S)
    | (?P<line>\\)
    | (?P<code>\#)
    | (?P<gap>\n[ \t]*\r?(?=\n))
    | (?P<heading>^[ \t]*=+(?=[ \t]))
    | (?P<item>^[ \t]*(?:[-+/]|[0-9]+\.)(?=[ \t]))
    | (?P<blank>[ \t\r\n]+)
    | (?P<label><[\w.:-]+>|@\w[\w.:-]*)
    | (?P<bracket>[\[\]])
    | (?P<emphasis>(?<!\w)[*_]|[*_](?!\w))
    | (?P<words>[^\s\\$\#`/\[\]<@*_]+|.)
    """,
    re.VERBOSE | re.MULTILINE,
)
_CODE = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*)
    | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<raw>`+)
    | (?P<math>\$)
    | (?P<bracket>[()\[\]{}])
    | (?P<name>[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*)
    | (?P<end>[;\n])
    | (?P<other>[^"`$()\[\]{}/;\n\w]+|\w+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_MATH = re.compile(r'(?:[^"$\\]|"(?:[^"\\]|\\.)*+"|\\.|")*+', re.DOTALL)
_GAP = re.compile(r"#let\s+([\w-]+)\s*=\s*h\(")
_LEVEL = re.compile(r"\(\s*(?:level|depth):\s*([0-9])")
_DOCUMENT = re.compile(r'^#(?:set (?:document|page|text|math|heading|par)\(|import "@|show )', re.MULTILINE)
_FLOW = frozenset("if for while context".split())
_STATEMENTS = frozenset("let set show import include return break continue".split()) | _FLOW
# What is set within a line; the content of any other function is a paragraph of its own.
_INLINE = frozenset(
    "strong emph text link box underline overline strike highlight smallcaps upper lower sub super raw".split()
)
_SHOWN = frozenset("strong emph text underline overline strike highlight smallcaps upper lower".split())
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_BOUNDS = {"sub": ("_{", "}"), "super": ("^(", ")")}


def is_typst(text: str, name: str) -> bool:
    """Whether a text is a document of Typst, by the name of its file or by how it begins."""
    return name.lower().endswith(".typ") or (_DOCUMENT.search(text, 0, 2_000) is not None and "$" in text)


def typst_formulas(source: Source) -> Iterator[Formula]:
    """The formulas of a document and what its paragraphs hold besides, in their order."""
    reader = _Reader(source)
    reader.read()
    written = reader.transcript.finish()
    spans = joined(written.text, reader.spans, reader.paragraphs)
    yield from formulas_in(written, masked(written.text, spans), spans, reader.paragraphs)


@record
class _Place:
    """What is being read: `markup` or `code`, the bracket that ends it, and the function that it belongs to."""

    kind: str
    closed_by: str
    function: str = ""
    is_apart: bool = False


class _Reader:
    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.transcript = Transcript(source)
        self.spans: list[Span] = []
        self.paragraphs: list[Paragraph] = []
        self.chapter = self.begun = self.position = 0
        self.is_heading = False
        self.gaps = set(_GAP.findall(self.text))
        self.path = [_Place("markup", "")]

    def read(self) -> None:
        """Go through the document once."""
        while self.position < len(self.text):
            place = self.path[-1]
            match = (_MARKUP if place.kind == "markup" else _CODE).match(self.text, self.position)
            if match is None:  # no character is without a reading
                break
            self.position = match.end()
            (self.markup if place.kind == "markup" else self.code)(match.lastgroup or "", match[0], match.start())
        self.end_paragraph(len(self.text))

    # --- markup

    def markup(self, kind: str, text: str, start: int) -> None:
        match kind:
            case "words":
                self.transcript.add_words(text, start, self.position)
            case "blank":
                if self.is_heading and "\n" in text:
                    self.end_paragraph(start)
                self.transcript.add_words(" ", start, start + 1)
            case "escape":
                self.transcript.add_words(character(text), start, self.position)
            case "line":
                self.transcript.add("\n", start, self.position)
            case "emphasis" | "link" | "label":
                self.transcript.add_words(" ", start, start)
            case "gap" | "item":
                self.end_paragraph(start)
            case "heading":
                self.end_paragraph(start)
                self.chapter += text.strip() == "="
                self.is_heading = True
            case "code":
                self.expression(start)
            case "bracket":
                self.bracket(text, start)
            case _:
                self.aside(kind, text, start)

    def bracket(self, text: str, start: int) -> None:
        """A bracket of the text, or the one that ends its content."""
        place = self.path[-1]
        if text == "[":
            self.path.append(_Place("markup", "]", "["))
            self.transcript.add("[", start, start + 1)
        elif place.closed_by == "]":
            self.path.pop()
            if place.function == "[":
                self.transcript.add("]", start, start + 1)
            else:
                self.ended(place, start)
        else:
            self.transcript.add("]", start, start + 1)

    def aside(self, kind: str, text: str, start: int) -> None:
        """What is read the same in markup and in code: comments, raw text, formulas."""
        if kind == "comment" and text == "/*":
            self.position = _after_comment(self.text, self.position)
        elif kind == "raw":
            stop = self.text.find(text, self.position) if len(text) != 2 else self.position - len(text)
            self.position = stop + len(text) if stop >= 0 else len(self.text)
            self.transcript.add(HIDDEN, start, self.position)
        elif kind == "math":
            match = _MATH.match(self.text, self.position)
            stop = match.end() if match is not None else self.position
            begun = self.transcript.length
            write(typst_formula(self.text, self.position, stop), self.transcript)
            self.spans.append(Span(begun, self.transcript.length, begun, self.transcript.length))
            self.position = min(stop + 1, len(self.text))

    # --- code

    def expression(self, start: int) -> None:
        """What stands behind a hash."""
        following = self.text[self.position : self.position + 1]
        if (string := _STRING.match(self.text, self.position)) is not None:
            self.string(string)
            self.position = string.end()
        elif following in ("[", "{", "("):
            self.position += 1
            self.opened(following, "", start)
        elif (name := _NAME.match(self.text, self.position)) is not None:
            self.position = name.end()
            if name[0] in _STATEMENTS:
                self.path.append(_Place("code", "\n", name[0]))
            elif not self.called(name[0], start) and name[0] not in self.gaps:
                self.transcript.add(HIDDEN, start, self.position)

    def called(self, name: str, start: int) -> bool:
        """Go on within the parentheses or the content of a call, if it is one."""
        following = self.text[self.position : self.position + 1]
        if following not in ("(", "["):
            return False
        if name == "linebreak":
            self.transcript.add("\n", start, start)
        if name == "heading":
            level = _LEVEL.match(self.text, self.position)
            self.chapter += level is None or level[1] == "1"
        self.position += 1
        self.opened(following, name, start)
        return True

    def opened(self, bracket: str, function: str, start: int) -> None:
        is_markup = bracket == "["
        is_apart = is_markup and function not in _INLINE
        if is_apart:
            self.end_paragraph(start)
        if function in _BOUNDS:
            self.transcript.add(_BOUNDS[function][0], start, start)
        self.path.append(_Place("markup" if is_markup else "code", _CLOSES[bracket], function, is_apart))

    def ended(self, place: _Place, start: int) -> None:
        """What a bracket that closes ends; the content of a call may follow its parentheses."""
        if place.is_apart:
            self.end_paragraph(start)
        if place.function in _BOUNDS:
            self.transcript.add(_BOUNDS[place.function][1], start, start)
        following = self.text[self.position : self.position + 1]
        around = self.path[-1]
        if place.function and following in ("[", "("):
            self.position += 1
            self.opened(following, place.function, start)
        elif place.function and following == "." and (name := _NAME.match(self.text, self.position + 1)) is not None:
            self.position = name.end()
            self.called(name[0], start)
        elif (
            around.function in _FLOW
            and around.closed_by == "\n"
            and place.closed_by in "]}"
            and re.compile(r"\s*else\b").match(self.text, self.position) is None
        ):
            self.path.pop()

    def string(self, string: re.Match[str]) -> None:
        shown = re.sub(r"\\(.)", lambda m: " " if m[1] in "ntr" else m[1], string[1])
        self.transcript.add_words(" ".join(shown.split("\n")), string.start(1), string.end(1))

    def code(self, kind: str, text: str, start: int) -> None:
        place = self.path[-1]
        if kind == "string":
            self.shown(place, start)
        elif kind == "name":
            self.called(text, start)
        elif kind == "end" and place.closed_by == "\n":
            self.path.pop()
            self.position = start + (text == ";")
        elif kind == "bracket" and text in "([{":
            self.opened(text, "", start)
        elif kind == "bracket":
            self.closed(text, start)
        else:
            self.aside(kind, text, start)

    def shown(self, place: _Place, start: int) -> None:
        """A string among the arguments of a call that shows it."""
        string = _STRING.match(self.text, start)
        if place.function in _SHOWN | _BOUNDS.keys() and string is not None:
            self.string(string)

    def closed(self, text: str, start: int) -> None:
        """A bracket that closes: of this code, or of the content around a statement that has no end of its own."""
        place = self.path[-1]
        if place.closed_by == "\n":
            self.path.pop()
            self.position = start
        elif place.closed_by == text and len(self.path) > 1:
            self.path.pop()
            self.ended(place, start)

    def end_paragraph(self, at: int) -> None:
        transcript = self.transcript
        self.is_heading = False
        if transcript.length > self.begun:
            self.paragraphs.append(Paragraph(self.begun, transcript.length, self.chapter))
            transcript.add("\n\n", at, at)
            self.begun = transcript.length


def _after_comment(text: str, position: int) -> int:
    """Where a comment ends, within which others may stand."""
    depth = 1
    for match in re.compile(r"/\*|\*/").finditer(text, position):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)
