"""Workers that are copies of this process: what it has imported, derived and learned, they have at once."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

_WATCH = 0.5  # seconds between two looks for the process that asked
_THREADS = Path("/proc/self/task")


def can_be_copied() -> bool:
    """Whether this process may be copied: on Linux, while it has one thread.

    A copy has this one only, and would wait for the others for ever: Typst's, which share the work on a PDF, or a
    notebook's. Python does not know of all, the system does.
    """
    return sys.platform == "linux" and _THREADS.is_dir() and len(list(_THREADS.iterdir())) == 1


@contextmanager
def copies(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many copies of this process. At the end what they have begun is waited for."""
    pool = ProcessPoolExecutor(count, get_context("fork"), _begin, (os.getpid(),))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked, which ends this one
    gc.freeze()  # what was there before is looked at no more: it would be copied for that
    end_with(parent)


def end_with(parent: int) -> None:
    """End this process soon after its parent, which may have been killed: it would wait for more work."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
