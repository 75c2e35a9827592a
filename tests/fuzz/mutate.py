"""Texts made of other texts: what a careless or a malicious writer might do to them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

LONGEST = 4_000  # characters of an input

_TOKEN = re.compile(r"\\?[A-Za-z]+|\d+|\s+|.", re.DOTALL)
_ODD = (
    "", " ", "\n", "\n\n", "\t", "\r", "\0", "\ufeff", "\u200b", "\u202e", "\u0302", "\ud800", "٣", "½", "²",
    "⁻", "а", "日",
    "(", ")", "[", "]", "{", "}", "|", "||", "‖", "$", "$$", "`", "```", "~~~", "\\", "%", "&", "#", "_", "^", "'", '"',
    "0", "-1", "1e999", "1e-999", "9**9**9", "10**10**10", "99999999999999999999", "0.1", "1/0", "inf", "nan", "None",
    "__class__", "lambda", "import os",
    "Given ", "Find ", "Vary ", "Require ", "Title: ", "d(loss)/dw", "sum_i ", "Σ_k ",
    "\\frac{", "\\sum_{i}", "\\begin{",
    "\\end{", "\\left(", "\\partial ", "= ", "≈ ", "·", "−", "√", "∂", "∇", "@", ".T",
    "[0]", "[-1, :]", "axis=9", "null", "true", '{"', "],",
)  # fmt: skip


def mutated(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    """The text, changed in one to six places."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        text = chance.choice(_CHANGES)(text, chance, seeds)
    return text[:LONGEST]


def _span(text: str, chance: random.Random) -> tuple[int, int]:
    """Some tokens that follow each other."""
    places = [match.start() for match in _TOKEN.finditer(text[:LONGEST])] + [min(len(text), LONGEST)]
    start = chance.randrange(len(places))
    return places[start], places[min(len(places) - 1, start + chance.choice((1, 1, 1, 2, 3, 8)))]


def _lose(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    return text[:start] + text[end:]


def _double(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    return text[:start] + text[start:end] * chance.choice((2, 2, 3, 50, 300)) + text[end:]


def _odd(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    return text[:start] + chance.choice(_ODD) + text[chance.choice((start, end)) :]


def _move(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    other, _ = _span(text, chance)
    return text[:other] + text[start:end] + text[other:]


def _graft(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    other = chance.choice(seeds)
    first, last = _span(other, chance)
    return text[:start] + other[first:last] + text[end:]


def _line(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    lines = text.split("\n")
    others = chance.choice(seeds).split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(others))
    return "\n".join(lines)


def _shuffled(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def _wrapped(text: str, chance: random.Random, seeds: Sequence[str]) -> str:
    start, end = _span(text, chance)
    left, right = chance.choice(("()", "[]", "{}", "||", "$$", ("exp(", ")"), ("\\frac{1}{", "}"), ("-(", ")")))
    depth = chance.choice((1, 1, 2, 40))
    return text[:start] + left * depth + text[start:end] + right * depth + text[end:]


_CHANGES = (_lose, _double, _odd, _odd, _move, _graft, _graft, _line, _shuffled, _wrapped)
