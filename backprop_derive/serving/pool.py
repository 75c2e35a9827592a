"""A few warm workers. One that takes too long, or dies, is replaced."""

from __future__ import annotations

import asyncio
import json
import os
import struct
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from ..records import record
from .worker import HEAD

_WARM_UP = 120  # seconds
_ANSWERS = 2_000  # of one worker, which is replaced then, with all that its caches have gathered
_LARGEST = 100_000_000  # bytes of an answer
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


@record
class Bounds:
    """What one request may take. `limits` are those of a problem, below the program's own."""

    seconds: int = 5
    memory: int = 512  # MiB above what a warm worker has
    limits: tuple[tuple[str, int], ...] = (
        ("text", 100_000), ("line", 20_000), ("steps", 2_000), ("tensor", 20_000), ("updates", 1_000), ("depth", 200),
    )  # fmt: skip


class Busy(Exception):
    """All workers are taken, and too many wait already."""


class Gone(Exception):
    """Who asked does not wait any more."""


class TooMuch(Exception):
    """The work took too long or too much memory; its worker is no more."""


class Pool:
    """`count` workers, each with one request at a time; at most `waiting` requests wait, for `patience` seconds."""

    def __init__(self, count: int, bounds: Bounds, waiting: int = 1_000, patience: float = 20.0) -> None:
        self.count, self.bounds, self.waiting, self.patience = count, bounds, waiting, patience
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._all: set[_Worker] = set()
        self._renewals: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._closed = False

    async def start(self) -> None:
        """Returns when the first worker is warm; the others follow."""
        first = [asyncio.create_task(self._add()) for _ in range(self.count)]
        self._renewals |= set(first)
        done, _ = await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def close(self) -> None:
        """End every worker."""
        self._closed = True
        for task in self._renewals:
            task.cancel()
        for worker in list(self._all):
            await worker.end()

    async def answer(self, request: bytes, is_gone: Callable[[], Awaitable[bool]] | None = None) -> tuple[bytes, bytes]:
        """What a worker answers: its kind and its content. Raises Busy, Gone, TooMuch."""
        worker = await self._next()
        while not worker.is_alive:  # something from outside ended it, which is not the question's fault
            self._renew(worker)
            worker = await self._next()
        left = True
        try:
            left = is_gone is not None and await is_gone()
        finally:
            if left:
                self._idle.put_nowait(worker)  # it was asked nothing
        if left:
            raise Gone
        try:
            found = await asyncio.wait_for(worker.ask(request), self.bounds.seconds + 1)
        except (TimeoutError, OSError, EOFError):
            self._renew(worker)
            raise TooMuch from None
        except BaseException:
            self._renew(worker)  # its answer would be taken for that of the next request
            raise
        if worker.answers >= _ANSWERS:
            self._renew(worker)
        else:
            self._idle.put_nowait(worker)
        return found

    async def _next(self) -> _Worker:
        if self._waiting >= self.waiting:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.wait_for(self._idle.get(), self.patience)
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1

    def _renew(self, worker: _Worker) -> None:
        async def renew() -> None:
            self._all.discard(worker)
            await worker.end()
            await self._add()

        task = asyncio.create_task(renew())
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def _add(self) -> None:
        """One more worker. It is tried again where the machine is too busy to start one."""
        while not self._closed:
            worker = _Worker(self.bounds)
            self._all.add(worker)
            try:
                await asyncio.wait_for(worker.start(), _WARM_UP)
            except (TimeoutError, OSError, EOFError):
                self._all.discard(worker)
                await worker.end()
                await asyncio.sleep(1)
                continue
            self._idle.put_nowait(worker)
            return


class _Worker:
    """One process."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.answers = 0
        self.process: asyncio.subprocess.Process | None = None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # Threads of the linear algebra would take memory and compete with the other workers.
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        limits = json.dumps(dict(self.bounds.limits))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", f"{__package__}.worker", str(self.bounds.seconds), str(self.bounds.memory),
            limits, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env=kept | threads, cwd=Path(sys.executable).parent,
        )  # fmt: skip
        await self._read()

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        assert self.process is not None
        assert self.process.stdin is not None
        self.answers += 1
        self.process.stdin.write(struct.pack(">I", len(request)) + request)
        await self.process.stdin.drain()
        return await self._read()

    async def _read(self) -> tuple[bytes, bytes]:
        assert self.process is not None
        assert self.process.stdout is not None
        kind, size = HEAD.unpack(await self.process.stdout.readexactly(HEAD.size))
        if size > _LARGEST:
            raise EOFError("an answer that no page shows")
        return kind, await self.process.stdout.readexactly(size)

    async def end(self) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
