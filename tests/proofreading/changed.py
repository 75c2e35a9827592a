"""A digit or a sign of a rendering changed, and whether the proof-reader finds it at its place."""

from __future__ import annotations

import random
from collections.abc import Callable

from backprop_derive import proofread
from backprop_derive.options import NOTATIONS

from .test_rendered import SCALARS, solved

# A digit or a sign of one link changed: where, and the text. None where the link that is drawn has none.
Mutant = Callable[[str, random.Random], tuple[int, str] | None]
_SIGNS = {"+": "−", "−": "+", "-": "+"}


def changed(old: str, rng: random.Random, minus: str = "−") -> str | None:
    """Another number, one digit of which is another, or the other sign; None where the number stays the same."""
    if old in _SIGNS:
        return minus if old == "+" else "+"
    k = rng.choice([k for k, c in enumerate(old) if c != "."])
    new = old[:k] + str((int(old[k]) + rng.randrange(1, 10)) % 10) + old[k + 1 :]
    return None if float(new) == float(old) else new


def missed(format: str, mutant: Mutant, count: int, seed: int) -> list[tuple[str, str, str]]:
    """The mutants of renderings of examples that nothing wrong is found at: the example, the notation, the place."""
    rng = random.Random(seed)
    tried, found = 0, []
    while tried < count:
        name, notation = rng.choice(SCALARS), rng.choice(NOTATIONS)
        made = mutant(str(solved(name).render(format, notation=notation, detail="full")), rng)
        if made is None:
            continue
        tried += 1
        at, text = made
        if not any(f.starts <= at < f.ends for f in proofread(text, f"notes.{format}").wrong):
            found.append((name, notation, text[max(at - 200, 0) : at + 50]))
    return found
