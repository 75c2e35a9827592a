"""The hostile corpus as code: a problem comes of it, or a refusal; nothing is run; bounded in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.importers.files import file_problem
from tests.bounded import bounded
from tests.conftest import CHECKOUT
from tests.test_hostile_corpus import ALL, HOSTILE, ORACLE
from tests.weaving.test_hostile import ASKED, RAW, text_of


def as_script(text: str) -> str:
    """The statements of a problem as Python would have them, one after the other."""
    lines = (line.removeprefix("Given").strip() for line in text.split("\n"))
    return "\n".join(line.replace("^", "**") for line in lines if not line.startswith(("Title", "Find", ">"))) + "\n"


def as_function(text: str) -> str:
    """The problem within a function, its title a docstring."""
    return f"def loss(x, w, y):\n    {text.split(chr(10))[0]!r}\n" + textwrap.indent(as_script(text), "    ")


def as_notebook(text: str) -> str:
    """Each line a cell of a notebook."""
    cells = [{"cell_type": "code", "metadata": {}, "source": line} for line in as_script(text).split("\n")[:200]]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FORMS = {
    "as it is": ("code.py", str), "a script": ("code.py", as_script), "a function": ("code.py:loss", as_function),
    "a notebook": ("code.ipynb", as_notebook), "notes": ("code.md", lambda text: f"```python\n{as_script(text)}```\n"),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What importing imports is imported once, and not in the process of each case."""
    assert "loss = " in file_problem("x = 3\nloss = (x - 1)**2\n", "code.py", None, {})


@pytest.mark.parametrize("name", ASKED)
def test_hostile_code_is_a_problem_or_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ASKED[name]
    text = text_of(case, tmp_path / "made")
    sources = {form: written(text) for form, (_, written) in FORMS.items()}
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    seconds = 2 * len(FORMS) * case["limits"]["seconds"]  # twice the time of a quiet machine, for each
    found = bounded(lambda: {form: _problem(sources[form], form) for form in FORMS}, seconds, 500)
    for form, said in found.items():
        forbidden = [word for word in case["must_not"] if word not in sources[form]]
        assert ORACLE.violations({**case, "must_show": [], "must_not": forbidden}, "stderr", said) == [], form
        assert "Traceback" not in said
    assert list(Path.cwd().iterdir()) == []


def _problem(source: str, form: str) -> str:
    """The problem, or why there is none."""
    path, _, function = FORMS[form][0].partition(":")
    try:
        return file_problem(source, path, function or None, {})
    except bd.BackpropError as error:
        return str(error)


@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".md"])
@pytest.mark.parametrize("generator", [*RAW, "model.pt", "side_effect.py"])
def test_a_file_that_is_no_code_is_refused(generator: str, suffix: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, HOSTILE / "generate.py", tmp_path, generator], check=True)
    made, path = tmp_path / generator, tmp_path / f"code{suffix}"
    if made.is_symlink():
        path.symlink_to(made.readlink())
    elif made.exists():
        made.rename(path)
    before = {each.name for each in tmp_path.iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "backprop_derive", "import", path, "-o", tmp_path / "out.txt"],
        cwd=tmp_path, capture_output=True, timeout=60, check=False, text=True, stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2, done.stdout
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == before


def test_all_of_the_corpus_is_asked() -> None:
    assert len(ASKED) + len(RAW) + 2 >= len(ALL) - 10
