"""A run of many variants killed a hundred times at random moments: not one variant is lost, doubled or different.

    python benchmarks/kills.py [--kills 100] [--variants 4000] [--jobs 1] [--seed 1]

Each time the command is started anew in the same folder and killed (SIGKILL) after a random time, which begins before
the program has read its text. Where a run comes to its end in between, its files are compared with those of a run that
nobody disturbed, and the next begins in another folder. The tests do the same with a few kills.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
TEXT = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8") + (
    "\nVary x in -200..200 except 0, y in -200..200, w in -200..200 except 0\n"
)


def command(folder: Path, variants: int, jobs: int) -> list[str]:
    counts = ["--variants", str(variants), "--seed", "7", "--jobs", str(jobs)]
    return [sys.executable, "-m", "backprop_derive", "exercise", "net.txt", *counts, "-f", "md", "-o", f"{folder}/"]


def started(command: list[str], within: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with (within / "said.txt").open("ab") as said:
        return subprocess.Popen(command, cwd=within, env=environment, stderr=said)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def killed_runs(
    within: Path, kills: int, variants: int, jobs: int, longest: float, chance: random.Random
) -> list[Path]:
    """The folders of the runs that came to their end; `kills` times one was killed on the way, the last ones not."""
    ended: list[Path] = []
    left = kills
    folder = within / "killed-0"
    while left or not ended or ended[-1] != folder:
        child = started(command(folder, variants, jobs), within)
        try:
            child.wait(timeout=chance.uniform(0, longest) if left else None)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            left -= 1
            continue
        if child.returncode:
            raise SystemExit((within / "said.txt").read_text())
        ended.append(folder)
        if left:
            folder = within / f"killed-{len(ended)}"
    return ended


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--variants", type=int, default=4000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        within = Path(place)
        (within / "net.txt").write_text(TEXT, encoding="utf-8")
        undisturbed = within / "undisturbed"
        start = time.perf_counter()
        if started(command(undisturbed, options.variants, options.jobs), within).wait():
            raise SystemExit((within / "said.txt").read_text())
        whole = time.perf_counter() - start
        expected = files(undisturbed)
        # A kill falls in the first half of a run's time, so that a run is killed several times before its end.
        chance = random.Random(options.seed)
        ended = killed_runs(within, options.kills, options.variants, options.jobs, whole / 2, chance)
        same = sum(files(folder) == expected for folder in ended)
        said = (within / "said.txt").read_text()
    print(f"{options.kills} kills over {len(ended)} runs of {options.variants:,} variants, {options.jobs} jobs:")
    print(f"{same} of {len(ended)} runs have the bytes of an undisturbed one ({len(expected):,} files)")
    print(f"said on standard error: {said or 'nothing'}")
    if same < len(ended):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
