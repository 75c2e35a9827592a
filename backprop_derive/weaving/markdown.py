"""Where a Markdown document holds blocks and roles of ours, as a reader of CommonMark sees it.

Fences within other fences, indented code and comments are text; blocks may stand in lists and quotes, and in MyST's
directives that hold Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..errors import Place, ProblemError, UsageError
from ..records import record
from .found import Block, Found, Line, Role
from .infos import inner_options, opening_options, role_parts

# As markdown-it counts lines; what separates them is kept.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r\n|\n)(?:.*(?:\r\n|\n))*?(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\Z)")
# The directives of MyST whose content is Markdown; what another one holds may be code.
_HOLDS_MARKDOWN = re.compile(
    r"\{(?:admonition|attention|caution|danger|dropdown|error|hint|important|note|seealso|tip|warning|margin|sidebar"
    r"|aside|card|grid|grid-item|grid-item-card|tab-set|tab-item|exercise|solution|exercise-start|solution-start|proof"
    r"|prf:\w+|details|epigraph|topic|container|div|figure-md)\}"
)
_MYST_COMMENT = re.compile(r"\s{0,3}%")


@record
class _Text:
    """A line as a reader sees it within its lists, quotes and directives: where it is, and what is left of it."""

    index: int
    column: int
    text: str


@record(slots=False)
class _Document:
    """The document: its name, text, and lines, each with where it starts."""

    name: str
    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    def place(self, index: int, column: int) -> Place:
        """The place of a character, both counted from 0."""
        return Place(self.name, index + 1, column + 1, self.lines[index].rstrip("\r\n"))

    def place_of(self, offset: int, first: int) -> Place:
        """The place of an offset that is in line `first` or a later one."""
        while first + 1 < len(self.starts) and self.starts[first + 1] <= offset:
            first += 1
        return self.place(first, offset - self.starts[first])


def find(text: str, name: str) -> tuple[list[Found], list[ProblemError]]:
    """The blocks and roles of a document in order, and what is wrong with blocks that do not end."""
    lines = tuple(_LINE.findall(text))
    starts, offset = [], 0
    for line in lines:
        starts.append(offset)
        offset += len(line)
    document = _Document(name, text, lines, tuple(starts))
    front = _FRONT_MATTER.match(text)
    seen = [_Text(k, 0, line.rstrip("\r\n")) for k, line in enumerate(lines)]
    if front is not None:
        seen = [_Text(t.index, 0, "") if starts[t.index] < front.end() else t for t in seen]
    # The mark of an encoding at the beginning is no part of the first line to a reader.
    if seen and seen[0].text.startswith("\ufeff"):
        seen[0] = _Text(0, 1, seen[0].text[1:])
    found: list[Found] = []
    errors: list[ProblemError] = []
    comments: list[tuple[int, int]] = []
    _scan(document, seen, found, errors, comments)
    return list(_outside(comments, sorted(found, key=lambda f: f.start))), errors


def _outside(comments: list[tuple[int, int]], found: list[Found]) -> Iterator[Found]:
    """What does not stand in a comment."""
    hidden, left = 0, sorted(comments, reverse=True)
    for each in found:
        while left and left[-1][0] <= each.start:
            hidden = max(hidden, left.pop()[1])
        if each.start >= hidden:
            yield each


def _scan(
    document: _Document,
    seen: list[_Text],
    found: list[Found],
    errors: list[ProblemError],
    comments: list[tuple[int, int]],
) -> None:
    done: set[tuple[int, int]] = set()
    for token in _parser().parse("\n".join(t.text for t in seen)):
        if token.map is None:
            continue
        first, end = token.map
        end = min(end, len(seen))
        if token.type == "fence":
            inner = _inner(seen, first, end, token)
            if _HOLDS_MARKDOWN.match(token.info.strip()):
                _scan(document, inner, found, errors, comments)
            elif (block := _block(document, seen, inner, (first, end), token, errors)) is not None:
                found.append(block)
        elif token.type == "inline" and (first, end) not in done:
            done.add((first, end))  # each cell of a row has the same lines
            found += _roles(document, seen[first:end], comments)


def _inner(seen: list[_Text], first: int, end: int, token: Any) -> list[_Text]:
    """The lines within a fence."""
    content = token.content.split("\n")[:-1] if token.content else []
    inner = []
    for outer, text in zip(seen[first + 1 : end], content, strict=False):
        cut = max(0, len(outer.text) - len(text))
        whole = outer.text[cut:]
        # A tab that is split between a list and its content is spaces in what the reader sees.
        inner.append(_Text(outer.index, outer.column + cut, text if "\t" in outer.text[: cut + 1] else whole))
    return inner


def _block(
    document: _Document,
    seen: list[_Text],
    inner: list[_Text],
    bounds: tuple[int, int],
    token: Any,
    errors: list[ProblemError],
) -> Block | None:
    opening, last = seen[bounds[0]], seen[bounds[1] - 1]
    column = opening.column + opening.text.index(token.markup)
    whole = document.lines[opening.index].rstrip("\r\n")
    written = opening_options(token.info, document.place(opening.index, column + len(token.markup)))
    if written is None:
        return None
    if bounds[1] - bounds[0] < 2 or not _closes(last.text, token.markup):
        errors.append(
            ProblemError(
                "this block is never closed", place=document.place(opening.index, column),
                expected=f"a line {token.markup} after the problem",
            )
        )  # fmt: skip
        return None
    prefix = whole[:column]
    follows = prefix.strip("> \t\ufeff") != ""
    lines = [Line(t.index + 1, t.column, document.lines[t.index].rstrip("\r\n")) for t in inner]
    text = [t.text for t in inner]
    options = written + inner_options(text, lines, document.name)
    before = document.lines[opening.index - 1] if opening.index > 0 else ""
    after = document.lines[last.index + 1] if last.index + 1 < len(document.lines) else ""
    return Block(
        document.starts[opening.index] + (column if follows or prefix.startswith("\ufeff") else 0),
        document.starts[last.index] + len(document.lines[last.index].rstrip("\r\n")),
        "\n".join(text), tuple(lines), options, document.place(opening.index, column),
        re.sub(r"[^\s>]", " ", prefix.lstrip("\ufeff")), follows,
        (not follows and before.strip("> \t\r\n") != "", after.strip("> \t\r\n") != ""),
        document.lines[opening.index].endswith("\r\n"),
    )  # fmt: skip


def _closes(line: str, markup: str) -> bool:
    run = line.lstrip(" \t>").rstrip()
    return len(run) >= len(markup) and set(run) == {markup[0]}


def _roles(document: _Document, seen: list[_Text], comments: list[tuple[int, int]]) -> Iterator[Role]:
    """The roles between two lines: `{backprop}` before a code span, or as the beginning of one."""
    start = document.starts[seen[0].index]
    last = seen[-1].index
    end = document.starts[last] + len(document.lines[last])
    if "{backprop" not in document.text[start:end] and "<!--" not in document.text[start:end]:
        return
    position = start
    while (match := _SIGN.search(document.text, position, end)) is not None:
        position = match.end()
        if match[0] == "<":
            position = _past_tag(document.text, match.start(), end, comments)
        elif match["ticks"]:
            closing = _closing(document.text, position, end, match["ticks"])
            if closing is None:
                continue
            role = _role(document, match, closing, seen[0].index)
            if role is not None:
                yield role
            position = closing + len(match["ticks"])


_SIGN = re.compile(r"\\.|<|(?P<role>\{backprop\})?(?P<ticks>`+)", re.DOTALL)


def _closing(text: str, start: int, end: int, ticks: str) -> int | None:
    """Where the code span ends: the next run of as many backticks."""
    return next((match.start() for match in _TICKS.finditer(text, start, end) if match[0] == ticks), None)


_TICKS = re.compile("`+")
_LONGEST_TAG = 10_000  # characters


def _role(document: _Document, match: re.Match[str], closing: int, first: int) -> Role | None:
    content = document.text[match.end() : closing]
    start = match.start()
    line = document.place_of(start, first)
    if _MYST_COMMENT.match(line.text):
        return None
    shift = 0
    if not match["role"]:
        # Quarto's way: `{backprop} w.grad`, within single backticks. Nobody means a role without its blank as code.
        inside = re.match(r"\{backprop\}\s*(?=\S)", content)
        if inside is None or match["ticks"] != "`":
            return None
        shift = inside.end()
    block, asked = role_parts(content[shift:])
    place = document.place_of(match.end() + shift, first)
    return Role(start, closing + len(match["ticks"]), block, asked, place)


def _past_tag(text: str, start: int, end: int, comments: list[tuple[int, int]]) -> int:
    """Where a tag or a comment ends; a comment that goes on after its paragraph hides what follows."""
    from markdown_it.common.html_re import HTML_TAG_RE

    if text.startswith("<!--", start):
        closing = text.find("-->", start)
        if closing >= 0:
            comments.append((start, closing + 3))
            return closing + 3
        return start + 4
    tag = HTML_TAG_RE.match(text[start : min(end, start + _LONGEST_TAG)])
    return start + (tag.end() if tag else 1)


@lru_cache(maxsize=1)
def _parser() -> Any:
    """CommonMark with tables, blocks only."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise UsageError("weaving Markdown needs markdown-it-py", hint="pip install 'backprop-derive[weave]'") from None
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
