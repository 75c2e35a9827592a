"""How wide a text is on a terminal, so that a caret stands under its letter."""

from __future__ import annotations

import pytest

from backprop_derive.errors import terminal_width


@pytest.mark.parametrize(
    ("text", "width"), [("y", 1), ("y\u0302", 1), ("กั", 1), ("x\u20dd", 1), ("中", 2), ("あx", 3), ("", 0)]
)
def test_marks_take_no_column_and_wide_letters_two(text: str, width: int) -> None:
    assert terminal_width(text) == width
