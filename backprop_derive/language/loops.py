"""`for t in 1..3:` written out: the steps below it once for each value of t, as notes unroll a network.

Within the loop, `h_t` is the name of this step of time, `h_{t-1}` or `h_(t-1)` that of the one before, and `x[t]` an
index.
"""

from __future__ import annotations

import re

from ..errors import ProblemError
from ..limits import Limits
from ..records import record
from ..syntax.source import Source

_FOR = re.compile(r"(\s*)for\s+(\w+)\s+in\b\s*(.*?)\s*:(.*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,9})\s*(?:\.\.|…|to)\s*(\d{1,9})")


@record
class _Loop:
    """A loop's variable, its values, and the lines below it with their numbers."""

    variable: str
    values: range
    body: tuple[tuple[int, str], ...]

    def lines(self) -> list[tuple[int, str]]:
        return [(number, _at(line, self.variable, value)) for value in self.values for number, line in self.body]


def unrolled(source: Source, limits: Limits) -> Source:
    """The text with every loop written out; its lines keep the numbers of those that they come from.

    Raises ProblemError for a loop that cannot be read, LimitError for one with too many steps.
    """
    if not re.search(r"^\s*for\s", source.text, re.IGNORECASE | re.MULTILINE):
        return source
    lines = source.text.split("\n")
    written: list[tuple[int, str]] = []
    position = 0
    while position < len(lines):
        match = _FOR.fullmatch(lines[position].split("#", 1)[0].rstrip())
        if match is None or not _is_loop(match):
            written.append((position + 1, lines[position]))
            position += 1
            continue
        loop, position = _read(source, lines, position, match)
        limits.check("steps", len(loop.values) * len(loop.body), "the number of steps of a loop")
        written += loop.lines()
    return Source(source.name, "\n".join(line for _, line in written), numbers=tuple(number for number, _ in written))


def _is_loop(match: re.Match[str]) -> bool:
    """Whether a line that begins with `for` is a loop and no sentence."""
    return bool(match[4].strip()) or _RANGE.fullmatch(match[3]) is not None


def _read(source: Source, lines: list[str], position: int, match: re.Match[str]) -> tuple[_Loop, int]:
    """The loop that begins at a line, and the position of the line behind it."""
    start = sum(len(line) + 1 for line in lines[:position])
    bounds = _RANGE.fullmatch(match[3])
    if bounds is None:
        raise ProblemError(
            f"{match[3]} is no range of numbers", place=source.place(start + match.start(3)),
            expected="a first and a last value", hint=f"for {match[2]} in 1..3:",
        )  # fmt: skip
    values = range(int(bounds[1]), int(bounds[2]) + 1)
    if match[4].strip():
        return _Loop(match[2], values, ((position + 1, match[4].strip()),)), position + 1
    body = []
    below = position + 1
    while below < len(lines) and (not lines[below].strip() or _indent(lines[below]) > len(match[1])):
        if lines[below].strip():
            body.append((below + 1, lines[below].strip()))
        below += 1
    if not body:
        raise ProblemError(
            "the loop holds no step", place=source.place(start + len(match[1])),
            expected="indented lines below it, or a step behind its colon",
        )  # fmt: skip
    return _Loop(match[2], values, tuple(body)), below


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _at(line: str, variable: str, value: int) -> str:
    """The line at one value of the loop's variable: `h_t`, `h_{t-1}`, `x[t - 1]`, and t itself."""
    v = re.escape(variable)

    def subscript(match: re.Match[str]) -> str:
        return f"_{value + _offset(match[1])}"

    line = re.sub(rf"_[{{(]\s*{v}\s*((?:[-+]\s*\d+)?)\s*[}})]", subscript, line)
    line = re.sub(rf"_{v}(?![A-Za-z0-9])", f"_{value}", line)
    line = re.sub(rf"(?<=[\[:,])\s*{v}\s*((?:[-+]\s*\d+)?)(?=\s*[\]:,])", lambda m: str(value + _offset(m[1])), line)
    return re.sub(rf"(?<![\w'.]){v}(?![\w'^(]|\s*=)", str(value), line)


def _offset(text: str) -> int:
    return int("".join(text.split()) or "0")
