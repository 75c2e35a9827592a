"""Batches with their examples in columns, as in courses on deep learning: dZ of the sum, dW and db of the mean."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

NOTES = r"""
$X = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}$, $W^{[1]} = \begin{bmatrix} 1 & -1 \\ 0.5 & 1 \end{bmatrix}$,
$b^{[1]} = \begin{bmatrix} 0 \\ 0.5 \end{bmatrix}$, $W^{[2]} = \begin{bmatrix} 1 & -2 \end{bmatrix}$, $b^{[2]} = 0$,
$Y = \begin{bmatrix} 1 & 0 \end{bmatrix}$, $m = 2$

$Z^{[1]} = W^{[1]} X + b^{[1]} = \begin{bmatrix} 1 & 1 \\ 1 & 2.5 \end{bmatrix}$, $A^{[1]} = \tanh(Z^{[1]})$

$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]} = \begin{bmatrix} -0.7616 & -1.2116 \end{bmatrix}$, $A^{[2]} = \sigma(Z^{[2]})$

$J = -\frac{1}{m} \sum_{i} \left( Y_i \log A^{[2]}_i + (1 - Y_i) \log(1 - A^{[2]}_i) \right)$

$dZ^{[2]} = A^{[2]} - Y = \begin{bmatrix} -0.6817 & 0.2294 \end{bmatrix}$

$dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}$

$dZ^{[1]} = W^{[2]\top} dZ^{[2]} \odot (1 - (A^{[1]})^2)$

$dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T$
"""


def test_gradients_by_steps_are_of_the_sum_where_those_by_parameters_divide() -> None:
    report = proofread(NOTES)
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] == 5


def test_they_are_of_the_mean_where_both_do() -> None:
    mean = NOTES.replace(
        "dZ^{[2]} = A^{[2]} - Y = \\begin{bmatrix} -0.6817 & 0.2294 \\end{bmatrix}", "dZ^{[2]} = (A^{[2]} - Y)/m"
    )
    assert proofread(mean.replace(r"\frac{1}{m} d", "d")).of("wrong", "unread") == ()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\frac{1}{m} dZ^{[2]} A^{[1]T}", r"\frac{1}{m} dZ^{[2]} A^{[1]}"),
        (r"\frac{1}{m} dZ^{[1]} X^T", r"\frac{1}{m} dZ^{[1]} X"),
        (r"\frac{1}{m} dZ^{[1]} X^T", r"dZ^{[1]} X^T"),
        (r"dZ^{[2]} = A^{[2]} - Y", r"dZ^{[2]} = Y - A^{[2]}"),
        (r"(1 - (A^{[1]})^2)", r"(1 + (A^{[1]})^2)"),
    ],
)
def test_what_is_wrong_in_it_is_found(right: str, wrong: str) -> None:
    assert right in NOTES
    report = proofread(NOTES.replace(right, wrong))
    assert report.of("wrong", "unread")[0].place.line == NOTES[: NOTES.index(right)].count("\n") + 1


INDICATORS = [
    r"\mathbb{1}[z > 0]",
    r"\mathbb{1}(z > 0)",
    r"\mathbb{1}\{z > 0\}",
    r"\mathbb{1}_{z > 0}",
    r"\mathbb{I}[z > 0]",
]


@pytest.mark.parametrize("indicator", INDICATORS)
def test_an_indicator_is_1_where_its_condition_holds(indicator: str) -> None:
    notes = (
        r"$x = [1, -1]^\top$, $W = \begin{bmatrix} 2 & 1 \\ -1 & 3 \end{bmatrix}$, $v = [1, 2]^\top$."
        r" $z = W x = [1, -4]^\top$, $h = \max(0, z) = [1, 0]^\top$, $L = v^\top h = 1$."
        r" $\frac{\partial L}{\partial h} = v = [1, 2]^\top$,"
        rf" $\frac{{\partial L}}{{\partial z}} = v \odot {indicator} = [1, 0]^\top$"
    )
    assert proofread(notes).of("wrong", "unread") == ()
    assert [f.verdict for f in proofread(notes.replace("z > 0", "z < 0")).of("wrong", "unread")][:1] == ["wrong"]


def test_a_number_that_only_divides_counts_no_examples() -> None:
    notes = (
        r"$x = (1, 3)$, $w = 0.5$, $n = 2$, $t = (1, 0)$. $z = \frac{w x}{n} = (0.25, 0.75)$,"
        r" $L = \frac12 \lVert z - t \rVert^2$."
        r" $dz = z - t = (-0.75, 0.75)$, $dw = \frac{1}{n} dz \cdot x = 0.75$"
    )
    assert proofread(notes).of("wrong", "unread") == ()
