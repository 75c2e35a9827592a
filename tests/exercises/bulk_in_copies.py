"""What `test_bulk` says of two processes, of copies of this one. Run by it, in a process with one thread."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from backprop_derive.exercises.bulk import run, store
from backprop_derive.exercises.bulk.copies import can_be_copied, copies
from backprop_derive.exercises.bulk.workers import Workers

from .test_bulk import (
    LINES,
    SHEETS,
    files,
    test_a_process_that_is_ended_from_outside_is_told,
    test_two_processes_write_the_bytes_of_one,
    test_what_is_wrong_in_a_process_is_said_here,
    undisturbed,
)

__all__ = [
    "test_a_process_that_is_ended_from_outside_is_told",
    "test_two_processes_write_the_bytes_of_one",
    "test_what_is_wrong_in_a_process_is_said_here",
    "undisturbed",
]


@pytest.fixture(scope="module")
def processes() -> Workers:
    assert can_be_copied()
    return Workers(jobs=2)


def test_a_process_that_outlives_a_run_does_not_keep_its_folder(
    processes: Workers, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with ExitStack() as alive:
        with store.store_in(out) as first:
            first.begin(SHEETS, "*")
            alive.enter_context(copies(1)).submit(os.getpid).result()
        run.to_folder(SHEETS, out)
    assert files(out) == undisturbed


def test_copies_end_with_a_reader_that_goes_away(processes: Workers) -> None:
    before = set(multiprocessing.active_children())
    found = run.pieces(LINES, processes)
    assert next(found) + next(found)
    found.close()
    assert set(multiprocessing.active_children()) <= before
