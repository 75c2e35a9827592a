"""Judges mutants in a copy of the tree: what all tests import is imported once, and the tests of each run in a fork."""

from __future__ import annotations

import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.mutants.operators import Mutant

_TREE = ("backprop_derive", "templates", "tests", "examples", "docs", "benchmarks", "pyproject.toml", "README.md",
         "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "SECURITY.md", "LICENSE", ".github", ".pre-commit-hooks.yaml",
         "Dockerfile", ".ci")  # fmt: skip
# Nothing of the package itself, which is what changes.
_SHARED = ("hypothesis", "sympy", "numpy", "mpmath", "torch", "lxml.html", "markdown_it", "jinja2.sandbox",
           "click.testing")  # fmt: skip
_LONG_AGO = 1_000_000_000  # so that no compiled file of what was changed is taken for that of what was there
_MEMORY = 8 * 2**30  # address space
_PASSED, _UNKNOWN = 0, 4  # exit statuses of pytest


@dataclass(frozen=True)
class Verdict:
    """`killed`, `survived` or `untested`; by which test, or by the time that it took."""

    outcome: str
    by: str
    seconds: float


class Killer:
    """A plugin of pytest that writes down the first test that fails."""

    def __init__(self, told: Path) -> None:
        self.told = told

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.told.exists():
            self.told.write_text(json.dumps(report.nodeid))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.told.exists():
            self.told.write_text(json.dumps(report.nodeid or "conftest"))


class Judge:
    """A copy of the tree in which one mutant at a time is put in."""

    def __init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="mutants-"))
        self.tree = self.place / "tree"
        self.tree.mkdir()
        for name in _TREE:
            source = CHECKOUT / name
            if source.is_dir():
                shutil.copytree(source, self.tree / name, ignore=shutil.ignore_patterns("__pycache__", "_generated"))
            elif source.exists():
                shutil.copy2(source, self.tree / name)
        for path in self.tree.rglob("*.py"):
            os.utime(path, (_LONG_AGO, _LONG_AGO))
        for name in _SHARED:
            with suppress(ImportError):
                importlib.import_module(name)

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.place, ignore_errors=True)

    def judged(self, mutant: Mutant, tests: Sequence[str], seconds: float) -> Verdict:
        """Whether one of the tests notices the mutant, within the time that it may take."""
        if not tests:
            return Verdict("untested", "", 0)
        target = self.tree / mutant.path
        source = target.read_text(encoding="utf-8")
        try:
            target.write_text(mutant.applied(source), encoding="utf-8")
            found = self.ran(tests, seconds)
        finally:
            target.write_text(source, encoding="utf-8")
            os.utime(target, (_LONG_AGO, _LONG_AGO))
        return found

    def failing(self, tests: Sequence[str], seconds: float) -> str:
        """The first of the tests that fails where nothing was changed, empty for none."""
        found = self.ran(tests, seconds)
        return "" if found.outcome == "survived" else found.by

    def ran(self, tests: Sequence[str], seconds: float) -> Verdict:
        """The tests in a process of their own, until one fails."""
        told = self.place / "told"
        told.unlink(missing_ok=True)
        start = time.monotonic()
        child = os.fork()
        if child == 0:
            self._run(tests, told, seconds)
        status = _waited(child, seconds)
        took = time.monotonic() - start
        if status is None:
            return Verdict("killed", "time", took)
        if status == _PASSED:
            return Verdict("survived", "", took)
        if not told.exists() and status == _UNKNOWN:
            return Verdict("untested", "a test is not there", took)
        return Verdict("killed", json.loads(told.read_text()) if told.exists() else f"status {status}", took)

    def _run(self, tests: Sequence[str], told: Path, seconds: float) -> None:
        """The fork: never returns."""
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5))
        os.chdir(self.tree)
        for module in [name for name in sys.modules if name.split(".")[0] in ("tests", "backprop_derive")]:
            del sys.modules[module]
        sys.path.insert(0, str(self.tree))
        os.environ |= {
            "PYTHONPATH": str(self.tree), "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_CACHE_HOME": tempfile.mkdtemp(dir=self.place), "TMPDIR": tempfile.mkdtemp(dir=self.place),
        }  # fmt: skip
        sys.dont_write_bytecode = True
        tempfile.tempdir = None
        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0", *tests]
        status = 3
        try:
            status = int(pytest.main(arguments, plugins=[Killer(told)]))
        finally:
            os._exit(status)


def _waited(child: int, seconds: float) -> int | None:
    """The status of a process, None if it had to be ended; it may take thrice its time on a busy machine."""
    end = time.monotonic() + 3 * seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
