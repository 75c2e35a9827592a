"""Workers: confined, bounded, replaced when they die, and none of them ever answers for another."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backprop_derive.serving.asked import Asked
from backprop_derive.serving.pool import Bounds, Busy, Gone, Pool, TooMuch
from tests.conftest import CHECKOUT


def with_pool(use: Callable[[Pool], Awaitable[Any]], count: int = 1, **more: Any) -> Any:
    async def run() -> Any:
        pool = Pool(count, Bounds(seconds=2, memory=300), **more)
        await pool.start()
        try:
            return await use(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def request(text: str, format: str = "txt") -> bytes:
    return Asked(text, format).as_bytes()


def test_a_worker_that_is_killed_in_its_work_is_replaced() -> None:
    async def use(pool: Pool) -> None:
        (worker,) = pool._all
        assert worker.process is not None
        task = asyncio.create_task(pool.answer(request("Given x = 2\nL = x^2")))
        worker.process.kill()
        with pytest.raises(TooMuch):
            await task
        kind, content = await asyncio.wait_for(pool.answer(request("Given x = 2\nL = x^2")), 60)
        assert kind == b"r"
        assert "= 4" in content.decode()
        assert len(pool._all) == 1
        assert worker not in pool._all

    with_pool(use, patience=60)


def test_a_question_that_is_given_up_leaves_no_answer_for_the_next() -> None:
    async def use(pool: Pool) -> None:
        slow = "\n".join(f"a{k} = sigmoid(a{k - 1})" for k in range(1, 1000))  # not answered before it is given up
        first = asyncio.create_task(pool.answer(request(f"Given a0 = 3\n{slow}")))
        await asyncio.sleep(0.001)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        _, content = await asyncio.wait_for(pool.answer(request("Given x = 5\nL = x^2")), 60)
        assert "25" in content.decode()

    with_pool(use, patience=60)


def test_many_questions_at_once_each_get_their_own_answer() -> None:
    async def use(pool: Pool) -> None:
        async def one(k: int) -> None:
            _, content = await pool.answer(request(f"Given x = {k}\nL = x^2"))
            assert f"= {k * k}" in content.decode()

        await asyncio.gather(*map(one, range(100, 160)))

    with_pool(use, count=2)


def test_who_does_not_wait_any_more_costs_nothing_and_who_comes_too_late_is_told() -> None:
    async def gone() -> bool:
        return True

    async def use(pool: Pool) -> None:
        with pytest.raises(Gone):
            await pool.answer(request("L = 1"), gone)
        (worker,) = pool._all
        assert worker.answers == 0
        held = await pool._next()
        with pytest.raises(Busy):
            await pool.answer(request("L = 1"))
        waiting = [asyncio.create_task(pool.answer(request("Given x=1\nL = x"))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await pool.answer(request("L = 1"))
        pool._idle.put_nowait(held)
        assert [kind for kind, _ in await asyncio.gather(*waiting)] == [b"r"] * 3

    with_pool(use, waiting=3, patience=0.3)


def test_a_worker_is_kept_where_it_cannot_be_asked_whether_somebody_waits() -> None:
    async def broken() -> bool:
        raise ConnectionResetError

    async def use(pool: Pool) -> None:
        with pytest.raises(ConnectionResetError):
            await pool.answer(request("L = 1"), broken)
        kind, _ = await pool.answer(request("Given x = 1\nL = x"))
        assert kind == b"r"

    with_pool(use)


def test_a_worker_that_died_while_nobody_asked_is_not_blamed_on_the_next_question() -> None:
    async def use(pool: Pool) -> None:
        (worker,) = pool._all
        worker.process.kill()
        await worker.process.wait()
        kind, _ = await pool.answer(request("Given x = 1\nL = x"))
        assert kind == b"r"

    with_pool(use, patience=60)


CONFINED = """
import sys
sys.argv = ["worker", "2", "300", "{}"]
from backprop_derive.serving import worker
from backprop_derive.serving.asked import Asked
from backprop_derive.limits import DEFAULT_LIMITS
worker.answered(Asked(worker.WARM, "html"), DEFAULT_LIMITS)
worker._confine(300)
def tried(what):
    try:
        what()
    except BaseException as error:
        return type(error).__name__
    return "done"
import os, socket, subprocess
print(tried(lambda: open("/etc/passwd")), tried(lambda: open("pyproject.toml")), tried(lambda: open("/tmp/x", "w")),
      tried(lambda: os.open("/etc/passwd", os.O_RDONLY)), tried(lambda: os.listdir("/")),
      tried(lambda: os.system("true")),
      tried(lambda: subprocess.run(["true"])), tried(lambda: socket.create_connection(("127.0.0.1", 9))),
      tried(lambda: open(worker.__file__, "a")), tried(lambda: bytearray(10**9)), tried(lambda: os.remove("/tmp/x")),
      tried(lambda: open(os.path.dirname(os.__file__) + "/../../../etc/passwd")), tried(os.fork))
print(tried(lambda: open(worker.__file__)), tried(lambda: __import__("wave")))
"""


def test_a_warm_worker_opens_starts_and_reaches_nothing() -> None:
    command = [sys.executable, "-c", CONFINED]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    refused, allowed = done.stdout.splitlines()
    assert refused.split() == ["PermissionError"] * 9 + ["MemoryError"] + ["PermissionError"] * 3
    assert allowed.split() == ["done", "done"]


@pytest.mark.parametrize("text", ["Given A = ones(3000, 3000)\nL = sum(A @ A)", "Given x = 9\nL = x^9^9^9^9"])
def test_too_much_is_an_answer_or_the_end_of_the_worker_but_never_of_the_pool(text: str) -> None:
    async def use(pool: Pool) -> None:
        began = time.monotonic()
        try:
            kind, content = await pool.answer(request(text))
            assert kind == b"e"
            assert json.loads(content)["found"]
        except TooMuch:
            pass
        assert time.monotonic() - began < 8
        kind, _ = await asyncio.wait_for(pool.answer(request("Given x = 2\nL = x^2")), 60)
        assert kind == b"r"

    with_pool(use, patience=60)
