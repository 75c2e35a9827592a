"""How a process of the command line ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

LESSON = "Given x = 1, y = 2, w = 1\ny^ = x*w\ns = y^ - y\nloss = s**2\n"


def ended(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backprop_derive", *arguments]
    return subprocess.run(command, text=True, stderr=subprocess.PIPE, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_everything_is_written_before_the_end() -> None:
    steps = "\n".join(f"a_{k} = a_{k - 1} + {k}" for k in range(1, 400))
    done = ended("solve", "-", input=f"Given a_0 = 1\n{steps}\n", stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("= 1$")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("solve", "no such file"), 2),
        (("solve", "--nonsense"), 2),
        (("derive", "-e", "loss ="), 2),
        (("--version",), 0),
    ],
)
def test_the_exit_status_is_kept(arguments: tuple[str, ...], status: int) -> None:
    done = ended(*arguments, stdout=subprocess.PIPE)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("solve", "-e", LESSON.replace("\n", "; ").rstrip("; ")), ("solve", "--help")])
def test_a_full_disk_is_told(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = ended(*arguments, stdout=full)
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write standard output: No space left on device")


def test_ctrl_c_within_a_text_that_is_executed_is_handled_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "import os, signal, sys\n"
        "from backprop_derive.cli import entry\n"
        "def main():\n"
        "    try:\n"
        "        exec('os.kill(os.getpid(), signal.SIGINT)\\nwhile True: pass')\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(130)\n"
        "entry.main = main\n"
        "entry.run()\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{tmp_path}"}
    # As a module: it is there that Python looks for an interrupt that it takes to be unhandled.
    done = subprocess.run([sys.executable, "-m", "interrupted"], env=environment, check=False, timeout=60)
    assert done.returncode == 130
