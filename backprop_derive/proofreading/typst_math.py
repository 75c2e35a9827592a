"""Typst's mathematics as a layout, by Typst's own grammar: what stands between two dollars.

`a/b` is a fraction of what is next to the bar, parentheses around an operand or behind `_` and `^` are not shown, and a
word is a symbol, a function or an error. What is no part of this is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ..records import record
from .layout import (
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
from .tokens import MOST_TOKENS
from .typst_symbols import (
    ACCENT_WORDS,
    ALPHABETS,
    GAPS,
    GREEK_WORDS,
    OPERATORS,
    OTHER_ACCENTS,
    PLAIN,
    SHORTHANDS,
    SYMBOLS,
    character,
)  # fmt: skip

_TOKEN = re.compile(
    r"""
      (?P<blank>[\s\u200b]+|//[^\n]*|/\*.*?\*/)
    | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<escape>\\u\{[0-9A-Fa-f]{1,6}\}|\\\S)
    | (?P<line>\\)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<word>[^\W\d_][^\W_]+(?:\.[A-Za-z][A-Za-z0-9]*)*)
    | (?P<letter>[^\W\d_])
    | (?P<shorthand><==>|<-->|-->>|<<--|==>|<==|<=>|-->|<--|\|->|\|=>|->>|<<-|>->|<-<|<->|~~>|<~~|<<<|>>>|\.\.\.|::=
        |->|<-|<=|>=|=>|!=|:=|=:|<<|>>|~>|<~|\[\||\|\]|\|\||[-*~])
    | (?P<code>\#[\w.-]*)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTINUED = frozenset(("letter", "word", "string"))
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
_END = ("end", "", 0, 0)
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class _TooDeep(Exception):
    pass


@record
class Arguments:
    """What a function is called with: rows of arguments, and those by name."""

    rows: tuple[tuple[Layout, ...], ...]
    named: Mapping[str, Layout]

    @property
    def first(self) -> tuple[Layout, ...]:
        return self.rows[0]


def typst_formula(text: str, start: int, end: int) -> Layout:
    """The layout of a formula; one that is too deep or too long is refused as a whole."""
    parser = _Parser(text, start, end)
    if len(parser.tokens) > MOST_TOKENS * 4:
        return too_deep(start)
    try:
        return parser.row()
    except _TooDeep:
        return too_deep(start)


class _Parser:
    def __init__(self, text: str, start: int, end: int) -> None:
        self.tokens = [
            (match.lastgroup or "", match[0], match.start(), match.end()) for match in _TOKEN.finditer(text, start, end)
        ]
        self.position = self.depth = 0

    def peek(self, ahead: int = 0) -> tuple[str, str, int, int]:
        at = self.position + ahead
        return self.tokens[at] if at < len(self.tokens) else _END

    def at(self, *texts: str) -> bool:
        """Whether one of these signs comes next."""
        kind, text, _, _ = self.peek()
        return kind in ("sign", "shorthand") and text in texts

    def at_behind_blanks(self, *texts: str) -> bool:
        """The same, and the blanks before it are passed over where it does."""
        ahead = 0
        while self.peek(ahead)[0] == "blank":
            ahead += 1
        kind, text, _, _ = self.peek(ahead)
        if kind != "sign" or text not in texts:
            return False
        self.position += ahead
        return True

    # --- the grammar

    def row(self, *closers: str) -> Layout:
        """What stands side by side up to one of the closers."""
        parts: list[Layout] = []
        while self.peek()[0] != "end" and not (closers and self.at(*closers)):
            parts.append(self.fraction())
        return group(tuple(parts))

    def fraction(self) -> Layout:
        left, bars = self.attached(), 0
        while not is_blank(left) and self.at_behind_blanks("/"):
            self.position, bars = self.position + 1, bars + 1
            while self.peek()[0] == "blank":
                self.position += 1
            if self.peek()[0] == "end":
                return refused("/", *self.tokens[-1][2:])
            if bars > MOST_DEPTH:
                raise _TooDeep
            left = Stacked(_without_parentheses(left), _without_parentheses(self.attached()))
        return left

    def attached(self, stop: str = "") -> Layout:
        """An atom with what is attached to it; parentheses right behind a letter belong to it.

        `stop` is left to what this is itself attached to: in x_a^b, the power is one of x.
        """
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise _TooDeep
        kind = self.peek()[0]
        base = self.atom()
        if kind in _CONTINUED and self.at("(") and self.peek()[2] == self.tokens[self.position - 1][3]:
            attached: Layout = Group((base, self.attached(stop)))
        else:
            attached = self.with_scripts(base, stop)
        self.depth -= 1
        return attached

    def with_scripts(self, base: Layout, stop: str) -> Layout:
        below, above, primes = None, None, list[Layout]()
        while True:
            if self.at("'") and not (below or above):
                primes.append(Mark("'", *self.peek()[2:]))
                self.position += 1
            elif stop != "_" and below is None and self.at_behind_blanks("_"):
                below = self.script("^" if above is None else "")
            elif stop != "^" and above is None and self.at_behind_blanks("^"):
                above = self.script("_" if below is None else "")
            else:
                break
        if primes:
            above = group((*primes, *([above] if above is not None else [])))
        return base if below is None and above is None else Scripts(base, below, above)

    def script(self, stop: str) -> Layout:
        """What stands behind `_` or `^`."""
        self.position += 1
        while self.peek()[0] == "blank":
            self.position += 1
        if self.peek()[0] == "end":
            return refused("_ ^", *self.tokens[-1][2:])
        return _without_parentheses(self.attached(stop))

    def atom(self) -> Layout:
        kind, text, start, end = self.peek()
        self.position += 1
        match kind:
            case "blank":
                return Mark("" if self.is_behind_d() else " ", start, end)
            case "string":
                return words(_string(text), start + 1, end - 1)
            case "escape":
                return Mark(glyph(character(text)), start, end)
            case "line":
                return Mark(r" \\ ", start, end)
            case "number":
                return Mark(text, start, end)
            case "word":
                return self.word(text, start, end)
            case "shorthand":
                return signs(SHORTHANDS[text], start, end) if text in SHORTHANDS else refused(text, start, end)
            case "sign" if text in _OPENS:
                return self.delimited(text, start, end)
            case "sign" if text == "&":
                return Mark(" & ", start, end)
            case "sign" if text in "_^/":
                return refused(text, start, end)
            case "code":
                return refused(text, start, end)
        return Mark(glyph(text), start, end)

    def is_behind_d(self) -> bool:
        """Whether the blank just passed parts a d from a letter: `d x`, which only LaTeX can write as dx."""
        before = self.position - 2
        return before >= 0 and self.tokens[before][:2] == ("letter", "d") and self.peek()[0] in ("letter", "word")

    def delimited(self, text: str, start: int, end: int) -> Layout:
        """A bracket with what it holds; one that is never closed stands by itself."""
        inner = self.row(*_CLOSES)
        opened = Mark(glyph(text), start, end)
        if self.peek()[0] == "end":
            return Group((opened, inner))
        _, closed, at, stop = self.peek()
        self.position += 1
        return Group((opened, inner, Mark(glyph(closed), at, stop)))

    # --- words

    def word(self, name: str, start: int, end: int) -> Layout:
        if self.at("(") and self.peek()[2] == end:
            make = _FUNCTIONS.get(name)
            if make is not None or name in ACCENT_WORDS or name in ALPHABETS or name in PLAIN:
                return self.call(name, make, start, end)
            if name in OTHER_ACCENTS:
                return refused(f"{name}(", start, end)
        return _symbol(name, start, end)

    def call(self, name: str, make: Make | None, start: int, end: int) -> Layout:
        arguments = self.arguments()
        if arguments is None:
            return refused(f"{name}(", start, end)
        try:
            if make is not None:
                return make(arguments, start, end)
            (only,) = arguments.first
        except (ValueError, IndexError):
            return refused(f"{name}()", start, end)
        if len(arguments.rows) > 1 or arguments.named or name in PLAIN:
            return only if name in PLAIN and len(arguments.rows) == 1 else refused(f"{name}()", start, end)
        return Command(ACCENT_WORDS.get(name) or ALPHABETS[name], only)

    def arguments(self) -> Arguments | None:
        """What stands in the parentheses of a call; None where they are never closed."""
        self.position += 1
        rows: list[tuple[Layout, ...]] = []
        row: list[Layout] = []
        named: dict[str, Layout] = {}
        while True:
            name = self.name_of_argument()
            value = self.row(",", ";", ")")
            kind, sign, _, _ = self.peek()
            self.position += 1
            if kind == "end":
                return None
            if name:
                named[name] = value
            elif not is_blank(value) or sign == ",":
                row.append(value)
            if sign in ";)":
                rows += [tuple(row)] if row or not rows or sign == ";" else []
                row = []
            if sign == ")":
                return Arguments(tuple(rows), named)

    def name_of_argument(self) -> str:
        """The name before a colon, `delim:`, or "" of an argument without one."""
        while self.peek()[0] == "blank":
            self.position += 1
        kind, name, _, _ = self.peek()
        ahead = 1
        while self.peek(ahead)[:2] == ("sign", "-") or self.peek(ahead)[:2] == ("shorthand", "-"):
            name += "-" + self.peek(ahead + 1)[1]
            ahead += 2
        if kind not in ("word", "letter") or self.peek(ahead)[:2] != ("sign", ":"):
            return ""
        self.position += ahead + 1
        return name


def _without_parentheses(layout: Layout) -> Layout:
    if isinstance(layout, Group) and len(layout.parts) == 3 and latex_of(layout.parts[0]) == "(":
        return layout.parts[1] if latex_of(layout.parts[2]) == ")" else layout
    return layout


def _string(literal: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), literal[1:-1])


