"""Formulas of vectors and matrices in students' work: declared kinds, and formulas that agree by accident."""

from __future__ import annotations

import pytest

import backprop_derive as bd


def graded(problem: str, answer: str) -> dict[str, tuple[str, str]]:
    """The verdict and the reason for each gradient."""
    lines = bd.grade(problem, answer, ask=("gradient",)).lines  # type: ignore[union-attr]
    return {line.item.name: (line.verdict, line.reason) for line in lines}


BILINEAR = "Given x = [1, 2], y = [1, 3], A = [[2, {0}], [{0}, 3]] {1}\nL = y @ A @ x\nFind dL/dA, dL/dx\n"


@pytest.mark.parametrize(
    ("problem", "right", "free"),
    [
        (BILINEAR.format(1, "symmetric"), ("(y x^T + x y^T)/2", "[[1, 2.5], [2.5, 6]]"), "[[1, 2], [3, 6]]"),
        (BILINEAR.format(0, "diagonal"), ("diag(x * y)", "[[1, 0], [0, 6]]"), "[[1, 2], [3, 6]]"),
        (BILINEAR.format(1, ""), ("y x^T", "[[1, 2], [3, 6]]"), "[[1, 2.5], [2.5, 6]]"),
    ],
)
def test_a_matrix_is_judged_as_the_kind_that_it_is_declared_to_be(
    problem: str, right: tuple[str, ...], free: str
) -> None:
    for answer in right:
        assert graded(problem, f"dL/dA = {answer}")["A"] == ("right", "")
    assert graded(problem, f"dL/dA = {free}")["A"][0] in ("wrong", "partly")


def test_what_follows_from_an_own_value_keeps_the_declared_kind() -> None:
    problem = "Given x = [1, 2], A = [[2, 1], [1, 3]] symmetric\nz = A @ x\nL = sum(z * z)\nFind dL/dA\n"
    assert bd.solve(problem).gradient("A").tolist() == [[8, 15], [15, 28]]
    # z₁ = 5 in the place of 4: ∂L/∂z = (10, 14), and of (10, 14) (1, 2)ᵀ the symmetric part.
    own = "z = [5, 7]\ndL/dz = [10, 14]\n"
    assert graded(problem, own + "dL/dA = [[10, 17], [17, 28]]")["A"][0] == "follows"
    assert graded(problem, own + "dL/dA = [[10, 20], [14, 28]]")["A"][0] != "follows"


HERE_ONLY = ("wrong", "the two agree at these values only")
LEAST_SQUARES = (
    "Given X = [[1, 2], [2, 3]], w = [0.5, -1], y = [1, 4]\np = X @ w\nL = sum((p - y)^2)/2\nFind dL/dw, dL/dX\n"
)


def test_a_product_without_its_transpose_is_wrong_though_the_matrix_is_symmetric_by_accident() -> None:
    assert graded(LEAST_SQUARES, "dL/dw = X (p - y)")["w"] == HERE_ONLY
    assert graded(LEAST_SQUARES, "dL/dw = X^T (p - y)")["w"] == ("right", "")
    latex = r"$\frac{\partial L}{\partial w} = X (p - y)$"
    assert graded(LEAST_SQUARES, latex)["w"] == HERE_ONLY


def test_what_was_not_wrong_stays_so_where_the_matrix_is_declared() -> None:
    problem = LEAST_SQUARES.replace("3]],", "3]] symmetric,")
    for answer in ("X (p - y)", "X^T (p - y)"):
        assert graded(problem, f"dL/dw = {answer}")["w"] == ("right", "")


def test_a_factor_that_is_one_here_must_not_be_left_out() -> None:
    problem = (
        "Given W = [[1.5, 2], [0.5, 3]], a = [2, 2], b = [1.5, 1], s = 1\nv = a * b - [2, 1]\nu = W @ a\n"
        "L = s * sum(v * u^2)/2\nFind dL/du\n"
    )
    assert bd.solve(problem).value("v").tolist() == [1, 1]
    assert graded(problem, "dL/du = s * v * u")["u"] == ("right", "")
    assert graded(problem, "dL/du = s * u")["u"] == HERE_ONLY
    assert graded(problem, "dL/du = v * u")["u"] == HERE_ONLY
    assert graded(problem, "dL/du = 1 * v * u")["u"] == ("right", "")  # 1 may stand for s


