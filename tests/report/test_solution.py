"""How a solution is told: which lines, in which order, with which signs. Read as the text that a terminal shows."""

from __future__ import annotations

from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.ops.table import LANGUAGE_OPERATIONS
from backprop_derive.syntax.expression import WORDED


def section(text: str, heading: str, **options: Any) -> list[str]:
    """The lines of a section of the worked solution, numbers and wrapping taken away."""
    lines = bd.solve(text).to_text(**options).splitlines()
    start = lines.index(heading) + 2
    found: list[str] = []
    for line in lines[start:]:
        if found and (not line.strip() or line.startswith(("Answer", "Note"))):
            break
        if line[:1].isdigit() or line.startswith("-"):
            found.append(" ".join(line.split(maxsplit=1)[1].split()))
        elif line.strip():
            found[-1] += " " + " ".join(line.split())
    return found


def forward(text: str, **options: Any) -> list[str]:
    return section(text, "Forward pass", **options)


def local(text: str, **options: Any) -> list[str]:
    return section(text, "Local gradients", **options)


def backward(text: str, **options: Any) -> list[str]:
    return section(text, "Backward pass", **options)


def answer(text: str, **options: Any) -> str:
    lines = bd.solve(text).to_text(**options).splitlines()
    return next(line for line in lines if line.startswith("Answer "))


# --- the notes' example


NOTES = "Given x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"


def test_the_notes_example_reads_as_the_notes_do() -> None:
    assert forward(NOTES) == ["ŷ = x · w = 1 · 1 = 1", "s = ŷ − y = 1 − 2 = −1", "loss = s² = (−1)² = 1"]
    assert local(NOTES) == ["∂loss/∂s = ∂s²/∂s = 2s", "∂s/∂ŷ = ∂(ŷ − y)/∂ŷ = 1", "∂ŷ/∂w = ∂(x · w)/∂w = x"]
    assert backward(NOTES) == [
        "∂loss/∂ŷ = ∂loss/∂s · ∂s/∂ŷ = 2s · 1 = 2 · (−1) · 1 = −2",
        "∂loss/∂w = ∂loss/∂ŷ · ∂ŷ/∂w = −2 · x = −2 · 1 = −2",
    ]
    assert answer(NOTES) == "Answer ∂loss/∂w = −2"


# --- signs and numbers


def test_a_negative_number_is_parenthesised_where_it_is_substituted() -> None:
    assert forward("Given a = -2, b = -3\nloss = a*b - a + b^2") == [
        "loss = a · b − a + b² = −2 · (−3) − (−2) + (−3)² = 17"
    ]


def test_equal_means_equal_and_rounded_is_said() -> None:
    assert forward("Given x = 1\nloss = x/3") == ["loss = x/3 = 1/3"]
    assert forward("Given x = 1\nloss = exp(x)") == ["loss = e^x = e¹ ≈ 2.718"]


def test_a_short_closed_form_stands_before_its_decimals() -> None:
    assert forward("Given x = 2\nloss = sqrt(x)/2") == ["loss = √x/2 = √2/2 ≈ 0.7071"]


def test_after_a_rounded_link_the_chain_stays_rounded() -> None:
    text = "Given x = 1\na = exp(x)\nloss = a - a"
    assert forward(text)[1] == "loss = a − a ≈ 2.718 − 2.718 ≈ 0"


def test_decimals_stay_decimals_and_fractions_fractions() -> None:
    assert forward("Given x = 0.5\nloss = x/4") == ["loss = x/4 = 0.5/4 = 0.125"]
    assert forward("Given x = 1/2\nloss = x/4") == ["loss = x/4 = (1/2)/4 = 1/8"]


@pytest.mark.parametrize(
    ("digits", "shown"), [(1, "3"), (2, "2.7"), (4, "2.718"), (10, "2.718281828"), (12, "2.71828182846")]
)
def test_digits_are_the_true_ones(digits: int, shown: str) -> None:
    assert answer("Given x = 1\nloss = exp(x)", digits=digits) == f"Answer ∂loss/∂x ≈ {shown}"


def test_numbers_beyond_floats_are_ordinary() -> None:
    assert answer("Given x = 1000\nloss = exp(x)") == "Answer ∂loss/∂x ≈ 1.970·10⁴³⁴"
    assert answer("Given x = -1000\nloss = softplus(x)") == "Answer ∂loss/∂x ≈ 5.076·10⁻⁴³⁵"


