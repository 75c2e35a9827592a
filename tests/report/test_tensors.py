"""How a solution with tensors is told, read as the text that a terminal shows."""

from __future__ import annotations

import pytest

import backprop_derive as bd
from backprop_derive.ops.table import formula
from backprop_derive.printers.text import text as printed
from backprop_derive.report.matrices import Setter

from .test_solution import backward, forward, section

MLP = """Given X = [[1, 0.5], [-1, 2]], y = [0, 1], W = [[0.2, -0.4], [0.5, 0.3]]
Z = X @ W
H = relu(Z)
L = cross_entropy(H, y)
Find dL/dW"""
STEPS = "Gradients through each step"


def flows(text: str, **options: object) -> list[str]:
    return section(text, STEPS, **options)


def test_the_error_of_softmax_and_cross_entropy_is_probability_minus_label() -> None:
    assert flows(MLP, detail="brief")[0] == "∂L/∂H = 1/2 · (softmax(H) − onehot(y, 2))"
    filled = backward(MLP)[0]
    assert "− [[1, 0], [0, 1]])" in filled, "labels are filled in one-hot"
    assert "softmax([[" not in filled


def test_a_mask_is_a_matrix_of_0_and_1_and_never_a_matrix_in_a_condition() -> None:
    assert flows(MLP, detail="brief")[1] == "∂L/∂Z = (∂L/∂H) ⊙ [Z > 0]"
    text = "Given z = [[-1, -1], [2, 3]]\nh = relu(z)\nL = sum(h^3)"
    assert backward(text)[1] == "∂L/∂z = (∂L/∂h) ⊙ [z > 0] = [[0, 0], [12, 27]] ⊙ [[0, 0], [1, 1]] = [[0, 0], [12, 27]]"
    assert "{" not in "".join(backward(MLP))


def test_sums_along_an_axis_are_row_sums_and_column_sums() -> None:
    text = "Given X = [[1, 2], [3, 4]], b = [1, 2]\nZ = X + b\nL = sum(Z^2)\nFind dL/db"
    assert flows(text)[1].startswith("∂L/∂b = colsum(∂L/∂Z)")
    assert "axis" not in bd.solve(text).to_text()


def test_a_step_of_one_function_is_not_filled_with_what_stands_above_it() -> None:
    assert forward("Given z = [-1, 2]\nh = relu(z)\nL = sum(h)")[0] == "h = ReLU(z) = [0, 2]"


def test_a_matrix_of_numbers_is_written_transposed() -> None:
    text = "Given X = [[1, 2], [3, 4]], w = [1, 1]\nz = X @ w\nL = sum(z*z)\nFind dL/dw"
    assert backward(text)[1] == "∂L/∂w = Xᵀ @ (∂L/∂z) = [[1, 3], [2, 4]] @ [6, 14] = [48, 68]"


def test_each_path_to_a_name_is_shown_before_its_sum() -> None:
    text = "Given h = [1, 2], w = [1, 1]\na = 2*h\nr = h + a\nL = sum(r*w)\nFind dL/dh"
    assert backward(text)[2].startswith("∂L/∂h = ∂L/∂h|a + ∂L/∂h|r = ")


def test_a_recurrent_cell_speaks_of_its_own_state_by_every_operand() -> None:
    cell = "Given W: (k, d), x: (d), U: (k, k), h0: (k), b: (k)\nh1 = tanh(W @ x + U @ h0 + b)\nL = sum(h1^2)"
    lines = [line for line in bd.solve(cell).to_text().splitlines() if "∂L/∂" in line]
    assert "tanh" not in " ".join(lines)
    assert "2. ∂L/∂W  = ((∂L/∂h₁) ⊙ (1 − h₁ ⊙ h₁)) @ xᵀ" in lines


def test_an_output_that_recurs_is_called_by_its_name() -> None:
    text = "Given W = [[1, 2], [3, 4]], x = [0, 1]\nh = tanh(W @ x)\nL = sum(h)\nFind dL/dW"
    assert flows(text)[1].startswith("∂L/∂W = ((∂L/∂h) ⊙ (1 − h ⊙ h)) @ xᵀ")


