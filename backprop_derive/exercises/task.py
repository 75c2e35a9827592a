"""What a sheet asks of a variant and what its key has, as blocks."""

from __future__ import annotations

from ..document import Block
from ..errors import UsageError, describe, is_hidden
from ..options import DEFAULT_OPTIONS, Options
from ..records import record

KEYS = ("full", "short")


@record
class SheetOptions:
    """How sheets and keys are made.

    `every` blanks each so-manyth line of a faded solution; `choices` are the answers of a multiple choice. `key` is
    `full`, the worked solution, or `short`, a table of what is accepted. `code` puts a code to scan beside each
    variant's name, which needs segno. `title` stands in the place of the problem's own. `presentation` is how formulas
    are shown. For an exam: `date`, `minutes` and `rules` on the cover, some general ones if none. Raises UsageError.
    """

    every: int = 2
    choices: int = 5
    key: str = "full"
    code: bool = False
    title: str = ""
    date: str = ""
    minutes: int = 0
    rules: tuple[str, ...] = ()
    presentation: Options = DEFAULT_OPTIONS

    def __post_init__(self) -> None:
        for name in ("title", "date"):
            _check_visible(name, getattr(self, name))
        for rule in self.rules:
            _check_visible("rule", rule)
        if self.key not in KEYS:
            raise UsageError(f"key {self.key} is unknown", expected=", ".join(KEYS))
        if self.every < 1:
            raise UsageError(f"every {self.every}: at least every line is blank", expected="a whole number from 1 on")
        if self.choices < 2:
            raise UsageError(f"choices {self.choices}: there is nothing to choose", expected="2 answers or more")


def _check_visible(name: str, text: str) -> None:
    """Raises UsageError where a text holds what no page shows, and a terminal or an editor obeys."""
    hidden = next((c for c in text if is_hidden(c)), None)
    if hidden is not None:
        raise UsageError(
            f"the {name} has an invisible or control character, {describe(hidden)}",
            expected="one line whose every character can be seen", hint="delete it",
        )  # fmt: skip


DEFAULT_SHEETS = SheetOptions()


@record
class Scored:
    """Points for one part of a sheet."""

    label: str
    points: int


@record
class Task:
    """What stands on the sheet, what its key has in the same places, and the points of each part."""

    question: tuple[Block, ...]
    key: tuple[Block, ...]
    scored: tuple[Scored, ...]

    @property
    def points(self) -> int:
        return sum(part.points for part in self.scored)
