"""JSON of what others wrote: the same data, and nothing in its text that a terminal or an editor would obey."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import is_hidden

_PERHAPS_HIDDEN = re.compile(r"[^\n\x20-\x7e]")


def visible_json(data: Any) -> str:
    """The data, indented; control, invisible and bidirectional characters are written by their numbers."""
    return _PERHAPS_HIDDEN.sub(_shown, json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def _shown(match: re.Match[str]) -> str:
    # Between strings JSON has nothing but ASCII, so that it is always within one.
    return json.dumps(match[0])[1:-1] if is_hidden(match[0]) else match[0]
