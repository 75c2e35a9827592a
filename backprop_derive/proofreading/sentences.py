"""Every sentence of proof-reading, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

from ..languages import Said, Sentences
from .record import Mistake

VERDICTS = Sentences("proof-reading verdicts", {
    "right": "right", "rounded": "right to the digits given", "follows": "right by what was found before",
    "wrong": "wrong", "unread": "not understood",
})  # fmt: skip

REPORT = Sentences(
    "proof-reading",
    {
        "expected": "should be: {expected}",
        "looks": "looks like: {name}. {feedback}",
        "reason": "because: {reason}",
        "claim": "1 claim",
        "claims": "{count} claims",
        "count": "{count} {verdict}",
        "and": ", ",
        "summary": "{name}: {claims}: {counts} (and {given}).",
        "given": "1 value or definition",
        "givens": "{count} values or definitions",
    },
)

# What a wrong value or formula by itself looks like: the name of the slip, and what a person who made it is told.
NAMES = Sentences(
    "slip names",
    {
        "sign": "sign",
        "rounding": "rounding",
        "twice": "a factor of 2 too much",
        "half": "a factor of 2 is missing",
        "another": "another name's value",
        "shape": "another shape",
        "shape only": "another shape",
        "by x": "both factors by x",
    },
)
FEEDBACK = Sentences(
    "slips",
    {
        "sign": "The sign is wrong.",
        "rounding": "The last digits are wrong; check the rounding.",
        "twice": "This is twice the right value.",
        "half": "This is half the right value.",
        "another": "This is the value of {name}.",
        "shape": "A gradient has the shape of its variable.",
        "shape only": "The entries are right, and the shape is not.",
        "by x": "The outer function is differentiated by the inner one, g′(h(x)), and not by x again, which has the inner"
        " derivative in it twice.",
    },
)


def slip(key: str, **words: str) -> Mistake:
    """A slip by its key, with the words that are told of it."""
    return Mistake(Said(NAMES, key), Said(FEEDBACK, key, words))
