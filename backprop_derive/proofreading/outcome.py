"""What a comparison of two formulas comes to."""

from __future__ import annotations

from typing import Any

from ..document import MathNode
from ..records import record


@record
class Outcome:
    """What a comparison comes to. `verdict` is `right`, `rounded`, `follows`, `wrong` or `unread`.

    `at` is the part that is wrong, `expected` the value that belongs there, `reason` why nothing can be said.
    """

    verdict: str
    at: MathNode | None = None
    expected: Any = None
    reason: str = ""

    @property
    def is_right(self) -> bool:
        return self.verdict in ("right", "rounded", "follows")
