"""Presentation MathML as a layout. An element that is not known is said so; where the source stands beside it (an
annotation in TeX, as KaTeX, Pandoc and Wikipedia write it), the source is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from ..records import record
from .html_tokens import HtmlToken, decoded
from .layout import (
    ACCENTS,
    MOST_DEPTH,
    Command,
    Group,
    Layout,
    Mark,
    Scripts,
    Stacked,
    Table,
    alone,
    glyph,
    group,
    is_blank,
    latex_of,
    refused,
    signs,
    too_deep,
    words,
)  # fmt: skip

_LEAVES = frozenset("mi mo mn mtext ms annotation".split())
_ROWS = frozenset("math mrow mstyle mpadded".split())
_TEX = frozenset(("application/x-tex", "application/x-latex", "tex", "latex", "text/x-tex"))
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
# As wide as LaTeX's quad, a gap parts statements.
_WIDTH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)em")
_PARTS_STATEMENTS = 0.95
_WORD = re.compile(r"[^\W_]{2,}")
_LETTERS_OF = {"double-struck": "mathbb", "bold": "mathbf", "bold-italic": "mathbf"}
_ABOVE_AND_BELOW = frozenset((r"\sum", r"\max", r"\min"))


@record
class Element:
    """An element of MathML: what is in it, or the text of a leaf, and where it stands."""

    tag: str
    start: int
    end: int
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def content(self) -> str:
        return "".join(piece for piece, _, _ in self.text)

    @property
    def span(self) -> tuple[int, int]:
        """Where the text of a leaf stands, or the element."""
        return (self.text[0][1], self.text[-1][2]) if self.text else (self.start, self.end)


def formula(page: str, opened: HtmlToken, tokens: Iterator[HtmlToken]) -> tuple[Layout, int]:
    """The layout of the element `math` that has just been opened, and where it ends; its tokens are taken."""
    root = Element("math", opened.start, opened.end, opened.attributes)
    end = opened.end
    if opened.is_closed:
        return group(()), end
    path, lost = [root], 0
    for token in tokens:
        end = token.end
        if token.kind == "close" and token.name == "math":
            break
        if token.kind == "open" and len(path) > MOST_DEPTH:
            lost = lost or token.start
        elif token.kind == "open":
            element = Element(token.name, token.start, token.end, token.attributes)
            path[-1].children.append(element)
            if not token.is_closed:
                path.append(element)
        elif token.kind == "close":
            names = [element.tag for element in path]
            if token.name in names[1:]:
                del path[len(names) - 1 - names[::-1].index(token.name) :]
        elif token.kind == "text":
            path[-1].text.extend(decoded(page, token.start, token.end))
    if lost:
        return too_deep(lost), end
    return _layout(root), end


def _layout(element: Element) -> Layout:
    tag = element.tag
    if tag in _LEAVES and element.children:
        child = element.children[0]
        return refused(f"<{child.tag}>", child.start, child.end)
    if tag not in _LEAVES and element.content.strip():
        return refused(element.content.strip(), *element.span)
    if tag in _ROWS:
        return _row(element)
    make = _MAKERS.get(tag)
    try:
        return make(element) if make is not None else refused(f"<{tag}>", element.start, element.end)
    except IndexError:  # fewer parts than the element has
        return refused(f"<{tag}>", element.start, element.end)


# --- leaves


def _identifier(element: Element) -> Layout:
    content = element.content.strip()
    style = _LETTERS_OF.get(element.attributes.get("mathvariant", ""))
    if style is not None and len(content) == 1 and content.isalnum():
        return Command(style, Mark(content, *element.span))
    if _WORD.fullmatch(content) is not None and not any(0x1D400 <= ord(c) < 0x1D800 for c in content):
        return Command("operatorname", Mark(content, *element.span))
    return _operator(element)


def _operator(element: Element) -> Layout:
    content = element.content.strip()
    if content == ":=":
        return Mark(content, *element.span)
    if _WORD.fullmatch(content) is not None:  # max, as an operator with bounds
        return Command("operatorname", Mark(content, *element.span))
    return signs(content, *element.span) if content else Mark("", element.start, element.end)


def _number(element: Element) -> Layout:
    content = element.content.strip()
    if _DECIMAL_COMMA.fullmatch(content) is not None:
        whole, part = content.split(",")
        start, end = element.span
        at = end - len(part)
        return Group((Mark(f"{whole}{{,}}", start, at), Mark(part, at, end)))
    if _NUMBER.fullmatch(content) is not None:
        return Mark(content, *element.span)
    if len(content) == 1:
        return Mark(glyph(content), *element.span)
    return refused(content, *element.span) if content else Mark("", element.start, element.end)


def _text(element: Element) -> Layout:
    return words(element.content.replace("\xa0", " "), *element.span)


def _space(element: Element) -> Layout:
    if "blank" in element.attributes.get("class", "").split():
        return refused("____", element.start, element.end)  # what is to be filled in
    width = _WIDTH.fullmatch(element.attributes.get("width", ""))
    is_wide = width is not None and float(width[1]) >= _PARTS_STATEMENTS
    return Mark(r"\quad" if is_wide else " ", element.start, element.end)


def _nothing(element: Element) -> Layout:
    return Mark("", element.start, element.end)


# --- rows


def _row(element: Element) -> Layout:
    return group(tuple(_parts(element.children, element.tag == "math")))


def _parts(children: Sequence[Element], is_whole: bool) -> Iterator[Layout]:
    """The parts of a row; a brace before a table makes it cases, and a table that is all there is, lines."""
    k = 0
    while k < len(children):
        child, following = children[k], children[k + 1] if k + 1 < len(children) else None
        if _is_brace(child) and following is not None and following.tag == "mtable":
            yield _table(following, "cases")
            k += 2
            if k < len(children) and children[k].tag == "mo" and children[k].content.strip("\u2063 \n") == "":
                k += 1
            continue
        if child.tag == "mtable":
            yield _table(child, "" if is_whole and len(children) == 1 else "matrix")
        else:
            yield _layout(child)
        k += 1


def _is_brace(element: Element) -> bool:
    return element.tag == "mo" and element.content.strip() == "{"


def _table(element: Element, environment: str) -> Layout:
    rows = []
    for row in element.children:
        if row.tag != "mtr" or any(cell.tag != "mtd" for cell in row.children):
            return refused(f"<{row.tag}>", row.start, row.end)
        rows.append(tuple(group(tuple(_parts(cell.children, False))) for cell in row.children))
    return Table(environment, tuple(rows))


def _fenced(element: Element) -> Layout:
    start, end = element.start, element.end
    opens, closes = element.attributes.get("open", "("), element.attributes.get("close", ")")
    between = element.attributes.get("separators", ",").strip()[:1]
    parts: list[Layout] = [signs(opens, start, end)]
    for k, child in enumerate(element.children):
        parts += [signs(between, start, end)] if k and between else []
        parts.append(_layout(child))
    return Group((*parts, signs(closes, start, end)))


def _semantics(element: Element) -> Layout:
    """What is annotated in TeX is read so; else what is shown."""
    for child in element.children[1:]:
        if child.tag == "annotation" and child.attributes.get("encoding", "").lower() in _TEX and child.content.strip():
            return Group(tuple(Mark(piece, start, end) for piece, start, end in child.text))
    return _layout(element.children[0])


# --- what stands above, below and beside


def _fraction(element: Element) -> Layout:
    if re.fullmatch(r"0(?:\.0*)?\s*[a-z%]*", element.attributes.get("linethickness", "1")):
        return refused("<mfrac>", element.start, element.end)  # a binomial coefficient
    above, below = element.children[:2]
    return Stacked(_layout(above), _layout(below))


def _scripts(element: Element) -> Layout:
    parts = [_layout(child) for child in element.children]
    below = parts[1] if element.tag in ("msub", "msubsup", "munder", "munderover") else None
    above = parts[-1] if element.tag in ("msup", "msubsup", "mover", "munderover") else None
    expected = 2 + (below is not None and above is not None)
    if len(parts) != expected:
        raise IndexError
    return Scripts(parts[0], below, above)


def _around(element: Element) -> Layout:
    """An accent, or the bounds of a sum."""
    if element.tag == "mover" and len(element.children) == 2:
        sign = element.children[1]
        if sign.tag == "mo" and sign.content.strip() in ACCENTS:
            return Command(ACCENTS[sign.content.strip()], _layout(element.children[0]))
    base = alone(_layout(element.children[0]))
    if latex_of(base) in _ABOVE_AND_BELOW or (isinstance(base, Command) and base.name == "operatorname"):
        return _scripts(element)
    return refused(f"<{element.tag}>", element.start, element.end)


def _root(element: Element) -> Layout:
    if element.tag == "msqrt":
        return Command("sqrt", _row(element))
    base, degree = (_layout(child) for child in element.children[:2])
    if is_blank(degree):
        return Command("sqrt", base)
    at = element.start
    return Group((Mark(r"\sqrt[", at, at), degree, Mark("]{", at, at), base, Mark("}", at, at)))


_MAKERS: Mapping[str, Callable[[Element], Layout]] = {
    "mi": _identifier, "mo": _operator, "mn": _number, "mtext": _text, "mspace": _space, "mphantom": _nothing,
    "none": _nothing, "maligngroup": _nothing, "malignmark": _nothing, "mtable": lambda e: _table(e, "matrix"),
    "mfenced": _fenced, "semantics": _semantics, "mfrac": _fraction, "msub": _scripts, "msup": _scripts,
    "msubsup": _scripts, "munder": _around, "mover": _around, "munderover": _around, "msqrt": _root, "mroot": _root,
}  # fmt: skip
