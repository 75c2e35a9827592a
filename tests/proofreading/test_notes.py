"""The lesson that this project grew from, and misprints that were reported for published notes, in our own words."""

from __future__ import annotations

import json

import pytest

from backprop_derive import Report, proofread
from backprop_derive.proofreading.record import Finding

LESSON = r"""
Given a function f(x) = g(h(x)), where h(x) is another function, the chain rule states that:

d/dx (f(x)) = d/dx (g(h(x))) * d/dx (h(x))

In other words, the derivative of f(x) is the derivative of g(h(x)) times the derivative of h(x).

### Example

Given x = 1, y = 2, w = 1

1. y^ = x * w
2. s = y^ - y
3. loss = s**2

#### Forward pass

1. y^ = x * w = 1 * 1 = 1
2. s = y^ - y = 1 - 2 = -1
3. loss = s**2 = (-1)\** 2 = 1

#### Calculating Local gradients

1. d(loss)/ ds = ds**2/ds = 2*s
2. ds/dy^ = d(y^-y)/dy^ = 1
3. dy^/dw = d(x*w)/dw = x

#### Backward pass

1. d(loss)/dy^ = (d(loss)/ ds) * (ds/dy^) = 2 * s * 1 = -2
2. d(loss)/dw = (d(loss)/dy^) * (dy^/dw) = -2 * x = -2

In [1]:
import torch
x = torch.tensor(1.0)
loss = (y_hat - y) ** 2
"""


def only(report: Report) -> Finding:
    """The one thing that is wrong; everything is understood."""
    assert report.of("unread") == ()
    (finding,) = report.wrong
    return finding


def test_the_lesson_has_right_numbers_and_a_misprinted_chain_rule() -> None:
    report = proofread(LESSON)
    finding = only(report)
    assert report.counts == {"right": 21, "rounded": 0, "follows": 0, "given": 7, "wrong": 1, "unread": 0}
    assert (finding.place.line, finding.place.column) == (4, 15)
    assert finding.expected == "g′(h(x)) · h′(x)"
    assert finding.mistake is not None
    assert finding.mistake.name == "both factors by x"


@pytest.mark.parametrize(
    "rule",
    [
        r"$\frac{d}{dx} g(h(x)) = g'(h(x)) \cdot h'(x)$",
        r"$\frac{d}{dx} g(h(x)) = g'(h(x)) \frac{d}{dx} h(x)$",
        r"$\frac{d}{dx} (u v) = u' v + u v'$",
        r"$\frac{d}{dx} \left(\frac{f}{g}\right) = \frac{f' g - f g'}{g^2}$",
        "d(f + g)/dx = f′ + g′",
        r"$\sigma'(z) = \sigma(z)(1 - \sigma(z))$",
        r"$\frac{d}{dx} x^n = n x^{n-1}$",
    ],
)
def test_a_general_rule_that_holds_is_right(rule: str) -> None:
    assert proofread(rule).counts["right"] == 1


@pytest.mark.parametrize(
    "rule",
    [
        r"$\frac{d}{dx} g(h(x)) = g'(x) \cdot h'(x)$",
        r"$\frac{d}{dx} g(h(x)) = g'(h(x))$",
        r"$\frac{d}{dx} (u v) = u' v'$",
        r"$\frac{d}{dx} \left(\frac{f}{g}\right) = \frac{f g' - f' g}{g^2}$",
        r"$\sigma'(z) = \sigma(z)(1 + \sigma(z))$",
        r"$\frac{d}{dx} x^n = n x^{n+1}$",
    ],
)
def test_a_general_rule_that_does_not_hold_is_wrong(rule: str) -> None:
    assert proofread(rule).counts["wrong"] == 1


def test_the_wrong_operand_of_a_product_is_found() -> None:
    notes = r"""
Given $x = -2$, $y = 5$, $z = -4$ with $q = x + y = 3$ and $f = q z = -12$:

$$
\frac{\partial f}{\partial q} = z = -4, \quad \frac{\partial f}{\partial z} = z = 3
$$
"""
    finding = proofread(notes).wrong[0]
    assert finding.expected == "q"
    assert finding.mistake is not None
    assert "other factor" in finding.mistake.feedback


