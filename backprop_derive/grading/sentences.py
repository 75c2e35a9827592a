"""Every sentence of feedback, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

from fractions import Fraction

FEEDBACK = {
    "title": "Feedback: {student}",
    "points": "Points",
    "of": "of",
    "lines": "Line by line",
    "details": "What to look at",
    "other": "Also in your text",
    "refused": "Nothing could be graded: {problem}",
    "clean": "Everything asked for is right.",
    "line": "line {line}",
    "right": "Right is ",
    "looks": "It looks like: {name}.",
    "perhaps": "It may also be: {names}.",
    "made at": " ({at})",
    "used": "Worked out from your ",
    "used after": ", which is not right. From there it follows, and keeps its points.",
    "used wrong": ", which is not right; but this does not follow from that either.",
    "trivial": "With the 0 or 1 found before, nothing was left to work out here: show the formula to keep the point.",
    "coarse": "Right as far as it goes, but with fewer than {digits} significant digits.",
    "missing": "Missing, with what is right: ",
    "unread": "This was not understood, and a person should look at it: {reason}",
    "wrong claim": "{claim} does not hold.",
    "unread claim": "{claim} was not understood: {reason}",
}  # fmt: skip

FEEDBACK_HEADER = ("What is asked", "What you wrote", "Verdict", "Points")

VERDICTS = {
    "right": "right",
    "rounded": "right to the digits given",
    "follows": "follows from an earlier error",
    "implied": "not shown, but used and right",
    "partly": "partly right",
    "trivial": "follows from a 0 or 1",
    "coarse": "too few digits",
    "wrong": "wrong",
    "unread": "not read",
    "missing": "missing",
}

CLASS = {
    "title": "Class report",
    "titled": "Class report: {problem}",
    "count": "{count} handed in, {graded} graded.",
    "points": "Points of {total}: mean {mean}, median {median}, from {low} to {high}.",
    "worst": "The step that lost most: ",
    "worst after": ", {points} of {count} points, wrong or missing for {students}.",
    "none lost": "No points were lost.",
    "students": "Points",
    "items": "Where points were lost",
    "mistakes": "Mistakes",
    "no mistakes": "No mistake was recognised.",
    "refused": "Not graded",
}

STUDENTS_HEADER = ("Student", "Points", "Right", "Follows from an error", "Wrong", "Missing", "Not read")
ITEMS_HEADER = ("Step", "Points lost", "Right", "Follows from an error", "Wrong", "Missing", "Not read")
PLOT = {"items": "share of points lost", "points": "points", "students": "students", "title": "{count} students"}


def number(points: Fraction) -> str:
    """Points with two decimals at most: 3, 2.5, 1.33."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def people(count: int) -> str:
    """`1 student`, `3 students`."""
    return f"{count} student{'' if count == 1 else 's'}"
