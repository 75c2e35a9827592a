"""A few hundred inputs for each reader; `make fuzz` gives them millions."""

from __future__ import annotations

import signal

import pytest

from tests.fuzz.run import Watch, fuzz
from tests.fuzz.targets import TARGETS

SLOW = {"solver": 60, "exercise": 60, "grader": 100, "proofreader": 100}


@pytest.mark.parametrize("name", TARGETS)
def test_only_documented_errors_come_out_of_a_reader(name: str) -> None:
    target = TARGETS[name]
    seeds = sorted(target.seeds(), key=len)[:40]
    watch = Watch(name, target.read, None)
    try:
        fuzz(watch, seeds, len(seeds) + SLOW.get(name, 300), seed=2)
    finally:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    assert not watch.findings, watch.told()
    assert watch.accepted


def test_a_reader_that_fails_is_found() -> None:
    def read(text: str) -> None:
        if "7" in text:
            raise KeyError(text)

    watch = Watch("broken", read, None)
    fuzz(watch, ["1", "7"], 2, seed=1)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    assert watch.told().startswith("broken: 2 inputs, 50 % read")
    assert [kind.split("-")[0] for kind in watch.findings] == ["KeyError"]
