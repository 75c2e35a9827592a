"""How numbers are shown: exactly where that is short, and alike within one tensor."""

from __future__ import annotations

import backprop_derive as bd


def test_beside_a_rounded_entry_no_entry_is_longer() -> None:
    """Weights of 32 bits: some happen to have seven digits only."""
    text = "Given W = [[-0.005293981, 0.3793229], [-0.58199584, 2]], x = [1, 2]\nL = sum(W @ x)"
    shown = bd.solve(text).to_markdown()
    assert r"W \approx \begin{pmatrix} -0.005294 & 0.3793 \\ -0.5820 & 2 \end{pmatrix}" in shown


def test_without_a_rounded_entry_all_digits_stand() -> None:
    shown = bd.solve("Given W = [[0.12345, 0.3793229]], x = [1, 2]\nL = sum(W @ x)").to_markdown()
    assert r"W = \begin{pmatrix} 0.12345 & 0.3793229 \end{pmatrix}" in shown


def test_a_sum_of_carried_numbers_is_shown_with_all_decimals_that_go_on() -> None:
    solution = bd.solve("Given a = 14.7781122, b = 0.9100684, c = 1.3132617\ns = a + b + c\nL = exp(s/17)\nRound: 7")
    assert "s = a + b + c = 14.7781122 + 0.9100684 + 1.3132617 = 17.0014423" in solution.to_text()


def test_a_given_that_is_not_carried_stands_as_it_is_calculated_with() -> None:
    text = bd.solve("Given b = -sqrt(3)\nL = b^3\nRound: 7").to_text()
    assert "L = b³ = (−√3)³ ≈ −5.1961524" in " ".join(text.split())
