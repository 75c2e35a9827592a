"""What a solution remarks on."""

from __future__ import annotations

import pytest

import backprop_derive as bd

REMARK = "what follows y^ is read as an exponent"


@pytest.mark.parametrize("step", ["y^ - y", "2*x + y^ - 1", "x - y^  -  y  # a comment"])
def test_a_power_that_is_written_as_a_hat_is_pointed_out(step: str) -> None:
    said = bd.solve(f"Given x = 1, y = 2\ns = {step}\nL = s^2").to_text()
    assert f"In s, {REMARK}, because no y^ (a name with a hat) is defined." in " ".join(said.split())


@pytest.mark.parametrize("step", ["y^-y", "y^(-y)", "y^2 - y", "x # y^ - y", "y**-y"])
def test_a_power_that_is_written_as_one_is_not(step: str) -> None:
    assert REMARK not in " ".join(bd.solve(f"Given x = 1, y = 2\ns = {step}\nL = s^2").to_text().split())


def test_a_hat_is_none() -> None:
    assert REMARK not in bd.solve("Given x = 1, y = 2\ny^ = 3*x\ns = y^ - y\nL = s^2").to_text()
