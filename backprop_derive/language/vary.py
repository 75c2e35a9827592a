"""Vary lines: `Vary x in 1..5, w in -3..3 except 0`, `Vary b in -1..1 step 1/2`, `Vary act in {sigmoid, tanh}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ..errors import Place, ProblemError, shorten
from ..limits import Limits
from ..ops.table import CALLABLE, operation
from ..syntax.expression import Expr, Negate, Number, Quotient
from ..syntax.names import canonical
from ..syntax.parser import parse_expression
from ..syntax.source import Source
from ..variation import Varied, VariedFunction, VariedNumber
from .lines import BLANK, Line
from .scalars import VALUES, checked, scalar_expression

_NAME = re.compile(r"[^\W\d_][\w'′″]*\^?")
_IN = re.compile(r"(?:\bin\b|∈)")
_SEPARATOR = re.compile(r"[,;{}()\[\]]|\band\b")
_EXCEPT = re.compile(r"\b(?:except|but not|without)\b", re.IGNORECASE)
_STEP = re.compile(r"\b(?:step|in steps of|by)\b", re.IGNORECASE)
_RANGE = re.compile(r"\.\.\.?|…")
_EXAMPLE = "Vary x in 1..5, w in -3..3 except 0"


def read_varied(source: Source, line: Line, limits: Limits) -> list[Varied]:
    """The items of one Vary line. Raises ProblemError, LimitError."""
    code = source.text[line.start : line.end].split("#", 1)[0].rstrip(BLANK + ".")
    end = line.start + len(code)
    if not code.strip(BLANK):
        raise ProblemError(
            "Vary names nothing", place=source.place(line.start), expected="names and what they may be",
            hint=_EXAMPLE,
        )  # fmt: skip
    return [each for start, stop in _items(source, line.start, end) for each in _item(source, start, stop, limits)]


def _items(source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each `names in …` begins and ends: at a comma or an `and` outside of brackets, before the next names."""
    begins, has_domain = start, False
    stop = start
    for first, last in _parts(source.text, start, end):
        part = source.text[first:last]
        opens = _IN.search(part) is not None
        if has_domain and (opens or _NAME.fullmatch(part)):
            yield begins, stop
            begins, has_domain = first, False
        has_domain |= opens
        stop = last
    if not has_domain:
        raise ProblemError(
            f"unexpected {shorten(source.text[begins:end])!r}", place=source.place(begins),
            expected="a name, `in`, and a range or a set", hint=_EXAMPLE,
        )  # fmt: skip
    yield begins, stop


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands between commas, semicolons and `and`, without the blanks around it."""
    depth, first = 0, start
    for sign in _SEPARATOR.finditer(text, start, end):
        depth += (sign[0] in "{([") - (sign[0] in "})]")
        if depth == 0 and sign[0] not in "{([})]":
            yield from _part(text, first, sign.start())
            first = sign.end()
    yield from _part(text, first, end)


def _part(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    inner = text[start:end].strip(BLANK)
    if inner:
        first = text.index(inner, start)
        yield first, first + len(inner)


def _item(source: Source, start: int, stop: int, limits: Limits) -> list[Varied]:
    text = source.text[start:stop]
    found = _IN.search(text)
    assert found is not None
    words = [text[first:last] for first, last in _parts(text, 0, found.start())]
    place, body = source.place(start), start + found.end()
    for word in words:
        if not _NAME.fullmatch(word):
            raise ProblemError(
                f"{shorten(word)!r} is no name", place=place, expected="names before `in`", hint=_EXAMPLE
            )
    if not words:
        raise ProblemError("no name stands before `in`", place=place, expected="a name", hint=_EXAMPLE)
    if (operations := _operations(source, body, stop)) is not None:
        return [
            VariedFunction(word, operations, f"{word} in {source.text[body:stop].strip(BLANK)}", place)
            for word in words
        ]
    values = _values(source, body, stop, place, limits)
    return [
        VariedNumber(canonical(word), word, values, f"{word} in {source.text[body:stop].strip(BLANK)}", place)
        for word in words
    ]


def _operations(source: Source, start: int, stop: int) -> tuple[str, ...] | None:
    """The operations of a set whose members are all words, `{sigmoid, tanh}`; None for anything else."""
    text = source.text[start:stop].strip(BLANK)
    if not (text.startswith("{") and text.endswith("}")):
        return None
    words = [word.strip(BLANK) for word in text[1:-1].split(",")]
    if not all(re.fullmatch(r"[^\W\d]\w*", word) and word not in ("pi", "e") for word in words):
        return None
    for word in words:
        if word not in CALLABLE or operation(CALLABLE[word]).required != 1:
            raise ProblemError(
                f"{word} is no function of one argument", place=source.place(start + text.index(word)),
                expected="operations such as sigmoid, tanh, relu", hint="{sigmoid, tanh, relu}",
            )  # fmt: skip
    return tuple(dict.fromkeys(CALLABLE[word] for word in words))


def _values(source: Source, start: int, stop: int, place: Place, limits: Limits) -> tuple[Expr, ...]:
    """What a number may be, each value once, in the order of the range or the set."""
    parted = _EXCEPT.search(source.text, start, stop)
    domain_end = parted.start() if parted else stop
    values = list(_domain(source, start, domain_end, limits))
    if parted:
        text = source.text[parted.end() : stop].strip(BLANK + "{}")
        first = source.text.index(text, parted.end()) if text else stop
        left_out = {_fraction(value) for value in _set(source, first, first + len(text), limits)}
        values = [value for value in values if _fraction(value) not in left_out]
    unique = {_fraction(value) or value: value for value in reversed(values)}
    if not unique:
        raise ProblemError(
            "nothing is left for this name to be", place=place, expected="a range or a set with a value in it"
        )
    return tuple(reversed(unique.values()))


def _domain(source: Source, start: int, stop: int, limits: Limits) -> Iterator[Expr]:
    text = source.text[start:stop]
    blank = len(text) - len(text.lstrip(BLANK))
    inner = text.strip(BLANK)
    start += blank
    if inner.startswith("{"):
        if not inner.endswith("}"):
            raise ProblemError("'{' is never closed", place=source.place(start), expected="'}' behind the last value")
        yield from _set(source, start + 1, start + len(inner) - 1, limits)
        return
    dots = _RANGE.search(source.text, start, stop)
    if dots is None:
        raise ProblemError(
            f"{shorten(inner) or 'nothing'} is neither a range nor a set", place=source.place(start),
            expected="a range such as 1..5, or a set such as {1, 2, 1/2}", hint=_EXAMPLE,
        )  # fmt: skip
    yield from _range(source, start, dots, stop, limits)


def _range(source: Source, start: int, dots: re.Match[str], stop: int, limits: Limits) -> Iterator[Expr]:
    """From the first value to the last by the step, 1 where none is written; decimals where the line has some."""
    stepped = _STEP.search(source.text, dots.end(), stop)
    last_end = stepped.start() if stepped else stop
    first, last = _bound(source, start, dots.start(), limits), _bound(source, dots.end(), last_end, limits)
    step = _bound(source, stepped.end(), stop, limits) if stepped else Fraction(1)
    if step <= 0 or first > last:
        raise ProblemError(
            "the range holds no value", place=source.place(start), expected="a first value that is at most the last",
            hint=f"{shorten(source.text[dots.end() : last_end].strip(BLANK))}..{source.text[start : dots.start()]}",
        )  # fmt: skip
    limits.check("domain", int((last - first) / step) + 1, "the number of values of a range", source.place(start))
    decimals = "." in source.text[start : dots.start()] + source.text[dots.end() : stop]
    for k in range(int((last - first) / step) + 1):
        yield written_number(first + k * step, decimals)


def _bound(source: Source, start: int, stop: int, limits: Limits) -> Fraction:
    value = _number(source, start, stop, limits)
    exact = _fraction(value)
    if exact is None:
        raise ProblemError(
            "the bounds of a range are rational numbers", place=source.place(start),
            expected="a number such as -3 or 1/2", hint="{sqrt(2), pi} for a set of other values",
        )  # fmt: skip
    return exact


def _set(source: Source, start: int, stop: int, limits: Limits) -> Iterator[Expr]:
    for part in re.finditer(r"[^,]+", source.text[start:stop]):
        if part[0].strip(BLANK):
            yield _number(source, start + part.start(), start + part.end(), limits)


def _number(source: Source, start: int, stop: int, limits: Limits) -> Expr:
    value = parse_expression(source, start, stop, VALUES, limits)
    return checked(value, "the value", source.place(start), limits)


def _fraction(value: Expr) -> Fraction | None:
    """The rational value of a number as written, -1/2; None for any other expression."""
    match value:
        case Number(number):
            return number
        case Negate(operand):
            inner = _fraction(operand)
            return None if inner is None else -inner
        case Quotient(a, b):
            above, below = _fraction(a), _fraction(b)
            return above / below if above is not None and below else None
    return None


def written_number(value: Fraction, decimals: bool = False) -> Expr:
    """A rational number as notes write it: 3, -1/2, or -0.5 where decimals were asked for."""
    if decimals and (text := _decimal(value)) is not None:
        return scalar_expression("", text)
    return scalar_expression("", value)


def _decimal(value: Fraction) -> str | None:
    """The decimal that a fraction is equal to; None where it has no end."""
    below, places = value.denominator, 0
    while below % 10 == 0 or below % 2 == 0 or below % 5 == 0:
        below //= 10 if below % 10 == 0 else 2 if below % 2 == 0 else 5
        places += 1
    if below != 1:
        return None
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    text = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text
