"""Which answers are one to somebody who rounds, and the groups that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from ..solution import Value

# Two answers that agree to so many parts are one to somebody who rounds.
_CLOSE = Decimal("0.001")

Answer = tuple[Value, ...]


def is_close(a: Answer, b: Answer) -> bool:
    """Whether two answers are the same to somebody who rounds."""
    if len(a) == len(b) == 1:  # nearly always, and a thousand times for every variant of a quiz
        return is_near(a[0].decimal, b[0].decimal)
    return len(a) == len(b) and all(is_near(x.decimal, y.decimal) for x, y in zip(a, b, strict=True))


def is_near(x: Decimal, y: Decimal) -> bool:
    """The same of two numbers."""
    return x == y or abs(x - y) <= _CLOSE * max(abs(x), abs(y))


def groups(numbers: Sequence[Decimal], is_one: Callable[[int, int], bool]) -> list[list[int]]:
    """Answers by the first number of each, in groups: one joins the first group with whose first member it is one."""
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    found: list[list[int]] = []
    start = 0
    for end in range(1, len(order) + 1):
        # In order of their first numbers, an answer is close to none beyond a neighbour that is not near.
        if end < len(order):
            low, high = numbers[order[end - 1]], numbers[order[end]]
            if high - low <= _CLOSE * max(-low, high):
                continue
        found += [[order[start]]] if end == start + 1 else _grouped(sorted(order[start:end]), is_one)
        start = end
    found.sort()
    return found


def _grouped(places: list[int], is_one: Callable[[int, int], bool]) -> list[list[int]]:
    found: list[list[int]] = []
    for place in places:
        near = next((group for group in found if is_one(place, group[0])), None)
        if near is None:
            found.append([place])
        else:
            near.append(place)
    return found
