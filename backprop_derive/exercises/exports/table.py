"""All exports by their names."""

from __future__ import annotations

from ...errors import UsageError, nearest
from . import anki, canvas, gift, moodle, nbgrader, prairielearn, qti21, rexams, tables
from .record import Export

EXPORTS: dict[str, Export] = {
    each.name: each
    for each in (
        Export("moodle",       "Moodle XML",               "xml",   stream=moodle.pieces),
        Export("gift",         "Moodle GIFT",              "gift",  stream=gift.pieces),
        Export("qti",          "QTI 2.1",                  "zip",   members=qti21.members),
        Export("canvas",       "Canvas (QTI 1.2)",         "zip",   members=canvas.members),
        Export("rexams",       "R/exams (R Markdown)",     "zip",   members=rexams.members),
        Export("prairielearn", "PrairieLearn",             "zip",   members=prairielearn.members),
        Export("nbgrader",     "nbgrader notebooks",       "zip",   members=nbgrader.members),
        Export("anki",         "Anki",                     "apkg",  stream=anki.pieces),
        Export("csv",          "CSV",                      "csv",   stream=tables.rows),
        Export("jsonl",        "JSON lines",               "jsonl", stream=tables.lines),
    )
}  # fmt: skip


def export_named(name: str) -> Export:
    """The export of that name. Raises UsageError."""
    if name not in EXPORTS:
        raise UsageError(f"there is no export {name}", expected=", ".join(EXPORTS), hint=nearest(name, EXPORTS))
    return EXPORTS[name]
