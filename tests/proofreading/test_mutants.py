"""One link of a right solution changed: the change is found at its link, and nothing else is said to be wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from backprop_derive import proofread
from backprop_derive.options import NOTATIONS

from .changed import changed
from .test_rendered import SCALARS, solved

MUTANTS = 100
ENOUGH = 0.98
_NUMBER = re.compile(r"(?<![\w.\\{^_₀-₉])\d+(?:\.\d+)?(?![\w.}])")
_SIGN = re.compile(r"(?<=[\w)}₀-₉²] )[-−+](?= [\w(\\])")
_NO_LINK = ("digits", "show", "earning rate", "relpen", "skip", "given x", "Given", "->", "→", "\\to")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines from the forward pass on that hold a chain, with their offsets; definitions and prose left out."""
    offset, is_worked = 0, False
    for line in text.splitlines(keepends=True):
        is_worked = is_worked or "Local gradients" in line or "Forward pass" in line
        is_chain = len(re.findall(r"=|≈|\\approx", line)) > 1 and re.search(r"\d\.|item|^ +[=≈]", line)
        if is_worked and is_chain and not any(word in line for word in _NO_LINK):
            yield offset, line
        offset += len(line)


def mutant(text: str, rng: random.Random) -> tuple[int, str] | None:
    """A digit or a sign of one link changed: where, and the text."""
    start, line = rng.choice(list(_lines(text)))
    kind = rng.choice(("digit", "digit", "sign"))
    first = re.match(r"\s*(?:\d+\.|\\item)?", line)
    assert first is not None
    places = [m for m in (_NUMBER if kind == "digit" else _SIGN).finditer(line) if m.start() > first.end()]
    if not places:
        return None
    match = rng.choice(places)
    new = changed(match[0], rng, "-" if "$" in line else "−")
    if new is None:
        return None
    at = start + match.start()
    return at, text[:at] + new + text[at + len(match[0]) :]


def test_a_changed_link_is_found_where_it_is() -> None:
    rng = random.Random(20)
    found = tried = others = 0
    missed = []
    while tried < MUTANTS:
        name, format, notation = rng.choice(SCALARS), rng.choice(("md", "txt", "tex")), rng.choice(NOTATIONS)
        text = str(solved(name).render(format, notation=notation, detail=rng.choice(("normal", "full"))))
        made = mutant(text, rng)
        if made is None:
            continue
        at, changed = made
        tried += 1
        wrong = proofread(changed, f"notes.{format}").wrong
        hit = [f for f in wrong if f.starts <= at < f.ends]
        found += bool(hit)
        others += len(wrong) - len(hit)
        if not hit:
            missed.append((name, format, notation, changed[changed.rfind("\n", 0, at) : changed.find("\n", at)], wrong))
    assert found >= ENOUGH * tried, missed
    assert others <= (1 - ENOUGH) * tried
