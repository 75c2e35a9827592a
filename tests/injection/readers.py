"""A reader of each format. It tells apart what is there by the structure of the file, and the text in it.

A structure is compared with that of the same document with plain words: a hostile text must not change it.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import tempfile
import tokenize
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

import lxml.etree as etree
import lxml.html
import nbformat
from markdown_it import MarkdownIt

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Reading:
    """The structure of a file, hashable parts in their order, and all text in it."""

    structure: tuple[Any, ...]
    text: str

    @classmethod
    def of(cls, parts: Iterator[tuple[Any, str]]) -> Reading:
        """Of parts of the structure, each with its text."""
        found = list(parts)
        return cls(tuple(part for part, _ in found if part), "\n".join(text for _, text in found if text))


def flat(text: str) -> str:
    """Without the blanks and ends of lines that a format may put between words."""
    return re.sub(r"\s+", "", text)


# --- pages


# A sign that some platform reads stands in an element of its own, where it does not.
_SET_APART = tuple("\\$[]{}")


def _elements(element: Any, is_page: bool = True) -> Iterator[tuple[Any, str]]:
    """An element with all in it, and the text after it, in their order."""
    is_element = isinstance(element.tag, str)
    name = element.tag if is_element else repr(element.tag)
    if not (is_element and name.endswith("span") and not element.attrib and element.text in _SET_APART):
        attributes = tuple(sorted(element.attrib)) if is_element else ()
        yield (name, attributes, tuple(element.attrib[k] for k in attributes if is_page and k in ("href", "src"))), ""
        # Text that a user wrote stands in attributes, too: alt, title, aria-label.
        yield from ((None, element.attrib[key]) for key in attributes)
    if name == "script":
        yield from _script(element.text or "")
    elif name == "style":
        yield element.text, ""
    else:
        yield None, element.text or ""
        for child in element:
            yield from _elements(child, is_page)
    yield None, element.tail or ""


def _script(source: str) -> Iterator[tuple[Any, str]]:
    """A script is the same but for the data that it is given."""
    data = re.search(r"(?m)^const DATA = (.*);$", source)
    if data is None:
        yield source, ""
        return
    yield source[: data.start()] + source[data.end() :], ""
    yield from _values(json.loads(data[1]))


def html(source: str) -> Reading:
    """A page, or a piece of one."""
    return Reading.of(_elements(lxml.html.fragment_fromstring(source, create_parent="div")))


def page(source: str) -> Reading:
    """A whole page."""
    return Reading.of(_elements(lxml.html.document_fromstring(source.encode(), parser=_UTF8)))


_UTF8 = lxml.html.HTMLParser(encoding="utf-8")


def xml(source: bytes | str) -> Reading:
    """Elements of XML; what stands in them as a page is read as one."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(source.encode() if isinstance(source, str) else source, parser=parser)
    return Reading.of(_xml(root))


def _xml(root: Any) -> Iterator[tuple[Any, str]]:
    for element in list(root.iter()):
        # Moodle holds pages as text, and so does Canvas: they are read in their place.
        above = element.getparent()
        is_page = element.get("texttype") == "text/html" or (above is not None and above.get("format") == "html")
        if is_page and (element.text or "").strip():
            yield from _elements(lxml.html.fragment_fromstring(element.text, create_parent="div"))
            element.text = ""
        if above is not None and above.tag == "category" and element.text:
            element.text = element.text.replace("//", "/")  # a slash of a path is written twice
    yield from _elements(root, is_page=False)  # what leads to another file is made of the exercise's name


# --- Markdown


@cache
def _markdown_readers() -> tuple[MarkdownIt, ...]:
    """A reader of CommonMark with GitHub's tables, and one that knows what MyST, Pandoc and Quarto add."""
    plain = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin
    from mdit_py_plugins.myst_blocks import myst_block_plugin
    from mdit_py_plugins.myst_role import myst_role_plugin

    more = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for plugin in (attrs_plugin, attrs_block_plugin, colon_fence_plugin, deflist_plugin, dollarmath_plugin,
                   footnote_plugin, front_matter_plugin, myst_block_plugin, myst_role_plugin):  # fmt: skip
        more.use(plugin)
    return plain, more


def markdown(source: str) -> Reading:
    """By each of the readers. A dollar within an element of its own is none to GitHub."""
    source = source.replace("<span>$</span>", r"\$")
    return Reading.of(part for reader in _markdown_readers() for part in _tokens(reader.parse(source)))


def _tokens(tokens: Any) -> Iterator[tuple[Any, str]]:
    for token in tokens:
        if token.type in ("text", "softbreak", "hardbreak"):
            yield None, token.content
        elif token.type == "inline":
            # Pieces of one line of text are parts of one text.
            inner = list(_tokens(token.children or ()))
            yield ("inline",), "".join(text for _, text in inner)
            yield from ((part, "") for part, _ in inner if part)
        elif token.type in ("math_inline", "math_block", "math_inline_double"):
            yield (token.type, flat(token.content)), ""
        else:
            yield (token.type, token.tag, token.info, *sorted(token.attrs)), token.content


