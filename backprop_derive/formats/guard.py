"""Work that a user's own templates steer runs in a process of its own, bounded in time and memory.

A sandbox keeps a template from files and from Python, but not from `9**9**9`, a string of a billion characters or a
loop in Typst, which no check from within can interrupt.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import OutputError

SECONDS = 10
_BYTES = 1 << 30


def within_limits(task: Callable[..., str | bytes], own: Path, *arguments: Any) -> bytes:
    """What `task(*arguments)` returns, as bytes, from another process. Raises OutputError, also past a limit.

    `task` is a function of a module; `own` is the folder of templates that errors name.
    """
    # What is unpickled there was pickled here; what comes back is never more than bytes.
    request = pickle.dumps((task, arguments))
    command = [sys.executable, "-c", f"from {__name__} import answer; answer()"]
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise OutputError(f"the templates in {own} take longer than {SECONDS} seconds") from None
    kind, content = done.stdout[:1], done.stdout[1:]
    if kind == b"e":
        raise OutputError(content.decode())
    if kind != b"r" or done.returncode != 0:
        raise OutputError(f"the templates in {own} need more than {SECONDS} seconds or {_BYTES >> 30} GiB of memory")
    return content


def answer() -> None:
    """What the other process does: one task from standard input, one answer: `r` and the result, or `e` and why not."""
    task, arguments = pickle.loads(sys.stdin.buffer.read())
    _limit()
    try:
        result = task(*arguments)
        reply = b"r" + (result if isinstance(result, bytes) else result.encode())
    except OutputError as error:
        reply = b"e" + str(error).encode()
    except MemoryError:
        reply = b""
    sys.stdout.buffer.write(reply)


def _limit() -> None:
    with suppress(ImportError, OSError, ValueError):  # where a system has no such limits, time alone is bounded
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
