"""The readers of mathematics: what is read as what, and what is refused rather than guessed."""

from __future__ import annotations

import pytest

from backprop_derive import proofread
from backprop_derive.languages import ENGLISH, LANGUAGES, again, speaking
from backprop_derive.printers.text import text
from backprop_derive.proofreading.latex_tokens import latex_tokens
from backprop_derive.proofreading.parser import Parser
from backprop_derive.proofreading.text_tokens import text_tokens
from backprop_derive.proofreading.tokens import Unread, Vocabulary

NAMES = Vocabulary(frozenset({"w", "x", "y", "y_hat", "loss", "s", "z", "V_AB", "net_o1"}), frozenset())


def read(formula: str, kind: str = "latex") -> str:
    tokens = (latex_tokens if kind == "latex" else text_tokens)(formula, 0, len(formula), NAMES)
    return text(Parser(tokens, NAMES, len(formula)).whole())


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"\hat{y}^2 + \widehat{\text{loss}}", "ŷ² + loss_hat"),
        (r"\frac12 (\hat y - y)^2", "1/2 · (ŷ − y)²"),
        (r"V_{AB} x", "V_AB · x"),
        (r"2wx", "2 · w · x"),
        (r"-x^2", "−x²"),
        (r"e^{-z}", "e^(−z)"),
        (r"\frac{1}{1 + \exp(-z)}", "1/(1 + e^(−z))"),
        (r"\frac{\partial \text{loss}}{\partial \hat y}", "∂loss/∂ŷ"),
        (r"\frac{d}{dx}\left(x^2\right)", "dx²/dx"),
        (r"\frac{dloss}{dw}", "dloss/dw"),
        (r"\nabla_{w} \text{loss}", "∇_w loss"),
        (r"\tanh^2(z)", "tanh(z)²"),
        (r"\lvert x \rvert + \left|-2\right|", "|x| + |−2|"),
        (r"\sqrt{x} \cdot 10^{-3}", "√x · 10⁻³"),
        (r"\text{net}_{\text{o1}}", "net_o1"),
        (r"\begin{cases} 1 & \text{if }z > 0 \\ 0 & \text{otherwise} \end{cases}", "{1 if z > 0; 0 otherwise}"),
        (r"\sigma(z)(1-\sigma(z))", "σ(z) · (1 − σ(z))"),
    ],
)
def test_latex_is_read_as_the_field_writes_it(formula: str, shown: str) -> None:
    assert read(formula) == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("y^ - y", "ŷ − y"),
        ("y^-y", "ŷ − y"),
        ("y^2", "y²"),
        ("ds**2/ds", "ds²/ds"),
        ("d(loss)/ dw", "dloss/dw"),
        ("dy^/dw", "dŷ/dw"),
        ("∂(1/2 · (ŷ − y)²)/∂ŷ", "∂(1/2 · (ŷ − y)²)/∂ŷ"),
        ("x₁² · 1.5·10⁻³", "x₁² · 1.5 · 10⁻³"),
        ("{1 if z > 0; 0 otherwise}", "{1 if z > 0; 0 otherwise}"),
        ("d/dx (x)", "dx/dx"),
    ],
)
def test_typed_mathematics_is_read_as_the_language_reads_it(formula: str, shown: str) -> None:
    assert read(formula, "text") == shown


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{a}{b", r"x + \unknown y", r"1/2x", r"\log p q", r"x + ", r"\sum_i x_i",
        r"\frac{\partial^2 s}{\partial x^2}",
        r"3 4", r"\frac{\partial s}{x}", r"\left. s \right|_{x = 1}", "{" * 200 + "x" + "}" * 200, r"\frac", "x^",
    ],
)  # fmt: skip
def test_what_has_no_reading_or_two_is_refused_and_says_why_in_any_language(formula: str) -> None:
    with pytest.raises(Unread) as raised:
        read(formula)
    for language in LANGUAGES:
        with speaking(language):
            told = again(raised.value.reason)
            assert (told != raised.value.reason) == (language != ENGLISH)


@pytest.mark.parametrize(
    "display",
    [
        r"\begin{aligned} a &= 6 \\ &= 7 \end{aligned}",
        r"\begin{split} a &= 6 \\ &= 7 \end{split}",
        r"\begin{gathered} a = 6 \\ a = 7 \end{gathered}",
        r"\begin{alignedat}{2} a &= 6 \\ a &= 7 \end{alignedat}",
        r"\begin{array}{rcl} a &=& 6 \\ &=& 7 \end{array}",
        r"\left\{ \begin{aligned} a &= 6 \\ a &= 7 \end{aligned} \right.",
        r"\left\{ \begin{array}{l} a = 6 \\ a = 7 \end{array} \right.",
        r"\begin{equation} \begin{split} a &= 6 \\ &= 7 \end{split} \end{equation}",
    ],
)
@pytest.mark.parametrize("around", ["$${}$$", "\\[{}\\]", "$$\n{}\n$$"])
@pytest.mark.parametrize("suffix", ["md", "tex"])
def test_the_lines_of_a_display_are_claims(display: str, around: str, suffix: str) -> None:
    notes = "Given $x = 2$, $w = 3$\n\n$a = w x$\n\n$L = a^2$\n\n" + around.replace("{}", display)
    found = proofread(notes, f"notes.{suffix}")
    assert [f.verdict for f in found.findings if f.verdict != "given"] == ["right", "wrong"]
    assert notes[found.wrong[0].starts : found.wrong[0].ends] == "7"


def test_an_array_of_numbers_is_a_matrix_still() -> None:
    notes = r"Given $A = \left(\begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array}\right)$" + "\n\n$B = A^{\\top}$\n\n"
    notes += r"$B = \left(\begin{array}{cc} 1 & 3 \\ 2 & 5 \end{array}\right)$"
    assert [f.verdict for f in proofread(notes).findings if f.verdict != "given"] == ["wrong"]


def test_where_the_lines_of_a_display_stand_is_no_part_of_them() -> None:
    found = proofread("Given $x = 2$\n\n$L = x^2$\n\n$$\\begin{aligned}[t] L &= 4 \\\\ &= 5 \\end{aligned}$$")
    assert [f.verdict for f in found.findings if f.verdict != "given"] == ["right", "wrong"]


def test_the_name_of_an_operation_in_prose_is_no_factor() -> None:
    notes = "x = 2\n\nb = leaky_relu(x)\n\nderivative of leaky_relu dLeakyReLU(x)/dx = {1 if x > 0; 1/100 otherwise}\n"
    assert [f.verdict for f in proofread(notes).findings] == ["given", "given", "right"]
