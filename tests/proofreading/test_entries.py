"""Claims about one entry of a vector or a matrix: `W_{12} = 3`, `W[0, 1] = 3`, and derivatives by one entry."""

from __future__ import annotations

import pytest

import backprop_derive as bd

LAYER = """Given X = [[1, 2], [3, 4], [5, 6]], W = [[1, -1], [2, 0]], b = [7, 8]

Z = X @ W + b

L = sum(Z * Z)

"""


def judged(claim: str, notes: str = LAYER) -> list[tuple[str, str]]:
    """The verdict on each link of what stands behind the notes, and what it should be."""
    known = len(bd.proofread(notes).findings)
    return [(finding.verdict, finding.expected) for finding in bd.proofread(notes + claim).findings[known:]]


@pytest.mark.parametrize(
    "entry",
    ["W_{12}", "W_{1,2}", "W_12", "W₁₂", "$W_{12}$", "$W_{1,2}$", "$W_{1 2}$", "W[0, 1]", "W[0,-1]", "$W[0,1]$"],
)
def test_an_entry_is_judged_however_it_is_written(entry: str) -> None:
    def claim(value: str) -> str:
        return f"{entry[:-1]} = {value}$" if entry.startswith("$") else f"{entry} = {value}"

    assert judged(claim("-1")) == [("right", "")]
    assert judged(claim("3")) == [("wrong", "−1")]


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("$b_1 = {}$", 7), ("b_2 = {}", 8), ("b₂ = {}", 8), ("b[0] = {}", 7), ("b[-1] = {}", 8), ("b_{{2}} = {}", 8),
        ("$Z_{{21}} = {}$", 18), ("$Z_{{31}} = X_{{31}} W_{{11}} + X_{{32}} W_{{21}} + b_1 = {}$", 24),
        ("Z_31 = X_31 W_11 + X_32 W_21 + b_1 = {}", 24), ("$(W^\\top)_{{12}} = {}$", 2), ("$W^\\top_{{12}} = {}$", 2),
        ("$\\frac{{\\partial L}}{{\\partial W_{{12}}}} = {}$", 74), ("∂L/∂W_12 = {}", 74), ("dL/dW_12 = {}", 74),
        ("dL/dW[0, 1] = {}", 74), ("dW_12 = {}", 74), ("$\\frac{{\\partial L}}{{\\partial b_2}} = {}$", 30),
        ("$\\frac{{\\partial Z_{{21}}}}{{\\partial W_{{11}}}} = X_{{21}} = {}$", 3),
    ],
)  # fmt: skip
def test_a_claim_about_an_entry_is_right_or_wrong_by_that_entry(claim: str, value: int) -> None:
    assert judged(claim.format(value))[-1] == ("right", "")
    assert {verdict for verdict, _ in judged(claim.format(value))} == {"right"}
    assert judged(claim.format(value + 1))[-1] == ("wrong", str(value))


def test_what_does_not_exist_is_said_to_be_no_entry() -> None:
    for claim in ("$W_{13} = 3$", "W_31 = 3", "W[2, 0] = 3", "b[-3] = 1"):
        (finding,) = bd.proofread(LAYER + claim).wrong
        assert "there is no entry" in finding.reason
        assert finding.reason.endswith("in 2" if claim.startswith("b") else "in 2×2")


def test_the_twelfth_entry_of_a_vector_is_not_that_of_a_matrix() -> None:
    vector = f"Given v = {list(range(1, 15))}\n\nL = sum(v * v)\n\n"
    assert judged("$v_{12} = 12$", vector) == [("right", "")]
    assert judged("$v_{12} = 2$", vector) == [("wrong", "12")]


NAMED = "Given w_1 = 5, w_2 = 6, x = 2\n\nw = [w_1, w_2]\n\nz = w_1 x + w_2\n\nL = z^2\n\n"


def test_a_name_wins_over_an_entry() -> None:
    assert judged("w_1 = 5", NAMED) == [("right", "")]
    assert judged("$w_1 = 1$", NAMED) == [("wrong", "5")]
    before = "Given w = [1, 2], w_1 = 5, x = 2\n\nz = w_1 x\n\nL = z^2\n\n"
    assert judged("w_1 = 5", before) == [("right", "")]
    assert judged("w_2 = 2", before) == [("right", "")]
    elsewhere = f"# One\n\n{LAYER}\n\n# Two\n\nGiven $x = 2$, $b_1 = 3$\n\n$z = b_1 x = 6$\n\n$K = z^2$\n\n"
    assert bd.proofread(elsewhere).wrong == ()
    assert judged("b_1 = 3", elsewhere) == [("right", "")]


def test_matrices_with_numbers_in_their_names_stay_names() -> None:
    notes = (
        "Given x = [1, 2], W_1 = [[1, 2], [3, 4]], W_2 = [[1, 0], [1, 1]]\n\nh_1 = W_1 @ x = [5, 11]\n\n"
        "h_2 = W_2 @ h_1 = [5, 16]\n\nL = sum(h_2)\n\n"
    )
    report = bd.proofread(notes)
    assert report.counts["wrong"] == report.counts["unread"] == 0
    assert judged("W_1[0, 1] = 2", notes) == [("right", "")]
    assert judged("W_1_12 = 3", notes) == [("wrong", "2")]


def test_entries_that_define_a_tensor_do_not_swallow_claims_beside_them() -> None:
    notes = LAYER + "$C_{ij} = X_{ij} + 1$ and $C_{11} = 5$, $C_{21} = 4$"
    assert [finding.claim for finding in bd.proofread(notes).wrong] == ["C_{11} = 5"]


def test_beyond_its_end_an_array_is_0_where_a_factor_says_where_it_ends() -> None:
    notes = (
        "Given $a = [1, 2]$, $b = [3, 4, 5]$\n\n$c = \\operatorname{concat}([a, b])$\n\n"
        "$L = \\operatorname{sum}(c)$\n\n"
        "The seed is $\\dot{a} = (1, 5)$.\n\n$\\dot{c}_i = \\dot{a}_i \\cdot [0 \\le i < 2]"
    )
    for power, rest, verdict in (("^2", "", "right"), ("", "", "right"), ("", r" \cdot 2", "wrong")):
        found = [f.verdict for f in bd.proofread(f"{notes}{power}{rest}$").findings if f.verdict != "given"]
        assert found == ["right", verdict]
