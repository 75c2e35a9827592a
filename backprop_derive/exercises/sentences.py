"""Every sentence of sheets, keys and questions, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

SHEET = {
    "name": "Name",
    "date": "Date",
    "seat": "Seat",
    "points": "Points",
    "of": "of",
    "key": "Key",
}

EXAM = {
    "minutes": "{minutes} minutes",
    "rules": "Rules",
    "part": "Part",
    "points": "Points",
    "reached": "Reached",
    "total": "Total",
    "seats": "Seat list",
    "seat": "Seat",
    "variant": "Variant",
    "name": "Name",
}

# The rules of an exam for which none are named.
RULES = (
    "Write your name and your seat on this page before you begin.",
    "Show how you get from one line to the next; a result alone is not enough.",
)

# What a section is called in a sentence.
SECTIONS = {
    "forward": "the forward pass",
    "local": "the local gradients",
    "flows": "the gradients through each step",
    "backward": "the backward pass",
    "update": "the parameter update",
}

ASKED = {
    "full": "Work out {sections}. Show every step.",
    "headings": "Show every step.",
    "forward": "Compute the value of every step.",
    "local": "Find the local gradients, as formulas.",
    "flows": "Find what each gradient is made of, as formulas.",
    "update": "Do one update of gradient descent by hand.",
    "round": "Round every result to {count} decimal{s} and carry on with that.",
    "digits": "Round numbers that do not end to {digits} significant digits.",
    "known": "The gradients are known:",
    "boxes": "Work out {sections}, each in a box.",
    "line": "One line of this solution is missing. Write it down.",
}

FADED = {
    "filled": "blank on the sheet, 1 point",
    "fill in": "Fill in what is missing.",
}

HINTS = {
    "heading": "Hints",
    "how": "Read one hint at a time, and only when you are stuck.",
    "path": " reaches the loss along ",
    "paths": " is used more than once, in ",
    "added": ": what comes back from each of them is added.",
    "values": "The forward pass comes to ",
    "composed": "By the chain rule, ",
    "local": "The local gradients are ",
    "shapes": "A gradient has the shape of its variable: ",
    "flows": "Through each step goes back:",
    "almost": "On the way back you get ",
}

SPOT = {
    "asked": "This solution holds one mistake, and everything after it was worked out from that. Which line is wrong,"
    " and what should it be?",
    "line": "The wrong line:",
    "place": "{section}, line {number},",
    "right": "It should be",
    "found": "The wrong line",
    "corrected": "Corrected",
    "solution": "The right solution",
}

CHOICE = {"right": "Right is answer {number}."}
CHOICE_ASKED = ("Which of these is ", "? Circle its number.")

SHORT = ("Asked for", "Answer", "Accepted", "Points")
FORM = "any equal form"
BETWEEN = ("from ", " to ")
ENTRIES = "every entry as shown"

ERRORS = {
    "no variants": "there are no variants to print",
    "no update": "{name}: this problem has no update",
    "no numbers": "the givens of this exercise have no values, so there is nothing to work out",
    "no mistake": "spot: no mistake that is known shows in exactly one line of this variant",
    "no choice": "choice: no mistake leads to a wrong answer in this variant",
}

# What a question on a learning platform asks, after the problem; a formula stands between the two parts.
PLATFORM = {
    "number": ("Enter ", " as a decimal number."),
    "entry": ("Enter ", ", {place}, as a decimal number."),
    "choice": ("Choose the right value of ", "."),
    "fields": ("Fill in decimal numbers.", ""),
}
PLATFORM_DIGITS = "Numbers that do not end are asked to {digits} significant digits."
PLATFORM_PLACES = {1: "entry {0}", 2: "row {0}, column {1}"}
PLATFORM_PLACE = "entry ({0}), counted from 1"
PLATFORM_AFTER = " after the update"


def section(key: str, title: str) -> str:
    """What a section is called in a sentence."""
    return SECTIONS.get(key, title)


def points(count: int) -> str:
    """`1 point`, `3 points`."""
    return f"{count} point{'' if count == 1 else 's'}"


def series(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
