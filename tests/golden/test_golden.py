"""What a lecturer reads, kept as files: `pytest --update` rewrites them, and a diff shows what changed on the page."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.options import LAYOUTS, NOTATIONS
from tests.conftest import CHECKOUT

HERE = Path(__file__).resolve().parent
SUFFIXES = ("md", "tex", "typ", "html", "txt")


def _pages() -> dict[str, dict[str, Any]]:
    """Each golden file with the options that make it."""
    pages: dict[str, dict[str, Any]] = {"lesson/solution.json": {}}
    for suffix in SUFFIXES:
        for layout in LAYOUTS:
            pages[f"lesson/{layout}.{suffix}"] = {"layout": layout}
        for notation in NOTATIONS[1:]:
            pages[f"lesson/notation-{notation}.{suffix}"] = {"notation": notation}
    pages["lesson/github.md"] = {"flavour": "github"}
    pages["lesson/fragment.tex"] = {"fragment": True}
    pages["lesson/rules-in-full.md"] = {"rules": True, "detail": "full"}
    for suffix in ("md", "tex", "typ", "txt"):
        pages[f"lesson/paths.{suffix}"] = {"paths": True}
    for problem in ("logistic-neuron", "softmax-by-hand", "two-two-one-tanh", "mlp-batch", "conv-net"):
        for suffix in ("md", "txt"):
            pages[f"{problem}/solution.{suffix}"] = {}
    pages["mlp-batch/lesson.md"] = {"layout": "lesson", "shapes": True}
    return pages


PAGES = _pages()


@cache
def _solved(problem: str) -> bd.Solution:
    return bd.solve((CHECKOUT / "examples" / f"{problem}.txt").read_text(encoding="utf-8"))


def _page(name: str) -> str:
    problem, _, file = name.partition("/")
    return str(_solved(problem).render(file.rpartition(".")[2], **PAGES[name]))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_as_it_did(name: str, request: pytest.FixtureRequest) -> None:
    golden = HERE / name
    page = _page(name)
    if request.config.getoption("--update"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8"), "if the change is meant: pytest --update"


def test_no_golden_file_is_left_over() -> None:
    kept = {
        file.relative_to(HERE).as_posix() for folder in HERE.iterdir() if folder.is_dir() for file in folder.iterdir()
    }
    assert {name for name in kept if not name.startswith("__pycache__")} == set(PAGES)


_DIGESTS = """
import hashlib
from tests.golden.test_golden import PAGES, _page, _solved
print(hashlib.sha256("".join(map(_page, PAGES)).encode()).hexdigest())
print(hashlib.sha256(_solved("lesson").to_pdf()).hexdigest())
"""


def test_a_page_is_the_same_bytes_whatever_the_hash_seed() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", _DIGESTS], cwd=CHECKOUT, env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE, text=True,
        )
        for seed in "01234"
    ]  # fmt: skip
    digests = [run.communicate()[0].split() for run in runs]
    assert [run.returncode for run in runs] == [0] * 5
    here = hashlib.sha256("".join(map(_page, PAGES)).encode()).hexdigest()
    pdf = hashlib.sha256(_solved("lesson").to_pdf()).hexdigest()
    assert digests == [[here, pdf]] * 5
