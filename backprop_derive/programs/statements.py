"""What the scripts of all engines share: their givens, their updates, and how their parts are put together."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..records import record
from ..solution import SolutionRecord, TensorSolution, TensorValue, Value


@record
class Script:
    """A script in parts, each a sequence of lines. `body` is repeated for each update, and `after` follows in it."""

    title: str
    imports: tuple[str, ...]
    helpers: tuple[str, ...]
    givens: tuple[str, ...]
    body: tuple[str, ...]
    after: tuple[str, ...] = ()
    updates: int = 0
    end: tuple[str, ...] = ()


def written(script: Script) -> str:
    """The script as text."""
    parts = [[f'"""{_plain(script.title)}"""'], ["", *script.imports]]
    if script.helpers:
        parts += [["", "", helper] for helper in script.helpers]
        parts.append([""])
    parts.append(["", *script.givens])
    if script.updates:
        inner = [*script.body, "", *script.after]
        parts.append(["", f"for update in range({script.updates}):", *indented(inner)])
    else:
        parts.append(["", *script.body])
    if script.end:
        parts.append(["", *script.end])
    return "\n".join(line for part in parts for line in part) + "\n"


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """The lines behind more space; those within a line that spans several too."""
    split = (line for block in lines for line in block.split("\n"))
    return [f"{'    ' * depth}{line}" if line else "" for line in split]


def _plain(title: str) -> str:
    """A title as it may stand in a docstring."""
    return title.replace("\\", "\\\\").replace('"', '\\"')


def literal(value: Value | TensorValue, is_label: bool = False) -> str:
    """The numbers as Python writes them, nested by their axes."""
    if isinstance(value, Value):
        return _number(value, is_label)
    texts = [_number(entry, is_label) for entry in value.entries]
    for size in reversed(value.shape):
        texts = [f"[{', '.join(texts[k : k + size])}]" for k in range(0, len(texts), size)]
    return texts[0]


def _number(value: Value, is_label: bool) -> str:
    number = float(value.exact) if value.exact is not None else float(value.decimal)
    return str(int(number)) if is_label else repr(number)


def moved(record: SolutionRecord | TensorSolution, adjoints: Collection[str]) -> tuple[str, ...]:
    """What the updates move, where there are any."""
    if not record.problem.updates:
        return ()
    givens = {given.key for given in record.problem.givens}
    return tuple(key for key in record.problem.updated if key in givens and key in adjoints)


def title_of(record: SolutionRecord | TensorSolution, engine: str) -> str:
    """What a script says of itself."""
    problem = record.problem
    title = problem.title or f"The gradients of {problem.spelled[problem.loss]}"
    rounded = ""
    if problem.round_to is not None:
        rounded = (
            f"\n\nThe problem carries numbers rounded to {problem.round_to} decimals; this script rounds nothing.\n"
        )
    return f"{title}, in {engine}.{rounded}"
