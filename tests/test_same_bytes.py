"""The same bytes whatever Python's hashes, the time zone and the locale are; `make same` asks twenty processes."""

from __future__ import annotations

from benchmarks.same_bytes import differing


def test_everything_is_written_with_the_same_bytes_in_each_process() -> None:
    assert differing(range(3)) == []
