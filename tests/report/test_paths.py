"""The section on paths as a reader sees it, in text and in every other format."""

from __future__ import annotations

import json
from typing import Any

import pytest

import backprop_derive as bd
from backprop_derive.limits import Limits
from backprop_derive.options import NOTATIONS
from tests.conftest import CHECKOUT

NOTES = "Given x = 1, y = 2, w = 1\n1. y^ = x * w\n2. s = y^ - y\n3. loss = s**2\nFind d(loss)/dw"
RESIDUAL = "Given x = 1, w = 1/2\nf = w*x\nh = x + f\nL = h^2\nFind dL/dx"
RECURRENT = "Given w = 3, u = 1, h_0 = 0\nfor t in 1..6:\n    h_t = w*h_{t-1} + u\nL = h_6\nFind dL/du"
SHARED_MATRIX = """Given W = [[1, 0], [2, 1]], x = [1, 1]
h = W @ x
L = sum((W @ h)**2)
Find dL/dW"""


def section(text: str, paths: int = 20, **options: Any) -> str:
    """The section on paths as text, its columns one space apart."""
    page = bd.solve(text, paths=True, limits=Limits(paths=paths)).to_text(**options)
    lines = page[page.index("Paths\n-----") : page.index("\nAnswer")].splitlines()
    return "\n".join(" ".join(line.split()) for line in lines)


def flowing(text: str) -> str:
    return " ".join(text.split())


def test_the_path_of_the_notes_example() -> None:
    found = section(NOTES)
    assert "From w to loss: one path." in found
    assert "w → ŷ → s → loss 3 2s · 1 · x = 2 · (−1) · 1 · 1 −2\ntotal ∂loss/∂w −2" in found
    assert "reverse mode, one pass 2\nforward mode, one pass 2\neach path by itself 2" in found


def test_a_solution_has_no_section_on_paths_unless_asked() -> None:
    assert "Paths" not in bd.solve(NOTES).to_text()


def test_the_shorter_path_of_a_residual_link_comes_first() -> None:
    found = section(RESIDUAL)
    assert "From x to L: 2 paths, the shortest first." in found
    assert "x → h → L 2 2h · 1 = 2 · (3/2) · 1 3 ≈ 1.732\nx → f → h → L 3 2h · 1 · w = 2 · (3/2) · 1 · 1/2 3/2" in found
    assert (
        "Over 2 edges the largest absolute value is 3, over 3 edges it is 3/2: on each further edge it shrinks by a"
        " factor of 1/2 in geometric mean." in flowing(found)
    )
    assert "vanishes" not in found


def test_over_many_steps_it_is_said_what_becomes_of_the_paths() -> None:
    assert (
        "it grows by a factor of 3 in geometric mean. If that goes on, what comes by ever longer paths explodes."
        in (flowing(section(RECURRENT)))
    )
    assert (
        "shrinks by a factor of 1/2 in geometric mean. If that goes on, what comes by ever longer paths vanishes."
        in (flowing(section(RECURRENT.replace("w = 3", "w = 1/2"))))
    )


def test_of_many_paths_the_rest_stands_in_one_row() -> None:
    found = section(RECURRENT, paths=2)
    assert "From u to L: 6 paths, of which the 2 with the largest products are shown, the largest first." in flowing(
        found
    )
    assert "u → h₁ → … → h₅ → h₆ → L 7 1 · 3 · 3 · 3 · 3 · 3 · 1 243" in found
    assert "all others 40" in found
    assert "total ∂L/∂u 364" in found


def test_of_a_long_path_the_first_and_the_last_names_and_factors_stand() -> None:
    text = "Given a_0 = 1\nfor t in 1..12:\n    a_t = 2a_{t-1}\nL = a_12"
    assert "a₀ → a₁ → … → a₁₁ → a₁₂ → L 13 1 · 2 · … · 2 · 2 4096 ≈ 1.896" in section(text)
    long = "Given activation_0 = 1\nfor t in 1..12:\n    activation_t = 2activation_{t-1}\nL = activation_12"
    assert "activation₀ → activation₁ → … → L 13 1 · 2 · … · 2 · 2 4096" in section(long)


