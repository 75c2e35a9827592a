"""Steps told by entries, Σ_k and z_i, and the gradients of them."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

LAYER = r"""
Given $x = (1, 2)$, $W = \begin{pmatrix} 0.5 & -1 \\ 0.25 & 1 \\ 1 & 0 \end{pmatrix}$, $b = (0, 0.5, -1)$,
$v = (1, -1, 2)$, $t = 1$.

$z_i = \sum_j W_{ij} x_j + b_i$, $h_i = \sigma(z_i)$, $y = \sum_i v_i h_i$, $L = \frac12 (y - t)^2$.

$\delta_i = (y - t) v_i \sigma'(z_i)$

"""
SOFTMAX = r"""
Logits $z = (2, 1, 0.1)$, target $t = (1, 0, 0)$. $p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$, $L = -\sum_k t_k \ln p_k$.

"""
LINE = r"""
Data: $x = (1, 2, 3)$, $y = (2, 3, 5)$, $w = 1$, $b = 0$, $n = 3$. $L = \frac{1}{n} \sum_{i=1}^{n} (w x_i + b - y_i)^2$

"""
PRODUCT = r"""
Let $A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $B = \begin{pmatrix} 0 & 1 \\ 2 & 1 \end{pmatrix}$.
$C_{ij} = \sum_k A_{ik} B_{kj}$, $f = \sum_{i,j} C_{ij}^2$.

"""
RIGHT = [
    (LAYER, r"$z = (-1.5, 2.75, 0)$, $y = 0.2425$, $L = 0.2869$"),
    (LAYER, r"$\frac{\partial L}{\partial W_{ij}} = (y - t) v_i h_i (1 - h_i) x_j$"),
    (
        LAYER,
        r"$\frac{\partial L}{\partial b_i} = \delta_i$, $\frac{\partial L}{\partial x_j} = \sum_i \delta_i W_{ij}$",
    ),
    (LAYER, r"$\frac{\partial L}{\partial b} = (-0.1130, 0.0428, -0.3787)$"),
    (SOFTMAX, r"$\frac{\partial L}{\partial z_i} = p_i - t_i$"),
    (SOFTMAX, r"$\frac{\partial L}{\partial z} = p - t = (-0.341, 0.242, 0.099)$"),
    (SOFTMAX, r"$\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)$"),
    (LINE, r"$\frac{\partial L}{\partial w} = \frac{2}{n} \sum_{i=1}^n (w x_i + b - y_i) x_i = -6$"),
    (PRODUCT, r"$\frac{\partial f}{\partial A_{ik}} = \sum_j 2 C_{ij} B_{kj}$"),
    (PRODUCT, r"$\frac{\partial f}{\partial A} = 2 C B^T = \begin{pmatrix} 6 & 22 \\ 14 & 46 \end{pmatrix}$"),
]
WRONG = [
    (LAYER, r"$\frac{\partial L}{\partial W_{ij}} = (y - t) v_j h_i (1 - h_i) x_j$"),
    (LAYER, r"$\frac{\partial L}{\partial x_j} = \sum_i \delta_i W_{ji}$"),
    (LAYER, r"$y = 0.2525$"),
    (SOFTMAX, r"$\frac{\partial L}{\partial z_i} = t_i - p_i$"),
    (LINE, r"$\frac{\partial L}{\partial w} = \frac{2}{n} \sum_{i=1}^n (w x_i + b - y_i)$"),
    (PRODUCT, r"$\frac{\partial f}{\partial A} = 2 C B$"),
]


@pytest.mark.parametrize(("notes", "claims"), RIGHT)
def test_gradients_of_what_is_told_by_entries_are_known(notes: str, claims: str) -> None:
    found = proofread(notes + claims)
    assert found.of("wrong", "unread") == ()
    assert found.counts["right"] + found.counts["rounded"] >= claims.count("$") // 2


@pytest.mark.parametrize(("notes", "claim"), WRONG)
def test_wrong_ones_are_found(notes: str, claim: str) -> None:
    assert [f.verdict for f in proofread(notes + claim).of("wrong", "unread")] == ["wrong"]


def test_a_sum_over_a_part_of_a_vector_is_not_taken_for_one_of_all() -> None:
    notes = r"$x = (1, 2, 3)$, $w = 2$, $L = \sum_{i=1}^{2} w x_i$. $\frac{\partial L}{\partial w} = 6$"
    assert [f.verdict for f in proofread(notes).findings if f.verdict != "given"] == ["unread"]


def test_a_name_with_a_letter_below_it_stays_a_name_where_that_is_no_index() -> None:
    notes = "$x = 2$, $w_f = 3$, $b_f = 1$, $b = (1, 2)$, $f_t = w_f x + b_f$, $f_t = 7$, $df_t/dx = 3$"
    assert proofread(notes).of("wrong", "unread") == ()