@pytest.mark.parametrize(
    "answer",
    [
        "X^T (p - y)", "X^T @ (p - y)", "(p - y) @ X", "-X^T (y - p)", "X^T X w - X^T y", "X^T (X w - y)",
        "X^T p - X^T y", "2 X^T (p - y)/2", "[-3.5, -6.5] + X^T (p - y) - [-3.5, -6.5]", "X [-2.5, -6]",
        "[[1, 2], [2, 3]] (p - y)",
    ],
)  # fmt: skip
def test_a_right_answer_stays_right_in_every_form(answer: str) -> None:
    assert graded(LEAST_SQUARES, f"dL/dw = {answer}")["w"] == ("right", "")


def test_targets_masks_labels_and_numbers_of_rows_stay_what_they_are() -> None:
    softmax = "Given Z = [[1, 2], [0.5, -1]], Y = {}\nP = softmax(Z)\nL = -sum(Y * log(P))\nFind dL/dZ\n"
    for targets in ("[[0, 1], [1, 0]]", "[[0.3, 0.7], [0.6, 0.4]]"):
        assert graded(softmax.format(targets), "dL/dZ = P - Y")["Z"] == ("right", "")
    labels = "Given Z = [[1, 2], [0.5, -1]], t = [1, 0]\nL = cross_entropy(Z, t)\nFind dL/dZ\n"
    assert graded(labels, "dL/dZ = (softmax(Z) - onehot(t, 2))/2")["Z"] == ("right", "")
    mask = "Given x = [1, 2, 3], m = [1, 0, 1], y = [2, 2, 2]\nL = sum((m * x - y)^2)/2\nFind dL/dx\n"
    assert graded(mask, "dL/dx = m*x - m*y")["x"] == ("right", "")
    rows = "Given X = [[1, 2], [2, 3]], w = [0.5, -1], n = 2\nL = sum((X @ w)^2)/n\nFind dL/dw\n"
    for answer in ("2 X^T X w / n", "X^T X w", "2 X^T X w / 2"):
        assert graded(rows, f"dL/dw = {answer}")["w"] == ("right", "")


def test_the_case_of_a_relu_that_applies_may_be_taken() -> None:
    problem = "Given x = [0.5, 1], W = [[1, 2], [3, -1]]\nz = W @ x\nh = relu(z)\nL = sum(h^2)/2\nFind dL/dz\n"
    assert graded(problem, "dL/dz = h")["z"] == ("right", "")
    assert graded(problem, "dL/dz = z")["z"] == ("right", "")


def test_a_formula_that_agrees_by_accident_is_not_taken_for_one_that_follows() -> None:
    assert graded(LEAST_SQUARES, "p = [-1.5, -1]\ndL/dp = p - y = [-2.5, -5]\ndL/dw = X (p - y)")["w"] == HERE_ONLY


def test_a_student_does_not_declare_a_matrix_of_the_problem_for_anyone() -> None:
    claim, wrong, right = "X = X^T\n\n", "dL/dw = X (p - y)\n", "dL/dX = (p - y) w^T\n"
    found = bd.grade(LEAST_SQUARES, {"a": claim + wrong + right, "b": wrong + right}, ask=("gradient",))
    for sheet in found.graded:  # type: ignore[union-attr]
        assert [sheet.line(f"∂L/∂{name}").verdict for name in "wX"] == ["wrong", "right"]


def test_a_value_may_be_written_with_its_shape_and_nothing_else() -> None:
    problem = "Given X = [[1, 2], [3, 4]], b = [7, 8]\nZ = X + b\nL = sum(Z * Z)\nFind dL/dX\n"
    matrix = r"\begin{pmatrix} 8 & 10 \\ 10 & 12 \end{pmatrix}"
    for shape, remarks in ((r" \in \mathbb{R}^{2 \times 2}", 0), (r" \in \mathbb{R}^{2 \times 3}", 1), ("", 0)):
        sheet = bd.grade(problem, f"$Z = {matrix}{shape}$")
        line = sheet.line("Z")  # type: ignore[union-attr]
        assert line.verdict == "right"
        assert line.formula is not None
        assert len(sheet.remarks) == remarks  # type: ignore[union-attr]
