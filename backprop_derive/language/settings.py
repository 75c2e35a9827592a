"""The optional lines: title, parameters, learning rate, updates, rounding."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ProblemError, shorten
from ..limits import Limits
from ..syntax.expression import Expr, ListOf
from ..syntax.parser import parse_expression
from ..syntax.source import Source
from .lines import BLANK, Line
from .prose import clean_text
from .questions import read_names
from .scalars import VALUES, checked

_WRITTEN = {
    "title": "Title", "parameters": "Parameters", "learning rate": "Learning rate", "updates": "Updates",
    "round": "Round",
}  # fmt: skip


class Settings:
    """The optional lines of one problem, each of which may stand once."""

    def __init__(self, source: Source, lines: list[Line], limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.lines: dict[str, Line] = {}
        for line in lines:
            kind = "learning rate" if line.kind == "lr" else line.kind
            if kind not in _WRITTEN:
                continue
            if kind in self.lines:
                first = source.number_of(self.lines[kind].start)
                raise ProblemError(
                    f"{_WRITTEN[kind]} stands twice, already in line {first}",
                    place=source.place(line.start), expected=f"one {_WRITTEN[kind]} line", hint="delete one of them",
                )  # fmt: skip
            self.lines[kind] = line

    @property
    def has_rate(self) -> bool:
        return "learning rate" in self.lines

    def title(self) -> str:
        line = self.lines.get("title")
        if line is None:
            return ""
        text = clean_text(self.source, line.start, line.end)
        self.limits.check("title", len(text), "the length of the title", self.source.place(line.start))
        return text

    def learning_rate(self) -> Expr | None:
        line = self.lines.get("learning rate")
        if line is None:
            return None
        try:
            rate = parse_expression(self.source, line.start, line.end, VALUES, self.limits)
            if isinstance(rate, ListOf):
                raise ProblemError("the learning rate is a single number", place=self.source.place(line.start))
            return checked(rate, "the learning rate", self.source.place(line.start), self.limits)
        except ProblemError as error:
            error.expected = "the learning rate as a number, such as 0.5 or 1/4"
            error.hint = "Learning rate: 0.5"
            raise

    def updates(self) -> int:
        """How many updates: one where only a rate is given, none without a rate."""
        number = self.whole_number("updates", "updates")
        if number is not None and not self.has_rate:
            raise ProblemError(
                "Updates stands without a learning rate", place=self.source.place(self.lines["updates"].start),
                expected="how far an update goes, on a line of its own", hint="Learning rate: 0.1",
            )  # fmt: skip
        return int(self.has_rate) if number is None else number

    def round_to(self) -> int | None:
        return self.whole_number("round", "digits")

    def whole_number(self, kind: str, limit: str) -> int | None:
        line = self.lines.get(kind)
        if line is None:
            return None
        text = self.source.text[line.start : line.end].split("#", 1)[0].strip(BLANK)
        place = self.source.place(line.start)
        if not (text.isascii() and text.isdigit()):
            found = f"{_WRITTEN[kind]} is {shorten(text)}, not a whole number" if text else f"{_WRITTEN[kind]} is empty"
            raise ProblemError(found, place=place, expected="a whole number", hint=f"{_WRITTEN[kind]}: 4")
        number = int(text[:18])  # more digits than a limit will ever have are cut
        self.limits.check(limit, number, _WRITTEN[kind], place)
        return number

    def parameters(self, spelled: Mapping[str, str], givens: frozenset[str]) -> tuple[str, ...]:
        line = self.lines.get("parameters")
        if line is None:
            return ()
        named = read_names(self.source, line.start, line.end, spelled, self.limits)
        for key, place in named.items():
            if key not in givens:
                raise ProblemError(
                    f"{spelled[key]} is a step, not a given that could be learned",
                    place=place, expected="givens of the problem",
                )  # fmt: skip
        return tuple(named)
