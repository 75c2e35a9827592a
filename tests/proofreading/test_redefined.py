"""Names that get another formula: exercises in parts, and derivatives of a step written with a prime."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

DRILL = r"""
# Chain rule drill

(a) $y = (3x + 1)^4$, $\frac{dy}{dx} = 4(3x+1)^3 \cdot 3 = 12(3x+1)^3$

(b) $y = e^{-x^2}$, $\frac{dy}{dx} = -2x e^{-x^2}$

(c) $y = \ln(\cos x)$, $\frac{dy}{dx} = -\tan x$

(d) $y = \sqrt{1 + x^2}$, $y' = \frac{x}{\sqrt{1+x^2}}$

(e) $y = \frac{1}{1 + e^{-x}}$, $y' = y(1 - y)$
"""


def test_each_part_of_an_exercise_has_its_own_formula() -> None:
    report = proofread(DRILL)
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] == 6


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"12(3x+1)^3", r"12(3x+1)^4"),
        (r"-2x e^{-x^2}", r"2x e^{-x^2}"),
        (r"= -\tan x", r"= \tan x"),
        (r"\frac{x}{\sqrt{1+x^2}}", r"\frac{1}{\sqrt{1+x^2}}"),
        (r"y(1 - y)", r"y(1 + y)"),
    ],
)
def test_a_wrong_derivative_in_a_part_is_found(right: str, wrong: str) -> None:
    claims = [finding.claim for finding in proofread(DRILL.replace(right, wrong)).of("wrong")]
    assert any(wrong in claim for claim in claims)


def test_a_step_that_is_quoted_wrongly_is_no_new_one() -> None:
    notes = "Given $x = 1$, $y = 2$, $w = 1$.\n\n$p = x w$, $s = p - y$, $L = s^2$.\n\n$s = y - p = 1$, $L = s^2 = 1$\n"
    assert "s = y - p" in [finding.claim for finding in proofread(notes).of("wrong")]


def test_what_a_new_formula_is_made_of_stays_known() -> None:
    notes = (
        "Given $x = 2$, $w = 0.5$. $z = w x = 1$.\n\n"
        r"(i) $a = \sigma(z) = 0.7311$, $\frac{\partial a}{\partial w} = \sigma'(z) x = 0.3932$" + "\n\n"
        r"(ii) $a = \tanh(z) = 0.7616$, $\frac{\partial a}{\partial w} = (1 - a^2) x = 0.8399$" + "\n"
    )
    assert proofread(notes).of("wrong", "unread") == ()


@pytest.mark.parametrize(("claim", "verdict"), [("9x^2 + 2x\\cos(x^2)", "right"), ("9x^2 + \\cos(x^2)", "wrong")])
def test_the_derivative_of_a_step_may_be_written_with_a_prime(claim: str, verdict: str) -> None:
    notes = rf"Given $x = 2$. $u = x^2$, $v = 3x$, $f = u v + \sin(u)$. $f'(x) = {claim}$"
    assert [f.verdict for f in proofread(notes).findings if f.verdict != "given"] == [verdict]


def test_a_value_in_parentheses_is_one() -> None:
    notes = "x = 2, w = 1\n\nL = (x·w)²\n\nUpdate (η = 0.5): w ← w − η·∂L/∂w = 1 − 0.5·8 = −3\n"
    assert proofread(notes).of("wrong", "unread") == ()


OF_PARAMETERS = r"""
Let $\theta = (1, -1)$, $x = (2, 3)$, $y = 1$ and $h_\theta(x) = \theta^\top x = -1$.

$J(\theta) = \frac12 (h_\theta(x) - y)^2 = 2$

$\nabla_\theta J(\theta) = (h_\theta(x) - y) x = (-4, -6)$

$\frac{\partial J(\theta)}{\partial \theta} = (-4, -6)$

$\theta := \theta - 0.1 \nabla_\theta J(\theta) = (1.4, -0.4)$
"""


@pytest.mark.parametrize(
    ("right", "wrong"), [("", ""), ("= (-4, -6)$\n\n$\\frac", "= (-4, 6)$\n\n$\\frac"), ("1.4", "1.5")]
)
def test_a_loss_as_a_function_of_its_parameters(right: str, wrong: str) -> None:
    report = proofread(OF_PARAMETERS.replace(right, wrong))
    assert report.of("unread") == ()
    assert len(report.of("wrong")) == bool(right)


def test_norms_say_below_the_bars_which_they_are() -> None:
    notes = (
        r"$W = \begin{pmatrix}1&2\\3&4\end{pmatrix}$, $x = \begin{pmatrix}1\\1\end{pmatrix}$,"
        r" $y = \begin{pmatrix}2\\6\end{pmatrix}$. $L = \frac12\|Wx - y\|_2^2 = 1$,"
        r" $\nabla_W L = (Wx - y)x^\top = \begin{pmatrix}1&1\\1&1\end{pmatrix}$, $\|W\|_F^2 = 30$, $\|y\|_1 = 8$"
    )
    report = proofread(notes)
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] == 5
    assert [f.verdict for f in proofread(r"$x = (3, 4)$, $\|x\|_\infty = 4$").findings][-1] == "unread"


def test_a_script_l_is_a_name() -> None:
    assert proofread(r"$x = 2$, $\ell = x^2 = 4$, $\frac{d\ell}{dx} = 4$").of("wrong", "unread") == ()
