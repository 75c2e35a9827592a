"""Every sentence of sheets, keys and questions, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

from ..languages import Sentences

# fmt: off
SHEET = Sentences("sheet", {
    "name": "Name",
    "date": "Date",
    "seat": "Seat",
    "points": "Points",
    "of": "of",
    "key": "Key",
})

EXAM = Sentences("exam", {
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
})

# The rules of an exam for which none are named.
RULES = Sentences("exam rules", {
    "name": "Write your name and your seat on this page before you begin.",
    "show": "Show how you get from one line to the next; a result alone is not enough.",
})

# What a section is called in a sentence.
SECTIONS = Sentences("sections", {
    "forward": "the forward pass",
    "local": "the local gradients",
    "flows": "the gradients through each step",
    "backward": "the backward pass",
    "update": "the parameter update",
})

ASKED = Sentences("asked", {
    "full": "Work out {sections}. Show every step.",
    "headings": "Show every step.",
    "forward": "Compute the value of every step.",
    "local": "Find the local gradients, as formulas.",
    "flows": "Find what each gradient is made of, as formulas.",
    "update": "Do one update of gradient descent by hand.",
    "round": "Round every result to {count} decimals and carry on with that.",
    "round to one": "Round every result to 1 decimal and carry on with that.",
    "digits": "Round numbers that do not end to {digits} significant digits.",
    "known": "The gradients are known:",
    "boxes": "Work out {sections}, each in a box.",
    "line": "One line of this solution is missing. Write it down.",
})

FADED = Sentences("faded", {
    "filled": "blank on the sheet, 1 point",
    "fill in": "Fill in what is missing.",
})

HINTS = Sentences("hints", {
    "heading": "Hints",
    "how": "Read one hint at a time, and only when you are stuck.",
    "path": "{} reaches the loss along {}",
    "paths": "{} is used more than once, in {}: what comes back from each of them is added.",
    "values": "The forward pass comes to ",
    "composed": "By the chain rule, ",
    "local": "The local gradients are ",
    "shapes": "A gradient has the shape of its variable: ",
    "flows": "Through each step goes back:",
    "almost": "On the way back you get ",
})

SPOT = Sentences("spot", {
    "asked": "This solution holds one mistake, and everything after it was worked out from that. Which line is wrong,"
    " and what should it be?",
    "line": "The wrong line:",
    "place": "{section}, line {number},",
    "right": "It should be",
    "found": "The wrong line",
    "corrected": "Corrected",
    "solution": "The right solution",
})

CHOICE = Sentences(
    "choice", {"right": "Right is answer {number}.", "asked": "Which of these is {}? Circle its number."}
)

SHORT = Sentences("short key", {
    "asked": "Asked for",
    "answer": "Answer",
    "accepted": "Accepted",
    "points": "Points",
    "form": "any equal form",
    "between": "from {} to {}",
    "entries": "every entry as shown",
})
FEEDBACK = Sentences("feedback", {"right": "Right.", "place": "{feedback} (In {place}.)", "by": " by "})
POINTS = Sentences("points", {"one": "{count} point", "several": "{count} points"})

ERRORS = {
    "no variants": "there are no variants to print",
    "no update": "{name}: this problem has no update",
    "no numbers": "the givens of this exercise have no values, so there is nothing to work out",
    "no mistake": "spot: no mistake that is known shows in exactly one line of this variant",
    "no choice": "choice: no mistake leads to a wrong answer in this variant",
}

# What a question on a learning platform asks, after the problem; a formula stands between the two parts.
PLATFORM = Sentences("platform", {
    "number": "Enter {} as a decimal number.",
    "entry": "Enter {}, {place}, as a decimal number.",
    "choice": "Choose the right value of {}.",
    "fields": "Fill in decimal numbers.",
    "digits": "Numbers that do not end are asked to {digits} significant digits.",
    "place 1": "entry {0}",
    "place 2": "row {0}, column {1}",
    "place": "entry ({0}), counted from 1",
    "after": "{} after the update",
})


def section(key: str, title: str) -> str:
    """What a section is called in a sentence."""
    return SECTIONS.get(key, title)


def points(count: int) -> str:
    """`1 point`, `3 points`."""
    return POINTS["one" if count == 1 else "several"].format(count=count)
