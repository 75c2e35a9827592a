"""Every sentence of sheets and keys, in one place, so that it can be read as a whole and translated."""

from __future__ import annotations

SHEET = {
    "name": "Name",
    "date": "Date",
    "points": "Points",
    "of": "of",
    "variant": "Variant",
    "key": "Key",
    "full key": "Worked solution",
    "short key": "Short key",
    "seats": "Seat list",
    "seat": "Seat",
    "part": "Part",
    "reached": "Reached",
    "total": "Total",
    "rules": "Rules",
    "minutes": "Time: {minutes} minutes.",
}

# What a section is called in a sentence.
SECTIONS = {
    "forward": "forward pass",
    "local": "local gradients",
    "flows": "gradients through each step",
    "backward": "backward pass",
    "update": "parameter update",
}

ASKED = {
    "full": "Work out {sections}. Show every step.",
    "one point": "Every line is worth one point.",
}

SHORT = ("Asked for", "Answer", "Accepted", "Points")
FORM = "any equal form"
BETWEEN = ("from ", " to ")
ENTRIES = "each entry as precisely as shown"


def points(count: int) -> str:
    """`1 point`, `3 points`."""
    return f"{count} point{'' if count == 1 else 's'}"


def series(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