# --- TeX

_LETTERS = {
    r"\ldots": "…", r"\textellipsis": "…", r"\textquotedbl": '"',
    r"\textbackslash": "\\", r"\textasciitilde": "~", r"\textasciicircum": "^", r"\textless": "<",
    r"\textgreater": ">", r"\textbar": "|", r"\textasciigrave": "`", r"\char34": '"', r"\char`\"": '"',
}  # fmt: skip
_SIGNS = re.compile(r"\\[{}$&#_%]")
_ESCAPED = re.compile("|".join([*(re.escape(name) + r"(?![A-Za-z0-9])(?:\{\})?" for name in _LETTERS), _SIGNS.pattern]))
_BY_NUMBER = re.compile(r"\\texttt\{U\+([0-9A-F]{4,6})\}")  # what pdflatex has no letter for
_ALONE = re.compile(r"(?<!\x00)\{(?:([^{}\\$#%&^~_\x00])|\x00(.))\}")
_LIVE = re.compile(r"\\[A-Za-z]+|\\.|[{}$&#^_~%\\]|--+|``|''", re.DOTALL)


def latex(source: str) -> Reading:
    """Control sequences and signs that TeX reads, and what is none of them."""
    # A sign that stands for itself is marked, so that it is not taken for one that TeX reads.
    marked = _BY_NUMBER.sub(lambda m: "\0" + chr(int(m[1], 16)), source)
    marked = _ESCAPED.sub(lambda m: "\0" + (_LETTERS.get(m[0].removesuffix("{}")) or m[0][1:]), marked)
    marked = _ALONE.sub(lambda m: "\0" + (m[1] or m[2]), marked)
    plain, structure, position = [], [], 0
    for match in re.finditer(r"\x00(.)|" + _LIVE.pattern, marked, re.DOTALL):
        plain.append(marked[position : match.start()])
        position = match.end()
        if match[1]:
            plain.append(match[1])
        else:
            structure.append(match[0])
    assert "^^" not in marked
    assert "?`" not in marked
    return Reading(tuple(structure), "".join([*plain, marked[position:]]))


# --- Typst, Mermaid, Graphviz: what a user wrote stands in strings


def _strings(source: str, decode: Callable[[str], str]) -> Reading:
    literals = re.findall(r'"((?:\\.|[^"\\])*)"', source, re.DOTALL)
    outside = re.sub(r'"(?:\\.|[^"\\])*"', '""', source, flags=re.DOTALL)
    return Reading((outside,), "\n".join(map(decode, literals)))


def typst(source: str) -> Reading:
    """Outside of strings nothing changes; a picture in a string is read as one."""
    found = _strings(source, _typst_string)
    structure: list[Any] = list(found.structure)
    texts = []
    for literal in re.findall(r'"((?:\\.|[^"\\])*)"', source, re.DOTALL):
        text = _typst_string(literal)
        if text.startswith("<svg"):
            drawing = xml(text)
            structure.append(drawing.structure)
            text = drawing.text
        texts.append(text)
    return Reading(tuple(structure), "\n".join(texts))


def _typst_string(literal: str) -> str:
    text = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), literal)
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), text, flags=re.DOTALL)


def mermaid(source: str) -> Reading:
    """Strings with characters by their numbers."""
    return _strings(source, lambda text: re.sub(r"#(\d+);", lambda m: chr(int(m[1])), text))


def dot(source: str) -> Reading:
    """As Graphviz itself draws it, where it is installed; else by its rules for strings, which have entities too."""
    strings = _strings(source, lambda literal: unescape(re.sub(r"\\(.)", r"\1", literal)))
    if shutil.which("dot") is None:
        return strings
    drawn = subprocess.run(["dot", "-Tsvg"], input=source.encode(), capture_output=True, check=True)
    assert drawn.stderr == b""
    return Reading(strings.structure, xml(drawn.stdout).text)


# --- programs, notebooks, records


def python(source: str) -> Reading:
    """A program without its strings and comments, and these."""
    tree = ast.parse(source)
    strings = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.append(node.value)
            node.value = ""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    compile(source, "program", "exec")
    return Reading((ast.dump(tree), len(comments)), "\n".join(strings + comments))


def notebook(source: str) -> Reading:
    """Cells by their kind: Markdown and code."""
    found = nbformat.reads(source, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(found)

    def parts() -> Iterator[tuple[Any, str]]:
        yield None, str(found.metadata.get("title", ""))
        for cell in found.cells:
            inner = (markdown if cell.cell_type == "markdown" else python)(cell.source)
            yield (cell.cell_type, inner.structure), inner.text

    return Reading.of(parts())


def _values(value: Any, key: str = "") -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        yield (key, tuple(value)), ""
        for name, inner in value.items():
            yield from _values(inner, name)
    elif isinstance(value, list):
        yield (key, len(value)), ""
        for inner in value:
            yield from _values(inner, key)
    else:
        yield (key, type(value).__name__), value if isinstance(value, str) else ""


def record(source: str) -> Reading:
    """JSON: keys, lengths and kinds of values."""
    return Reading.of(_values(json.loads(source)))


def records(source: str) -> Reading:
    """JSON, a record a line."""
    values = [part for line in source.split("\n") if line for part in _values(json.loads(line))]
    return Reading.of(p for part, text in values for p in [(part, ""), *_cell(text)])


def table(source: str) -> Reading:
    """A table, no cell of which a spreadsheet takes for a formula."""
    rows = list(csv.reader(io.StringIO(source, newline=""), strict=True))
    for cell in (cell for row in rows for cell in row):
        assert re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell) or not cell.lstrip(" ").startswith(FORMULAS), cell
    return Reading.of(part for row in rows for part in [(len(row), ""), *(p for cell in row for p in _cell(cell))])


