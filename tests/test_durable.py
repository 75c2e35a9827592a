"""Killed, without room, without a home, unread: what is written is whole or not there, and the exit status says which.

`make kills` kills a hundred times.
"""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

KILLS = int(os.environ.get("KILLS", "3"))
LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
CODE = "def loss(x, w):\n    y = x * w + x\n    return (y - 100) ** 2 + y * y * w - 7 * x + 3\n"
BLOCK = "```backprop\n{}\n```\n"
COMMANDS = {
    "solve": ("solve", "net.txt", "-o", "out.html"),
    "pdf": ("solve", "net.txt", "-o", "out.pdf"),
    "train": ("train", "net.txt", "--lr", "0.1", "--updates", "20", "-o", "out.md"),
    "weave": ("weave", "notes", "-o", "out", "--cache", "cache"),
    "exercise": ("exercise", "varied.txt", "--variants", "60", "--seed", "7", "-f", "md", "-o", "out/"),
    "grade": ("grade", "net.txt", "works", "-o", "out/", "-f", "md"),
}

# What writes one file, or to standard output; `-o` comes last.
WRITERS = {
    "proofread": ("proofread", "notes/0.md", "-f", "json", "-o", "out.json"),
    "import": ("import", "code.py:loss", "-o", "out.txt"),
    "cheatsheet": ("cheatsheet", "-o", "out.md"),
    "check": ("check", "net.txt", "-o", "out.md"),
    "one work": ("grade", "net.txt", "works/0.md", "-o", "out.txt"),
    "sheet": ("exercise", "varied.txt", "--variants", "2", "-o", "out.md"),
    "one document": ("weave", "notes/0.md", "--no-cache", "-o", "out.md"),
    "training": ("train", "net.txt", "--lr", "0.1", "--updates", "2", "-o", "out.md"),
    "solution": ("solve", "net.txt", "-o", "out.md"),
}
SIDE_FILES = {
    "trace": ("train", "net.txt", "--lr", "0.1", "--updates", "9", "--trace", "out.csv"),
    "plot": ("train", "net.txt", "--lr", "0.1", "--updates", "9", "--plot", "out.svg"),
    "key": ("exercise", "varied.txt", "--variants", "2", "-o", os.devnull, "--key", "out.md"),
    "points": ("grade", "net.txt", "works", "--plot", "out.svg"),
    "example": ("examples", "copy", "lesson", "out"),
}
ALL_COMMANDS = COMMANDS | WRITERS | SIDE_FILES


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "net.txt").write_text(LESSON, encoding="utf-8")
    varied = "\nVary x in -9..9 except 0, y in -9..9, w in -9..9 except 0\n"
    (tmp_path / "varied.txt").write_text(LESSON + varied, encoding="utf-8")
    (tmp_path / "code.py").write_text(CODE, encoding="utf-8")
    for folder, text in (("notes", BLOCK.format(LESSON)), ("works", "loss = 1\ndloss/dw = -2\n")):
        (tmp_path / folder).mkdir()
        for number in range(4):
            changed = text.replace("y = 2", f"y = {number + 3}")
            (tmp_path / folder / f"{number}.md").write_text(changed, encoding="utf-8")
    return tmp_path


def started(name: str, place: Path, command: tuple[str, ...] = (), **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    whole = [sys.executable, "-m", "backprop_derive", *(command or ALL_COMMANDS[name])]
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        whole, cwd=place, **{"env": environment, "stderr": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
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


@pytest.mark.parametrize("name", ALL_COMMANDS)
def test_where_nothing_can_be_written_one_message_says_so_and_nothing_half_is_left(name: str, place: Path) -> None:
    fresh = {**os.environ, "PYTHONPATH": str(CHECKOUT), "MPLCONFIGDIR": str(place / "no fonts are known here")}
    child = started(name, place, env=fresh, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60)))
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


