"""Dots between vectors, columns, and steps that are single numbers though vectors lead to them."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

ATTENTION = r"""
Query $q = [1, 0]$, keys $k_1 = [1, 1]$, $k_2 = [0, 2]$, values $v_1 = [1, 2]$, $v_2 = [3, -1]$, $d = 2$.

$s_1 = \frac{q \cdot k_1}{\sqrt{d}} = \frac{1}{\sqrt 2} = 0.7071$, $s_2 = \frac{q \cdot k_2}{\sqrt{d}} = 0$

$\alpha_1 = \frac{e^{s_1}}{e^{s_1} + e^{s_2}} = 0.6698$, $\alpha_2 = 1 - \alpha_1 = 0.3302$

$o = \alpha_1 v_1 + \alpha_2 v_2 = [1.6605, 1.0093]$
"""
STATE = r"""
$h_0 = \begin{pmatrix} 0 \\ 0 \end{pmatrix}$, $x_1 = 1$, $U = \begin{pmatrix} 0.5 & 0 \\ 0 & 0.5 \end{pmatrix}$,
$w = \begin{pmatrix} 1 \\ -1 \end{pmatrix}$, $v = \begin{pmatrix} 1 \\ 2 \end{pmatrix}$

$h_1 = \tanh(U h_0 + w x_1) = \begin{pmatrix} 0.7616 \\ -0.7616 \end{pmatrix}$

$y = v^\top h_1 = -0.7616$, $L = \frac{1}{2} y^2 = 0.2900$

$\frac{\partial L}{\partial y} = y = -0.7616$

$\frac{\partial L}{\partial h_1} = y v = \begin{pmatrix} -0.7616 \\ -1.5232 \end{pmatrix}$

$$\frac{\partial L}{\partial w} = x_1 (1 - h_1^2) \odot \frac{\partial L}{\partial h_1}
= \begin{pmatrix} -0.3199 \\ -0.6397 \end{pmatrix}$$
"""
DESIGN = r"""
$X = \begin{pmatrix} 1 \\ 2 \\ 3 \end{pmatrix}$, $W = \begin{pmatrix} 2 & 1 \end{pmatrix}$

$Z = X W = \begin{pmatrix} 2 & 1 \\ 4 & 2 \\ 6 & 3 \end{pmatrix}$
"""


@pytest.mark.parametrize("notes", [ATTENTION, STATE, DESIGN])
def test_notes_with_vectors_are_right(notes: str) -> None:
    report = proofread(notes)
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] + report.counts["rounded"] > 0


@pytest.mark.parametrize(
    ("notes", "right", "wrong"),
    [
        (ATTENTION, r"q \cdot k_2}{\sqrt{d}} = 0", r"q \cdot k_2}{\sqrt{d}} = 2"),
        (ATTENTION, "0.6698", "0.6689"),
        (STATE, r"= y v =", r"= y h_1 ="),
        (STATE, r"-0.3199 \\ -0.6397", r"-0.3199 \\ 0.6397"),
        (DESIGN, r"6 & 3", r"6 & 4"),
    ],
)
def test_wrong_ones_are_found_at_their_place(notes: str, right: str, wrong: str) -> None:
    changed = notes.replace(right, wrong, 1)
    report = proofread(changed)
    assert report.of("unread") == ()
    at = changed[: changed.index(wrong)].count("\n") + 1
    assert report.of("wrong")[0].place.line == at


def test_a_dot_between_matrices_is_their_product() -> None:
    notes = r"$W = \begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}$, $x = (3, 1)$, $z = W \cdot x = (5, 1)$"
    assert proofread(notes).of("wrong", "unread") == ()


def test_a_formula_with_a_number_in_the_place_of_a_rounded_gradient_is_right() -> None:
    notes = (
        "x1 = 2.0, w1 = -3.0\n\nn = x1*w1 + 6.88\n\no = tanh(n)\n\ndo/dn = 1 - o**2 = 0.5\n\ndo/dw1 = x1 * 0.5 = 1.0\n"
    )
    assert proofread(notes).of("wrong", "unread") == ()
    assert [f.claim for f in proofread(notes.replace("x1 * 0.5", "w1 * 0.5")).of("wrong")] == ["do/dw1 = w1 * 0.5"]


def test_what_ends_in_a_colon_is_a_statement_of_its_own() -> None:
    notes = "x = 3, w = 0.5\n\nL = (wx)^2\n\nUpdate with lr = 0.1: w <- w - lr * dL/dw = 0.5 - 0.9 = -0.4\n"
    report = proofread(notes)
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] == 3


def test_ones_without_a_length_fit_what_stands_beside_them() -> None:
    notes = (
        r"$x = [1, 2]$, $W = \begin{bmatrix} 1 & 0 \\ 0 & 2 \end{bmatrix}$. $y = x + W x = [2, 6]$,"
        r" $L = \sum_i y_i = 8$."
        r" $\frac{\partial L}{\partial x} = \mathbf{1} + W^T \mathbf{1} = [2, 3]$"
    )
    assert proofread(notes).of("wrong", "unread") == ()
    assert proofread(notes.replace("[2, 3]", "[2, 4]")).of("wrong")


SOFTMAX = r"""
$W = \begin{bmatrix} 0.1 & 0.2 \\ -0.1 & 0.3 \end{bmatrix}$, $x = \begin{bmatrix} 1 \\ 2 \end{bmatrix}$,
$y = \begin{bmatrix} 0 \\ 1 \end{bmatrix}$

