"""Differences with many digits."""

from __future__ import annotations

from backprop_derive.certificate import EVALUATION
from backprop_derive.checks.differences import DIGITS
from backprop_derive.comparison import DIFFERENCE


def test_the_names_of_roads_say_with_how_many_digits_they_compute() -> None:
    assert EVALUATION.endswith(f" {DIGITS} digits")
    assert DIFFERENCE.endswith(f" {DIGITS} digits")
