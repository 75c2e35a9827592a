"""Notes as textbooks write them: layers counted above a name, errors δ, values after an update, values nobody told."""

from __future__ import annotations

import pytest

from backprop_derive import proofread

NIELSEN = r"""
$x = 0.6$, $w_1 = 0.5$, $b_1 = 0.1$, $w_2 = -1$, $b_2 = 0.2$, $y = 1$

$z^1 = w_1 x + b_1$, $a^1 = \sigma(z^1)$, $z^{2} = w_2 a^1 + b_2$, $a^2 = \sigma(z^2)$, $C = \frac12 (y - a^2)^2$

$z^1 = 0.4$, $a^1 = 0.5987$, $z^2 = -0.3987$, $a^2 = 0.4016$, $C = 0.1790$

$\delta^2 = (a^2 - y)\sigma'(z^2) = -0.1438$

$\delta^1 = w_2 \delta^2 \sigma'(z^1) = 0.0346$

$\frac{\partial C}{\partial w_2} = a^1 \delta^2 = -0.0861$, $\frac{\partial C}{\partial b_2} = \delta^2$

$\frac{\partial C}{\partial w_1} = x \delta^1 = 0.0207$, $\frac{\partial C}{\partial b_1} = \delta^1 = 0.0346$
"""
TYPED = """
x = 0.6, w1 = 0.5, b1 = 0.1, y = 1

z^1 = w1·x + b1, a^1 = σ(z^1), C = (y − a^1)²

δ^1 = −2(y − a^1)·a^1·(1 − a^1)

∂C/∂w1 = δ^1·x = −0.1157, ∂C/∂b1 = δ¹ = −0.1928
"""


def verdicts(notes: str) -> list[tuple[str, str]]:
    """The claims that are not right, with their verdicts."""
    return [(f.claim, f.verdict) for f in proofread(notes).of("wrong", "unread", "follows")]


@pytest.mark.parametrize("notes", [NIELSEN, TYPED])
def test_a_number_above_a_name_counts_layers_where_it_is_defined_so(notes: str) -> None:
    assert verdicts(notes) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"a^1 \delta^2 = -0.0861", r"a^2 \delta^2 = -0.0861"),
        (r"w_2 \delta^2 \sigma'(z^1)", r"w_2 \delta^2 \sigma'(z^2)"),
        (r"w_2} = a^1 \delta^2", r"w_2} = a^1 \delta^1"),
        (r"\partial b_2} = \delta^2", r"\partial b_2} = \delta^1"),
    ],
)
def test_an_error_of_a_layer_is_what_defines_it(right: str, wrong: str) -> None:
    found = verdicts(NIELSEN.replace(right, wrong))
    assert found
    assert {verdict for _, verdict in found} == {"wrong"}


@pytest.mark.parametrize(
    "notes",
    [
        "$x = 3$, $L = x^2$, $x^2 = 9$, $dL/dx = 2x = 6$",
        "$s = 2$, $L = s^2$; $s^2 = 4$ and $s^3 = 8$, so that $dL/ds = 4$",
        "$x = 3$, $r = 2 x$, $L = r^2 + x$, $r^2 = 36$, $dL/dx = 4r + 1 = 25$",
    ],
)
def test_powers_stay_powers(notes: str) -> None:
    assert verdicts(notes) == []


@pytest.mark.parametrize(
    "new", ["w^{+}", "w^+", "w^{new}", r"w^{\text{new}}", "w'", "w_{new}", "w^*", r"w^{\mathrm{next}}"]
)
def test_a_value_after_an_update_has_a_name_of_its_own(new: str) -> None:
    notes = (
        rf"$x = 2$, $w = 3$, $\eta = 0.1$, $L = (w x)^2$, $\frac{{dL}}{{dw}} = 24$."
        rf" ${new} = w - \eta \frac{{dL}}{{dw}} = 0.6$. So ${new} = 0.6$."
    )
    assert verdicts(notes) == []
    assert verdicts(notes.replace("0.6$.", "0.7$.")) == [
        (r"w - \eta \frac{dL}{dw} = 0.7", "wrong"),
        (f"{new} = 0.7", "follows"),
    ]
    (uphill,) = proofread(notes.replace("w - ", "w + ").partition(" So")[0]).of("wrong")
    assert uphill.claim == rf"{new} = w + \eta \frac{{dL}}{{dw}}"
    assert "subtract" in uphill.reason


def test_a_number_is_no_rounding_of_one_that_is_as_short() -> None:
    (found,) = proofread("$x = 2$, $y = 0.3 x = 0.7$").of("wrong")
    assert found.expected == "0.6"
    assert found.mistake is None


UNTOLD = r"""
$o = 0.75136507$, $w = 2$

$E = \frac{1}{2}(t - o)^2$
"""


@pytest.mark.parametrize(
    "claim",
    [
        r"$E = \frac{1}{2}(t - o)^2 = \frac{1}{2}(0.01 - 0.75136507)^2$",
        r"$\frac{\partial E}{\partial o} = -(t - o) = -(0.01 - o)$",
        r"$\frac{\partial E}{\partial o} = o - t = 0.75136507 - 0.01$",
    ],
)
def test_numbers_in_the_place_of_what_has_no_value_are_not_called_wrong(claim: str) -> None:
    found = proofread(UNTOLD + claim).findings[-1]
    assert found.verdict == "unread"
    assert "t has no value" in found.reason


@pytest.mark.parametrize(
    "claim", [r"$\frac{\partial E}{\partial o} = t - o$", r"$\frac{\partial E}{\partial t} = 2(t - o)$"]
)
def test_formulas_of_what_has_no_value_are_judged_all_the_same(claim: str) -> None:
    assert proofread(UNTOLD + claim).findings[-1].verdict == "wrong"


def test_a_calculation_of_rounded_numbers_may_go_on_with_more_digits_than_it_shows() -> None:
    goes_on = UNTOLD + r"$E = \frac{1}{2}(t - o)^2 = \frac{1}{2}(0.01 - 0.751365)^2 = 0.27481108$"
    assert proofread(goes_on).findings[-1].verdict == "rounded"
    assert proofread(goes_on.replace("0.27481108", "0.29481108")).findings[-1].verdict == "wrong"
