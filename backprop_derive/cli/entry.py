"""How a process runs the command line, and how it ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from .main import main

# Commands that leave nothing behind: no process, no thread, no file that closes at the end.
_QUICK = frozenset(("solve", "derive", "proofread"))


def run() -> None:
    """Run the command line and end the process with its exit status.

    Taking apart the objects of SymPy one by one takes a third as long as importing it, and is of no use to anybody.
    """
    try:
        main()
        status: object = 0
    except SystemExit as error:
        status = error.code
    except OSError as error:
        status = 2
        with suppress(OSError):
            sys.stderr.write(f"error: cannot write standard output: {error.strerror or error}\n")
    if len(sys.argv) < 2 or sys.argv[1] not in _QUICK or not (status is None or isinstance(status, int)):
        sys.exit(status)  # type: ignore[arg-type]
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a closed pipe has nobody to be told
            stream.flush()
    os._exit(status or 0)
