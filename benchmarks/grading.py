"""How many derivations are graded a second and core, how long a chapter takes, and whether time grows as lines do.

    python benchmarks/grading.py [--students 200]

A class hands in the worked solution of one problem, each with slips of its own: a number or a sign of some lines is
another one. In a second class everybody writes in a format, a notation and a detail of their own, so that few lines are
those of somebody else. Times are those of the processor, so that other processes do not count.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backprop_derive import proofread, solve  # noqa: E402
from backprop_derive.formats import render  # noqa: E402
from backprop_derive.grading.feedback import feedback_document  # noqa: E402
from backprop_derive.grading.grade import Grader  # noqa: E402
from backprop_derive.grading.tables import as_json, gradebook  # noqa: E402
from backprop_derive.options import DETAILS, NOTATIONS, Options  # noqa: E402

PROBLEMS = ("lesson", "logistic-neuron", "two-two-one-tanh")
LENGTHS = (10, 20, 40, 80, 160)
TENSORS = ("attention-head", "mlp-batch", "rnn-in-matrices", "batch-norm")
PROSE = "The step before has given what flows in here. Its shape is that of the value, entry for entry.\n"
_NUMBER = re.compile(r"(?<![\w.\\{^_])\d+(?:\.\d+)?(?![\w.}])")


def works(text: str, count: int, seed: int) -> dict[str, str]:
    """So many works, each the worked solution with up to three numbers changed."""
    rng = random.Random(seed)
    return {f"student {k + 1}": slipped(text, rng) for k in range(count)}


def slipped(work: str, rng: random.Random) -> str:
    """A work with up to three numbers from the forward pass on changed."""
    start = work.index("Forward pass")
    for _ in range(rng.randrange(4)):
        match = rng.choice([m for m in _NUMBER.finditer(work) if m.start() > start])
        work = work[: match.start()] + str(rng.randrange(2, 9)) + work[match.end() :]
    return work


def various(problem: str, count: int, seed: int) -> dict[str, str]:
    """So many works, in 30 ways of writing."""
    rng = random.Random(seed)
    solution = solve(problem)
    ways = [(f, n, d) for f in ("md", "txt", "tex") for n in NOTATIONS for d in DETAILS[1:]]
    texts = [str(solution.render(f, notation=n, detail=d)) for f, n, d in ways]
    return {f"student {k + 1}": slipped(texts[k % len(texts)], rng) for k in range(count)}


def chapter(lines: int) -> str:
    """So many lines about networks with matrices: worked solutions, with prose between their sections."""
    parts = []
    for name in TENSORS:
        told = solve((ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")).to_markdown(detail="full")
        parts.append(told.replace("\n## ", f"\n{PROSE}\n## "))
    return "\n".join("\n\n".join(parts).splitlines()[:lines])


def chain(length: int) -> str:
    """A problem of so many steps, one after the other."""
    steps = (f"x{k + 1} = {'sin' if k % 2 else 'tanh'}(x{k}) * 2" for k in range(length))
    return "\n".join(["Given x0 = 1/2", *steps, f"Find d(x{length})/dx0"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    count = parser.parse_args().students
    print(f"{'problem':20} {'lines':>5} {'graded a second':>16} {'with feedback (Markdown)':>25} {'various':>9}")
    for name in PROBLEMS:
        problem = (ROOT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
        handed_in = works(str(solve(problem).render("md")), count, 6)
        start = time.process_time()
        grader = Grader(problem)
        found = grader.class_of(grader.grade(text, student) for student, text in handed_in.items())
        graded = time.process_time() - start
        for sheet in found.sheets:
            render(feedback_document(sheet, found.problem), "md", Options())
        gradebook(found), as_json(found)
        told = time.process_time() - start
        lines = len(next(iter(handed_in.values())).splitlines())
        handed_in = various(problem, count, 7)
        start = time.process_time()
        grader = Grader(problem)
        grader.class_of(grader.grade(text, student) for student, text in handed_in.items())
        apart = time.process_time() - start
        print(f"{name:20} {lines:5} {count / graded:16.0f} {count / told:25.0f} {count / apart:9.0f}")
    print(f"\n{'chapter on matrices, lines':28} {'seconds':>8} {'claims':>7} {'wrong':>6} {'not understood':>15}")
    for lines in (75, 150, 300):
        text = chapter(lines)
        start = time.process_time()
        report = proofread(text, "chapter.md")
        took = time.process_time() - start
        counts = report.counts
        print(f"{lines:28} {took:8.2f} {len(report.findings):7} {counts['wrong']:6} {counts['unread']:15}")
    print(f"\n{'steps':>5} {'lines':>6} {'ms a line':>10}")
    for length in LENGTHS:
        problem = chain(length)
        work = str(solve(problem).render("md"))
        grader = Grader(problem)
        grader.grade(work)
        start = time.process_time()
        grader.grade(work)
        lines = len(work.splitlines())
        print(f"{length:5} {lines:6} {1000 * (time.process_time() - start) / lines:10.2f}")


if __name__ == "__main__":
    main()