def test_a_tiny_exact_decimal_is_exact_and_written_with_a_power_of_ten() -> None:
    assert forward("Given x = 0.5, f = 1e-12\nz = x*f\nloss = z + x")[0] == "z = x · f = 0.5 · 10⁻¹² = 5·10⁻¹³"
    assert forward("Given x = -3.5e-9\nloss = 2*x") == ["loss = 2 · x = 2 · (−3.5·10⁻⁹) = −7·10⁻⁹"]
    assert forward("Given x = 0.0005\nloss = x/10") == ["loss = x/10 = 0.0005/10 = 0.00005"]


def test_the_learning_rate_counts_for_the_style_of_numbers() -> None:
    text = "Given w = 1/2\nloss = exp(w)\nlr = 0.5"
    assert "w ← w − η · ∂loss/∂w ≈ 0.5 − 0.5 · 1.649" in bd.solve(text).to_text()
    text = "Given w = 1/2\nloss = exp(w)\nlr = 1/4"
    assert "w ← w − η · ∂loss/∂w ≈ 1/2 − 1/4 · 1.649" in bd.solve(text).to_text()


# --- paths


DIAMOND = "Given w = 3\na = 2w\nleft = a^2\nright = 5a\nloss = left - right"


def test_paths_are_summed_in_the_order_of_the_steps() -> None:
    assert backward(DIAMOND)[0] == (
        "∂loss/∂a = ∂loss/∂left · ∂left/∂a + ∂loss/∂right · ∂right/∂a = 1 · 2a + (−1) · 5 = 1 · 2 · 6 + (−1) · 5 = 7"
    )


def test_only_what_lies_on_a_path_is_derived() -> None:
    text = "Given x = 2, w = 3, q = 4\nside = q^2\na = w*x\nloss = a + side\nFind dloss/dw"
    assert len(forward(text)) == 3
    assert local(text) == ["∂loss/∂a = ∂(a + side)/∂a = 1", "∂a/∂w = ∂(w · x)/∂w = x"]


def test_a_name_that_reaches_the_loss_twice_has_its_direct_dependence_marked() -> None:
    text = "Given w = 3\na = w^2\nloss = a + 2w"
    assert "∂loss/∂w|a = ∂(a + 2w)/∂w = 2" in local(text)
    assert "A bar marks the direct dependence of loss alone" in bd.solve(text).to_text()


def test_a_gradient_of_a_step_is_shown_where_it_is_asked_for() -> None:
    assert backward("Given w = 3\na = 2w\nloss = a^2\nFind dloss/da") == ["∂loss/∂a = 2a = 2 · 6 = 12"]


def test_a_name_without_influence_has_gradient_zero_and_a_remark() -> None:
    solution = bd.solve("Given x = 2, y = 1\nloss = x^2\nFind dloss/dx, dloss/dy")
    assert "Answer ∂loss/∂x = 4, ∂loss/∂y = 0" in solution.to_text()
    assert solution.remarks == ("loss does not depend on y, so the gradient is 0.",)


# --- forms


def test_an_activation_is_shown_in_its_own_output() -> None:
    assert local("Given z = 0\na = sigmoid(z)\nloss = a")[1] == "∂a/∂z = ∂σ(z)/∂z = σ(z) · (1 − σ(z)) = a · (1 − a)"


def test_a_compound_step_is_differentiated_as_it_was_written() -> None:
    assert local("Given w = 1, x = 2\nloss = 1/(1 + exp(-(w*x)))\nFind dloss/dw") == [
        "∂loss/∂w = ∂(1/(1 + e^(−w · x)))/∂w = x · e^(−w · x)/(1 + e^(−w · x))²"
    ]


def test_without_numbers_products_are_written_out() -> None:
    assert backward("Given x, y, w\ns = w*x - y\nloss = s^2\nFind dloss/dw") == [
        "∂loss/∂w = ∂loss/∂s · ∂s/∂w = 2s · x",
    ]


# --- choices


def test_a_choice_is_shown_with_the_case_that_holds() -> None:
    text = "Given x = 2\nh = relu(x)\nloss = h^2"
    assert local(text)[1] == "∂h/∂x = ∂ReLU(x)/∂x = {1 if x > 0; 0 otherwise} = 1"
    assert backward(text) == ["∂loss/∂x = ∂loss/∂h · ∂h/∂x = 2h · 1 = 2 · 2 · 1 = 4"]


def test_a_tie_is_shared_and_said() -> None:
    solution = bd.solve("Given a = 2, b = 2\nloss = max(a, b)")
    assert solution.gradients == {"a": 0.5, "b": 0.5}
    (remark,) = solution.remarks
    assert "shared evenly among all that tie, as PyTorch does" in remark