$z = Wx = \begin{bmatrix} 0.5 \\ 0.5 \end{bmatrix}$,
$p = \operatorname{softmax}(z) = \begin{bmatrix} 0.5 \\ 0.5 \end{bmatrix}$

$L = -y^\top \log p = \log 2 = 0.6931$

$\frac{\partial L}{\partial z} = p - y = \begin{bmatrix} 0.5 \\ -0.5 \end{bmatrix}$

$\frac{\partial L}{\partial W} = (p - y)x^\top = \begin{bmatrix} 0.5 & 1 \\ -0.5 & -1 \end{bmatrix}$
"""


def test_softmax_of_a_column_is_over_its_entries() -> None:
    assert proofread(SOFTMAX).of("wrong", "unread") == ()
    wrong = proofread(SOFTMAX.replace("(p - y)x^", "(y - p)x^")).of("wrong")
    assert wrong[0].claim == r"\frac{\partial L}{\partial W} = (y - p)x^\top"


@pytest.mark.parametrize(("product", "verdicts"), [("A", set()), ("A^T", {"wrong"})])
def test_a_jacobian_may_have_a_name(product: str, verdicts: set[str]) -> None:
    notes = (
        r"$A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$, $x = (1, 1)$, $f(x) = A x$, $u = (1, 1)$, $v = (1, -1)$."
        rf" $J = \frac{{\partial f}}{{\partial x}} = A$. $v^\top J = v^\top {product}$, $J u = {product} u$"
    )
    assert {f.verdict for f in proofread(notes).of("wrong", "unread")} == verdicts


def test_a_dot_may_multiply_entry_by_entry_where_that_is_meant() -> None:
    notes = (
        r"$x = (1, 2)$, $W = \begin{pmatrix} 1 & 0 \\ -1 & 1 \end{pmatrix}$, $t = (1, 0)$. $z = W x$, $a = \tanh(z)$,"
        r" $L = \frac12 \lVert a - t \rVert^2$. $\delta = (a - t) \cdot \tanh'(z)$,"
        r" $\frac{\partial L}{\partial z} = (a - t) \cdot (1 - a^2)$,"
        r" $\frac{\partial L}{\partial W} = \delta \cdot x^T$"
    )
    assert proofread(notes).of("wrong", "unread") == ()
    assert [f.verdict for f in proofread(notes.replace("(1 - a^2)", "(1 + a^2)")).of("wrong", "unread")] == ["wrong"]


def test_a_dot_between_numbers_that_vectors_lead_to_is_no_product_of_matrices() -> None:
    notes = (
        r"$x = (3, -4)$, $n = \lVert x \rVert = 5$, $s = \operatorname{logsumexp}(x)$, $f = n \cdot s$,"
        r" $\frac{\partial f}{\partial n} = s$"
    )
    assert proofread(notes).of("wrong", "unread") == ()


@pytest.mark.parametrize(("sign", "verdicts"), [("-", []), ("+", ["wrong"])])
def test_formulas_of_functions_that_end_at_1_are_compared_where_they_have_values(
    sign: str, verdicts: list[str]
) -> None:
    notes = (
        r"$x = 0.3$, $b = \arcsin(x) + \arccos(\frac{x}{2})$, $L = b^2$."
        r" $\frac{\partial b}{\partial x} = \frac{\partial}{\partial x} (\arcsin(x) + \arccos(\frac{x}{2}))"
        rf" = \frac{{1}}{{\sqrt{{1 - x^2}}}} {sign} \frac{{1}}{{2\sqrt{{1 - \frac{{x^2}}{{4}}}}}}$"
    )
    assert [f.verdict for f in proofread(notes).of("wrong", "unread")] == verdicts


def test_a_row_may_be_written_as_a_vector_that_is_turned() -> None:
    notes = (
        "Numerator layout.\n\n"
        r"$v = (0.3, 0.1)$, $x = (1, 2)$, $L = v^\top x = 0.5$. $v^\top = (0.3, 0.1)^\top$,"
        r" $\frac{\partial L}{\partial x} = v^\top = (0.3, 0.1)^\top$"
    )
    assert proofread(notes).of("wrong", "unread") == ()