def test_a_large_tensor_shows_its_first_entries_and_its_shape() -> None:
    numbers = ", ".join(map(str, range(1, 21)))
    text = f"Given x = [{numbers}]\ny = 2*x\nL = sum(y)"
    assert forward(text)[0] == "y = 2 · x = [2, 4, 6, 8, …] ∈ ℝ^20"
    text = f"Given x = [{numbers}]\ny = x/3\nL = sum(y)"
    assert forward(text)[0].endswith("= [1/3, 2/3, 1, 4/3, …] ∈ ℝ^20")


def test_no_fraction_stands_beside_decimals_in_one_tensor() -> None:
    assert forward("Given x = [0.5, 3]\ny = x/3 + 0.1\nL = sum(y)")[0].endswith("≈ [0.2667, 1.1]")
    assert forward("Given x = [1, 2]\ny = x/3\nL = sum(y)")[0].endswith("= [1/3, 2/3]")


def test_sizes_without_numbers_give_a_composed_answer() -> None:
    text = "Given X: (n, d), W: (d, 3), Y: (n, 3)\nZ = X @ W\nL = mse(Z, Y)\nFind dL/dW"
    assert "Answer ∂L/∂W = 2/(3n) · (Xᵀ @ (Z − Y))" in bd.solve(text).to_text()


def test_shapes_stand_in_a_table_on_request() -> None:
    page = bd.solve(MLP).to_markdown(shapes=True)
    assert r"| $W$ | $\mathbb{R}^{2 \times 2}$ | $\frac{\partial L}{\partial W}$ |" in page
    assert "mathbb" not in bd.solve(MLP).to_markdown()


@pytest.mark.parametrize("layer", ["layer_norm(X, v, v)", "batch_norm(X, v, v)", "attention(X, X, X)"])
def test_no_line_of_a_layer_is_wider_than_the_page(layer: str) -> None:
    text = f"Given X = [[1, 2, 4], [0, 1, -1]], v = [1, 2, 3]\nY = {layer}\nL = sum(Y^2)"
    for detail in ("brief", "normal", "full"):
        page = bd.solve(text).to_text(detail=detail)
        assert max(map(len, page.splitlines())) <= 88, page


def test_a_pool_says_in_words_where_the_gradient_goes() -> None:
    text = "Given x = [1, 3, 2, 5]\np = max_pool1d(x, 2)\nL = sum(p^2)"
    assert flows(text)[1].startswith("∂L/∂x: each entry of ∂L/∂p goes back to the entry of x that was chosen")


def test_the_lesson_goes_around_tensors_too() -> None:
    page = bd.solve(MLP).to_markdown(layout="lesson")
    assert "## Four concepts" in page
    assert "L = F.cross_entropy(H, y)" in page
    assert "tensor([[" in page


def test_an_update_of_tensors_is_worked_and_further_ones_are_a_table() -> None:
    text = "Given w = [1, 2]\nL = sum(w^2)\nParameters: w\nlr = 0.25\nUpdates: 30"
    page = bd.solve(text).to_text()
    assert "w ← w − η · ∂L/∂w = [1, 2] − 0.25 · [2, 4] = [0.5, 1]" in page
    assert "After update 30:" in page
    assert "…" in page


def test_an_inverse_a_cofactor_and_an_identity_read_as_in_books() -> None:
    text = "Given A: (n, n), B: (n, n)\nY = inv(A + B)\nL = log(det(A)) + trace(Y)\nFind dL/dA"
    page = bd.derive(text).to_text()
    assert "∂L/∂A|L  = A⁻ᵀ" in page
    assert "(A⁻¹)[j, i]" in page
    assert "= I[n]" in page
    assert "Answer ∂L/∂A = A⁻ᵀ − Yᵀ @ Yᵀ" in page
    assert "(A^{-1})_{ji}" in bd.derive(text).to_markdown()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("inv(A + A)", "holds the inverse of a formula, and the formula is set apart"),
        ("A*det(A @ A)", "holds the determinant of a formula, and the formula is set apart"),
        ("softmax(A + A)", "holds a softmax, which is set apart"),
    ],
)
def test_a_remark_says_for_what_a_step_was_set_apart(step: str, said: str) -> None:
    (remark,) = (r for r in bd.derive(f"Given A: (2, 2)\nY = {step}\nL = sum(Y)\nFind dL/dA").remarks if "apart" in r)
    assert remark.startswith(f"Y {said}")


def test_the_determinant_of_a_singular_matrix_goes_back_by_cofactors_and_they_are_explained() -> None:
    solution = bd.solve("Given X = [[1, 2], [2, 4]]\nL = det(X)\nFind dL/dX")
    assert "∂L/∂X = cof(X) = [[4, −2], [−2, 1]]" in solution.to_text()
    assert any(remark.startswith("cof is the matrix of cofactors") for remark in solution.remarks)


