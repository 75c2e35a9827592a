"""Forward mode in notes: how names change along the seed of a sweep, vectors and matrices too."""

from __future__ import annotations

from functools import cache

import pytest

import backprop_derive as bd
from backprop_derive import proofread
from backprop_derive.proofreading.scope import without_dot
from backprop_derive.proofreading.tangents import with_dot
from tests.conftest import CHECKOUT

GIVEN = """Given $X = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$, $w = (1, -1)$

1. $z = X w$
2. $a = z \\odot z$
3. $L = \\operatorname{sum}(a)$

"""
SEED = "The seed is $\\dot{w} = (1, 0)$.\n\n"


def verdicts(notes: str) -> list[str]:
    return [f.verdict for f in proofread(GIVEN + notes).findings if f.verdict != "given"]


@cache
def forward(name: str) -> bd.Solution:
    return bd.solve((CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8"), mode="forward")


@pytest.mark.parametrize("format", ["md", "tex", "txt", "html", "typ"])
@pytest.mark.parametrize("name", ["lesson", "mlp-batch", "rnn-in-matrices", "relu-at-the-kink", "batch-norm"])
def test_forward_mode_as_we_write_it_is_right_and_understood(name: str, format: str) -> None:
    notation = ("partial", "nabla", "cs231n", "nielsen", "d")[len(name + format) % 5]
    report = proofread(str(forward(name).render(format, notation=notation, detail="full")), f"notes.{format}")
    assert report.of("wrong", "unread", "follows") == ()
    assert report.counts["right"] + report.counts["rounded"] > 15


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"$\dot{z} = X \dot{w} = (1, 3)$", ["right", "right"]),
        (r"$\dot{z} = X \dot{w} = (1, 4)$", ["right", "wrong"]),
        (r"$\dot{z} = X^\top \dot{w}$", ["wrong"]),
        (r"$\dot{a} = 2 z \odot \dot{z} = (-2, -6)$", ["right", "right"]),
        (r"$\dot{a} = z \odot \dot{z}$", ["wrong"]),
        (r"$\dot{a}_i = 2 z_i \cdot \dot{z}_i$", ["right"]),
        (r"$\dot{a}_i = 2 \dot{z}_i$", ["wrong"]),
        (r"$\dot{L} = \operatorname{sum}(\dot{a}) = -8$", ["right", "right"]),
        (r"$\dot{L} = \operatorname{sum}(\dot{a}) = 8$", ["right", "wrong"]),
        (r"$\dot{X} = \begin{pmatrix} 0 & 0 \\ 0 & 0 \end{pmatrix}$ and $\dot{L} = -8$", ["right", "right"]),
    ],
)
def test_a_tangent_is_judged_along_the_seed(claim: str, verdict: list[str]) -> None:
    assert verdicts(SEED + claim) == ["right", *verdict]


def test_another_seed_begins_another_sweep() -> None:
    again = r"Now $\dot{w} = (0, 1)$." + "\n\n"
    assert verdicts(SEED + r"$\dot{z} = (1, 3)$" + "\n\n" + again + r"$\dot{z} = (2, 4)$") == ["right"] * 4
    assert verdicts(SEED + again + r"$\dot{z} = (1, 3)$")[-1] == "wrong"


def test_seeds_in_one_paragraph_are_of_one_sweep() -> None:
    both = r"With $\dot{w} = (1, 0)$ and $\dot{X} = \begin{pmatrix} 1 & 0 \\ 0 & 0 \end{pmatrix}$:" + "\n\n"
    assert verdicts(both + r"$\dot{z} = \dot{X} w + X \dot{w} = (2, 3)$") == ["right"] * 4


def test_without_a_seed_a_tangent_holds_along_any() -> None:
    assert verdicts(r"$\dot{z} = X \dot{w}$") == ["right"]
    assert verdicts(r"$\dot{z} = 2 X \dot{w}$") == ["wrong"]


def test_without_a_seed_a_step_that_is_found_again_begins_another_sweep() -> None:
    first, second = "$\\dot{z} = X \\dot{w}$\n\n$\\dot{a} = 2 z \\odot \\dot{z}$\n\n", "$\\dot{z} = \\dot{X} w$\n\n"
    assert verdicts(first + second) == ["right"] * 3
    assert verdicts(first + "$\\dot{z} = 3 \\dot{X} w$") == ["right", "right", "wrong"]
    assert verdicts("$\\dot{z} = X \\dot{w} + \\dot{X} w$") == ["unread"]


def test_a_seed_of_another_shape_is_none() -> None:
    assert "right" not in verdicts(r"$\dot{w} = (1, 0, 0)$" + "\n\n" + r"$\dot{z} = X \dot{w}$")


@pytest.mark.parametrize("key", ["w", "net_h1", "y_hat", "x'", "W_1", "dot", "x_hat_1", "x_1''"])
def test_a_dot_is_put_on_and_taken_off(key: str) -> None:
    assert with_dot(key) != key
    assert without_dot(with_dot(key)) == key


def test_a_tangent_of_0_may_stand_for_itself() -> None:
    notes = (
        "Given $x = 0$, $w = 1$\n\n$z = x w$\n\n$h = \\sigma(z)$\n\n$L = h^2$\n\nThe seed is $\\dot{w} = 1$.\n\n"
        "$\\dot{z} = x \\cdot \\dot{w} = 0$\n\n"
        "$\\dot{h} = \\frac{\\partial h}{\\partial z} \\cdot \\dot{z} = h \\cdot (1 - h) \\cdot 0 = 0$\n\n"
        "$\\dot{h} = \\frac{\\partial h}{\\partial z} \\cdot \\dot{z} = h \\cdot (1 + h) \\cdot 0 = 0$"
    )
    found = [f.verdict for f in proofread(notes).findings if f.verdict != "given"]
    assert found == ["right"] * 7 + ["wrong", "right"]


def test_an_entry_of_a_tangent_at_a_place_that_is_computed_is_no_name() -> None:
    notes = "Given $v = (1, 2, 3, 4)$\n\n$u = v \\odot v$\n\n$L = \\operatorname{sum}(u)$\n\n"
    notes += "The seed is $\\dot{v} = (1, 0, 0, 1)$.\n\n"
    claim = "$\\dot{L} = \\sum_{0 \\le k < 2} 2 v_{2k} \\cdot \\dot{v}_{2k}"
    claim += " + \\sum_{0 \\le k < 2} 2 v_{2k+1} \\cdot \\dot{v}_{2k+1}"
    for total, verdict in (("10", ["right", "right"]), ("12", ["right", "wrong"])):
        found = [f.verdict for f in proofread(f"{notes}{claim} = {total}$").findings if f.verdict != "given"]
        assert found[-2:] == verdict
