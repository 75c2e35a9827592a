"""What is said of files and of limits wherever something is read, in one place, so that it can be translated."""

from __future__ import annotations

from . import Sentences

FILES = Sentences(
    "files",
    {
        "missing": "{name} does not exist (no such file)",
        "folder": "{name} is a directory (a folder), not a file",
        "device": "{name} is not a regular file: a pipe or a device is not read",
        "unreadable": "{name} cannot be read: {error}",
        "utf-16": "{name} is no text in UTF-8 but is encoded in UTF-16",
        "no text": "{name} is no text in UTF-8: byte 0x{byte} in line {line}",
        "no notebook": "{name} is no notebook: {error}",
    },
)

LIMITS = Sentences(
    "limits",
    {
        "passed": "{what} is too large: {amount}, the limit `{name}` is at most {allowed}",
        "notes": "the text of the notes",
        "cell": "cell {number}",
        "answer": "the answer for {head}",
        "claims": "it is too long: {count} claims, and at most {most} are graded",
    },
)
