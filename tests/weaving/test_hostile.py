"""The hostile corpus within documents: woven, or refused with a place in the document; bounded in time and memory."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backprop_derive.weaving.weave import Woven, weave
from tests.bounded import bounded
from tests.conftest import CHECKOUT
from tests.test_hostile_corpus import ALL, DECIDED, HOSTILE, ORACLE

ASKED = {name: case for name, case in ALL.items() if not str(case.get("generator", "")).startswith(("tpl_", "raw_"))}
RAW = sorted({case["generator"] for case in ALL.values() if str(case.get("generator", "")).startswith("raw_")})
MEGABYTES = 500
PLAIN = {"md": "Words before.\n\n~~~~~~~~~~backprop\n{}\n~~~~~~~~~~\n\nWords after.\n",
         "tex": "Words before.\n\\begin{{backprop}}\n{}\n\\end{{backprop}}\nWords after.\n"}  # fmt: skip


def text_of(case: dict[str, Any], folder: Path) -> str:
    """The problem of a case, or the file that it is made of."""
    if "problem" in case:
        return str(case["problem"])
    subprocess.run([sys.executable, HOSTILE / "generate.py", folder, case["generator"]], check=True)
    return (folder / case["generator"]).read_bytes().decode("utf-8", "replace")


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What weaving imports is imported once, and not in the process of each case."""
    assert weave(PLAIN["md"].format("Given x = 3\nL = softplus(x)^2")).errors == ()


@pytest.mark.parametrize("name", ASKED)
def test_a_hostile_problem_is_woven_or_refused_as_it_should_be(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ASKED[name]
    text = text_of(case, tmp_path / "made").rstrip("\n")
    documents = {format: words.format(text) for format, words in PLAIN.items()}
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    # Twice the time of a quiet machine, for each.
    found = bounded(
        lambda: {format: weave(documents[format], f"notes.{format}", format) for format in documents},
        4 * case["limits"]["seconds"], MEGABYTES,
    )  # fmt: skip
    assert list(Path.cwd().iterdir()) == []
    for format, document in documents.items():
        _judge(case, format, document, found[format])


def _judge(case: dict[str, Any], format: str, document: str, found: Woven) -> None:
    if found.errors:
        assert found.text == document
        said = "\n".join(map(str, found.errors))
        assert all(error.place is None or error.place.source == f"notes.{format}" for error in found.errors)
        # An error quotes the line that it is about.
        forbidden = [word for word in case["must_not"] if word not in document]
        assert ORACLE.violations({**case, "must_show": [], "must_not": forbidden}, "stderr", said) == []
        assert "Traceback" not in said
    else:
        assert found.text.startswith("Words before.\n")
        assert found.text.endswith("Words after.\n")
        if format in case["formats"] and "argv" not in case:
            assert ORACLE.violations({**case, "must_show": []}, format, found.text) == []
    if "argv" not in case and "\r" not in document:
        expected = DECIDED.get(case["id"]) or (None if case.get("either") else case["expect"])
        assert expected is None or bool(found.errors) is (expected == "error"), found.errors


@pytest.mark.parametrize("suffix", [".md", ".tex", ".ipynb"])
@pytest.mark.parametrize("generator", RAW)
def test_a_file_that_is_no_document_is_refused(generator: str, suffix: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, HOSTILE / "generate.py", tmp_path, generator], check=True)
    document = tmp_path / f"notes{suffix}"
    if not (tmp_path / generator).is_symlink() and (tmp_path / generator).exists():
        (tmp_path / generator).rename(document)
    elif (tmp_path / generator).is_symlink():
        document.symlink_to((tmp_path / generator).readlink())
    before = {path.name for path in tmp_path.iterdir()}
    command = [sys.executable, "-m", "backprop_derive", "weave", document, "-o", tmp_path / "out", "--no-cache"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, timeout=60, check=False, text=True, stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode in (0, 2), done.stderr
    if done.returncode == 2:
        assert re.match("error: ", done.stderr)
        assert "Traceback" not in done.stderr
        assert {path.name for path in tmp_path.iterdir()} == before


def test_all_of_the_corpus_is_asked() -> None:
    assert len(ASKED) > 200
    assert len(RAW) == 10
