"""The cheat sheet shows every operation of the table, with gradients that the engine derived."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_derive.cheatsheet import calls
from backprop_derive.cheatsheet.sheet import cheat_sheet
from backprop_derive.document import Heading, Paragraph, Strong
from backprop_derive.formats import render
from backprop_derive.languages import LANGUAGES
from backprop_derive.ops.table import LANGUAGE_OPERATIONS
from backprop_derive.options import Options
from tests.conftest import CHECKOUT

HANDOUT = Options(layout="handout")


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(str(render(cheat_sheet(HANDOUT), "txt", HANDOUT)).split())


def test_every_operation_stands_on_it_once() -> None:
    first = [block.content[0] for block in cheat_sheet(HANDOUT).blocks if isinstance(block, Paragraph)]
    shown = [inline.text.split(", ")[0] for inline in first if isinstance(inline, Strong)]
    assert sorted(shown) == sorted(["matmul", *(op.name for op in LANGUAGE_OPERATIONS)])


def test_no_gradient_is_written_in_it() -> None:
    assert "∂" not in inspect.getsource(calls)
    assert all("/d" not in call for _, call in calls._TENSORS.values())


@pytest.mark.parametrize(
    "line",
    [
        "sigmoid, σ: y = σ(x) = 1/(1 + e^(−x)), ∂y/∂x = σ(x) · (1 − σ(x)) = y · (1 − y)",
        "tanh: y = tanh(x), ∂y/∂x = 1 − tanh(x)² = 1 − y²",
        "gelu: y = GELU(x) = x/2 · (1 + erf(x/√2)), ∂y/∂x = x · e^(−x²/2)/√(2π) + erf(x/√2)/2 + 1/2",
        "∂y/∂x = σ(x) · (1 − SiLU(x)) + SiLU(x) = y + σ(x) · (1 − y)",
        "∂L/∂x = ∂L/∂Y · [x[1] · x[2], x[0] · x[2], x[0] · x[1]]",
        "mse: L = MSE(ŷ, y) = (ŷ − y)², ∂L/∂ŷ = 2(ŷ − y)",
        "matmul: Y = A @ B, Y[i, j] = Σ_l A[i, l] · B[l, j] - ∂L/∂A = ∂L/∂Y @ Bᵀ",
        "∂L/∂X = (∂L/∂Y) ⊙ Y − Y ⊙ rowsum((∂L/∂Y) ⊙ Y)",
        "∂L/∂Z = 1/n · (softmax(Z) − onehot(t, k))",
    ],
)
def test_a_line_reads_as_textbooks_have_it(page: str, line: str) -> None:
    assert line in page


def test_long_numbers_are_rounded(page: str) -> None:
    assert "y = SELU(x) ≈ 1.051" in page
    assert not [word for word in page.split() if sum(c.isdigit() for c in word) > 9]


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_written_in_every_format_and_language(format: str, language: str) -> None:
    options = Options(layout="handout", language=language)
    document = cheat_sheet(options)
    title = document.title
    assert title in str(render(document, format, options)).replace("{-}", "-")
    assert [block.level for block in document.blocks if isinstance(block, Heading)].count(2) == 8


def test_the_command_writes_two_columns(tmp_path: Path) -> None:
    for name, mark in (("s.typ", "columns: 2"), ("s.tex", r"\begin{multicols}{2}"), ("s.html", 'class="handout"')):
        command = [sys.executable, "-m", "backprop_derive", "cheatsheet", "-o", str(tmp_path / name)]
        subprocess.run(command, check=True, cwd=CHECKOUT)
        assert mark in (tmp_path / name).read_text(encoding="utf-8")


def test_the_command_refuses_a_format_that_it_has_not(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backprop_derive", "cheatsheet", "-o", str(tmp_path / "s.json")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 2
    assert "a cheat sheet has no format json" in done.stderr
