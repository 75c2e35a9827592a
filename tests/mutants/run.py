"""`python -m tests.mutants.run`: a sample of mutants of language, calculus, evaluate and grading.

Each is judged by the tests that carry its line out, if `make coverage` left in build/coverage which these are, else by
those of its part. `--only grading/work.py` draws from what begins so.

A line of JSON for each mutant goes to the file named by --output; a run that was ended goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from subprocess import run as call
from typing import Any

from tests.conftest import CHECKOUT
from tests.mutants.covering import Covering, Test
from tests.mutants.operators import Mutant, mutants_of
from tests.mutants.server import Judge
from tests.mutants.uses import places_of_use

PARTS = ("language", "calculus", "evaluate", "grading")
# What fails on a busy machine by itself, or runs for longer than all others together.
_NOT_ASKED = ("test_durable", "test_hostile", "test_scale", "test_mutants", "test_pool", "benchmarks", "test_fuzz")


def sample(size: int, seed: int, parts: Iterable[str] = PARTS, only: str = "") -> list[Mutant]:
    """So many mutants of all that there are, each as likely as any other; `only` is how their paths begin."""
    start = f"backprop_derive/{only}"
    found = [mutant for part in parts for mutant in _of_package(part) if mutant.path.startswith(start)]
    return random.Random(seed).sample(found, min(size, len(found)))


@cache
def _of_package(part: str) -> list[Mutant]:
    found: list[Mutant] = []
    for file in sorted((CHECKOUT / "backprop_derive" / part).rglob("*.py")):
        # A module of sentences has no decisions in it.
        if file.name not in ("__init__.py", "sentences.py"):
            found += mutants_of(file.read_text(encoding="utf-8"), str(file.relative_to(CHECKOUT)))
    return found


def fitting(mutant: Mutant, covering: Covering, seconds: float) -> list[Test]:
    """Tests of the mutant's line, those of its own module and part first, as many as fit into the time.

    What is carried out where a module is imported is no test's own: it is asked of those that use what is made there.
    """
    _, part, *_, module = mutant.path.removesuffix(".py").split("/")
    places = {(mutant.path, mutant.line), *places_of_use(mutant.path, mutant.line)}
    found = {test for place in places for test in covering.of(*place)}
    tests = [each for each in found if not any(name in each.name for name in _NOT_ASKED)]
    named = f"tests/{part}/test_{module}"
    tests.sort(
        key=lambda test: (
            not test.name.startswith(named), not test.name.startswith(f"tests/{part}/"), test.seconds, test.name
        )
    )  # fmt: skip
    chosen: list[Test] = []
    for test in tests:
        if not chosen or sum(each.seconds for each in chosen) + test.seconds <= seconds:
            chosen.append(test)
    return chosen


def of_part(mutant: Mutant) -> list[Test]:
    """The tests of a mutant's part, those of its own module first."""
    _, part, *_, module = mutant.path.removesuffix(".py").split("/")
    found = [file for file in sorted((CHECKOUT / "tests" / part).glob("test_*.py")) if file.stem not in _NOT_ASKED]
    found.sort(key=lambda file: module not in file.stem)
    return [Test(str(file.relative_to(CHECKOUT)), 20) for file in found]


def judged(mutants: Iterable[Mutant], covering: Covering | None, seconds: float) -> Iterator[dict[str, Any]]:
    """What became of each mutant."""
    judge = Judge()
    try:
        for mutant in mutants:
            tests = (fitting(mutant, covering, seconds) if covering else []) or of_part(mutant)
            allowed = 30 + 3 * sum(each.seconds for each in tests)
            verdict = judge.judged(mutant, [each.name for each in tests], allowed)
            yield {**asdict(mutant), **asdict(verdict), "tests": len(tests)}
    finally:
        judge.close()


def main() -> None:
    """One call of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", metavar="PATH", help="a part, or a module of it: grading/work.py")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=90, help="of tests for each mutant")
    parser.add_argument("--coverage", type=Path, default=CHECKOUT / "build" / "coverage")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "build" / "mutants.jsonl")
    asked = parser.parse_args()
    if asked.part is None and asked.jobs > 1:
        _in_parts(asked.jobs)
    else:
        _judge(asked)
    if asked.part is None:
        _tell(asked)
        _try_killers(asked)


def _in_parts(jobs: int) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.mutants.run", *sys.argv[1:]]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda part: call([*command, "--part", str(part)], check=True), range(jobs)))


def _judge(asked: argparse.Namespace) -> None:
    """The mutants of this process, those left out that the file has already."""
    data = asked.coverage / "data"
    covering = Covering(data, sorted(asked.coverage.glob("*.xml"))) if data.exists() else None
    mutants = sample(asked.sample, asked.seed, only=asked.only)
    if asked.part is not None:
        mutants = mutants[asked.part :: asked.jobs]
    done = {_key(each) for each in _results(asked.output) if each["outcome"] != "untested"}
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    with asked.output.open("a", encoding="utf-8") as file:
        for result in judged((each for each in mutants if _key(asdict(each)) not in done), covering, asked.seconds):
            file.write(json.dumps(result) + "\n")
            file.flush()


def _key(result: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(result[name] for name in ("path", "start", "end", "new"))


def _results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _tell(asked: argparse.Namespace) -> None:
    """The survivors, and the count."""
    wanted = {_key(asdict(each)) for each in sample(asked.sample, asked.seed, only=asked.only)}
    last = {_key(each): each for each in _results(asked.output)}
    results = [each for key, each in last.items() if key in wanted]
    killed = [each for each in results if each["outcome"] == "killed"]
    for each in results:
        if each["outcome"] != "killed":
            print(f"{each['outcome']}: {each['path']}:{each['line']}: {each['what']} → {each['new']}")
    if results:
        print(f"{len(killed)} of {len(results)} mutants killed, {100 * len(killed) / len(results):.1f} %")


def _try_killers(asked: argparse.Namespace) -> None:
    """A test that fails by itself kills nothing: all that killed are run once more where nothing is changed."""
    killed = [each["by"] for each in _results(asked.output) if each["outcome"] == "killed"]
    killers = sorted({by for by in killed if "::" in by})
    judge = Judge()
    try:
        failing = judge.failing(sorted({each.partition("[")[0] for each in killers}), 1000) if killers else ""
    finally:
        judge.close()
    print(f"of {len(killers)} tests that killed, {failing or 'none'} fails without a mutant")


if __name__ == "__main__":
    main()
