"""A problem under way: givens and steps in the order of the code, each under a name that the language can have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NoReturn

from ..errors import Place, ProblemError
from ..indexed.shape import Shape, shape_of, written_shape
from ..ops.table import CALLABLE
from ..syntax.expression import Expr, ListOf, Name, Negate, Number, names_in
from ..syntax.names import canonical
from ..syntax.written import written

# What begins a line of the language, or is a constant or a word of it.
_RESERVED = {
    "given", "find", "title", "parameters", "parameter", "updates", "update", "round", "vary", "require", "lr", "for",
    "pi", "e", "inf", "nan", "none", "true", "false", "wrt",
}  # fmt: skip
_NO_LETTER = re.compile(r"[^A-Za-z0-9_α-ωΑ-Ω]")
_LONGEST_NAME = 60
LONGEST_INTEGER = 3_322  # bits of a whole number that code computes, about a thousand digits


@dataclass
class Draft:
    """Collects a problem. `source` and `lines` are the code's, for the places of errors."""

    source: str = "the code"
    lines: Sequence[str] = ()
    givens: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    wanted: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    operands: dict[str, set[str]] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    line: int = 0
    _keys: set[str] = field(default_factory=set)
    _last: dict[str, int] = field(default_factory=dict)  # the number that each word has come to

    # --- names

    def fresh(self, name: str) -> str:
        """A name of the language for one of the code, its own where that is free: x, then x_2, x_3."""
        word = _NO_LETTER.sub("_", name).strip("_") or "v"
        word = re.sub(r"__+", "_", word)[:_LONGEST_NAME]
        word = word if word[0].isalpha() else f"v_{word}"
        if word in CALLABLE or word.lower() in _RESERVED:
            word = f"{word}_1"
        number = self._last.get(word, 1)
        candidate = word if number == 1 else f"{word}_{number}"
        while canonical(candidate) in self._keys:
            number += 1
            candidate = f"{word}_{number}"
        self._last[word] = number
        self._keys.add(canonical(candidate))
        return candidate

    # --- statements

    def given(self, name: str, value: Any = None, shape: Shape | None = None, *, wanted: bool = False) -> Name:
        """A given under a name made of `name`; `value` is nested lists of numbers. It is written where it is used."""
        word = self.fresh(name)
        key = canonical(word)
        if value is not None:
            self.givens[key] = f"{word} = {value_text(value)}"
            self.shapes[key] = nested_shape(value)
        else:
            self.givens[key] = f"{word}: {written_shape(shape)}" if shape else word
            self.shapes[key] = shape or ()
        if isinstance(value, int) and not isinstance(value, bool):
            self.whole[key] = value
        if wanted:
            self.wanted.append(key)
        return Name(key)

    def step(self, name: str, expr: Expr) -> Name:
        """A step under a name made of `name`. Raises ProblemError where its shapes do not fit."""
        word = self.fresh(name)
        key = canonical(word)
        try:
            self.shapes[key] = shape_of(expr, self.shapes)
        except ProblemError as error:
            self.refuse(error.found, error.expected)
        self.operands[key] = set(names_in(expr))
        self.used |= self.operands[key]
        self.steps.append((word, written(expr)))
        return Name(key)

    def shape(self, expr: Expr) -> Shape:
        """The shape of an expression. Raises ProblemError with the place in the code."""
        try:
            return shape_of(expr, self.shapes)
        except ProblemError as error:
            self.refuse(error.found, error.expected)

    def refuse(self, found: str, expected: str | None = None, hint: str | None = None) -> NoReturn:
        """Raise a ProblemError at the line of the code that is being read."""
        text = self.lines[self.line - 1].rstrip("\n") if 0 < self.line <= len(self.lines) else ""
        column = len(text) - len(text.lstrip()) + 1
        place = Place(self.source, self.line, column, text) if text else None
        raise ProblemError(found, place=place, expected=expected, hint=hint)

    # --- the whole

    def keep_needed(self, keys: Iterable[str]) -> None:
        """Drop the steps that none of these depends on, as the state that an LSTM returns and nobody takes."""
        needed: set[str] = set()
        open_keys = list(keys)
        while open_keys:
            key = open_keys.pop()
            if key not in needed:
                needed.add(key)
                open_keys.extend(self.operands.get(key, ()))
        self.steps = [(word, text) for word, text in self.steps if canonical(word) in needed]
        self.used &= needed

    def text(self, loss: Name, wanted: Iterable[str] = (), title: str = "") -> str:
        """The problem's text: givens that are used, steps, and what is asked."""
        self.used.add(loss.key)
        lines = [f"Title: {title}"] if title else []
        lines += [f"> {note}" for note in self.notes]
        lines += [f"Given {line}" for key, line in self.givens.items() if key in self.used]
        lines += [f"{word} = {expression}" for word, expression in self.steps]
        asked = [key for key in (wanted or self.wanted) if key in self.used and key != loss.key]
        if asked:
            lines.append("Find " + ", ".join(f"d({loss.key})/d({key})" for key in asked))
        elif self.steps and canonical(self.steps[-1][0]) != loss.key:
            lines.append(f"Find grad of {loss.key}")
        return "\n".join(lines) + "\n"


def number(value: float | int | bool) -> Expr:
    """A number as the code has it, exactly: 0.1 is 1/10. Raises ProblemError for what is none, or far too long."""
    if not isinstance(value, int) and not math.isfinite(value):
        raise ProblemError(f"the code has the number {value}", expected="numbers that are finite")
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER:
        raise ProblemError("the code has a whole number of more than a thousand digits", expected="smaller numbers")
    text = str(int(value)) if isinstance(value, bool | int) else repr(float(value))
    if text.endswith(".0"):
        text = text[:-2]
    if text.startswith("-"):
        return Negate(Number(Fraction(text[1:]), _spelled(text[1:])))
    return Number(Fraction(text), _spelled(text))


def _spelled(text: str) -> str:
    """`1e-05` as people write it."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def value_text(value: Any) -> str:
    """Nested lists of numbers as the language writes them."""
    return written(as_expr(value))


def as_expr(value: Any) -> Expr:
    """Nested lists of numbers as an expression."""
    if isinstance(value, list | tuple):
        return ListOf(tuple(map(as_expr, value)))
    return number(value)


def nested_shape(value: Any) -> Shape:
    """The shape of nested lists."""
    return (len(value), *nested_shape(value[0])) if isinstance(value, list | tuple) and value else ()
