"""Vectors and matrices, by entries and whole, judged at the values of the notes."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.options import DETAILS, NOTATIONS

from .test_rendered import EXAMPLES, FORMATS, SCALARS, solved

TENSORS = [path.stem for path in EXAMPLES if path.stem not in SCALARS]


@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_rendering_of_a_solution_with_tensors_is_right_and_understood(name: str, notation: str) -> None:
    for turn, (format, flavour) in enumerate(FORMATS):
        detail = DETAILS[(turn + NOTATIONS.index(notation) + TENSORS.index(name)) % len(DETAILS)]
        text = str(solved(name).render(format, notation=notation, flavour=flavour, detail=detail))
        report = bd.proofread(text, f"{name}.{format}")
        found = [(f.place.line, f.claim, f.expected, f.reason) for f in report.of("wrong", "unread", "follows")]
        assert found == [], (format, detail)
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


SYMMETRIC = """Given X = [[1, 2], [2, 3]], w = [0.5, -1], y = [1, 4]

p = X w

e = p - y

L = sum(e * e)

"""


@pytest.mark.parametrize("about", ["", "X = X^T\n\n"])
def test_a_missing_transpose_is_found_unless_the_notes_say_that_the_matrix_is_symmetric(about: str) -> None:
    def last(claim: str) -> tuple[str, str]:
        finding = bd.proofread(SYMMETRIC + about + claim).findings[-1]
        return finding.verdict, finding.reason

    accident = ("right", "") if about else ("wrong", "the two agree at these values only")
    assert last("dL/dw = X dL/dp") == accident
    assert last("dL/dw = 2 X e") == accident
    assert last("dL/dw = X^T dL/dp") == ("right", "")
    assert last("dL/dw = 2 X^T e") == ("right", "")
    assert last("dL/dw = 2 X e = [-29, -46]")[0] == "right"


def test_a_wrong_entry_is_shown_by_itself() -> None:
    claim = r"$Z = \begin{pmatrix} 5 & -1 \\ 11 & -3 \\ 18 & -5 \end{pmatrix}$"
    (finding,) = bd.proofread(LAYER + claim).wrong
    assert finding.expected == "17"
    assert finding.place.text[finding.place.column - 1 :].startswith("18")


def test_dot_products_that_are_off_are_found() -> None:
    vectors = "Given q = [1, 0, 2], k_1 = [0, 1, 1], k_2 = [4, 4, 0], k_3 = [2, 3, 1]\n\n"
    claims = "\n\n".join(["q @ k_1 = 2", "q @ k_2 = 5", "q @ k_3 = 8", "q @ q = 5"])
    assert [f.expected for f in bd.proofread(vectors + claims).wrong] == ["4", "4"]


def test_rounded_numbers_of_a_column_are_held_against_a_vector() -> None:
    notes = (
        "Given X = [[1, 2], [4, 5]]\n\nr = rowsum(X) = [3, 9]\n\nrowsum([[1.15, 2.15], [4.15, 5.15]]) = [3.3, 9.9]\n"
    )
    assert [finding.expected for finding in bd.proofread(notes).wrong] == ["9.3"]


def test_a_column_in_brackets_is_no_vector() -> None:
    text = "Given X = [[1, 2], [4, 5]], s = [[2], [-1]]\nY = s * (X + 0.1)\nL = sum(Y * Y)"
    assert bd.proofread(bd.solve(text).to_text()).wrong == ()
    notes = "Given X = [[1, 2], [4, 5]]\n\ns = [[2], [3]]\n\ns * X = [[2, 4], [12, 15]]\n\ns * X = [[2, 6], [8, 15]]\n"
    assert [finding.claim for finding in bd.proofread(notes).wrong] == ["s * X = [[2, 6], [8, 15]]"]