def test_a_layer_norm_reads_as_in_its_paper() -> None:
    text = "Given x: (n, d), g: (d), b: (d), G: (n, d)\nY = layer_norm(x, g, b)\nL = sum(Y*G)\nFind dL/dx"
    line = " ".join(bd.derive(text).to_text(detail="brief").split())
    assert "σ = √(rowvar(x) + 10⁻⁵), x̂ = (x − rowmean(x))/σ" in line
    assert "rowmean((∂L/∂Y) ⊙ g ⊙ x̂)" in line


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("concat([Q, K])", "(∂L/∂Y)[:3, :]"),
        ("concat([K, Q])", "(∂L/∂Y)[3:, :]"),
        ("concat([K, Q], axis=1)", "(∂L/∂Y)[:, 2:]"),
        ("reshape(Q, (6))", "reshape(∂L/∂Y, (3, 2))"),
        ("reshape(Q, (2, 3))", "reshape(∂L/∂Y, (3, 2))"),
    ],
)
def test_what_was_joined_gets_its_block_and_what_was_reshaped_its_shape(step: str, expected: str) -> None:
    text = f"Given Q = [[1, 2], [3, 5], [1, 1]], K = [[1, 2], [3, 5], [1, 1]]\nY = {step}\nL = sum(Y*Y)\nFind dL/dQ"
    assert flows(text, detail="brief")[1] == f"∂L/∂Q = {expected}"
    said = any("block of the rows" in remark for remark in bd.solve(text).remarks)
    assert said is ("concat" in step)


def test_a_slice_gets_its_gradient_back_by_entries_since_the_rest_is_0() -> None:
    text = "Given Q = [[1, 2], [3, 5], [1, 1]]\nY = Q[1:, :]\nL = sum(Y*Y)\nFind dL/dQ"
    assert flows(text, detail="brief")[1] == "∂L/∂Q[i, j] = ∂L/∂Y[i − 1, j] · [0 ≤ i − 1 < 2]"


@pytest.mark.parametrize("layer", ["layer_norm(x, g, b)", "batch_norm(x, g, b)", "rms_norm(x, g)"])
def test_a_normalisation_of_known_sizes_has_its_compact_form_too(layer: str) -> None:
    text = f"Given x = [[1, 2], [3, 5], [0, 1]], g = [1, 2], b = [0, 1]\nY = {layer}\nL = sum(Y^3)\nFind dL/dx, dL/dg"
    through, gain = flows(text, detail="brief")[1:3]
    assert "σ = √(" in through
    assert gain.startswith("∂L/∂g = colsum((∂L/∂Y) ⊙ ")


def test_weights_over_their_row_sums_are_turned_as_a_whole() -> None:
    kept = "exp(Q @ K.T) * M"
    weights = f"{kept} / sum({kept}, axis=1, keepdims=true)"
    given = "Given Q: (3, 2), K: (3, 2), V: (3, 2), M: (3, 3)"
    problem = f"{given}\nO = ({weights}) @ V\nL = sum(O^2)\nFind dL/dV\n"
    text = bd.derive(problem).to_markdown()
    weights_shown = r"\frac{e^{Q \, K^\top} \odot M}{\text{rowsum}(e^{Q \, K^\top} \odot M)}"
    assert (
        rf"$\frac{{\partial L}}{{\partial V}} = \left({weights_shown}\right)^\top \, \frac{{\partial L}}{{\partial O}}$"
        in text
    )


@pytest.mark.parametrize(
    ("right", "shown"),
    [
        ("sum(X, axis=1)", "rowsum(X)ᵀ"),
        ("sum(X, axis=1)/3", "1/3 · rowsum(X)ᵀ"),
        ("2*sum(X, axis=1)", "2rowsum(X)ᵀ"),
        ("sqrt(sum(X, axis=1))", "√(rowsum(X)ᵀ)"),
        ("-sum(X, axis=1)", "rowsum(X)ᵀ"),
    ],
)
def test_row_sums_beside_a_matrix_whose_columns_they_belong_to_are_turned(right: str, shown: str) -> None:
    beside = formula(f"transpose(X) * ({right})")
    setter = Setter({"X": (2, 3)}, {}, derived=True)
    assert shown in printed(setter.set(beside))
