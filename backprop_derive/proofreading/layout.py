"""Formulas as they are laid out, in MathML or Typst, and their LaTeX, which the proof-reader reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from ..errors import shorten
from ..records import record
from ..syntax.names import GREEK_NAME
from .transcript import Transcript

MOST_DEPTH = 60

GLYPHS = {
    "−": "-", "⋅": r"\cdot ", "·": r"\cdot ", "∙": r"\cdot ", "×": r"\times ", "∗": r"\ast ", "÷": r"\div ",
    "⊙": r"\odot ", "∘": r"\circ ", "≈": r"\approx ", "≃": r"\simeq ", "≐": r"\doteq ", "←": r"\leftarrow ",
    "→": r"\to ", "⟶": r"\to ", "≤": r"\le ", "⩽": r"\le ", "≥": r"\ge ", "⩾": r"\ge ", "≠": r"\ne ", "∈": r"\in ",
    "≡": r"\equiv ", "≔": ":=", "∑": r"\sum ", "∂": r"\partial ", "𝜕": r"\partial ", "∇": r"\nabla ", "⊤": r"\top ",
    "⊺": r"\top ", "′": "'", "″": "''", "‴": "'''", "{": r"\{", "}": r"\}", "‖": r"\|", "∥": r"\|", "∣": "|",
    "⌊": r"\lfloor ", "⌋": r"\rfloor ", "…": r"\ldots ", "⋯": r"\cdots ", "⋮": r"\vdots ", "⋱": r"\ddots ",
    "⇒": r"\Rightarrow ", "⟹": r"\Rightarrow ", "⇔": r"\iff ", "⟺": r"\iff ", "∴": r"\therefore ",
    "ℝ": r"\mathbb{R}", "\u2061": "", "\u2062": " ", "\u2063": "",
}  # fmt: skip
ACCENTS = {
    "ˆ": "hat", "^": "hat", "̂": "hat", "¯": "bar", "‾": "bar", "ˉ": "bar", "̄": "bar", "_": "bar", "―": "bar",
    "˜": "tilde", "~": "tilde", "̃": "tilde", "˙": "dot", ".": "dot", "̇": "dot", "→": "vec", "⃗": "vec",
}  # fmt: skip
_LIVE = frozenset("\\%$#&_^~")
_ALPHANUMERIC = range(0x1D400, 0x1D800)
_PLACE_BELOW = frozenset(r"\sum \max \min".split())


@record
class Mark:
    """LaTeX that stands for start..end of the source."""

    latex: str
    start: int
    end: int


@record
class Group:
    """What stands side by side."""

    parts: tuple[Layout, ...]


@record
class Stacked:
    """A fraction."""

    above: Layout
    below: Layout


@record
class Scripts:
    """A base with what stands below and above behind it."""

    base: Layout
    below: Layout | None
    above: Layout | None


@record
class Command:
    """A command of LaTeX with its argument: a root, an accent, letters of another kind."""

    name: str
    inner: Layout


@record
class Table:
    """Rows of cells: a matrix, cases, or, without an environment, the lines of a display."""

    environment: str
    rows: tuple[tuple[Layout, ...], ...]


Layout = Mark | Group | Stacked | Scripts | Command | Table


def refused(what: str, start: int, end: int) -> Mark:
    """What is not understood, which the reader of LaTeX will say by its name."""
    shown = "".join("\ufffd" if c in "{}\\" else c for c in shorten(what))
    return Mark(rf"\refused{{{shown}}}", start, end)


def too_deep(start: int) -> Mark:
    """A formula that is refused as a whole."""
    return Mark(r"\refused{}", start, start + 1)


def glyph(c: str) -> str:
    """The LaTeX of one character of a formula."""
    if c in GLYPHS:
        return GLYPHS[c]
    if c in GREEK_NAME:
        return "\\" + GREEK_NAME[c]
    if c in _LIVE:
        return rf"\refused{{{c if c != chr(92) else 'U+005C'}}}"
    if ord(c) in _ALPHANUMERIC:
        plain = unicodedata.normalize("NFKC", c)
        if plain in GLYPHS or plain in GREEK_NAME:
            return glyph(plain)
        return rf"\mathbf{{{plain}}}" if "BOLD" in unicodedata.name(c, "") else plain
    return " " if unicodedata.category(c) == "Zs" or c in "\t\n\r\f" else c


def signs(text: str, start: int, end: int) -> Layout:
    """Characters of a formula, each a sign of its own; start..end is where they all were found."""
    if len(text) == end - start:
        return group(tuple(Mark(glyph(c), start + k, start + k + 1) for k, c in enumerate(text)))
    return group(tuple(Mark(glyph(c), start, end) for c in text))


def words(text: str, start: int, end: int) -> Layout:
    """Words within a formula, or a name of several letters."""
    if not text.strip():
        return Mark(" ", start, end)
    shown = "".join(r"\_" if c == "_" else "\ufffd" if c in "{}\\" else c for c in text)
    return group((Mark(r"\text{", start, start), Mark(shown, start, end), Mark("}", end, end)))


def group(parts: tuple[Layout, ...]) -> Layout:
    """What stands side by side; what stands alone is itself."""
    return parts[0] if len(parts) == 1 else Group(parts)


def alone(layout: Layout) -> Layout:
    """What a layout comes down to where blanks and empty groups do not count."""
    while isinstance(layout, Group):
        parts = [part for part in layout.parts if not is_blank(part)]
        if len(parts) != 1:
            return layout
        layout = parts[0]
    return layout


def is_blank(layout: Layout) -> bool:
    if isinstance(layout, Group):
        return all(map(is_blank, layout.parts))
    return isinstance(layout, Mark) and not layout.latex.strip()


def latex_of(layout: Layout | None) -> str:
    """What a mark says, "" of anything else."""
    found = alone(layout) if layout is not None else None
    return found.latex.strip() if isinstance(found, Mark) else ""


# --- their LaTeX


def write(layout: Layout, into: Transcript) -> None:
    """Put the LaTeX of a layout into a transcript, each sign with its place."""
    match layout:
        case Mark(latex, start, end):
            into.add_math(latex, start, end)
        case Group(parts):
            for part in parts:
                write(part, into)
        case Stacked(above, below):
            _in_braces(r"\frac", above, into)
            _in_braces("", below, into)
        case Command(name, inner):
            _in_braces(f"\\{name}", inner, into)
        case Scripts(base, below, above):
            _base(base, below, into)
            if below is not None:
                _in_braces("_", below, into)
            if above is not None:
                _above(above, into)
        case Table(environment, rows):
            _table(environment, rows, into)


def _in_braces(before: str, layout: Layout, into: Transcript) -> None:
    at = _begins(layout)
    into.add_math(before + "{", at, at)
    write(layout, into)
    at = _ends(layout)
    into.add("}", at, at)


def _above(above: Layout, into: Transcript) -> None:
    """Primes, which LaTeX writes without a sign, and the power behind them."""
    parts = above.parts if isinstance(above, Group) else (above,)
    k = 0
    while k < len(parts) and (is_blank(parts[k]) or set(latex_of(parts[k])) == {"'"}):
        write(parts[k], into)
        k += 1
    if k < len(parts):
        _in_braces("^", group(parts[k:]), into)


def _base(base: Layout, below: Layout | None, into: Transcript) -> None:
    base = alone(base)
    if not isinstance(base, Group):
        if isinstance(base, Mark | Command) or _is_script_of_sum(base):
            write(base, into)
        else:
            _in_braces("", base, into)
        return
    *inner, last = base.parts
    if below is not None and latex_of(last) == "|" and not any(latex_of(part) == "|" for part in inner):
        at = _begins(base)  # a value at a point, or what is held fixed
        into.add_math(r"\left.", at, at)
        write(group(tuple(inner)), into)
        into.add(r"\right|", _begins(last), _ends(last))
    elif _is_text(base) or _is_fenced(base.parts):
        write(base, into)
    else:
        _in_braces("", base, into)


def _is_text(base: Group) -> bool:
    return latex_of(base.parts[0]) == r"\text{"


def _is_fenced(parts: tuple[Layout, ...]) -> bool:
    """Whether parentheses or brackets stand around all of it."""
    depth = 0
    for k, part in enumerate(parts):
        sign = latex_of(part.base if isinstance(part, Scripts) else part)
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if depth == 0:
            return k == len(parts) - 1 and k > 0
    return False


def _is_script_of_sum(base: Layout) -> bool:
    return isinstance(base, Scripts) and latex_of(base.base) in _PLACE_BELOW


def _table(environment: str, rows: tuple[tuple[Layout, ...], ...], into: Transcript) -> None:
    at = next((_begins(cell) for row in rows for cell in row), 0)
    if environment:
        into.add_math(rf"\begin{{{environment}}}", at, at)
    for k, row in enumerate(rows):
        if k:
            into.add(r" \\ ", at, at)
        for j, cell in enumerate(row):
            at = _begins(cell) or at
            if j:
                into.add(" & ", at, at)
            write(cell, into)
    if environment:
        into.add_math(rf"\end{{{environment}}}", at, at)


def _begins(layout: Layout) -> int:
    return next((mark.start for mark in _marks(layout)), 0)


def _ends(layout: Layout) -> int:
    return next((mark.end for mark in _marks(layout, True)), 0)


def _marks(layout: Layout, is_backward: bool = False) -> Iterator[Mark]:
    """The marks in their order, or from the last one on."""
    if isinstance(layout, Mark):
        yield layout
        return
    parts = _inside(layout)
    for part in reversed(parts) if is_backward else parts:
        yield from _marks(part, is_backward)


def _inside(layout: Layout) -> Sequence[Layout]:
    match layout:
        case Group(parts):
            return parts
        case Stacked(first, second):
            return first, second
        case Command(_, inner):
            return (inner,)
        case Scripts(base, below, above):
            return [part for part in (base, below, above) if part is not None]
        case Table(_, rows):
            return [cell for row in rows for cell in row]
    return ()
