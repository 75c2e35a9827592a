"""A call in a process of its own, within a time of the processor and an amount of memory."""

from __future__ import annotations

import os
import pickle
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def bounded(call: Callable[[], Any], seconds: float, megabytes: int) -> Any:
    """What the call returns. It fails the test past its time or memory; what it raises is raised here."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _answer(call, theirs, seconds, megabytes)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        ended = signal.Signals(os.WTERMSIG(status))
        pytest.fail(f"more than {seconds} s" if ended == signal.SIGXCPU else f"ended by {ended.name}")
    kind, value = pickle.loads(data)
    if kind == "raised":
        raise value
    return value


def _answer(call: Callable[[], Any], pipe: int, seconds: float, megabytes: int) -> None:
    """Of the child: the result goes into the pipe; never returns."""
    try:
        now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
        spent = sum(os.times()[:2])
        resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 1, int(spent + seconds) + 3))
        try:
            answer = "returned", call()
        except BaseException as error:
            answer = "raised", error
        with os.fdopen(pipe, "wb") as file:
            file.write(pickle.dumps(answer))
    finally:
        os._exit(0)