def test_one_slip_is_one_finding_where_what_follows_goes_on_from_it() -> None:
    notes = """
Given x = 2, w = 3, y = 1
1. p = w*x
2. s = p - y
3. L = s^2

1. p = w*x = 3*2 = 6
2. s = p - y = 6 - 1 = 4
3. L = s^2 = 4^2 = 16
"""
    report = proofread(notes)
    finding = only(report)
    assert (finding.place.line, finding.expected) == (8, "5")
    assert report.counts["follows"] == 1  # 4² for s²; that 4² is 16 is right by itself


def test_a_formula_that_is_right_by_chance_at_these_values_is_wrong() -> None:
    notes = "Given x = 1, w = 1\n\np = x*w\n\ndp/dw = w"
    assert only(proofread(notes)).expected == "x"


def test_an_update_that_climbs_is_wrong_and_its_arithmetic_is_not() -> None:
    notes = (
        r"Given $w = 3$. With $L = w^2$: $w \leftarrow w + 0.1 \frac{\partial L}{\partial w} = 3 - 0.1 \cdot 6 = 2.4$"
    )
    finding = only(proofread(notes))
    assert "subtract" in finding.reason


def test_a_rounded_number_is_right_to_the_digits_given_and_no_further() -> None:
    report = proofread("Given z = 0.5\n\na = sigmoid(z) ≈ 0.6225\n\na = 0.62\n\na ≈ 0.6226")
    assert [f.verdict for f in report.findings] == ["given", "given", "rounded", "rounded", "wrong"]
    assert report.wrong[0].expected == "0.6225"


def test_three_sums_of_products_of_six_are_off() -> None:
    rows = ["1*2 + 0*1 = 2", "1*0 + 3*1 = 4", "2*2 + 1*1 = 5", "2*0 + 1*3 = 4", "0*2 + 2*1 = 2", "5*1 + 1*1 = 7"]
    report = proofread("\n\n".join(rows))
    assert [f.expected for f in report.wrong] == ["3", "3", "6"]


def test_what_is_not_understood_is_said_with_its_place() -> None:
    report = proofread("$V_{AB} = \\foo{3}$ and $W \\in \\mathbb{Z}^{3}$, $a/b c = 2$")
    assert [f.verdict for f in report.findings] == ["unread"] * 3
    assert report.findings[0].reason == r"the command \foo is not known"


def test_a_notebook_is_read_by_its_cells() -> None:
    cells = [
        {"cell_type": "code", "source": ["x = 3"]},
        {"cell_type": "markdown", "source": ["Given $x = 2$\n", "\n", "$s = x^2 = 5$"]},
    ]
    (finding,) = proofread(json.dumps({"cells": cells, "nbformat": 4}), "n.ipynb").wrong
    assert (finding.place.source, finding.place.line, finding.expected) == ("n.ipynb, cell 2", 3, "4")


def test_rows_of_an_aligned_display_are_one_chain() -> None:
    notes = r"""
\documentclass{article} % $1 = 2$
\begin{document}
Let $x = 2$ and $y = 3$.
\begin{align*}
  s &= x y + 1 \\
    &= 2 \cdot 3 + 1 \\
    &= 8
\end{align*}
\begin{verbatim}
$3 = 4$
\end{verbatim}
\begin{tikzpicture}
\node at (0, 0) {$\to\;4$};
\end{tikzpicture}
\end{document}
"""
    report = proofread(notes, "n.tex")
    assert [f.verdict for f in report.findings] == ["given", "given", "given", "right", "wrong"]


def test_a_comma_in_braces_is_a_decimal_comma() -> None:
    report = proofread("$w = 0{,}5$, $z = 2w = 1{,}0$, $a = 2{,}5 w = 1{,}250$, $v = (1; -0{,}5)$", "notes.md")
    judged = [(f.claim, f.verdict) for f in report.findings if f.verdict != "given"]
    assert judged == [("2w = 1{,}0", "right"), ("2{,}5 w = 1{,}250", "right")]


def test_a_comma_in_braces_that_may_part_thousands_is_not_guessed() -> None:
    report = proofread("$w = 2$, $z = 500w = 1{,}000$", "notes.md")
    (finding,) = report.of("unread")
    assert finding.reason == "1{,}000 may be 1.000 or 1000"
