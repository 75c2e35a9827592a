"""The examples that the page offers: those that ship with the program."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def examples_json() -> bytes:
    """Their names and texts."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "examples"
    folder = inside if inside.is_dir() else package.parent / "examples"
    found = [
        {"name": file.stem.replace("-", " "), "text": file.read_text(encoding="utf-8")}
        for file in sorted(folder.glob("*.txt"), key=lambda file: (file.stem != "lesson", file.stem))
    ]
    return json.dumps(found, ensure_ascii=False).encode()
