"""Forward mode and second derivatives as they are told."""

from __future__ import annotations

import json
import re

import pytest

import backprop_derive as bd
from backprop_derive.errors import UsageError

LESSON = "Given x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind "
TWO_PATHS = "Given x = 2, w = 3, b = 1\nh = w*x + b\ns = h*w\nloss = s^2 + h\nFind "


def _lines(page: str) -> list[str]:
    """Every line without the blanks that align it."""
    return [re.sub(r"\s+", " ", line).strip() for line in page.splitlines()]


def test_forward_mode_stands_in_the_place_of_the_backward_pass() -> None:
    page = bd.solve(LESSON + "d(loss)/dw", mode="forward").to_markdown()
    assert "## Forward-mode pass" in page
    assert "## Backward pass" not in page
    assert page.index("partial w} = x$") < page.index("= 2s$")  # the local gradients in the order of the steps


def test_each_tangent_is_worked_symbols_first_then_numbers() -> None:
    lines = _lines(bd.solve(LESSON + "d(loss)/dw", mode="forward").to_text())
    assert "1. ŷ̇ = ∂ŷ/∂w · ẇ = x · 1 = 1 · 1 = 1" in lines
    assert "2. ṡ = ∂s/∂ŷ · ŷ̇ = 1 · 1 = 1" in lines
    assert "3. loss_dot = ∂loss/∂s · ṡ = 2s · 1 = 2 · (−1) · 1 = −2" in lines
    assert "Answer ∂loss/∂w = −2" in lines


def test_one_sweep_is_made_for_each_name_and_the_products_are_counted() -> None:
    solution = bd.solve(TWO_PATHS + "d(loss)/dw, d(loss)/db", mode="forward")
    page = " ".join(solution.to_text().split())
    assert "A dot marks how a name changes with the seed, which is ẇ = 1" in page
    assert "The next sweep has the seed ḃ = 1." in page
    # By w: h and s by w are seeded; s by h, loss by s and by h are products. By b: the same three.
    # Back: s by h, s by w, h by w, h by b; the loss's own edges have the seed.
    assert "Forward mode takes 6 multiplications (2 sweeps, one for each that is wanted)" in page
    assert "the backward pass takes 4 multiplications" in page


def test_forward_mode_without_numbers_multiplies_symbols_out() -> None:
    lines = _lines(bd.derive(LESSON + "d(loss)/dw", mode="forward").to_text())
    assert "3. loss_dot = ∂loss/∂s · ṡ = 2s · x" in lines
    assert "Answer ∂loss/∂w = 2s · x" in lines


def test_a_mode_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="mode sideways is unknown"):
        bd.solve(LESSON + "d(loss)/dw", mode="sideways")


def test_a_second_derivative_is_worked_by_one_sweep_forward_and_one_back() -> None:
    lines = _lines(bd.solve(LESSON + "d2(loss)/dw2").to_text())
    assert "Find ∂²loss/∂w²" in lines
    assert "1. ∂²loss/∂s² = ∂(2s)/∂s = 2" in lines
    assert "1. ŷ̇ = ∂ŷ/∂w · ẇ = x · 1 = 1 · 1 = 1" in lines
    assert "1. ∂²loss/∂w∂s = ∂²loss/∂s² · ṡ = 2 · 1 = 2" in lines
    assert "3. ∂²loss/∂w² = ∂²loss/∂w∂ŷ · ∂ŷ/∂w = 2 · x = 2 · 1 = 2" in lines
    assert "Answer ∂²loss/∂w² = 2" in lines


def test_the_product_rule_shows_both_changes() -> None:
    lines = _lines(bd.solve(TWO_PATHS + "d2(loss)/dw2").to_text())
    rule = "∂²loss/∂w∂h = ∂²loss/∂w∂s · ∂s/∂h + ∂loss/∂s · ∂²s/∂h∂w · ẇ"
    assert f"{rule} = 26 · w + 42 · 1 · 1 = 26 · 3 + 42 · 1 · 1 = 120" in " ".join(lines)


def test_a_second_derivative_of_a_sigmoid_is_shown_in_its_output() -> None:
    page = bd.derive("Given z\na = sigmoid(z)\nloss = a^2\nFind d2(loss)/dz2").to_text()
    assert "= a · (1 − a) · (1 − 2a)" in page


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt", "pdf"])
def test_every_format_shows_both(format: str) -> None:
    solution = bd.solve(TWO_PATHS + "d(loss)/dw, d2(loss)/dw db")
    assert solution.render(format)
    assert solution.render(format, mode="forward", notation="d", detail="full", layout="lesson")


def test_json_has_the_sweeps_and_the_second_derivatives() -> None:
    solution = bd.solve(TWO_PATHS + "d(loss)/dw, d2(loss)/dw db")
    found = json.loads(solution.to_json(mode="forward"))
    assert found["sweeps"][0]["tangents"]["loss"]["exact"] == found["gradients"]["w"]["exact"]
    assert found["second"] == [{"by_two": ["w", "b"], "exact": "120", "closed": None, "decimal": "120"}]
    assert {"step": "s", "by_two": ["h", "w"]}.items() <= found["second_local_gradients"][1].items()
    assert json.loads(solution.to_json())["sweeps"] == []