def test_what_one_factor_of_a_product_is_stays_apparent() -> None:
    text = "Given x = 0.3, w = 0.7\na = tanh(w*x)\nb = tanh(w*a)\nL = b^2\nFind dL/dx"
    assert "x → a → b → L 3 0.2877 · 0.6855 · 0.6700 ≈ 0.1322" in section(text)


def test_a_number_of_paths_beyond_reading_is_told_rounded() -> None:
    steps = "\n".join(f"b_{t} = a_{t - 1}/2\nc_{t} = a_{t - 1}/3\na_{t} = b_{t} + c_{t}" for t in range(1, 61))
    found = section(f"Given a_0 = 1\n{steps}\nFind d(a_60)/d(a_0)", paths=1)
    assert "From a₀ to a₆₀: about 1.153·10¹⁸ paths, of which the 1 with the largest product" in flowing(found)


def test_without_numbers_the_products_are_symbols() -> None:
    page = bd.derive(RESIDUAL, paths=True).to_markdown()
    rows = [line for line in page.splitlines() if r"\to" in line]
    assert rows == [r"| $x \to h \to L$ | 2 | $2h \cdot 1$ |", r"| $x \to f \to h \to L$ | 3 | $2h \cdot 1 \cdot w$ |"]
    assert r"| total |  | $\frac{\partial L}{\partial x}$ |" in page


def test_a_name_that_the_loss_does_not_use_has_no_path() -> None:
    found = section("Given x = 2, w = 1\nL = x^2\nFind dL/dw")
    assert "From w to L: there is no path, so the gradient is 0." in found
    assert "Multiplications" not in found


def test_a_rounded_calculation_says_that_its_paths_are_not_rounded() -> None:
    assert "Along the paths nothing is rounded in between" in section(
        "Given x = 1, w = 1/3\na = w*x\nL = a/3\nRound: 2"
    )


def test_of_a_matrix_each_path_has_its_contribution_and_norm() -> None:
    found = section(SHARED_MATRIX)
    assert "W → L 1 [[2, 6], [10, 30]] ≈ 32.25 ≈ 32.25" in found
    assert "W → h → L 2 [[22, 22], [10, 10]] ≈ 34.18 ≈ 5.846" in found
    assert "total [[24, 28], [20, 40]]" in found
    assert "Forward mode would need a pass for each of the 4 entries of the tensors that are asked for." in flowing(
        found
    )


def test_contributions_are_laid_out_as_gradients_are() -> None:
    found = section(SHARED_MATRIX, layout_convention="numerator")
    assert "W → L 1 [[2, 10], [6, 30]] ≈ 32.25 ≈ 32.25" in found
    assert "total [[24, 20], [28, 40]]" in found


def test_what_comes_along_each_path_to_a_declared_matrix_is_of_its_kind() -> None:
    found = section("Given A = [[1, 2], [2, 3]] symmetric, x = [1, 2]\nh = A @ x\nL = sum(A @ h)\nFind dL/dA")
    assert "A → L 1 [[5, 13/2], [13/2, 8]]" in found
    assert "A → h → L 2 [[3, 11/2], [11/2, 10]]" in found
    assert "total [[8, 12], [12, 18]]" in found


def test_of_shapes_only_the_paths_are_listed() -> None:
    page = bd.derive("Given X: (n, d), W: (d, k)\nZ = X @ W\nL = sum(Z * tanh(Z))\nFind dL/dW", paths=True).to_text()
    assert "W → Z → L" in page
    assert "Norm" not in page
    assert "Forward mode" not in page


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_total_is_called_as_the_notation_calls_it(notation: str) -> None:
    page = bd.solve(NOTES, paths=True).to_text(notation=notation)
    row = next(line for line in page.splitlines() if line.split()[:1] == ["total"])
    answer = next(line for line in page.splitlines() if line.startswith("Answer"))
    assert row.split()[1] == answer.split()[1]


