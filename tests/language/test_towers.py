"""Powers of constants that are too large are refused while they are read, whatever their exponents are made of."""

from __future__ import annotations

import pytest

from backprop_derive.errors import LimitError
from backprop_derive.language.reader import read_problem


@pytest.mark.parametrize(
    "power",
    [
        "2^(10^7/2)", "2^(-(10^7))", "2^(10^7 - 1)", "2^(1 + 10^7)", "2^(10^3 * 10^4)", "9**9**9**9", "10^10^10",
        "(1/3)^(10^6)", "(2/3)^(-10^6)", "2^(3 * 10^7/4 - 5)",
    ],
)  # fmt: skip
def test_a_power_with_too_many_digits_is_refused(power: str) -> None:
    with pytest.raises(LimitError, match="the number of digits of a power"):
        read_problem(f"Given x = 3\nL = x * {power}")


@pytest.mark.parametrize(
    "power", ["2^(8/2)", "2^(10^4/10^3)", "1^(10^9)", "(-1)^(10^9)", "2^(x*10^9)", "x^(10^9)", "2^-8"]
)
def test_a_power_that_is_small_or_none_of_constants_is_read(power: str) -> None:
    assert len(read_problem(f"Given x = 3\nL = x * {power}").steps) == 1
