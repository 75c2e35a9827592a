"""Workers that are copies of this process: what it has imported, derived and learned, they have at once."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

_WATCH = 0.5  # seconds between two looks for the process that asked


def can_be_copied() -> bool:
    """Whether this process may be copied: elsewhere than on Linux, and with other threads, a copy may hang."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def copies(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many copies of this process. At the end what they have begun is waited for."""
    pool = ProcessPoolExecutor(count, get_context("fork"), _begin, (os.getpid(),))
    try:
        with warnings.catch_warnings():
            # Python counts the threads of NumPy's own library, which prepares for being copied.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool.submit(os.getpid).result()  # makes them all
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
