"""A class at the page: 200 people edit at once, on loopback, for some seconds.

    python benchmarks/serving.py [--people 200] [--seconds 20] [--pause 2]

Each types something, waits for the solution, thinks for about `pause` seconds, and types again; no two ever ask the
same, so that nothing is answered from memory. Prints the median of one person alone, and for the class how long they
wait, what went wrong, and the memory of the server with all its workers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

LESSON = "Given x = {}, y = 2, w = 1\n\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\n\nFind d(loss)/dw\n"
NUMBERS = count(3)


class Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, options: dict[str, str]) -> float:
        """Seconds that a solution took. Raises OSError, ValueError for anything else."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        number = next(NUMBERS)
        body = json.dumps({"text": LESSON.format(number), "options": options}).encode()
        head = (
            "POST /solve HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)[1])  # type: ignore[index]
        content = await self.reader.readexactly(length)
        took = time.perf_counter() - began
        if not answer.startswith(b"HTTP/1.1 200") or f"{number}".encode() not in content or b'"html"' not in content:
            raise ValueError(answer[:200] + content[:200])
        return took


async def person(port: int, until: float, pause: float, waits: list[float], wrong: list[str]) -> None:
    client = Client(port)
    await asyncio.sleep(random.uniform(0, pause))
    while time.monotonic() < until:
        try:
            waits.append(await client.ask({"layout": random.choice(("solution", "lesson"))}))
        except (OSError, EOFError, ValueError) as error:
            wrong.append(repr(error))
            client = Client(port)
        await asyncio.sleep(random.expovariate(1 / pause))


def memory(pid: int) -> float:
    """MiB of a process and its children that are their own: pages that they share are counted once (PSS)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for each in (pid, *children):
        try:
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{each}/smaps_rollup").read_text(), re.MULTILINE)
        except OSError:
            continue
        total += int(found[1]) if found else 0
    return total / 1024


async def measure(port: int, pid: int, people: int, seconds: float, pause: float) -> int:
    alone = Client(port)
    for layout in ("lesson", "solution"):
        for _ in range(30):
            await alone.ask({"layout": layout})  # both workers have seen it
        waits = [await alone.ask({"layout": layout}) for _ in range(200)]
        print(f"one person, {layout}: median {statistics.median(waits) * 1000:.1f} ms", flush=True)
    before = memory(pid)
    waits, wrong, most = [], [], before
    until = time.monotonic() + seconds
    tasks = [asyncio.create_task(person(port, until, pause, waits, wrong)) for _ in range(people)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(1)
        most = max(most, memory(pid))
    await asyncio.gather(*tasks)
    waits.sort()
    at = {part: waits[int(part * (len(waits) - 1))] * 1000 for part in (0.5, 0.95, 1)}
    rate = len(waits) / seconds
    print(f"{people} people, {seconds:.0f} s: {len(waits)} solutions ({rate:.0f} a second), {len(wrong)} errors")
    print(f"they wait: median {at[0.5]:.0f} ms, 95 % {at[0.95]:.0f} ms, the longest {at[1]:.0f} ms")
    print(f"memory: {before:.0f} MiB before, {most:.0f} MiB at most, {memory(pid):.0f} MiB after")
    for each in wrong[:3]:
        print(each)
    return len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pause", type=float, default=2)
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "backprop_derive", "serve", "--port", "0", "--no-open"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
    try:
        assert server.stdout is not None
        address = re.search(r":(\d+)/", server.stdout.readline())
        assert address is not None
        port = int(address[1])
        deadline = time.monotonic() + 60
        while True:
            try:
                asyncio.run(Client(port).ask({}))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        time.sleep(5)  # the other workers
        sys.exit(1 if asyncio.run(measure(port, server.pid, chosen.people, chosen.seconds, chosen.pause)) else 0)
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
