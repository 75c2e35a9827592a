"""What a user wrote is set by Typst and LaTeX as the text that it is; `tests/injection` has every format and place."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import backprop_derive as bd
from backprop_derive.formats import FORMATS
from backprop_derive.options import Options
from tests.injection.texts import ALL
from tests.latex import needs_latex


def solved(text: str) -> bool:
    """Whether the language takes a text as prose."""
    try:
        bd.solve(f"> {text}\nGiven x = 1, w = 2\nloss = x*w\n")
    except bd.BackpropError:
        return False
    return True


def _every_hostile_line() -> str:
    """One problem with every hostile line in its prose, so that an engine runs once."""
    lines = [line for line in ALL if solved(line)]
    return (
        "Title: " + " ".join(ALL[:10]) + "\n" + "".join(f"> {line}\n\n" for line in lines) + "Given x = 1\nloss = x^2\n"
    )


def test_typst_sets_all_of_it() -> None:
    pdf = bd.solve(_every_hostile_line()).to_pdf()
    assert pdf.startswith(b"%PDF-1.7")


@needs_latex
def test_pdflatex_sets_all_of_it_and_runs_none(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("pwned by inclusion")
    (tmp_path / "page.tex").write_text(bd.solve(_every_hostile_line()).to_latex(), encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:].decode(errors="replace")
    log = (tmp_path / "page.log").read_text(errors="replace")
    assert "secret.txt" not in re.sub(r"\s", "", log)
    assert {file.suffix for file in tmp_path.iterdir()} == {".txt", ".tex", ".pdf", ".log", ".aux"}


# --- names


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "name", ["in", "dot", "end", "input", "frac", "script", "class", "import", "None", "e_", "a__b"]
)
def test_a_name_that_is_a_word_of_a_format_is_a_name_all_the_same(name: str, format: str) -> None:
    solution = bd.solve(f"Given {name} = 2, x = 3\nloss = {name}*x\n")
    assert solution.render(format)
    assert solution.gradient(name) == 3


def test_a_name_cannot_hold_anything_live() -> None:
    for name in ("a<b", 'a"b', "a$b", "a`b", "a{b", "a\\b", "a&b", "a%b"):
        with pytest.raises(bd.BackpropError):
            bd.solve(f"Given {name} = 2\nloss = {name}*3\n", options=Options())