# --- what is said on standard output, and to whom


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_device_behind_standard_output_is_an_error_with_a_message(name: str, place: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        child = started(name, place, command=WRITERS[name][:-2], stdout=full)
        _, said = child.communicate(timeout=300)
    assert child.returncode == 2, said.decode()
    assert said.startswith(b"error: cannot write")
    assert b"Traceback" not in said


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_is_closed_from_the_beginning_ends_no_run_in_a_traceback(
    closed: int, name: str, place: Path
) -> None:
    expected = ended(name, place)
    for path in expected:
        (place / path).unlink()
    child = started(name, place, preexec_fn=lambda: os.close(closed), stdin=subprocess.DEVNULL)
    _, said = child.communicate(timeout=300)
    assert b"Traceback" not in said
    assert child.returncode == 0, said.decode()
    assert results(place) == expected


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_reads_and_goes_away_is_told_nothing(name: str, place: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    child = started(name, place, command=WRITERS[name][:-2], stdout=theirs)
    os.close(theirs)
    _, said = child.communicate(timeout=300)
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said
    assert child.returncode in (0, 141, -signal.SIGPIPE), said.decode()


# --- a package that nobody may write


def _without_a_right_to_all_files() -> None:
    """Root may write where nobody may, by a capability that is dropped here; whoever else has none."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A copy of the package, without what was compiled, that cannot be written."""
    folder = tmp_path / "install"
    for name in ("backprop_derive", "templates", "examples"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    every = [folder, *folder.rglob("*")]
    for path in every:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in every:
        path.chmod(0o755)


@pytest.mark.parametrize("name", ["solve", "pdf", "weave", "exercise"])
def test_a_package_that_cannot_be_written_and_no_place_for_caches_change_nothing(
    name: str, place: Path, read_only: Path
) -> None:
    command = tuple(word for word in COMMANDS[name] if word not in ("--cache", "cache"))
    expected = ended(name, place)
    for path in expected:
        (place / path).unlink()
    shutil.rmtree(place / "cache", ignore_errors=True)
    there = sorted(read_only.rglob("*"))
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(read_only), "HOME": "/nonexistent",
        "XDG_CACHE_HOME": str(read_only / "templates"),
    }  # fmt: skip
    child = started(name, place, command=command, env=environment, preexec_fn=_without_a_right_to_all_files)
    _, said = child.communicate(timeout=300)
    assert child.returncode == 0, said.decode()
    assert results(place) == expected
    assert sorted(read_only.rglob("*")) == there


# --- caches that are harmed while they are used


@contextmanager
def harming(folder: Path) -> Iterator[list[str]]:
    """Files of a folder are cut short, emptied and deleted, one after the other, for as long as this lasts."""
    harmed: list[str] = []
    done = threading.Event()
    chance = random.Random(7)

    def harm() -> None:
        while not done.is_set():
            for path in [path for path in folder.rglob("*") if path.is_file()]:
                with suppress(OSError):
                    match chance.randrange(3):
                        case 0:
                            path.unlink()
                        case 1:
                            os.truncate(path, path.stat().st_size // 2)
                        case _:
                            os.truncate(path, 0)
                    harmed.append(path.name)
            time.sleep(0.002)

    thread = threading.Thread(target=harm)
    thread.start()
    try:
        yield harmed
    finally:
        done.set()
        thread.join()


def test_a_cache_that_is_harmed_while_documents_are_woven_changes_nothing(place: Path) -> None:
    expected = ended("weave", place)
    with harming(place / "cache") as harmed:
        for _ in range(3):
            shutil.rmtree(place / "out")
            assert ended("weave", place) == expected
    assert harmed


def test_compiled_templates_that_are_harmed_while_they_are_used_change_nothing(place: Path, tmp_path: Path) -> None:
    expected = ended("solve", place)
    install = tmp_path / "install"
    for name in ("backprop_derive", "templates", "examples"):
        shutil.copytree(CHECKOUT / name, install / name)
    elsewhere = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environment["PYTHONPATH"] = str(install)
    with harming(install / "templates" / "html" / "__pycache__") as harmed:
        for _ in range(4):
            (place / "out.html").unlink()
            child = started("solve", place, env=environment)
            _, said = child.communicate(timeout=300)
            assert child.returncode == 0, said.decode()
            assert results(place) == expected
    assert harmed
