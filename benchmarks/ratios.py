"""One line of the table of benchmarks, and how its two sides are measured."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[], float]


@dataclass(frozen=True)
class Ratio:
    """One line of the table: two measures of one unit, and the ratio that is asked for at most."""

    title: str
    ours: float
    peer: float
    most: float
    unit: str = "s"

    @property
    def line(self) -> str:
        ratio = self.ours / self.peer
        verdict = "" if ratio <= self.most else "  <- misses it"
        return (
            f"{self.title:<58} {self.ours:>10.4g} {self.peer:>10.4g} {self.unit:<3}"
            f" {ratio:>8.3g} {self.most:>8.3g}{verdict}"
        )


def medians(runs: int, ours: Measure, peer: Measure) -> tuple[float, float]:
    """Both measured in turn, so that what disturbs the machine disturbs both."""
    pairs = [(ours(), peer()) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def seconds(work: Callable[[], object]) -> float:
    """Time on the processor, without the collector of garbage, whose turn is a matter of chance (so does timeit)."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()