def _cell(value: str) -> Iterator[tuple[Any, str]]:
    """A text, or a piece of Markdown, as questions are."""
    if "\n\n" in value:
        inner = markdown(value)
        yield from ((part, "") for part in inner.structure)
        yield None, inner.text
    else:
        yield None, value


def text(source: str) -> Reading:
    """Plain text has no structure, and nothing that a terminal reads."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", source)
    return Reading((), source)


# --- packages


def package(data: bytes) -> Reading:
    """The files of an archive, each by its suffix."""

    def parts() -> Iterator[tuple[Any, str]]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                suffix = name.rpartition(".")[2]
                content = archive.read(name)
                if suffix == "anki2":
                    inner = cards(content)
                elif name == "media":
                    inner = Reading((content,), "")
                else:
                    inner = BY_SUFFIX[suffix](content.decode())
                yield (suffix, inner.structure), inner.text

    return Reading.of(parts())


def cards(data: bytes) -> Reading:
    """The notes of Anki's collection, each field a page."""

    def parts() -> Iterator[tuple[Any, str]]:
        with tempfile.NamedTemporaryFile(suffix=".anki2") as file:
            file.write(data)
            file.flush()
            connection = sqlite3.connect(file.name)
            rows = connection.execute("SELECT flds FROM notes ORDER BY id").fetchall()
            connection.close()
        for (fields,) in rows:
            pieces = fields.split("\x1f")
            yield len(pieces), ""
            for piece in pieces[1:]:
                inner = html(piece)
                assert not re.search(r"\[sound:|\[latex\]|\{\{", piece)
                yield inner.structure, inner.text

    return Reading.of(parts())


def gift(source: str) -> Reading:
    """Moodle's GIFT: signs without a backslash before them are its syntax; a page begins at [html]."""
    pieces = re.split(r"(?<!\\)((?:\\\\)*)([~=#{}:]|\n)", source)
    plain = re.sub(r"\\([~=#{}:\\])", r"\1", source.replace(r"\n", " "))
    before, *pages = plain.split("[html]")
    return Reading(tuple(pieces[2::3]), "\n".join([before, *(html(page.split("\n")[0]).text for page in pages)]))


BY_SUFFIX: dict[str, Callable[[str], Reading]] = {
    "md": markdown, "tex": latex, "typ": typst, "html": page, "txt": text, "json": record, "ipynb": notebook,
    "torch": python, "jax": python, "numpy": python, "svg": xml, "tikz": latex, "mermaid": mermaid, "dot": dot,
    "csv": table, "jsonl": records, "xml": xml, "Rmd": markdown, "py": python, "gift": gift, "sarif": record,
}  # fmt: skip


def reading(name: str, content: str | bytes) -> Reading:
    """By the reader of its format; `md/github` is one of `md`."""
    kind = name.partition("/")[0]
    if isinstance(content, bytes):
        return package(content) if content.startswith(b"PK") else BY_SUFFIX[kind](content.decode())
    return BY_SUFFIX[kind](content)


def kinds_of(name: str, content: str, word: str) -> object:
    """What a file that has a name in it is made of: no more than with another name."""
    kind = name.partition("/")[0]
    if kind == "typ":
        outside = re.sub(r'"(?:\\.|[^"\\])*"', '""', content, flags=re.DOTALL)
        return len(re.findall(rf"(?<![\w-]){re.escape(word)}(?![\w-])", outside))
    if kind in ("json", "jsonl"):
        return len(reading(kind, content).structure)
    if kind == "ipynb":
        found = reading(kind, content)  # its code compiles, too
        return tuple(part[0] for part in found.structure)
    parts = reading(kind, content).structure
    if name.endswith("interactive"):
        parts = tuple(
            part for part in parts if isinstance(part, str) or len(part) == 3
        )  # without the data of its script
    return frozenset(part[0] if isinstance(part, tuple) and str(part[0]).startswith("math") else part for part in parts)


def words_of(name: str, found: Reading) -> frozenset[object]:
    """What a structure is made of; of Typst the calls that stand outside of strings and formulas."""
    if name.startswith("typ"):
        return frozenset(re.findall(r"#[\w-]+", found.structure[0]))
    if name.startswith(("json", "sarif")):
        return frozenset(key for part in found.structure if isinstance(part[1], tuple) for key in part[1])
    return frozenset(found.structure)
