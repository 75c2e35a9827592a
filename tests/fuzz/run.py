"""Fuzz a reader: only documented errors come out of it, no input takes more than 2 s and 500 MB.

    python -m tests.fuzz.run parser --inputs 100000 [--seed 1] [--findings build/fuzz]
    python -m tests.fuzz.run parser --replay build/fuzz/parser/slow-….txt

With atheris installed (`pip install atheris`) the inputs are guided by coverage; without it they are mutations of the
seeds. Every finding is written to a file, and the run goes on. The exit status is 1 where there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

SECONDS = 2  # of the processor, for one input
MEGABYTES = 500  # more than before it


class TooSlow(BaseException):
    """Not an Exception, so that nothing on the way takes it for its own."""


def _bell(*_: object) -> None:
    raise TooSlow


class Watch:
    """Gives inputs to a reader and keeps what must not happen."""

    def __init__(self, name: str, read: Any, folder: Path | None) -> None:
        self.name, self.read, self.folder = name, read, folder
        self.inputs, self.accepted, self.slowest = 0, 0, 0.0
        self.findings: Counter[str] = Counter()
        signal.signal(signal.SIGPROF, _bell)

    def __call__(self, text: str) -> None:
        from backprop_derive.errors import BackpropError

        self.inputs += 1
        peak, start = _peak(), time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS, 0.2)  # again, should a callback have swallowed it
            try:
                self.read(text)
                self.accepted += 1
            except BackpropError as error:
                str(error)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        except TooSlow:
            self.keep("slow", text, traceback.format_exc())
        except Exception as error:
            self.keep(_where(error), text, traceback.format_exc())
        took = time.process_time() - start
        self.slowest = max(self.slowest, took)
        if _peak() - peak > MEGABYTES:
            self.keep("memory", text, f"{_peak() - peak:.0f} MB more")

    def keep(self, kind: str, text: str, said: str) -> None:
        self.findings[kind] += 1
        if self.folder is None or self.findings[kind] > 3:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{kind}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        (self.folder / f"{name}.txt").write_bytes(text.encode("utf-8", "surrogatepass"))
        (self.folder / f"{name}.said").write_text(said, encoding="utf-8", errors="replace")

    def told(self) -> str:
        found = ", ".join(f"{kind} ×{count}" for kind, count in self.findings.most_common()) or "nothing"
        share = 100 * self.accepted / max(1, self.inputs)
        return f"{self.name}: {self.inputs:,} inputs, {share:.0f} % read, slowest {self.slowest:.2f} s, found {found}"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _where(error: Exception) -> str:
    """A finding's name: the error, and the last line of the package that it passed through."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "backprop_derive" in f.filename or "fuzz" in f.filename
    ]
    last = frames[-1]
    return f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"


def fuzz(watch: Watch, seeds: list[str], inputs: int, seed: int) -> None:
    """The seeds as they are, then mutations of them."""
    for text in seeds:
        watch(text)
    chance = random.Random(seed)
    from .mutate import mutated

    for _ in range(inputs - len(seeds)):
        watch(mutated(chance.choice(seeds), chance, seeds))


def guided(watch: Watch, seeds: list[str], inputs: int, seed: int, folder: Path, atheris: Any) -> None:
    """The same, where an input that reaches a new branch becomes a seed. Does not return."""
    from .mutate import LONGEST, mutated

    kept = folder / "seeds"
    kept.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(seeds):
        (kept / f"given-{number}").write_bytes(text.encode("utf-8", "surrogatepass"))

    def one(data: bytes) -> None:
        watch(data.decode("utf-8", "replace"))
        if watch.inputs >= inputs:
            print(watch.told(), flush=True)
            os._exit(bool(watch.findings))

    def mutator(data: bytes, longest: int, number: int) -> bytes:
        chance = random.Random(number)
        if chance.random() < 0.1:
            return bytes(atheris.Mutate(data, longest))
        text = data.decode("utf-8", "replace") if chance.random() < 0.5 else chance.choice(seeds)
        made = mutated(text, chance, seeds)
        return made.encode("utf-8", "surrogatepass")[:longest]

    options = [f"-seed={seed}", f"-max_len={4 * LONGEST}", "-timeout=60", "-rss_limit_mb=0", "-print_final_stats=0"]
    atheris.Setup(
        [sys.argv[0], *options, "-verbosity=0", f"-artifact_prefix={folder}/", str(kept)], one, custom_mutator=mutator
    )
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path("build") / "fuzz")
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--blind", action="store_true", help="without coverage, even where atheris is installed")
    options = parser.parse_args()
    atheris = None if options.blind or options.replay else _atheris()
    if atheris is None:
        from .targets import TARGETS
    else:
        with atheris.instrument_imports(include=["backprop_derive"]):
            from .targets import TARGETS

            for text in TARGETS[options.target].seeds()[:20]:  # for the modules that are imported when needed
                Watch("", TARGETS[options.target].read, None)(text)
    target = TARGETS[options.target]
    folder = options.findings / options.target
    watch = Watch(options.target, target.read, folder)
    if options.replay:
        watch(options.replay.read_bytes().decode("utf-8", "surrogatepass"))
    elif atheris is None:
        fuzz(watch, target.seeds(), options.inputs, options.seed)
    else:
        guided(watch, target.seeds(), options.inputs, options.seed, folder, atheris)
    print(watch.told())
    sys.exit(bool(watch.findings))


def _atheris() -> Any:
    try:
        import atheris
    except ImportError:
        return None
    return atheris


if __name__ == "__main__":
    main()