@pytest.mark.parametrize("layout", ["solution", "lesson"])
@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt"])
@pytest.mark.parametrize("text", [NOTES, SHARED_MATRIX], ids=["scalars", "tensors"])
def test_the_section_stands_in_every_format(text: str, format: str, layout: str) -> None:
    page = str(bd.solve(text).render(format, paths=True, layout=layout))
    assert "Paths" in page
    assert page.index("Backward pass") < page.rindex("Paths") < page.rindex("Answer")


def test_the_pdf_has_it_too() -> None:
    assert len(bd.solve(NOTES, paths=True).to_pdf()) > len(bd.solve(NOTES).to_pdf())


@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
def test_every_detail_has_the_table(detail: str) -> None:
    assert "total ∂loss/∂w −2" in section(NOTES, detail=detail)


# --- JSON


def test_json_has_the_paths_only_where_they_were_asked_for() -> None:
    assert "paths" not in json.loads(bd.solve(NOTES).to_json())


def test_json_has_every_number_of_the_ledger() -> None:
    found = json.loads(bd.solve(RESIDUAL).to_json(paths=True))
    (paths,) = found["paths"]
    assert (paths["name"], paths["count"]) == ("x", "2")
    assert [path["names"] for path in paths["listed"]] == [["x", "h", "L"], ["x", "f", "h", "L"]]
    assert [path["product"]["exact"] for path in paths["listed"]] == ["3", "3/2"]
    assert paths["others"]["exact"] == "0"
    assert paths["total"]["exact"] == found["gradients"]["x"]["exact"] == "9/2"
    assert paths["growth"]["lengths"] == [2, 3]
    assert paths["growth"]["per_edge"]["exact"] == "1/2"
    assert found["multiplications"] == {"reverse": "3", "forward": "2", "by_path": "3"}


def test_json_counts_exactly_however_many_paths_there_are() -> None:
    steps = "\n".join(f"b_{t} = a_{t - 1}/2\nc_{t} = a_{t - 1}/3\na_{t} = b_{t} + c_{t}" for t in range(1, 201))
    found = json.loads(bd.derive(f"Given a_0 = 1\n{steps}", wrt="a_0").to_json(paths=True))
    assert found["paths"][0]["count"] == str(2**200)
    assert "total" not in found["paths"][0]


@pytest.mark.parametrize("stem", ["rnn-through-time", "rnn-in-matrices", "diamond", "lstm-cell"])
def test_an_example_reads_the_same_twice(stem: str) -> None:
    text = (CHECKOUT / "examples" / f"{stem}.txt").read_text(encoding="utf-8")
    assert bd.solve(text).to_markdown(paths=True) == bd.solve(text, paths=True).to_markdown()


def test_of_a_large_tensor_the_shape_of_a_contribution_is_shown() -> None:
    rows = [[(i + j) % 3 for j in range(8)] for i in range(8)]
    text = f"Given W = {rows}, x = [1, 0, 2, 1, 0, 1, 1, 1]\nh = W @ x\nL = sum((W @ h)**2)\nFind dL/dW"
    rows_found = [line for line in bd.solve(text).to_markdown(paths=True).splitlines() if r"\to " in line]
    assert [line.split(" | ")[2] for line in rows_found] == [r"$\mathbb{R}^{8 \times 8}$"] * 2


def test_latex_has_no_sign_that_pdflatex_lacks() -> None:
    for text in (SHARED_MATRIX, RESIDUAL):
        assert "U+" not in bd.solve(text).to_latex(paths=True)


def test_products_beyond_any_float_are_shown() -> None:
    found = section("Given x = 1\na = exp(1e7*x)\nL = a + 2a\nFind dL/dx")
    assert "x → a → L 2 " in found
    assert "≈ 1.978·10⁴³⁴²⁹⁵²" in found
