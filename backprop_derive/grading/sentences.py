"""Every sentence of feedback, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

from fractions import Fraction

from ..languages import Sentences, has_decimal_comma

FEEDBACK = Sentences("grading", {
    "title": "Feedback: {student}",
    "points": "Points: {points} of {total}",
    "lines": "Line by line",
    "details": "What to look at",
    "other": "Also in your text",
    "refused": "Nothing could be graded: {problem}",
    "clean": "Everything asked for is right.",
    "verdict": ": {verdict}. ",
    "verdict at": ", line {line}: {verdict}. ",
    "remark at": "line {line}: ",
    "right": "Right is {}. ",
    "looks": "It looks like: {name}. {feedback} ",
    "perhaps": "It may also be: {names}. ",
    "made at": "{name} ({at})",
    "reason": "{reason}. ",
    "used": "Worked out from your {used}, which is not right. From there it follows, and keeps its points.",
    "used wrong": "Worked out from your {used}, which is not right; but this does not follow from that either.",
    "trivial": "With the 0 or 1 found before, nothing was left to work out here: show the formula to keep the point. ",
    "coarse": "Right as far as it goes, but with fewer than {digits} significant digits. ",
    "missing": "Missing, with what is right: {}.",
    "unread": "This was not understood, and a person should look at it: {reason} ",
    "wrong claim": "{} does not hold. ",
    "unread claim": "{} was not understood: {reason} ",
    "after": " after the update",
    "and": ", ",
})  # fmt: skip

FEEDBACK_COLUMNS = Sentences("grading columns", {
    "asked": "What is asked", "written": "What you wrote", "verdict": "Verdict", "points": "Points",
})  # fmt: skip

VERDICTS = Sentences(
    "grading verdicts",
    {
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
    },
)

CLASS = Sentences(
    "class report",
    {
        "title": "Class report",
        "titled": "Class report: {problem}",
        "count": "{count} handed in, {graded} graded.",
        "points": "Points of {total}: mean {mean}, median {median}, from {low} to {high}.",
        "worst": "The step that lost most: {}, {points} of {count} points, wrong or missing for {students}.",
        "none lost": "No points were lost.",
        "students": "Points",
        "items": "Where points were lost",
        "mistakes": "Mistakes",
        "mistake": " ({students}): {feedback}",
        "no mistakes": "No mistake was recognised.",
        "refused": "Not graded",
        "one": "{count} student",
        "several": "{count} students",
    },
)

CLASS_COLUMNS = Sentences("class columns", {
    "student": "Student", "step": "Step", "points": "Points", "lost": "Points lost", "right": "Right",
    "follows": "Follows from an error", "wrong": "Wrong", "missing": "Missing", "unread": "Not read",
    "reason": "Reason",
})  # fmt: skip
_COUNTED = ("right", "follows", "wrong", "missing", "unread")
STUDENTS_HEADER = ("student", "points", *_COUNTED)
ITEMS_HEADER = ("step", "lost", *_COUNTED)

PLOT = Sentences("class plot", {"items": "share of points lost", "points": "points", "students": "students"})

# Why a whole work is not graded.
REFUSED = Sentences(
    "not graded",
    {
        "nothing": "nothing was handed in",
        "deep": "it is nested too deeply",
        "numbers": "it has numbers that are not computed with",
        "not read": "not read: {reason}",
        "no claim": "there is no formula with an equals sign in it",
        "cells": "row {row} has {cells} cells, and the header {header}",
    },
)

# What is wrong with a line, or why it is not read.
LINES = Sentences(
    "graded lines",
    {
        "shape": "the shape is {found}, and it must be {right}",
        "entry": "wrong in entry {places}, counted from 1",
        "entries": "wrong in entries {places}, counted from 1",
        "left out": "entries that are not written: {count}",
        "two": "{first} and {second}",
        "more": "{places} and {count} more",
        "link": "the link {claim} does not hold",
        "link expected": "the link {claim} does not hold, {expected} belongs there",
        "no formula": "this is no formula",
        "no number": "the value after the update is no number",
        "not written": "the value after the update is not written out",
    },
)


def number(points: Fraction) -> str:
    """Points with two decimals at most: 3, 2.5, 1.33."""
    shown = f"{float(points):.2f}".rstrip("0").rstrip(".")
    return shown.replace(".", ",") if has_decimal_comma() else shown


def people(count: int) -> str:
    """`1 student`, `3 students`."""
    return CLASS["one" if count == 1 else "several"].format(count=count)
