"""How a process runs the command line, and how it ends."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from .main import main

# Commands that leave nothing behind: no process, no thread, no file that closes at the end.
_QUICK = frozenset(("solve", "derive", "proofread"))


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, by a name of its own.

    Where KeyboardInterrupt itself passes through a text that is executed, as `dataclass` executes one, Python 3.11
    remembers it as unhandled for good, and `python -m` then dies of the signal, whatever became of it.
    """


def _interrupt(number: int, frame: object) -> NoReturn:
    raise Interrupted


def _open_closed_streams() -> None:
    """Give a process that was started with a closed stream one that takes its number, before another file does.

    What is written to standard output is then an error as on a full disk; messages, which nobody hears, are dropped.
    """
    for number, name, flags in (
        (0, "stdin", os.O_RDONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)
    ):  # fmt: skip
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def run() -> None:
    """Run the command line and end the process with its exit status.

    Taking apart the objects of SymPy one by one takes a third as long as importing it, and is of no use to anybody.
    """
    _open_closed_streams()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        main()
        status: object = 0
    except SystemExit as error:
        status = error.code
    except OSError as error:
        status = 2
        with suppress(OSError):
            sys.stderr.write(f"error: cannot write standard output: {error.strerror or error}\n")
        # What is still in the stream's buffer goes nowhere, or the interpreter would try once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if len(sys.argv) < 2 or sys.argv[1] not in _QUICK or not (status is None or isinstance(status, int)):
        sys.exit(status)  # type: ignore[arg-type]
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a closed pipe has nobody to be told
            stream.flush()
    os._exit(status or 0)