def _symbol(name: str, start: int, end: int) -> Layout:
    if name in SYMBOLS:
        return signs(SYMBOLS[name], start, end)
    if name in GAPS:
        return Mark(r"\quad ", start, end)
    if name in GREEK_WORDS or name.removesuffix(".alt") in GREEK_WORDS:
        return Mark("\\" + name.removesuffix(".alt"), start, end)
    if name in OPERATORS:
        return Command("operatorname", Mark(name, start, end))
    return refused(name, start, end)


# --- functions

Make = Callable[[Arguments, int, int], Layout]


def _one_row(arguments: Arguments, *known: str) -> tuple[Layout, ...]:
    """The arguments of a call that has one row. Raises ValueError for more, and for a name that is not known."""
    if len(arguments.rows) != 1 or arguments.named.keys() - set(known):
        raise ValueError
    return arguments.first


def _fraction(arguments: Arguments, start: int, end: int) -> Layout:
    above, below = _one_row(arguments, "style")
    return Stacked(above, below)


def _root(arguments: Arguments, start: int, end: int) -> Layout:
    *degree, inner = _one_row(arguments)
    if not degree:
        return Command("sqrt", inner)
    (of,) = degree
    return Group((Mark(r"\sqrt[", start, start), of, Mark("]{", start, start), inner, Mark("}", start, start)))


