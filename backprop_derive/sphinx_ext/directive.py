"""The directive and the role: the same blocks and options as `weave` reads, in documents that Sphinx builds."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from ..errors import BackpropError, Place, UsageError, nearest, shorten
from ..limits import Limits, time_limit, with_limits
from ..options import DEFAULT_OPTIONS, with_changes
from ..weaving.contents import content, single
from ..weaving.found import Block, Line, Written
from ..weaving.infos import inner_options, listed_options, role_parts
from ..weaving.settings import OPTIONS, Settings, read_settings
from ..weaving.written import inlines
from .nodes import math_node, nodes_of

_RAISED = re.compile(r"--limit (\w+)=([\d…]+)")  # how the command line raises a limit
_BLOCKS = "backprop blocks"  # of the document that is being read, by name; "" is the last one


class BackpropDirective(SphinxDirective):
    """A problem, replaced by its solution or by what `kind` asks for."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: dict[str, Callable[[str], Any]] = dict.fromkeys(
        (*OPTIONS, *(name.replace("_", "-") for name in OPTIONS)), directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        """What takes the place of the block; an error is reported at its own line."""
        try:
            block = self.block()
        except BackpropError as error:
            return [self.told(error, self.lineno)]
        try:
            limits = _limits(self.config)
            settings = read_settings(block.written, _defaults(self.config), limits)
            _remember(self.env, block, settings)
            if settings.kind == "hidden":
                return []
            with time_limit(limits.work):
                return nodes_of(content(block.text, block.place.source, settings, limits))
        except BackpropError as error:
            error.place = block.in_document(error.place) if error.place not in _places(block) else error.place
            return [self.told(error, error.place.line)]

    def block(self) -> Block:
        """The block as weaving knows it, with the places of its lines."""
        name, _ = self.get_source_info()
        text = [str(line) for line in self.content]
        # MyST counts a directive's content from the directive on, reStructuredText from the document's beginning.
        offset = self.content_offset + (self.lineno if type(self.state).__module__.startswith("myst_parser") else 0)
        lines = [Line(offset + k, 0, line) for k, line in enumerate(text, 1)]
        place = Place(name, self.lineno, 1, (self.block_text.split("\n", 1) or [""])[0])
        written = listed_options(self.arguments[0], place) if self.arguments else []
        written += [Written(key, value or "", place) for key, value in self.options.items()]
        own = inner_options(text, lines, name)
        if not any(text):
            raise UsageError("this block holds no problem", place=place, expected="a problem")
        return Block(0, 0, "\n".join(text), tuple(lines), (*written, *own), place)

    def told(self, error: BackpropError, line: int) -> nodes.Node:
        """The error as Sphinx reports it, with its file and line."""
        shown = nodes.literal_block(str(error), str(error))
        found: nodes.Node = self.state.document.reporter.error(_message(error), shown, line=line)
        return found


class BackpropRole(SphinxRole):
    """One value of the problem above, or of a named one."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The value as a formula."""
        name, asked = role_parts(self.text)
        source, line = self.get_source_info()
        place = Place(source, line, 1, self.rawtext)
        try:
            block, settings = _remembered(self.env, name, place)
            limits = _limits(self.config)
            with time_limit(limits.work):
                document = single(block.text, block.place.source, settings, asked, limits)
        except BackpropError as error:
            error.place = error.place or place
            message = self.inliner.reporter.error(_message(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        formula = next(inlines(document))
        return [math_node(formula.node, document.literal_names)], []  # type: ignore[union-attr]


def _message(error: BackpropError) -> str:
    """In one line, as builds log it; the place is Sphinx's own."""
    parts = [error.found, *([f"expected: {error.expected}"] if error.expected else [])]
    hint = _RAISED.sub(r'backprop_limits = {"\1": \2} in conf.py', error.hint or "")
    return "; ".join([*parts, *([f"try: {hint}"] if hint else [])])


def _defaults(config: Any) -> Any:
    return with_changes(DEFAULT_OPTIONS, config.backprop_options)


def _limits(config: Any) -> Limits:
    return with_limits(config.backprop_limits)


def _places(block: Block) -> list[Place]:
    return [option.place for option in block.written]


def _remember(env: Any, block: Block, settings: Settings) -> None:
    blocks = env.temp_data.setdefault(_BLOCKS, {})
    if settings.name and settings.name in blocks:
        raise UsageError(f"the name {shorten(settings.name)} is taken", place=block.place, expected="another name")
    blocks[""] = blocks[settings.name] = (block, settings)


def _remembered(env: Any, name: str, place: Place) -> tuple[Block, Settings]:
    blocks: dict[str, tuple[Block, Settings]] = {}
    with suppress(KeyError):
        blocks = env.temp_data[_BLOCKS]
    if name not in blocks:
        what = f"no block above is called {shorten(name)}" if name else "no block stands above"
        raise UsageError(what, place=place, expected="a backprop block with :name:", hint=nearest(name, blocks))
    return blocks[name]
