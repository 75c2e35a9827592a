"""What a block becomes: every kind, and every option."""

from __future__ import annotations

import pytest

from backprop_derive.options import Options
from backprop_derive.weaving.settings import KINDS
from backprop_derive.weaving.weave import Weaver, weave

NET = "Given x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"
CURVE, VECTORS = "Given x = 2, w = 1\nL = sigmoid(w*x)", "Given w = [1, 2], x = [3, 4]\nL = dot(w, x)"
TOLD_BY = {"expand": CURVE, "digits": CURVE, "shapes": VECTORS, "layout-convention": VECTORS}  # what NET does not tell
VARIED = "Vary x in 1..5, w in 1..9\nloss = (w*x - 1)^2\nFind d(loss)/dw"


def woven(info: str, text: str = NET) -> str:
    made = weave(f"```backprop {info}\n{text}\n```\n")
    assert made.errors == ()
    return made.text


def test_a_solution_has_bold_lines_for_headings_and_no_title() -> None:
    text = woven("")
    assert text.startswith("**Given** ")
    assert "\n**Backward pass**\n" in text
    assert "#" not in text


def test_headings_begin_at_the_level_that_is_asked_for() -> None:
    text = woven("headings=4")
    assert "\n#### Backward pass\n" in text
    assert "**Backward pass**" not in text


def test_a_problem_shows_no_answer() -> None:
    text = woven("kind=problem")
    assert text.rstrip().endswith("**Find** $\\dfrac{\\partial \\text{loss}}{\\partial w}$")
    assert "-2" not in text


def test_a_graph_is_a_picture_alone() -> None:
    text = woven("kind=graph")
    assert text.startswith("```mermaid\n")
    assert "The computation graph." in text
    assert "Backward pass" not in text


def test_an_exercise_and_its_key() -> None:
    exercise, key = woven("kind=exercise exercise=faded"), woven("kind=key exercise=faded")
    assert "\\underline{" in exercise
    assert "\\underline{" not in key
    assert "= -2$" in key


def test_variants_of_an_exercise_are_those_of_the_command_line() -> None:
    from backprop_derive.exercises.exercise import Exercise

    first, second = Exercise(VARIED).variants(2, seed=7)
    shown = woven("kind=key seed=7 variant=2", VARIED)
    assert f"x = {second.solution.value('x')}" in shown
    assert f"= {second.solution.gradient('w')}$" in shown
    assert shown != woven("kind=key seed=7", VARIED)
    assert f"= {first.solution.gradient('w')}$" in woven("kind=key seed=7", VARIED)


def test_a_variant_is_asked_by_the_options_of_its_block() -> None:
    text = VARIED.replace("loss", "u", 1).replace("\nFind d(loss)/dw", "\nloss = 3u")
    shown = woven("kind=key wrt=x expand", text)
    assert "{\\partial x}" in shown
    assert "{\\partial w}" not in shown
    assert "v_2 = v_1 - 1" in shown
    assert "\\text{loss}" not in woven("kind=key loss=u", text).partition("**Backward pass")[2]
    assert "\\text{loss}" in woven("kind=key", text).partition("**Backward pass")[2]


def test_a_value_is_displayed() -> None:
    assert woven('kind=value show="w.grad ="') == "$$\n\\frac{\\partial \\text{loss}}{\\partial w} = -2\n$$\n"


def test_a_hidden_block_leaves_nothing() -> None:
    assert woven("kind=hidden") == ""


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        ("detail=full", "= x = 1$"), ("notation=cs231n", "dw ="), ("rules", "power rule"), ("paths", "Paths"),
        ("mode=forward", "\\dot{"), ("layout=lesson", "PyTorch"), ("wrt=x,w", "{\\partial x}"),
        ("loss=s", "\\frac{\\partial s}{\\partial w}"),
        ("expand", "u_1 = w \\cdot x"), ("digits=7", "0.8807971"), ("shapes", "\\mathbb{R}^{2}"),
        ("layout-convention=numerator", "numerator layout"), ("language=de", "**Gesucht**"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["info", "quarto", "myst"])
def test_every_option_may_be_written_in_every_way(option: str, shown: str, way: str) -> None:
    key, _, value = option.partition("=")
    lines = {"info": "", "quarto": f"#| {key}: {value or 'true'}\n", "myst": f":{key}: {value}\n"}[way]
    text = NET.replace("Find d(loss)/dw", "") if "loss=" in option else TOLD_BY.get(key, NET)
    made = woven(option if way == "info" else "", lines + text)
    assert shown in made
    assert shown not in woven("", text)


def test_rounded_numbers_are_told_from_exact_ones() -> None:
    text = "Given w = 1\nL = sigmoid(w)"
    made = weave(f"```backprop kind=hidden\n{text}\n```\n{{backprop}}`L =`, {{backprop}}`L`\n").text
    assert made == "$L \\approx 0.7311$, $0.7311$\n"


def test_roles_and_blocks_are_told_in_the_language_of_the_document() -> None:
    weaver = Weaver(options=Options(language="de"))
    text = weave(f"```backprop\n{CURVE}\n```\n\n{{backprop}}`L`\n", weaver=weaver).text
    assert "**Gegeben** " in text
    assert text.endswith("\n$0{,}8808$\n")
    latex = f"\\begin{{backprop}}\n{CURVE}\n\\end{{backprop}}\n\n\\backprop{{L}}\n"
    text = weave(latex, "notes.tex", "tex", weaver).text
    assert "Gegeben" in text
    assert text.endswith("\n$0{,}8808$\n")


def test_a_tensor_is_a_matrix() -> None:
    text = "Given W = [[1, 2], [3, 4]]\nL = sum(W^2)"
    made = weave(f"```backprop kind=hidden\n{text}\n```\n{{backprop}}`W.grad`\n").text
    assert made == "$\\begin{pmatrix} 2 & 4 \\\\ 6 & 8 \\end{pmatrix}$\n"


def test_letters_without_values_are_worked_symbolically_and_have_no_values() -> None:
    text = "Given x, w\nL = (w*x)^2"
    assert "= 2" in woven("", text)
    (error,) = weave(f"```backprop\n{text}\n```\n{{backprop}}`w.grad`\n").errors
    assert "there are no numbers: x, w has no value" in str(error)
    assert "try: Given x = … in the problem;" in str(error)


def test_the_kinds_are_all_tried_here() -> None:
    assert set(KINDS) == {"solution", "problem", "graph", "value", "exercise", "key", "hidden"}


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ("kind=solve", "kind solve is unknown"), ("headings=9", "headings 9"), ("variant=0", "variant 0"),
        ("seed=x", "seed x"), ("rules=maybe", "rules maybe"), ("exercise=fadde kind=exercise", "kind fadde is unknown"),
        ("kind=value", "says what it shows"), ("template=/etc", "unknown option template"), ("digits=99", "digits"),
        ("detail=", "has no value"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_refused_at_its_line(info: str, found: str) -> None:
    (error,) = weave(f"\n```backprop {info}\n{NET}\n```\n").errors
    assert error.place is not None
    assert error.place.line == 2
    assert found in str(error)
