"""Names of a problem that mean something else elsewhere: the letters of general rules, and the d of derivatives."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

from .test_rendered import solved

SCALARS = "Given a = 2, x = 3, g = -1, n = 4\n\nf = a x\n\nh = f + g x\n\nL = h^2 n\n\n"
TENSORS = "Given x = [1, 2], W = [[1, 3], [-1, 2]], g = [1, 1]\n\nf = x @ W\n\nh = f * g\n\nL = sum(h * h)\n\n"
RULES = [
    "d(f + g)/dx = f′ + g′",
    "d(f · g)/dx = f′ · g + f · g′",
    "d(a · f)/dx = a · f′",
    "dx^n/dx = n · x^(n − 1)",
    "da^x/dx = a^x · log(a)",
    "dg(h(x))/dx = g′(h(x)) · h′(x)",
    "With f(x) = g(h(x)), df(x)/dx = dg(h(x))/dx = g′(h(x)) · h′(x)",
]
MISPRINTS = [
    "d(f · g)/dx = f′ · g − f · g′",
    "dx^n/dx = n · x^n",
    "dg(h(x))/dx = g′(h(x)) · g′(x)",
    "dg(h(x))/dx = dg(h(x))/dx · dh(x)/dx",
]


@pytest.mark.parametrize("notes", [SCALARS, TENSORS])
@pytest.mark.parametrize("rule", RULES)
def test_a_general_rule_holds_whatever_its_letters_are_called_in_the_problem(notes: str, rule: str) -> None:
    verdicts = [f.verdict for f in proofread(notes + rule).findings]
    known = len(proofread(notes).findings)
    assert len(verdicts) > known
    assert not {"wrong", "unread"} & set(verdicts[known:])


@pytest.mark.parametrize("notes", [SCALARS, TENSORS])
@pytest.mark.parametrize("rule", MISPRINTS)
def test_a_misprinted_rule_is_not_right_whatever_its_letters_are_called(notes: str, rule: str) -> None:
    assert proofread(notes + rule).findings[-1].verdict in ("wrong", "unread")


def test_a_rule_does_not_make_a_claim_about_the_problem_right() -> None:
    assert [f.claim for f in proofread(SCALARS + "∂h/∂x = f").wrong] == ["∂h/∂x = f"]
    assert proofread(SCALARS + "∂h/∂x = ∂(g · x)/∂x = x").wrong


D = "Given a = 2, b = 3\n\nd = a + b\n\nf = d · a\n\n"


@pytest.mark.parametrize(
    "claim",
    [
        "df/dd = a = 2", "dd/da = 1", "d(a + b)/da = 1", "d√d/dd = 1/(2√d)", "d2^a/da = log(2) · 2^a",
        r"$\frac{df}{dd} = a = 2$", r"$\frac{d (d \cdot a)}{dd} = a$",
        r"$\frac{dd}{db} = 1$", r"$\frac{d}{dd}(d \cdot a) = a$", r"$\frac{d + 1}{a} = \frac{5 + 1}{2} = 3$",
        r"$\frac{d \cdot a}{b} = \frac{10}{3}$", r"$dd = 2$",
        r"$db = dd \cdot \frac{\partial d}{\partial b} = 2 \cdot 1 = 2$",
    ],
)  # fmt: skip
def test_d_is_a_name_and_the_sign_of_differentiation(claim: str) -> None:
    findings = proofread(D + claim).findings[4:]
    assert findings
    assert {f.verdict for f in findings} == {"right"}


@pytest.mark.parametrize(
    "claim", ["df/dd = b", "dd/da = 2", r"$\frac{df}{dd} = 3$", r"$dd = 3$", r"$\frac{d + 1}{a} = 2$"]
)
def test_a_slip_about_d_is_wrong(claim: str) -> None:
    assert len(proofread(D + claim).wrong) == 1


PRIMES = "Given x = 2, w = 3, w' = -1\n\nx' = w x\n\nx'' = w' x' + x\n\nL' = x''^2\n\n"


def test_a_prime_is_part_of_a_name_where_it_is_no_derivative() -> None:
    claims = "x'' = w' x' + x = -1 · 6 + 2 = -4\n\n∂L'/∂x'' = 2x'' = -8\n\n∂L'/∂x = ∂L'/∂x'' · (w' w + 1) = 16"
    assert {f.verdict for f in proofread(PRIMES + claims).findings} == {"given", "right"}
    assert [f.expected for f in proofread(PRIMES + "∂x''/∂x' = w' = -2").wrong] == ["−1"]


@pytest.mark.parametrize("claim", ["Given x = 2\n\nf = x^2\n\nf' = 2x", "σ' = σ (1 - σ)", "f' = df/dx"])
def test_a_derivative_with_a_prime_is_not_taken_for_a_definition(claim: str) -> None:
    assert proofread(claim).findings[-1].verdict != "given"


def test_a_word_is_no_product_of_names() -> None:
    notes = "Given o = 2, f = 3\n\nz = of + 1 = 7\n\nIt grows by a factor of ≈ 2.362, of ≈ 1.5 at last\n"
    assert [f.verdict for f in proofread(notes).findings] == ["given", "given", "given", "right"]


def test_of_a_choice_the_case_that_applies_may_be_written_within_a_product() -> None:
    notes = "Given x = 0.5, w = 2, d = 3\n\nr = w x\n\nh = {r^2/2 if |r| ≤ d; d · (|r| − d/2) otherwise}\n\nL = 4h\n\n"
    assert proofread(notes + "∂L/∂r = ∂L/∂h · ∂h/∂r = 4 · r = 4").wrong == ()
    assert proofread(notes + "∂L/∂r = ∂L/∂h · ∂h/∂r = 4 · w = 8").wrong != ()
    assert proofread(notes + "dh/dr = d{r²/2 if |r| ≤ d; d · (|r| − d/2) otherwise}/dr = r").of("wrong", "unread") == ()


@pytest.mark.parametrize("format", ["md", "txt", "tex"])
@pytest.mark.parametrize("name", ["lesson", "diamond"])
def test_the_sweeps_of_forward_mode_are_read(name: str, format: str) -> None:
    text = str(solved(name).render(format, mode="forward"))
    report = proofread(text, f"notes.{format}")
    assert report.of("wrong", "unread", "follows") == ()
    assert report.counts["given"] < report.counts["right"] + report.counts["rounded"]


def test_a_tangent_is_the_derivative_along_the_sweep() -> None:
    notes = "Given w = 2, x = 3\n\ns = w x\n\nL = s^2\n\n"
    first = "ẇ = 1\n\nṡ = ∂s/∂w · ẇ = x · 1 = 3\n\n"
    second = "ẋ = 1\n\nṡ = ∂s/∂x · ẋ = w · 1 = 2\n\n"
    assert proofread(notes + first + second).of("wrong", "unread", "follows") == ()
    assert [f.expected for f in proofread(notes + first.replace("= 3", "= 2")).wrong] == ["3"]
    assert [f.claim for f in proofread(notes + second.replace("∂s/∂x", "∂s/∂w")).wrong] == ["ṡ = ∂s/∂w · ẋ"]


def test_words_of_prose_are_names_where_they_are_given() -> None:
    notes = "Given in = 2, is = 3, def = −1\n\n1. class = in · is + def = 2 · 3 + (−1) = 5\n2. for = class² = 25\n\n"
    report = proofread(notes + "dfor/din = 2 · class · is = 30\n\nWhat is left of it in this sum is zero.\n")
    assert report.of("wrong", "unread") == ()
    assert report.counts["right"] == 5
    assert [f.expected for f in proofread(notes + "dfor/dis = 30").wrong] == ["20"]
    assert proofread("Given w = 2, and y is = 3 at most.").findings[-1].claim != "is = 3"


def test_the_gradient_of_a_greek_letter_is_no_name_of_its_own() -> None:
    notes = "Given α = 2, θ = 3\n\nL = α θ^2\n\ndα = ∂L/∂α = θ² = 9\n\n"
    assert [f.verdict for f in proofread(notes).findings] == ["given"] * 3 + ["right"] * 3
    assert [f.expected for f in proofread(notes.replace("= 9", "= 8")).wrong] == ["9"]
