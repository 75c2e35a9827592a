"""The LaTeX road: replaced in the source, or defined beside it for backprop.sty; both are compiled."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backprop_derive.weaving.fragments import write_fragments
from backprop_derive.weaving.weave import Weaver, weave
from tests.latex import has_latex

BODY = r"""\begin{document}
\tableofcontents
\section{A gradient of \backprop[net]{w.grad}}
Text before.
\begin{backprop}[net detail=full]
Given x = 1, y = 2, w = 1
1. y^ = x * w   # a comment with # and % and \foo{
2. s = y^ - y
3. loss = s**2
Find d(loss)/dw
\end{backprop}
It is \backprop{w.grad}, and \backprop{y^.grad =}. % \backprop{no.such}
\begin{verbatim}
\begin{backprop}
\end{verbatim}
\verb|\backprop{zzz}|
\begin{backprop}
:kind: problem
Given W = [[1,2],[3,4]], x = [1,1]
L = sum((W@x)^2)
\end{backprop}
So \backprop{W.grad =} and once more \backprop[net]{loss}.
\end{document}
after \backprop{nothing}
"""
WOVEN = "\\documentclass{article}\n\\usepackage{amsmath,amssymb,graphicx}\n" + BODY
KEPT = "\\documentclass{article}\n\\usepackage{backprop}\n" + BODY


def pdflatex(path: Path) -> str:
    if not has_latex():
        pytest.skip("pdflatex with tikz and beamer is not installed")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    for _ in range(2):
        done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout[-2000:]
    done = subprocess.run(["pdftotext", "-layout", path.with_suffix(".pdf"), "-"], capture_output=True, text=True)
    return done.stdout


def test_blocks_and_roles_are_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    woven = weave(WOVEN, "notes.tex", "tex")
    assert woven.errors == ()
    assert "\\section{A gradient of $-2$}\n" in woven.text
    assert (
        "It is $-2$, and $\\frac{\\partial\\,\\text{loss}}{\\partial \\hat{y}} = -2$. % \\backprop{no.such}\n"
        in woven.text
    )
    assert "\\begin{verbatim}\n\\begin{backprop}\n\\end{verbatim}\n\\verb|\\backprop{zzz}|\n" in woven.text
    assert woven.text.endswith("and once more $1$.\n\\end{document}\nafter \\backprop{nothing}\n")
    path = tmp_path / "woven.tex"
    path.write_text(woven.text)
    text = pdflatex(path)
    assert "A gradient of −2" in text
    assert "Backward pass" in text


def test_fragments_stand_beside_a_source_that_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.tex"
    path.write_text(KEPT)
    assert write_fragments(path, Weaver()) == ()
    assert path.read_text() == KEPT
    assert {p.name for p in tmp_path.iterdir()} == {"notes.tex", "notes.backprop.tex", "backprop.sty"}
    text = pdflatex(path)
    assert "A gradient of −2" in text
    assert "once more 1" in text
    assert "??" not in text


def test_fragments_that_are_as_they_were_are_not_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "notes.tex"
    path.write_text(KEPT)
    states = []
    for _ in range(2):
        assert write_fragments(path, Weaver()) == ()
        states.append({file.name: file.stat().st_ino for file in tmp_path.iterdir()})
    assert states[0] == states[1]


def test_what_is_not_woven_yet_is_marked_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.tex"
    path.write_text(KEPT)
    write_fragments(path, Weaver())
    (tmp_path / "notes.backprop.tex").unlink()
    assert "once more ??" in pdflatex(path)


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("a\n\\begin{backprop}\nGiven w = 1\nL = w*foo\n\\end{backprop}\n", 4, 7, "unknown name foo"),
        ("a\n\\begin{backprop}[kind=probem]\nL = w\n\\end{backprop}\n", 2, 18, "kind probem is unknown"),
        ("a\n\\begin{backprop}\nL = w\n", 2, 1, "never closed"),
        ("a \\backprop{w}\n", 1, 13, "no block stands above"),
    ],
)
def test_an_error_stands_at_its_line_and_nothing_is_written(
    text: str, line: int, column: int, found: str, tmp_path: Path
) -> None:
    path = tmp_path / "notes.tex"
    path.write_text(text)
    (error,) = write_fragments(path, Weaver())
    assert error.place is not None
    assert (error.place.line, error.place.column) == (line, column)
    assert found in str(error)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.tex"]
