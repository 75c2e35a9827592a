"""Documents as elements of HTML and XML. What a user wrote becomes text of an element, never markup by itself."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote

from ...document import (
    Block,
    Code,
    CodeBlock,
    Document,
    Equation,
    Heading,
    Inline,
    ListBlock,
    Math,
    MathNode,
    Paragraph,
    Remark,
    Strong,
    Table,
    Words,
)  # fmt: skip
from ...formats.mathml import NAMESPACE, mathml
from ...languages import spoken
from ...printers.latex import LatexPrinter

Element = ET.Element

# What XML 1.0 cannot hold, not even as a number, and the other control characters, which it advises against.
_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What some platform reads in a text: TeX delimiters, blanks in braces, Anki's tags. Each stands in an element of its
# own, since no platform looks for them across elements.
_LIVE = re.compile(r"[\\$\[\]{}]")
_LOWEST_HEADING = 6


def safe(text: str) -> str:
    """The text without characters that no XML file can hold."""
    return _NOT_XML.sub("\ufffd", text)


def add_text(parent: Element, text: str) -> None:
    """Append text after all that the element holds."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + safe(text)
    else:
        parent.text = (parent.text or "") + safe(text)


def add_words(parent: Element, text: str) -> None:
    """Append what a user may have written, with everything in it that a platform would read set apart."""
    start = 0
    for match in _LIVE.finditer(text):
        add_text(parent, text[start : match.start()])
        ET.SubElement(parent, "span").text = match[0]
        start = match.end()
    add_text(parent, text[start:])


# --- formulas -----------------------------------------------------------------------------------------------

Formula = Callable[[Math, frozenset[str], bool], Element]


def _source(node: MathNode, names: frozenset[str], large: bool) -> str:
    return _latex(names, large, spoken()).show(node)


@lru_cache(maxsize=32)
def _latex(names: frozenset[str], large: bool, language: str) -> LatexPrinter:
    """A printer remembers the derivatives that it has set, which are the same in all variants."""
    return LatexPrinter(names, large)


def tex(part: Math, names: frozenset[str], is_displayed: bool) -> Element:
    """TeX between delimiters that MathJax finds, as Moodle, PrairieLearn and Anki load it."""
    found = Element("span")
    source = _source(part.node, names, part.large or is_displayed)
    found.text = safe(f"$${source}$$" if is_displayed else rf"\({source}\)")
    return found


def brackets(part: Math, names: frozenset[str], is_displayed: bool) -> Element:
    r"""TeX between \( \) and \[ \], for Anki, where dollars are text."""
    found = Element("span")
    source = _source(part.node, names, part.large or is_displayed)
    found.text = safe(rf"\[{source}\]" if is_displayed else rf"\({source}\)")
    return found


def equation_image(part: Math, names: frozenset[str], is_displayed: bool) -> Element:
    """Canvas's own element for a formula: an image that Canvas draws, and replaces by MathJax where it can."""
    source = safe(_source(part.node, names, part.large or is_displayed))
    # Canvas undoes one quoting in its route, so a formula is quoted twice.
    address = "/equation_images/" + quote(quote(source, safe=""), safe="")
    return Element(
        "img",
        {
            "class": "equation_image", "title": source, "alt": f"LaTeX: {source}", "data-equation-content": source,
            "src": address,
        },
    )  # fmt: skip


def presentation(part: Math, names: frozenset[str], is_displayed: bool) -> Element:
    """MathML, for QTI."""
    found = ET.fromstring(mathml(part.node, names))
    _restyle(found)
    found.set("xmlns", NAMESPACE)
    if is_displayed:
        found.set("display", "block")
    return found


_STYLES = ("displaystyle", "scriptlevel")


def _restyle(parent: Element) -> None:
    """MathML 3 as MathML 2, which QTI 2.1 has: a size is that of an element around, not an attribute of any."""
    for place, child in enumerate(list(parent)):
        _restyle(child)
        styles = {name: child.attrib.pop(name) for name in _STYLES if name in child.attrib and child.tag != "mstyle"}
        if styles:
            around = Element("mstyle", styles)
            around.append(child)
            parent[place] = around


