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
