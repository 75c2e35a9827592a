"""Formulas of the site as MathML: no script, nothing from the network, and a reader's browser sets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import Any

import math_core
from docutils import nodes
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

# Where a formula may break: before a relation and after an item of a listing, in no group.
_RELATIONS = re.compile(r"\\(?:approx|leftarrow|to)(?![A-Za-z])|=")
_OPENING, _CLOSING = (
    re.compile(r"\\(?:begin|left)(?![a-z])|(?<!\\)\{"),
    re.compile(r"\\(?:end|right)(?![a-z])|(?<!\\)\}"),
)
_COMMA = r",\;"
_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _converter() -> math_core.LatexToMathML:
    return math_core.LatexToMathML()


def mathml(source: str, displays: bool, place: Any) -> str:
    """The formula as an element; one that cannot be set is a warning, and stays as its source."""
    try:
        return str(_converter().convert_with_local_state(source, displaystyle=displays))
    except math_core.LatexError as error:
        _log.warning("a formula cannot be set: %s: %s", error, source, location=place)
        return f"<code>{escape(source)}</code>"


def pieces(source: str) -> Iterator[str]:
    """The formula cut before each relation and after each item of a listing, outside of all groups."""
    start = depth = position = 0
    while position < len(source):
        if opened := _OPENING.match(source, position):
            depth, position = depth + 1, opened.end()
        elif closed := _CLOSING.match(source, position):
            depth, position = depth - 1, closed.end()
        elif depth == 0 and source.startswith(_COMMA, position):
            position += len(_COMMA)
            yield source[start:position]
            start = position
        elif (relation := _RELATIONS.match(source, position)) and depth == 0:
            if source[start:position].strip():
                yield source[start:position]
                start = position
            position = relation.end()
        else:
            position += 1
    yield source[start:]


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    # GitHub writes a formula that Markdown would damage between dollars and backticks.
    parts = list(pieces(node.astext().strip("`")))
    # After an empty group, a sign keeps its distance on both sides.
    sources = [f"{{}} {part}" if _RELATIONS.match(part) else part for part in parts]
    shown = [f'<span class="piece">{mathml(source, False, node)}</span>' for source in sources]
    writer.body.append('<span class="formula">' + "<wbr>".join(shown) + "</span>")
    raise nodes.SkipNode


def _displayed(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{mathml(node.astext(), True, node)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    app.config.html_math_renderer = "mathml"
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
