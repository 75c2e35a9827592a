"""Require lines: what every variant of an exercise must fulfil."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import ProblemError, shorten
from ..limits import Limits
from ..ops.table import CALLABLE, operation
from ..syntax.expression import Compare, Expr, Name
from ..syntax.parser import parse_expression
from ..syntax.source import Source
from ..syntax.words import Vocabulary
from ..variation import Active, Bounded, Comparison, Distinguishable, NoTies, Requirement, gradient_key
from .lines import BLANK, Line
from .questions import read_question
from .scalars import FUNCTIONS

_RELATION = re.compile(r"<=|>=|==|!=|≤|≥|≠|=|<|>")
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_KINDS = r"(?:values?|gradients?|numbers?)(?: (?:and|,|&) (?:values?|gradients?))?"
_EVERY = re.compile(
    rf"(?:every |each |all |the )?({_KINDS}) (?:"
    r"(?:has|have) (?:at most |no more than )?(?P<decimals>\d{1,2}|no) (?:decimals?|decimal places?)"
    r"|(?:is|are) (?:a |an )?(?P<whole>whole(?: numbers?)?|integers?)"
    r"|(?:is|are) (?:at most|no larger than) (?P<size>\d{1,12})(?: in (?:size|absolute value))?)",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"(\w+) is (active|inactive)(?: (somewhere|everywhere))?", re.IGNORECASE)
_NO_TIES = re.compile(r"(?:no|without) (?:ties|kinks)(?: (?:and|or) (?:ties|kinks))?", re.IGNORECASE)
_DISTINGUISHABLE = re.compile(r"(?:all )?mistakes are distinguishable", re.IGNORECASE)
_FORMS = (
    "loss != 0, d(loss)/dw > 0, every value and gradient has at most 2 decimals, every gradient is a whole number,"
    " every value is at most 100, relu is active somewhere, no ties, mistakes are distinguishable"
)


def read_requirement(source: Source, line: Line, spelled: Mapping[str, str], loss: str, limits: Limits) -> Requirement:
    """The requirement of one line. `spelled` maps every defined key to its spelling. Raises ProblemError."""
    text = source.text[line.start : line.end].split("#", 1)[0].strip(BLANK + ".")
    place = source.place(line.start)
    phrase = " ".join(text.split())
    if (match := _EVERY.fullmatch(phrase)) is not None:
        return _bounded(match, text, source, line)
    if (match := _ACTIVE.fullmatch(phrase)) is not None:
        word = match[1] if match[1] in CALLABLE else match[1].lower()
        known = operation(CALLABLE[word]) if word in CALLABLE else None
        if known is None or known.required != 1 or not known.kinks:
            raise ProblemError(
                f"{shorten(word)} is no operation that is active where its argument is positive", place=place,
                expected="relu, leaky_relu, elu, selu", hint="Require relu is active somewhere",
            )  # fmt: skip
        is_everywhere = (match[3] or "").lower() == "everywhere"
        return Active(CALLABLE[word], match[2].lower() == "active", is_everywhere, text, place)
    if _NO_TIES.fullmatch(phrase) is not None:
        return NoTies(text, place)
    if _DISTINGUISHABLE.fullmatch(phrase) is not None:
        return Distinguishable(text, place)
    relation = _RELATION.search(source.text, line.start, line.start + len(text))
    if relation is None:
        raise ProblemError(f"cannot read {shorten(text)!r}", place=place, expected=f"one of: {_FORMS}")
    sides = (line.start, relation.start()), (relation.end(), line.start + len(text))
    left, right = (_side(source, start, stop, spelled, loss, limits) for start, stop in sides)
    return Comparison(Compare(_SIGNS.get(relation[0], relation[0]), left, right), text, place)


def _bounded(match: re.Match[str], text: str, source: Source, line: Line) -> Bounded:
    words = match[1].lower()
    of = tuple(kind for kind in ("value", "gradient") if kind in words or "number" in words)
    place = source.place(line.start)
    if match["size"] is not None:
        return Bounded(of, "size", int(match["size"]), text, place)
    decimals = match["decimals"]
    return Bounded(of, "decimals", int(decimals) if decimals and decimals.isdigit() else 0, text, place)


def _side(source: Source, start: int, stop: int, spelled: Mapping[str, str], loss: str, limits: Limits) -> Expr:
    """A side of a comparison: a gradient, or an expression of the problem's names."""
    text = source.text[start:stop].strip(BLANK)
    if re.match(r"(?:d|∂|grad)", text) and re.search(r"/|\bgrad|\bby\b|respect", text):
        try:
            question = read_question(source, start, stop, spelled, limits)
        except ProblemError:
            question = None
        if question is not None and question.loss == loss and len(question.wanted) == 1:
            return Name(gradient_key(question.wanted[0]))
    vocabulary = Vocabulary(FUNCTIONS, spelled, expected="a name of the problem")
    return parse_expression(source, start, stop, vocabulary, limits)
