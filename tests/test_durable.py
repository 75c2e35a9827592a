"""Killed, without room, without a home, unread: what is written is whole or not there, and the exit status says which.

`make kills` kills a hundred times.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

KILLS = int(os.environ.get("KILLS", "3"))
LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
BLOCK = "```backprop\n{}\n```\n"
COMMANDS = {
    "solve": ("solve", "net.txt", "-o", "out.html"),
    "pdf": ("solve", "net.txt", "-o", "out.pdf"),
    "train": ("train", "net.txt", "--lr", "0.1", "--updates", "20", "-o", "out.md"),
    "weave": ("weave", "notes", "-o", "out", "--cache", "cache"),
    "exercise": ("exercise", "varied.txt", "--variants", "60", "--seed", "7", "-f", "md", "-o", "out/"),
    "grade": ("grade", "net.txt", "works", "-o", "out/", "-f", "md"),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "net.txt").write_text(LESSON, encoding="utf-8")
    varied = "\nVary x in -9..9 except 0, y in -9..9, w in -9..9 except 0\n"
    (tmp_path / "varied.txt").write_text(LESSON + varied, encoding="utf-8")
    for folder, text in (("notes", BLOCK.format(LESSON)), ("works", "loss = 1\ndloss/dw = -2\n")):
        (tmp_path / folder).mkdir()
        for number in range(4):
            changed = text.replace("y = 2", f"y = {number + 3}")
            (tmp_path / folder / f"{number}.md").write_text(changed, encoding="utf-8")
    return tmp_path


def started(name: str, place: Path, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "backprop_derive", *COMMANDS[name]]
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command, cwd=place, **{"env": environment, "stderr": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
    )


def results(place: Path) -> dict[str, bytes]:
    """What stands under its final name."""
    found = [path for path in place.rglob("*") if path.is_file() and path.relative_to(place).parts[0].startswith("out")]
    return {str(p.relative_to(place)): p.read_bytes() for p in found if not _is_passing(p.relative_to(place))}


def _is_passing(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts) or path.name == "manifest.json"


def ended(name: str, place: Path) -> dict[str, bytes]:
    child = started(name, place)
    _, said = child.communicate(timeout=300)
    assert child.returncode == 0, said.decode()
    return results(place)


@pytest.mark.parametrize("name", ["train", "weave", "exercise"])
def test_killed_at_any_moment_there_are_whole_files_only_and_the_next_run_has_all(name: str, place: Path) -> None:
    start = time.monotonic()
    expected = ended(name, place)
    took = time.monotonic() - start
    chance = random.Random(name)
    for _ in range(KILLS):
        for path in results(place):
            if chance.random() < 0.7:
                (place / path).unlink()
        child = started(name, place)
        time.sleep(chance.uniform(0.2, 1.0) * took)
        child.kill()
        child.communicate()
        assert results(place).items() <= expected.items()
    assert ended(name, place) == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_where_nothing_can_be_written_one_message_says_so_and_nothing_half_is_left(name: str, place: Path) -> None:
    child = started(name, place, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60)))
    _, said = child.communicate(timeout=300)
    assert child.returncode == 2, said.decode()
    assert said.startswith(b"error: cannot write")
    assert b"Traceback" not in said
    assert results(place) == {}
    assert not list(place.rglob(".backprop-derive-*"))


@pytest.mark.parametrize("name", ["solve", "weave", "train"])
def test_without_home_and_locale_the_bytes_are_the_same(name: str, place: Path) -> None:
    expected = ended(name, place)
    for path in expected:
        (place / path).unlink()
    child = started(name, place, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "LC_ALL": "C"})
    _, said = child.communicate(timeout=300)
    assert child.returncode == 0, said.decode()
    assert results(place) == expected


@pytest.mark.parametrize("name", ["solve", "weave", "exercise"])
def test_two_at_once_do_no_harm_to_each_other(name: str, place: Path) -> None:
    expected = ended(name, place)
    for path in expected:
        (place / path).unlink()
    both = [started(name, place), started(name, place)]
    statuses = []
    for child in both:
        _, said = child.communicate(timeout=300)
        assert child.returncode == 0 or b"another run is at work" in said
        statuses.append(child.returncode)
    assert 0 in statuses
    assert results(place) == expected


@pytest.mark.parametrize(
    "arguments", [("solve", "net.txt"), ("exercise", "varied.txt", "--variants", "60", "-f", "md")]
)
def test_a_reader_that_goes_away_is_told_nothing(arguments: tuple[str, ...], place: Path) -> None:
    command = f"'{sys.executable}' -m backprop_derive {' '.join(arguments)} | head -c 1"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(["sh", "-c", command], cwd=place, env=environment, capture_output=True, check=False)
    assert done.stdout != b""
    assert b"Traceback" not in done.stderr


def test_ctrl_c_ends_a_run_with_its_status_and_no_traceback(place: Path) -> None:
    child = started("exercise", place)
    while child.poll() is None and not (place / "out" / ".batches").exists():
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=300)
    assert child.returncode in (0, 1, 130)  # 0 where it was done already
    assert b"Traceback" not in said
    assert ended("exercise", place)
