"""The stated limits, each raised with `--limit NAME=VALUE`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace

from .errors import LimitError, Place, UsageError, nearest
from .languages import Count, Said
from .languages.sentences import LIMITS
from .records import record


@record
class Limits:
    """What one problem may ask for, so that a mistyped one ends with a message. Units are in the comments."""

    text: int = 2_000_000  # bytes of a problem
    line: int = 1_000_000  # characters of a line
    steps: int = 100_000
    depth: int = 1_000  # nesting of an expression
    literal: int = 10_000  # digits of a number as written
    exact: int = 1_000  # digits past which exact arithmetic gives way to rounded
    tensor: int = 1_000_000  # elements
    updates: int = 1_000_000
    exact_updates: int = 50
    sweeps: int = 200  # of forward mode, one an entry of what is wanted
    digits: int = 50  # --digits and Round
    title: int = 500  # characters
    name: int = 64  # characters
    operations: int = 200  # of a step, past which it is split into one operation a node
    page: int = 5_000  # entries that an interactive page computes
    paths: int = 20  # listed of one name with --paths; all are counted
    work: int = 30  # seconds
    domain: int = 100_000  # values that one name may vary over
    data: int = 200_000_000  # bytes of a file of data

    def check(self, name: str, amount: int, what: str, place: Place | None = None) -> None:
        """Raise LimitError where `amount` passes the limit called `name`; `what` names the thing counted."""
        allowed: int = getattr(self, name)
        if amount > allowed:
            words = {"what": what, "amount": Count(amount), "name": name, "allowed": Count(allowed)}
            raise LimitError(
                Said(LIMITS, "passed", words),
                place=place,
                hint=f"--limit {name}={amount}, if that is what you want",
            )


DEFAULT_LIMITS = Limits()


def with_limits(raised: Mapping[str, int]) -> Limits:
    """The default limits with some replaced. Raises UsageError for an unknown name or a negative value."""
    known = [f.name for f in fields(Limits)]
    for name, value in raised.items():
        if name not in known:
            close = nearest(name, known)
            raise UsageError(
                f"unknown limit {name!r}", expected=", ".join(known), hint=f"--limit {close}=…" if close else None
            )
        if value < 1:
            raise UsageError(f"the limit {name} must be a positive whole number, not {value}")
    return replace(DEFAULT_LIMITS, **raised)


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """End the work within with a LimitError once it has taken too long (where the system has timers)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise LimitError(
            f"the work took too long: the limit `work` is at most {seconds} seconds",
            hint=f"--limit work={10 * seconds}",
        )

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
