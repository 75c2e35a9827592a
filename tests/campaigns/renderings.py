"""Every rendering of every solution through the proof-reader: each `=` chain link by link.

    python -m tests.campaigns.renderings --random 300 --seed 0
    python -m tests.campaigns.renderings --random 0 --every 4    # a part of it, another rendering of each problem

The examples, the worked cases of the corpus and random graphs, in each format that the proof-reader reads and each
notation profile; details, layouts and further parts in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import backprop_derive as bd
from backprop_derive.options import DETAILS, NOTATIONS
from backprop_derive.records import record
from tests.conftest import CHECKOUT, corpus

from .graphs import random_graph

# (format, the file that it is, options): what a document is read as.
READ = (
    ("md", "notes.md", {"flavour": "dollar"}), ("md", "notes.md", {"flavour": "github"}), ("tex", "notes.tex", {}),
    ("txt", "notes.txt", {}), ("ipynb", "notes.ipynb", {}), ("html", "notes.html", {}), ("typ", "notes.typ", {}),
)  # fmt: skip
_FORWARD = 3  # of so many renderings one tells forward mode
_LAYOUTS = ("solution", "lesson", "handout", "slides")
_MORE: tuple[dict[str, Any], ...] = (
    {}, {"rules": True, "paths": True, "shapes": True}, {"layout_convention": "numerator"},
)  # fmt: skip


@record
class Reading:
    """One rendering as the proof-reader takes it: how many claims have each verdict, and those that are not right."""

    name: str
    format: str
    options: dict[str, Any]
    counts: dict[str, int]
    doubtful: tuple[tuple[str, int, str, str], ...]


def problems(examples: bool, graphs: int, seed: int) -> Iterator[tuple[str, str]]:
    """Names and texts of problems."""
    if examples:
        for path in sorted((CHECKOUT / "examples").glob("*.txt")):
            yield path.stem, path.read_text(encoding="utf-8")
        for path in sorted((corpus() / "worked").glob("*.json")):
            yield path.stem, json.loads(path.read_text(encoding="utf-8"))["problem"]
    for k in range(graphs):
        yield f"random {seed + k}", random_graph(seed + k).text


def choices(turn: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every format in every notation; what else there is to choose goes round from problem to problem."""
    for k, (format, name, more) in enumerate(READ):
        for m, notation in enumerate(NOTATIONS):
            at = turn + k + m
            layout = _LAYOUTS[(turn // 2 + k * 2 + m) % len(_LAYOUTS)]
            yield format, name, {
                **more, "notation": notation, "detail": DETAILS[at % len(DETAILS)], "layout": layout,
                **_MORE[(turn // 3 + k + 2 * m) % len(_MORE)],
            }  # fmt: skip


def readings(name: str, text: str, turn: int, every: int = 1, formats: Collection[str] = ()) -> Iterator[Reading]:
    """A problem's renderings, or every so many of them. Raises BackpropError where it has no solution."""
    solutions = [bd.solve(text), bd.solve(text, mode="forward")]
    for k, (format, file, options) in enumerate(choices(turn)):
        if (k + turn * 3) % every or format not in (formats or (format,)):
            continue
        is_forward = (turn + k) % _FORWARD == 0
        solution = solutions[is_forward]
        rendered = str(solution.render(format, **options))
        report = bd.proofread(rendered, file)
        doubtful = report.of("wrong", "unread", "follows")
        yield Reading(
            name, format, {**options, "mode": "forward"} if is_forward else options, report.counts,
            tuple((f.verdict, f.place.line, f.claim, f.expected or f.reason) for f in doubtful),
        )  # fmt: skip


def run(
    asked: Iterator[tuple[str, str]], report: Any = print, every: int = 1, formats: Collection[str] = ()
) -> tuple[Counter[str], list[str]]:
    """Counts of renderings and of verdicts by format; the complaints."""
    counts: Counter[str] = Counter()
    complaints: list[str] = []
    started = time.monotonic()
    for turn, (name, text) in enumerate(asked):
        try:
            for reading in readings(name, text, turn, every, formats):
                counts["renderings"] += 1
                counts[reading.format] += 1
                counts.update({f"claims {verdict}": n for verdict, n in reading.counts.items()})
                for doubt in reading.doubtful[:3]:
                    complaints.append(f"--- {name}, {reading.format} {reading.options}: {doubt}")
                    report(complaints[-1])
        except (bd.DomainError, bd.LimitError):
            counts["without a solution"] += 1
        except Exception:
            complaints.append(f"--- {name}: {traceback.format_exc(limit=-5)}")
            report(complaints[-1])
        if (turn + 1) % 20 == 0:
            report(f"{turn + 1} problems, {time.monotonic() - started:.0f} s: {dict(counts)}")
    return counts, complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--random", type=int, default=200, help="random graphs besides the examples and the corpus")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only-random", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="of all renderings take each so many only")
    parser.add_argument("--formats", nargs="*", default=(), help="these alone, such as html typ")
    asked = parser.parse_args()
    texts = problems(not asked.only_random, asked.random, asked.seed)
    counts, complaints = run(texts, lambda text: print(text, flush=True), asked.every, asked.formats)
    print(f"{dict(counts)}; {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