def _square_root(arguments: Arguments, start: int, end: int) -> Layout:
    (inner,) = _one_row(arguments)
    return Command("sqrt", inner)


_OF_TABLES = frozenset(("delim", "gap", "row-gap", "column-gap", "align"))


def _fenced_table(rows: tuple[tuple[Layout, ...], ...], arguments: Arguments, start: int, end: int) -> Layout:
    if arguments.named.keys() - _OF_TABLES or not rows:
        raise ValueError
    table = Table("matrix", rows)
    opens = _delimiter(arguments.named.get("delim"))
    if opens == "":
        return table
    return Group((Mark(glyph(opens), start, end), table, Mark(glyph(_BRACKETS[opens]), start, end)))


def _delimiter(shown: Layout | None) -> str:
    """The bracket that a table asks for, "" for none. Raises ValueError for another one."""
    if shown is None:
        return "("
    shown = alone(shown)
    parts = [latex_of(part) for part in shown.parts] if isinstance(shown, Group) else [latex_of(shown)]
    said = "".join(parts).replace(r"\text{", "").replace(r"\refused{#none}", "none").strip("} ")
    if said == "none":
        return ""
    if said[:1] not in ("(", "["):
        raise ValueError
    return said[0]


def _matrix(arguments: Arguments, start: int, end: int) -> Layout:
    return _fenced_table(arguments.rows, arguments, start, end)


def _vector(arguments: Arguments, start: int, end: int) -> Layout:
    if len(arguments.rows) != 1:
        raise ValueError
    return _fenced_table(tuple((entry,) for entry in arguments.first), arguments, start, end)


def _cases(arguments: Arguments, start: int, end: int) -> Layout:
    return Table("cases", tuple((row,) for row in _one_row(arguments, "gap")))


def _operator(arguments: Arguments, start: int, end: int) -> Layout:
    (name,) = _one_row(arguments, "limits")
    marks = name.parts if isinstance(name, Group) else ()
    if len(marks) != 3 or not isinstance(marks[1], Mark):
        raise ValueError
    return Command("operatorname", marks[1])


def _attach(arguments: Arguments, start: int, end: int) -> Layout:
    (base,) = _one_row(arguments, "t", "b", "tr", "br")
    named = arguments.named
    return Scripts(base, named.get("b") or named.get("br"), named.get("t") or named.get("tr"))


def _class(arguments: Arguments, start: int, end: int) -> Layout:
    """The comma of a decimal fraction is one of another class; of all else the class is a matter of gaps."""
    _, shown = _one_row(arguments)
    return Mark("{,}", start, end) if latex_of(shown) == "," else alone(shown)


def _between(opens: str, closes: str) -> Make:
    def make(arguments: Arguments, start: int, end: int) -> Layout:
        (inner,) = _one_row(arguments, "size")
        return Group((Mark(opens, start, end), inner, Mark(closes, start, end)))

    return make


def _scaled(arguments: Arguments, start: int, end: int) -> Layout:
    (inner,) = _one_row(arguments, "size")
    return inner


def _accent(arguments: Arguments, start: int, end: int) -> Layout:
    inner, accent = _one_row(arguments, "size")
    name = {glyph(SYMBOLS["arrow"]).strip(): "vec"}.get(latex_of(accent), "")
    if not name:
        raise ValueError
    return Command(name, inner)


_FUNCTIONS: Mapping[str, Make] = {
    "frac": _fraction, "sqrt": _square_root, "root": _root, "mat": _matrix, "vec": _vector, "cases": _cases,
    "op": _operator, "attach": _attach, "class": _class, "abs": _between("|", "|"), "norm": _between(r"\|", r"\|"),
    "floor": _between(r"\lfloor ", r"\rfloor "), "lr": _scaled, "mid": _scaled, "accent": _accent,
}  # fmt: skip
