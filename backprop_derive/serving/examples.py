"""The examples that the page offers: those that ship with the program."""

from __future__ import annotations

import json
from functools import lru_cache

from ..shipped import example_files


@lru_cache(maxsize=1)
def examples_json() -> bytes:
    """Their names and texts."""
    found = [
        {"name": file.stem.replace("-", " "), "text": file.read_text(encoding="utf-8")} for file in example_files()
    ]
    return json.dumps(found, ensure_ascii=False).encode()
