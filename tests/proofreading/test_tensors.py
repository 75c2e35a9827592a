"""Vectors and matrices: judged at the values of the notes; what is not judged yet is counted here."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.options import NOTATIONS

from .test_rendered import EXAMPLES, FORMATS, SCALARS, solved

TENSORS = [path.stem for path in EXAMPLES if path.stem not in SCALARS]
# Claims of the default Markdown that are not understood: sums over indices, named reductions, layers; and all of a
# problem whose sizes are letters.
NOT_YET = {
    "attention-head": 12, "batch-norm": 14, "conv-net": 23, "linear-regression": 12, "mlp-batch": 17,
    "rnn-in-matrices": 19, "gaussian-precision": 10,
}  # fmt: skip


@pytest.mark.parametrize("name", TENSORS)
def test_nothing_that_this_program_writes_of_tensors_is_called_wrong(name: str) -> None:
    for turn, notation in enumerate(NOTATIONS):
        for format, flavour in (FORMATS[turn % 4], FORMATS[(turn + 2) % 4]):
            text = solved(name).render(format, notation=notation, flavour=flavour, detail=("normal", "full")[turn % 2])
            report = bd.proofread(str(text), f"{name}.{format}")
            assert [(f.place.line, f.claim, f.reason) for f in report.wrong] == [], (format, notation)


@pytest.mark.parametrize("name", TENSORS)
def test_what_is_not_understood_of_tensors_yet(name: str) -> None:
    report = bd.proofread(solved(name).to_markdown(), "notes.md")
    assert report.counts["unread"] <= NOT_YET[name]
    if solved(name).problem.has_values:
        assert report.counts["right"] + report.counts["rounded"] > 5


LAYER = r"""
Given $X = \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{pmatrix}$, $W = \begin{pmatrix} 1 & -1 \\ 2 & 0 \end{pmatrix}$

1. $Z = X W$
2. $L = \operatorname{sum}(Z \odot Z)$

"""


def verdicts(claim: str) -> list[str]:
    return [f.verdict for f in bd.proofread(LAYER + claim).findings[4:]]


def test_a_gradient_with_its_transpose_is_right_and_one_without_is_wrong() -> None:
    assert verdicts(r"$\frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial Z}$") == ["right"]
    wrong = bd.proofread(LAYER + r"$\frac{\partial L}{\partial W} = X \frac{\partial L}{\partial Z}$").wrong
    assert [f.reason for f in wrong] == ["the shapes 3×2 and 3×2 do not fit in a matrix product"]
    (shape,) = bd.proofread(
        LAYER + r"$\frac{\partial L}{\partial X} = W^\top (\frac{\partial L}{\partial Z})^\top$"
    ).wrong
    assert shape.reason == "the shape is 2×3, and it must be 3×2"
    assert verdicts(r"$\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z} W$") == ["wrong"]
    assert verdicts(r"$\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z} W^\top$") == ["right"]


def test_a_wrong_entry_is_shown_by_itself() -> None:
    claim = r"$Z = \begin{pmatrix} 5 & -1 \\ 11 & -3 \\ 18 & -5 \end{pmatrix}$"
    (finding,) = bd.proofread(LAYER + claim).wrong
    assert finding.expected == "17"
    assert finding.place.text[finding.place.column - 1 :].startswith("18")


def test_dot_products_that_are_off_are_found() -> None:
    vectors = "Given q = [1, 0, 2], k_1 = [0, 1, 1], k_2 = [4, 4, 0], k_3 = [2, 3, 1]\n\n"
    claims = "\n\n".join(["q @ k_1 = 2", "q @ k_2 = 5", "q @ k_3 = 8", "q @ q = 5"])
    assert [f.expected for f in bd.proofread(vectors + claims).wrong] == ["4", "4"]
