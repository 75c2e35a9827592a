"""Folders that ship with the program beside its code: templates and examples."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """Where a folder is: inside an installed package, or beside it in a checkout."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def example_files() -> list[Path]:
    """The problems that ship, the notes' own first."""
    return sorted(shipped("examples").glob("*.txt"), key=lambda file: (file.stem != "lesson", file.stem))
