"""Where the chain rule's product cancels, the short form is shown, and it is the same function."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from backprop_derive import derive, solve
from backprop_derive.calculus.cancel import with_short_adjoints
from backprop_derive.calculus.derive import derive as derive_graph
from backprop_derive.derivation import Derivation
from backprop_derive.graph import build_graph
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.written import written

BINARY = "Given z, y\np = {p}\nL = {loss}\nFind dL/dz"
SOFTMAX = """Given z_1, z_2, z_3, y_1, y_2, y_3
S = exp(z_1) + exp(z_2) + exp(z_3)
p_1 = exp(z_1)/S
p_2 = exp(z_2)/S
p_3 = exp(z_3)/S
L = -(y_1*log(p_1) + y_2*log(p_2) + y_3*log(p_3))
Find dL/dz_2"""


def short(text: str, has_values: bool = False) -> dict[str, str]:
    """The short adjoints by name, as text; with what was said to be 1."""
    derivation = with_short_adjoints(derived(text), has_values)
    return {
        key: written(found.reduced or found.form) + (f" since {written(found.one)} = 1" if found.one else "")
        for key, found in derivation.short.items()
    }


def derived(text: str) -> Derivation:
    return derive_graph(build_graph(read_problem(text)))


@pytest.mark.parametrize("p", ["sigmoid(z)", "1/(1 + exp(-z))", "exp(z)/(1 + exp(z))"])
@pytest.mark.parametrize("loss", ["bce(p, y)", "-(y*log(p) + (1-y)*log(1-p))", "-y*log(p) - (1-y)*log(1-p)"])
def test_a_sigmoid_and_binary_cross_entropy_are_p_minus_y_across_steps(p: str, loss: str) -> None:
    assert short(BINARY.format(p=p, loss=loss))["z"] == "p - y"


def test_a_sigmoid_written_out_and_half_a_squared_error_are_what_textbooks_give() -> None:
    assert short(BINARY.format(p="1/(1 + exp(-z))", loss="(y - p)^2/2"))["z"] == "p * (p - y) * (1 - p)"


def test_softmax_and_cross_entropy_by_hand_are_p_minus_1_and_p() -> None:
    text = "Given a, b\ne_1 = exp(a)\ne_2 = exp(b)\nS = e_1 + e_2\np = e_2/S\nL = -log(p)\nFind dL/da, dL/db"
    assert short(text)["b"] == "p - 1"
    assert short(text)["S"] == "1/S"


def test_an_unknown_target_keeps_its_sum() -> None:
    assert short(SOFTMAX)["z_2"] == "p_2 * (y_1 + y_2 + y_3) - y_2"


def test_a_target_whose_values_add_up_to_1_is_said_to() -> None:
    text = SOFTMAX.replace("y_1, y_2, y_3", "y_1 = 0, y_2 = 1/4, y_3 = 3/4")
    assert short(text, has_values=True)["z_2"] == "p_2 - y_2 since y_1 + y_2 + y_3 = 1"
    assert short(text.replace("3/4", "1"), has_values=True)["z_2"] == "p_2 * (y_1 + y_2 + y_3) - y_2"


@pytest.mark.parametrize(
    "text",
    [
        "Given x, y, w\ny^ = x*w\ns = y^ - y\nloss = s^2\nFind dloss/dw",
        "Given x, w\nh = tanh(w*x)\nL = h^2/2\nFind dL/dw",
        "Given x, w\nq = w/x\nL = q^2\nFind dL/dw, dL/dx",
        "Given z, y\nr = relu(z)\nL = log(r)/r\nFind dL/dz",
    ],
)
def test_an_ordinary_chain_is_left_as_it_is(text: str) -> None:
    assert short(text) == {}


@pytest.mark.parametrize(
    "text",
    [BINARY.format(p="sigmoid(z)", loss="bce(p, y)"), SOFTMAX, BINARY.format(p="1/(1 + exp(-z))", loss="(y - p)^2/2")],
)
def test_a_short_form_is_the_gradient_at_random_points(text: str) -> None:
    point: dict[str, Any] = {"z": "3/7", "y": "2/9", "z_1": "1/3", "z_2": "-1/2", "z_3": "1/5"}
    point |= {"y_1": "1/4", "y_2": "1/8", "y_3": "2/3"}
    given = {key: value for key, value in point.items() if key in read_problem(text).spelled}
    solution = solve(text, given=given)
    forms = short(text)
    assert forms
    for key, form in forms.items():
        values = {name: float(solution.value(name)) for name in solution.problem.spelled}
        value = sympy.sympify(form, locals={"S": sympy.Symbol("S")}).subs(values)
        assert float(value) == pytest.approx(float(solution.gradient(key)))


def test_the_line_of_the_chain_rule_stays_and_the_short_form_follows() -> None:
    text = BINARY.format(p="sigmoid(z)", loss="bce(p, y)")
    page = solve(text, given={"z": "1/2", "y": 1}).to_text()
    assert "∂L/∂z = ∂L/∂p · ∂p/∂z = (p − y)/(p · (1 − p)) · p · (1 − p)" in page.replace("\n      ", " ")
    assert "much of this cancels: ∂L/∂z = p − y" in page


def test_without_numbers_what_follows_is_composed_of_the_short_form() -> None:
    page = derive("Given x, w, y\nz = w*x\np = sigmoid(z)\nL = bce(p, y)\nFind dL/dw").to_text()
    assert "Answer ∂L/∂w = (p − y) · x" in page