# --- blocks -------------------------------------------------------------------------------------------------


class Markup:
    """Blocks as elements, with formulas made by `formula`. A `strict` one uses what XHTML of QTI has, no more."""

    def __init__(self, formula: Formula, names: frozenset[str], *, strict: bool = False) -> None:
        self.formula = formula
        self.names = names
        self.strict = strict

    def blocks(self, blocks: Iterable[Block]) -> list[Element]:
        """The blocks, each an element."""
        return [self.block(block) for block in blocks]

    def block(self, block: Block) -> Element:
        match block:
            case Heading(level, content):
                # A page of a platform has headings of its own above these.
                return self.filled(f"h{min(level + 2, _LOWEST_HEADING)}", content)
            case Paragraph(content):
                return self.filled("p", content)
            case Remark(content):
                return self.filled("p", content)
            case ListBlock():
                return self.listed(block)
            case Equation(node):
                found = Element("p")
                found.append(self.formula(Math(node), self.names, True))
                return found
            case Table(header, rows):
                return self.table(header, rows)
            case CodeBlock(text):
                found = Element("pre")
                add_words(ET.SubElement(found, "code"), text)
                return found
        raise TypeError(f"no markup for {type(block).__name__}")

    def filled(self, tag: str, content: Iterable[Inline]) -> Element:
        """An element with inlines in it."""
        found = Element(tag)
        self.add(found, content)
        return found

    def add(self, parent: Element, content: Iterable[Inline]) -> None:
        """Append inlines after all that the element holds."""
        for part in content:
            match part:
                case Words(text):
                    add_words(parent, text)
                case Strong(text):
                    add_words(ET.SubElement(parent, "strong"), text)
                case Code(text):
                    add_words(ET.SubElement(parent, "code"), text)
                case Math():
                    parent.append(self.formula(part, self.names, False))

    def math(self, node: MathNode) -> Element:
        """A formula within a line."""
        return self.formula(Math(node), self.names, False)

    def listed(self, block: ListBlock) -> Element:
        found = Element("ol" if block.ordered else "ul")
        if block.ordered and block.start != 1 and not self.strict:
            found.set("start", str(block.start))
        for item in block.items:
            entry = self.filled("li", item.content)
            entry.extend(self.filled("div", note) for note in item.notes)
            found.append(entry)
        return found

    def table(
        self, header: tuple[tuple[Inline, ...], ...], rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    ) -> Element:
        found = Element("table")
        top = ET.SubElement(ET.SubElement(found, "thead"), "tr")
        top.extend(self.filled("th", cell) for cell in header)
        body = ET.SubElement(found, "tbody")
        for row in rows:
            ET.SubElement(body, "tr").extend(self.filled("td", cell) for cell in row)
        return found


def html(elements: Iterable[Element]) -> str:
    """Elements as a piece of an HTML page."""
    return "\n".join(ET.tostring(each, encoding="unicode", method="html") for each in elements)


def without_braces(piece: str) -> str:
    """A piece of a page with its braces as numbers, where a platform reads braces before a browser does."""
    return piece.replace("{", "&#123;").replace("}", "&#125;")


class Pages:
    """Documents as pieces of HTML pages; a block that several questions of a variant show is made once."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self.made: dict[int, tuple[Block, str]] = {}  # by identity; the block is kept so that no other one gets it

    def html(self, document: Document) -> str:
        """A document as a piece of a page."""
        markup = Markup(self.formula, document.literal_names)
        return "\n".join(self._piece(block, markup) for block in document.blocks)

    def _piece(self, block: Block, markup: Markup) -> str:
        if id(block) not in self.made:
            self.made[id(block)] = block, html([markup.block(block)])
        return self.made[id(block)][1]


def html_math(node: MathNode, names: frozenset[str], formula: Formula) -> str:
    """One formula as a piece of an HTML page."""
    return html([formula(Math(node), names, False)])


@lru_cache(maxsize=1024)  # the feedback of a mistake is the same in all variants
def html_words(text: str) -> str:
    """Text as a piece of an HTML page."""
    found = Element("p")
    add_words(found, text)
    return html([found]).removeprefix("<p>").removesuffix("</p>")
