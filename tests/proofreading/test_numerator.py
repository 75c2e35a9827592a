"""Numerator layout: where notes say so, the gradient by a vector is a row and that by a matrix is transposed."""

from __future__ import annotations

import pytest

from backprop_derive import proofread
from tests.conftest import CHECKOUT

from .test_rendered import solved

GIVEN = """Given $X = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\\\ 5 & 6 \\end{pmatrix}$, $w = (1, -1)$, $y = (0, 1, 0)$

1. $p = X w$
2. $r = p - y$
3. $L = \\operatorname{sum}(r \\odot r)$

"""
SAID = "Gradients are in numerator layout.\n\n"
TENSORS = [path.stem for path in sorted((CHECKOUT / "examples").glob("*.txt")) if solved(path.stem).problem.has_tensors]


def verdicts(notes: str) -> list[str]:
    return [f.verdict for f in proofread(GIVEN + notes).findings if f.verdict != "given"]


@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize("format", ["md", "tex", "txt", "html", "typ"])
def test_numerator_layout_as_we_write_it_is_right_and_understood(name: str, format: str) -> None:
    notation = ("partial", "nabla", "cs231n", "nielsen", "d")[len(name + format) % 5]
    shown = str(solved(name).render(format, layout_convention="numerator", notation=notation))
    report = proofread(shown, f"notes.{format}")
    assert report.of("wrong", "unread", "follows") == ()


@pytest.mark.parametrize("language", ["de", "fr", "es", "zh"])
def test_every_language_says_so_in_its_own_words(language: str) -> None:
    shown = solved("mlp-batch").to_markdown(layout_convention="numerator", language=language)
    assert proofread(shown, "notes.md").of("wrong", "unread") == ()


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"$\frac{\partial L}{\partial r} = 2 r^\top$", ["right"]),
        (r"$\frac{\partial L}{\partial r} = \begin{pmatrix} -2 & -4 & -2 \end{pmatrix}$", ["right"]),
        (r"$\frac{\partial L}{\partial r} = \begin{pmatrix} -2 & -4 & 2 \end{pmatrix}$", ["wrong"]),
        (r"$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial r} X$", ["right"]),
        (r"$\frac{\partial L}{\partial w} = X^\top \frac{\partial L}{\partial r}$", ["wrong"]),
        (r"$\frac{\partial L}{\partial w} = 2 r^\top X = \begin{pmatrix} -24 & -32 \end{pmatrix}$", ["right", "right"]),
        (r"$\frac{\partial L}{\partial w_j} = \sum_i \frac{\partial L}{\partial r_i} X_{ij}$", ["right"]),
        (r"$\frac{\partial L}{\partial w_j} = \sum_i \frac{\partial L}{\partial r_i} X_{ji}$", ["wrong"]),
    ],
)
def test_a_gradient_is_a_row(claim: str, verdict: list[str]) -> None:
    known = r"$\frac{\partial L}{\partial p} = \frac{\partial L}{\partial r}$" + "\n\n"
    rows = (
        known
        + r"$\frac{\partial L}{\partial p} = 2 (p - y)^\top = \begin{pmatrix} -2 & -4 & -2 \end{pmatrix}$"
        + "\n\n"
    )
    assert verdicts(SAID + rows + claim)[3:] == verdict


def test_a_gradient_has_the_shape_of_its_variable_where_nothing_else_is_said() -> None:
    row = r"$\frac{\partial L}{\partial w} = \begin{pmatrix} -24 & -32 \end{pmatrix}$"
    assert verdicts(row) == ["wrong"]
    assert verdicts(SAID + row) == ["right"]


def test_notes_that_only_speak_of_numerator_layout_are_read_as_they_hold() -> None:
    said = "Other than in numerator layout, a gradient has the shape of its variable.\n\n"
    claims = r"$\frac{\partial L}{\partial w} = X^\top \frac{\partial L}{\partial r} = (-24, -32)$"
    assert verdicts(said + claims) == ["right", "right"]


def test_a_negative_axis_is_one() -> None:
    by_rows = "v = \\operatorname{sum}(X, \\text{axis} = -1)"
    notes = f"Given $X = [[1, 2], [3, 5]]$\n\n${by_rows}$\n\n$L = \\operatorname{{sum}}(v)$\n\n"
    report = proofread(f"{notes}${by_rows} = (3, 8)$")
    assert report.of("wrong", "unread") == ()
