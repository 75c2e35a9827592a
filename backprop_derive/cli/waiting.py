"""A sign of life for whoever waits at a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_FIRST = 1.0  # seconds after which somebody begins to wonder


@contextmanager
def waiting(label: str = "working") -> Iterator[None]:
    """After a second, a line on standard error that counts the seconds; it is gone at the end.

    Nothing is written where standard error is no terminal, and no colour or other escape sequence anywhere.
    """
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(label, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(label: str, done: threading.Event) -> None:
    seconds, line = 0, ""
    while not done.wait(_FIRST):
        seconds += 1
        line = f"{label} … {seconds} s"
        sys.stderr.write(f"\r{line}")
        sys.stderr.flush()
    if line:
        sys.stderr.write(f"\r{' ' * len(line)}\r")
        sys.stderr.flush()
