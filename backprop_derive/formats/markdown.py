"""Markdown with LaTeX mathematics, for GitHub, pandoc, Jupyter, MyST and Quarto."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from ..document import Document, Math, MathNode
from ..languages import spoken
from ..options import Options
from ..pictures.mermaid import mermaid
from ..printers.latex import LatexPrinter
from .squares import data_address
from .templates import fill
from .views import BlockView, Voice, views

_LIVE = re.compile(r"([\\`*_{}\[\]<>#|$~&^@])")
_LINE_START = re.compile(r"^([-+=:%!?]|\d+(?=[.)]))")
# What GitHub reads as Markdown before it reads mathematics: backslash escapes (`\,` would be a comma), emphasis (an
# underscore after a brace or parenthesis can open one), tags and columns of a table.
_DAMAGED = re.compile(r"\\[^a-zA-Z]|(?<![A-Za-z0-9])_|[<>*|$~`]")


def render(document: Document, options: Options) -> str:
    """The document as Markdown, in the flavour that the options name."""
    github = options.flavour == "github"
    printer = _printer(github, document.literal_names, spoken())

    def math(part: Math) -> str:
        source = printer.in_size(part.large).show(part.node)
        return f"$`{source}`$" if github and _DAMAGED.search(source) else f"${source}$"

    def equation(node: MathNode) -> str:
        source = printer.show(node)
        return f"```math\n{source}\n```" if github else f"$$\n{source}\n$$"

    def words(text: str) -> str:
        # GitHub looks for formulas after it has taken the backslashes away, but not across elements.
        return escape(text).replace(r"\$", "<span>$</span>") if github else escape(text)

    voice = Voice(
        words=words,
        strong=lambda text: f"**{words(text)}**",
        code=lambda text: words(text) if "|" in text else code_span(text),  # which would end the cell of a table
        math=math,
        equation=equation,
        code_block=str,
        squares=lambda code: f"![{escape(code.text)}]({data_address(code)})",
        drawing=mermaid,
        join=_join,
    )
    blocks = [_guarded(block) for block in views(document, voice)]
    return fill("md", document, blocks, options, fence=_fence(document))


@lru_cache(maxsize=32)
def _printer(github: bool, literal_names: frozenset[str], language: str) -> LatexPrinter:
    return (_GithubPrinter if github else LatexPrinter)(literal_names)


class _GithubPrinter(LatexPrinter):
    """GitHub does not allow every command."""

    def named_operator(self, name: str) -> str:
        return rf"\mathop{{\mathrm{{{name}}}}}"


def _join(parts: Iterable[str]) -> str:
    """A digit right after a formula would keep its dollar from closing it, so it is written by its code point."""
    joined = ""
    for part in parts:
        follows = joined.endswith("$") and not joined.endswith(r"\$")
        joined += f"&#{ord(part[0])};{part[1:]}" if follows and part[:1].isdigit() else part
    return joined


def escape(text: str) -> str:
    """Text that every Markdown reader shows as it was typed, within a line."""
    return _LIVE.sub(r"\\\1", text)


def _guarded(block: BlockView) -> BlockView:
    """The block with nothing at the beginning of its lines that would make a list or a heading of it."""
    if block.kind in ("paragraph", "remark"):
        line = at_line_start(block.content)
        return block if line == block.content else replace(block, content=line)
    if block.fields:
        return replace(block, fields=at_line_start(block.fields))
    if any(_LINE_START.match(item.content) for item in block.items):
        return replace(block, items=tuple(replace(i, content=at_line_start(i.content)) for i in block.items))
    return block


def at_line_start(line: str) -> str:
    """An escaped line whose beginning is no mark of a block: no bullet, number, underline or definition."""
    match = _LINE_START.match(line)
    if match is None:
        return line
    head = match[1]
    return f"{head}\\{line[len(head) :]}" if head[0].isdigit() else f"\\{line}"


def code_span(text: str) -> str:
    """Text between as many backticks as it does not hold."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fence(document: Document) -> str:
    """A code fence longer than any run of backticks in the document's code."""
    from ..document import CodeBlock

    runs = [len(run) for b in document.blocks if isinstance(b, CodeBlock) for run in re.findall("`+", b.text)]
    return "`" * max(3, 1 + max(runs, default=0))