def test_where_is_worked_with_the_branch_that_holds() -> None:
    text = "Given x = 3, y = 2\nloss = where(x > y, x^2, y)\nFind dloss/dx"
    assert forward(text) == ["loss = {x² if x > y; y otherwise} = x² = 3² = 9"]
    assert backward(text) == ["∂loss/∂x = 2x = 2 · 3 = 6"]


def test_a_condition_at_its_boundary_is_remarked_on() -> None:
    (remark,) = bd.solve("Given x = 1\nloss = where(x >= 1, x^2, x)").remarks
    assert remark.startswith("In loss, a condition lies exactly at its boundary")
    assert bd.solve("Given x = 1\nloss = where(x == 1, x^2, x)").remarks == ()


def test_a_kink_is_said_with_the_convention_and_its_reason() -> None:
    (remark,) = bd.solve("Given x = 0\nloss = relu(x)").remarks
    reason = "its derivative at 0 is taken to be 0, as PyTorch does"
    assert remark == f"In loss, ReLU is taken exactly where it has no derivative: {reason}."


# --- hand rounding


ROUNDED = "Given x = 0.35, w = 0.9, b = -0.2, y = 1\nz = w*x + b\na = sigmoid(z)\nloss = (a - y)^2/2\nRound: 4"


def test_a_hand_calculation_carries_what_it_writes_down() -> None:
    assert forward(ROUNDED) == [
        "z = w · x + b = 0.9 · 0.35 + (−0.2) = 0.115",
        "a = σ(z) = σ(0.115) ≈ 0.5287",
        "loss = (a − y)²/2 = (0.5287 − 1)²/2 ≈ 0.1111",
    ]
    assert backward(ROUNDED)[:2] == [
        "∂loss/∂a = a − y = 0.5287 − 1 = −0.4713",
        "∂loss/∂z = ∂loss/∂a · ∂a/∂z = −0.4713 · a · (1 − a) = −0.4713 · 0.5287 · (1 − 0.5287) ≈ −0.1174",
    ]
    assert any("rounded to 4 decimals, half away from zero" in remark for remark in bd.solve(ROUNDED).remarks)


def test_half_is_rounded_away_from_zero() -> None:
    assert bd.solve("Given x = 0.125, y = -0.125\na = x*1\nb = y*1\nloss = a + 2b\nRound: 2").values["a"] * 100 == 13
    assert bd.solve("Given x = 0.125, y = -0.125\na = x*1\nb = y*1\nloss = a + 2b\nRound: 2").values["b"] * 100 == -13


# --- updates


def test_an_update_is_worked_and_further_ones_stand_in_a_table() -> None:
    text = bd.solve("Given w = 1\nloss = w^2\nParameters: w\nLearning rate: 1/4\nUpdates: 3").to_text()
    assert "1. w ← w − η · ∂loss/∂w = 1 − 1/4 · 2 = 1/2" in text
    rows = [line.split() for line in text.splitlines() if line.lstrip()[:1].isdigit() and "." not in line]
    assert rows == [["0", "1", "1"], ["1", "1/2", "1/4"], ["2", "1/4", "1/16"], ["3", "1/8", "1/64"]]


def test_a_long_table_of_updates_has_an_ellipsis_where_it_is_cut() -> None:
    text = bd.solve("Given w = 1\nloss = w^2\nParameters: w\nlr = 0.25\nUpdates: 40").to_text()
    numbers = [line.split()[0] for line in text.partition("Update ")[2].splitlines() if line.strip()]
    position = numbers.index("…")
    assert numbers[position - 1 : position + 3] == ["16", "…", "39", "40"]


def test_moving_everything_is_remarked_on() -> None:
    solution = bd.solve("Given w = 1, x = 2\nloss = w*x\nlr = 0.1")
    assert any("names no parameters" in remark for remark in solution.remarks)
    assert solution.updates == ({"w": 0.8, "x": 1.9},) or solution.updates[0].keys() == {"w", "x"}


@pytest.mark.parametrize("option", ["mse({}, y, reduction=sum)", "gelu({}, approximate=tanh)"])
@pytest.mark.parametrize("name", ["x", "sum", "tanh"])
def test_a_word_that_chooses_an_option_is_no_name(option: str, name: str) -> None:
    solution = bd.solve(f"Given {name} = 3, y = 1\nL = {option.format(name)}")
    assert option.format("3").replace(" y", " 1").partition("(")[2].replace("=", " = ") in solution.to_text()


def test_options_by_words_are_those_of_the_table() -> None:
    by_variants = {variant.partition("=")[0] for op in LANGUAGE_OPERATIONS for variant in op.variants}
    switches = {name for op in LANGUAGE_OPERATIONS for name, value in op.defaults.items() if value == "false"}
    assert by_variants | switches == WORDED
