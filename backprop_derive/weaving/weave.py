"""A document's text with its blocks and roles replaced. Everything else passes through as it is, byte by byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType

from ..errors import BackpropError, Place, UsageError, nearest, shorten
from ..limits import DEFAULT_LIMITS, Limits
from ..options import DEFAULT_OPTIONS, Options
from ..records import record
from . import latex, markdown
from .cache import Cache, key_of
from .found import Block, Found, Role
from .settings import Settings, read_settings

_LINE_END = re.compile(r"\r\n|\n|\r|")
_FINDERS: dict[str, ModuleType] = {"md": markdown, "tex": latex}


@record
class Weaver:
    """How documents are woven: presentation below the options of blocks, limits, what is kept, and a guard that is
    entered for each piece of work, which may end it."""

    options: Options = DEFAULT_OPTIONS
    limits: Limits = DEFAULT_LIMITS
    cache: Cache = Cache(None)
    guard: Callable[[], AbstractContextManager[None]] = nullcontext


@record
class Woven:
    """The result: the text, how many places were woven, and every error, each at its place in the document."""

    text: str
    count: int
    errors: tuple[BackpropError, ...]


def weave(text: str, name: str = "document", format: str = "md", weaver: Weaver | None = None) -> Woven:
    """Weave a document in Markdown (`md`) or LaTeX (`tex`). Where there are errors, its text is the document's own."""
    (woven,) = weave_parts([(name, text)], format, weaver or Weaver())
    return woven


def weave_parts(parts: Sequence[tuple[str, str]], format: str, weaver: Weaver) -> list[Woven]:
    """Weave what makes one document together, such as the cells of a notebook, each with its name."""
    work = Work(weaver, format)
    return [work.woven(name, text, found) for name, text, found in work.read(parts)]


class Work:
    """The weaving of one document: the settings of its blocks, those with names, and the last one above."""

    def __init__(self, weaver: Weaver, format: str) -> None:
        self.weaver, self.format = weaver, format
        self.errors: list[BackpropError] = []
        self.settings: dict[Block, Settings] = {}
        self.named: dict[str, Block] = {}
        self.above: Block | None = None

    def read(self, parts: Sequence[tuple[str, str]]) -> list[tuple[str, str, list[Found]]]:
        """What stands in each part; the options of all blocks are read, so that a role may name one further down."""
        read = []
        for name, text in parts:
            self.weaver.limits.check("data", len(text), f"{name}: the document")
            found, unclosed = _FINDERS[self.format].find(text, name)
            self.errors += unclosed
            read.append((name, text, found))
            for block in found:
                if isinstance(block, Block):
                    self.read_block(block)
        return read

    def read_block(self, block: Block) -> None:
        try:
            settings = read_settings(block.written, self.weaver.options, self.weaver.limits)
            if settings.name and settings.name in self.named:
                first = self.named[settings.name].place
                raise UsageError(
                    f"the name {shorten(settings.name)} is taken by the block of line {first.line}",
                    place=_name_place(block), expected="another name",
                )  # fmt: skip
        except BackpropError as error:
            error.place = error.place or block.place
            self.errors.append(error)
            return
        self.settings[block] = settings
        if settings.name:
            self.named[settings.name] = block

    def woven(self, name: str, text: str, found: list[Found]) -> Woven:
        """One part with everything replaced, and what is wrong in it."""
        pieces, position = [], 0
        for each in found:
            pieces.append(text[position : each.start])
            position = each.end
            pieces.append(made := self.made(each))
            if not made and isinstance(each, Block) and not each.follows:
                position += len(_LINE_END.match(text, position)[0])  # type: ignore[index]
        pieces.append(text[position:])
        errors = self.errors_of(name)
        return Woven(text if errors else "".join(pieces), len(found), errors)

    def errors_of(self, name: str) -> tuple[BackpropError, ...]:
        """What is wrong in one part, in its order."""
        here = {str(error): error for error in self.errors if error.place is None or error.place.source == name}
        return tuple(sorted(here.values(), key=lambda e: (e.place.line, e.place.column) if e.place else (0, 0)))

    def made(self, found: Found) -> str:
        """What stands in the place of a block or a role; nothing where there is an error."""
        try:
            if isinstance(found, Block):
                self.above = found
                return _set(self.whole(found), found) if found in self.settings else ""
            block = self.block_of(found)
            return self.single(block, found) if block in self.settings else ""
        except BackpropError as error:
            self.errors.append(error)
            return ""

    def block_of(self, role: Role) -> Block:
        """The block that a role asks. Raises UsageError."""
        if not role.block and self.above is not None:
            return self.above
        if role.block not in self.named:
            what = f"no block is called {shorten(role.block)}" if role.block else "no block stands above"
            raise UsageError(
                what, place=role.place, expected="name=… on a block, and `name:w.grad`",
                hint=nearest(role.block, self.named),
            )  # fmt: skip
        return self.named[role.block]

    def whole(self, block: Block) -> str:
        """The content of a block in the document's own format."""
        settings = self.settings[block]
        if settings.kind == "hidden":
            return ""
        key = key_of(self.format, block.text, settings, self.weaver.limits)
        kept = self.weaver.cache.get(key)
        if kept is not None:
            return kept
        from .contents import content
        from .written import written

        try:
            with self.weaver.guard():
                made = written(
                    content(block.text, block.place.source, settings, self.weaver.limits),
                    self.format,
                    settings.presentation,
                )
        except BackpropError as error:
            error.place = block.in_document(error.place)
            raise
        self.weaver.cache.put(key, made)
        return made

    def single(self, block: Block, role: Role) -> str:
        """A value within a line."""
        settings = self.settings[block]
        key = key_of(self.format, block.text, settings, self.weaver.limits, role.asked)
        kept = self.weaver.cache.get(key)
        if kept is not None:
            return kept
        from .contents import single
        from .written import written_inline

        try:
            with self.weaver.guard():
                document = single(block.text, block.place.source, settings, role.asked, self.weaver.limits)
                made = written_inline(document, self.format, settings.presentation)
        except BackpropError as error:
            # What is wrong with the problem is told at the problem; with the question, at the role.
            error.place = role.place if error.place is None else block.in_document(error.place)
            raise
        self.weaver.cache.put(key, made)
        return made


def _name_place(block: Block) -> Place:
    return next(option.place for option in reversed(block.written) if option.key in ("name", "label"))


def _set(text: str, block: Block) -> str:
    """The lines of a block where they stand: with the prefix of their list or quote, apart from their neighbours."""
    if not text:
        return ""
    end = "\r\n" if block.ends_with_return else "\n"
    empty = block.prefix.rstrip()
    lines = [block.prefix + line if line else empty for line in text.split("\n")]
    if block.follows:
        lines[0] = text.split("\n", 1)[0]
    before, after = block.apart
    return end.join([*([empty] if before else []), *lines, *([empty] if after else [])])
