"""Sizes that notes write."""

from __future__ import annotations

import numpy as np
import pytest

from backprop_derive.proofreading.values import NoValue
from backprop_derive.proofreading.whole import WHOLE


@pytest.mark.parametrize("size", [0, -1, 2.5, 1001])
def test_what_is_no_size_is_told_as_what_it_is(size: float) -> None:
    with pytest.raises(NoValue, match="a size is a whole number from 1 to 1,000"):
        WHOLE["ones"](np.float64(size))


def test_sizes_make_matrices() -> None:
    assert WHOLE["identity"](np.float64(2)).tolist() == [[1, 0], [0, 1]]
    assert WHOLE["ones"](np.float64(2), np.float64(1)).tolist() == [[1], [1]]
