"""Misprints that were reported for published notes, restated in our own words, each found at its link."""

from __future__ import annotations

import pytest

from backprop_derive import Report, proofread

INPUT_ERROR = r"""
Let $x = (1, 2)$ and $W = \begin{pmatrix} 1 & 0 & 2 \\ -1 & 1 & 1 \end{pmatrix}$, $u = (1, -1, 2)$.

1. $z = x W$
2. $h = \tanh(z)$
3. $J = \operatorname{sum}(u \odot h)$

The error that reaches the input is

$$\frac{\partial J}{\partial x} = \frac{\partial J}{\partial z} W$$
"""


def claims(report: Report) -> list[tuple[str, str]]:
    return [(finding.claim, finding.expected) for finding in report.wrong]


def test_a_missing_transpose_in_the_error_of_the_input_is_found() -> None:
    (finding,) = proofread(INPUT_ERROR).wrong
    assert finding.claim == r"\frac{\partial J}{\partial x} = \frac{\partial J}{\partial z} W"
    assert finding.reason == "the shapes 3 and 2×3 do not fit in a matrix product"
    assert proofread(INPUT_ERROR.replace("W$$", r"W^\top$$")).counts["right"] == 1


def test_a_missing_transpose_of_a_square_matrix_is_seen_in_the_values() -> None:
    square = "Given x = [1, 2], W = [[1, 3], [-1, 2]]\n\nz = x @ W\n\nJ = sum(z * z)\n\n∂J/∂x = (∂J/∂z) @ W"
    assert [f.reason for f in proofread(square).wrong] == ["the values differ"]
    assert proofread(square + "ᵀ").wrong == ()


def test_three_of_six_dot_products_are_off() -> None:
    notes = r"""
Given $q_1 = (1, 0, 2)$, $q_2 = (2, 2, 2)$, $k_1 = (0, 1, 1)$, $k_2 = (4, 4, 0)$, $k_3 = (2, 3, 1)$.

- $q_1 \cdot k_1 = 2$, $q_1 \cdot k_2 = 4$, $q_1 \cdot k_3 = 8$
- $q_2^\top k_1 = 4$, $q_2^\top k_2 = 12$, $q_2^\top k_3 = 10$
"""
    report = proofread(notes)
    assert claims(report) == [
        (r"q_1 \cdot k_3 = 8", "4"), (r"q_2^\top k_2 = 12", "16"), (r"q_2^\top k_3 = 10", "12"),
    ]  # fmt: skip
    assert report.counts["right"] == 3


def test_a_chain_rule_with_an_inner_argument_lost_is_wrong_and_the_whole_one_is_right() -> None:
    notes = r"""
With $f(x) = A(B(C(x)))$ the chain rule says

$$f'(x) = A'(B(C(x))) \cdot B'(C(x)) \cdot C'(x)$$

and, written shorter, $f'(x) = A'(B(C(x))) \cdot B'(x) \cdot C'(x)$.
"""
    report = proofread(notes)
    assert claims(report) == [(r"f'(x) = A'(B(C(x))) \cdot B'(x) \cdot C'(x)", "")]
    assert report.counts["right"] == 1


def test_a_chain_rule_by_the_weight_of_another_layer_is_found() -> None:
    notes = """
Given x = 2, w_1 = 3, w_2 = 1, y = 1

z_1 = w_1 x = 6
a_1 = relu(z_1) = 6
z_2 = w_2 a_1 = 6
C = (z_2 - y)^2 = 25

dC/dw_1 = dC/dz_2 · dz_2/da_1 · da_1/dz_1 · dz_1/dw_1 = 2(z_2 - y) · w_2 · 1 · x = 20

dC/dw_2 = dC/dz_2 · dz_2/dw_1 = 2(z_2 - y) · a_1 = 60
"""
    assert claims(proofread(notes)) == [("dC/dw_2 = dC/dz_2 · dz_2/dw_1", "60")]


TABLE = r"""
Given w = 0.5, x = 2, y = 3

p = w x
L = (p - y)^2

| quantity | formula | value |
| --- | --- | --- |
| output | w·x = 0.5·2 | p = 1 |
| loss | $L = (p-y)^2 = (1-3)^2 = 4$ | $L = 4$ |
| slope | $\frac{dL}{dw} = 2(p-y)x = -8$ | $\frac{dL}{dw} = -6$ |
"""


def test_cells_of_a_table_are_claims() -> None:
    report = proofread(TABLE)
    assert claims(report) == [(r"\frac{dL}{dw} = -6", "−8")]
    assert report.counts["right"] == 8
    assert report.counts["unread"] == 0


UPDATE = r"""
Given $w = 2$, $x = 3$, $y = 1$, $\eta = 0.01$.

1. $p = w x = 6$
2. $L = (p - y)^2 = 25$

$\frac{\partial L}{\partial w} = 2(p - y) x = 30$

$w \leftarrow w - \eta \frac{\partial L}{\partial w} = 2 - 0.01 \cdot 30 = 1.7$

After the update: $p = w x = 1.7 \cdot 3 = 5.1$ and $L = (p-y)^2 = (5.1 - 1)^2 = 16.81$
"""


def test_what_an_update_gives_is_carried_on_to_later_lines() -> None:
    report = proofread(UPDATE)
    assert report.of("wrong", "unread") == ()
    assert report.counts["follows"] == 2
    assert claims(proofread(UPDATE.replace("16.81", "16.18"))) == [("(5.1 - 1)^2 = 16.18", "16.81")]


SIZES = "Given X ∈ ℝ^(n×d), w ∈ ℝ^d, y ∈ ℝ^n\n\np = X @ w\n\nr = p - y\n\nL = mean(r * r)\n\n"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("∂L/∂w = 2/n · (Xᵀ @ r)", "right"),
        ("∂L/∂w = 2/n · (X @ r)", "wrong"),
        ("∂L/∂w = 1/n · (Xᵀ @ r)", "wrong"),
        ("∂L/∂w[i] = Σ_j 2r[j]/n · X[j, i]", "right"),
        ("∂L/∂w[i] = Σ_j 2r[j]/n · X[i, j]", "wrong"),
        ("r ∈ ℝ^n", "right"),
        ("r ∈ ℝ^d", "wrong"),
        ("∂L/∂w = 2/m · (Xᵀ @ r)", "unread"),
    ],
)
def test_tensors_whose_sizes_are_letters_are_judged_for_all_sizes(claim: str, verdict: str) -> None:
    assert proofread(SIZES + claim).findings[-1].verdict == verdict


BY_ENTRIES = r"""
Given $A = \begin{pmatrix} 1 & 2 \\ 3 & 5 \end{pmatrix}$, $v = (2, -1)$

"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"$\sum_{j=1}^{2} A_{1j} v_j = 0$", "right"),
        (r"$\sum_{j} A_{2j} v_j = 0$", "wrong"),
        (r"$A_{1j} v_j = 2$", "wrong"),
        (r"$\sum_{j=1}^{3} A_{1j} v_j = 0$", "unread"),
        (r"$\sum_{i,j} A_{ij} \delta_{ij} = 6$", "right"),
        (r"$\sum_{i} A_{ij} = 4$", "wrong"),
    ],
)
def test_sums_and_entries_below_the_line_count_from_one(claim: str, verdict: str) -> None:
    assert proofread(BY_ENTRIES + claim).findings[-1].verdict == verdict
