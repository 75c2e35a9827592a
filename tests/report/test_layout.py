"""Numerator layout: each form is proved the transpose of the one in the variable's shape; values are transposed."""

from __future__ import annotations

import json

import pytest

import backprop_derive as bd
from backprop_derive.calculus.adjoint import Symbols
from backprop_derive.calculus.expand import set_apart
from backprop_derive.calculus.tensors import derive_tensors, with_matrices
from backprop_derive.derivation import INCOMING, OUTPUT, Flow
from backprop_derive.graph import build_graph
from backprop_derive.indexed.component import Components
from backprop_derive.indexed.shape import Shape, shape_of
from backprop_derive.language.reader import read_problem
from backprop_derive.report.layout import NumeratorLayout, laid_out, laid_out_shape
from backprop_derive.solution import TensorValue
from backprop_derive.symbolic.canonical import are_equal
from backprop_derive.symbolic.implicit import without_cofactors
from backprop_derive.symbolic.translate import to_sympy
from backprop_derive.syntax.expression import Call, Expr, Index, Name, Slice, Transpose, integer, map_children
from backprop_derive.syntax.parser import deep_recursion

from .test_solution import backward

GIVENS = "Given X: (n, d), W: (d, k), V: (k, n), b: (k), u: (n), v: (d), Q: (n, n)\n"
PROBLEMS = [
    "Z = X @ W + b\nH = tanh(Z)\nL = sum(H^2)/3",
    "z = W.T @ v - b\nh = sigmoid(z)\nL = h @ h",
    "Y = X @ W @ V\nL = trace(Y @ Q)",
    "r = X @ v - u\nL = r @ Q @ r",
    "L = u @ X @ v + sum(W)^2",
    "S = X @ W\nP = softmax(S)\nL = sum(P * P)",
    "m = mean(X, axis=0)\ns = sum(X, axis=1)\nL = m @ v + s @ s",
    "L = log(det(Q)) + u @ inv(Q) @ u",
    "Y = outer(u, v)\nL = sum(Y * X) + norm(Y)",
    "Y = X.T * 2\nM = maximum(Y, 0)\nL = sum(M @ Q)",
    "Z = 2 * (v @ W)\nL = Z @ b * (u @ u)",
]  # fmt: skip
_ALL = Slice(None, None, None)


def shapes_and_flows(text: str) -> list[tuple[dict[str, Shape], Flow]]:
    graph = build_graph(set_apart(read_problem(GIVENS + text))[0])
    shapes = graph.problem.shapes
    found = []
    for flow in with_matrices(derive_tensors(graph)).flows():
        slots = {f"#{k}": shapes[key] for k, key in enumerate(flow.slots)}
        found.append(({**slots, INCOMING: shapes[flow.step], OUTPUT: shapes[flow.step]}, flow))
    return found


def as_columns(form: Expr, shapes: dict[str, Shape]) -> Expr:
    """The form with the names of vectors as columns, and with the incoming gradient's transpose for its name."""
    match form:
        case Name(key) if len(shapes.get(key, ())) == 1:
            return Index(form, (None, _ALL) if key == INCOMING else (_ALL, None))
        case Name(key) if key == INCOMING and shapes[key]:
            return Transpose(form)
        case Index(base, items) if items == (_ALL, None):
            return as_columns(base, shapes)
        case Call("outer", (Call("ones"), Call("ones"))):
            return form
    form = map_children(form, lambda part: as_columns(part, shapes))
    is_vector = isinstance(form, Call) and len(shape_of(form, shapes)) == 1
    return Index(form, (_ALL, None)) if is_vector else form


def test_every_form_is_the_transpose_for_all_sizes_and_entries() -> None:
    seen = 0
    with deep_recursion():
        for text in PROBLEMS:
            for shapes, flow in shapes_and_flows(text):
                if flow.matrix is None or not flow.component.at:
                    continue
                turned = as_columns(NumeratorLayout(shapes, (INCOMING,)).of(flow.matrix), shapes)
                symbols = Symbols(shapes)
                components = Components(shapes, lambda expr, shapes=shapes: shape_of(expr, shapes), prefix="@m")
                at = tuple(Name(f"@{k}") for k in range(len(flow.component.at)))
                backwards = at[::-1] if len(at) == 2 else (integer(0), *at)
                rank = len(shape_of(turned, shapes))
                entries = (components.aligned(turned, backwards[-rank:]), components.entry(flow.matrix, at))
                ours, theirs = (without_cofactors(to_sympy(entry, symbols, {})) for entry in entries)
                sizes = [size if isinstance(size, int) else symbols[size] for size in shape_of(flow.matrix, shapes)]
                assert are_equal(ours, theirs, {symbols[n.key]: size for n, size in zip(at, sizes, strict=True)}), (
                    text, flow.step, flow.operand
                )  # fmt: skip
                seen += 1
    assert seen > 25


NETWORK = """Given W = [[1, 2], [0, -1], [3, 1]], x = [1, 2], b = [0, 1, 1]
z = W @ x + b
L = sum(z^2)
Find dL/dW, dL/dx, dL/db
Parameters: W, b
lr = 1/2"""


def test_the_gradient_by_a_vector_is_a_row_and_that_by_a_matrix_is_transposed() -> None:
    lines = backward(NETWORK, layout_convention="numerator")
    assert lines == [
        "∂L/∂z = 2zᵀ = 2[5, −1, 6]ᵀ = [[10, −2, 12]]",
        "∂L/∂W = x @ (∂L/∂z) = [1, 2] @ [[10, −2, 12]] = [[10, −2, 12], [20, −4, 24]]",
        "∂L/∂x = ∂L/∂z @ W = [[10, −2, 12]] @ [[1, 2], [0, −1], [3, 1]] = [[46, 34]]",
        "∂L/∂b = ∂L/∂z = [[10, −2, 12]]",
    ]
    assert r"\frac{\partial L}{\partial x} = \begin{pmatrix} 46 & 34 \end{pmatrix}" in bd.solve(NETWORK).to_markdown(
        layout_convention="numerator"
    )


def test_an_update_moves_by_the_transpose() -> None:
    told = " ".join(bd.solve(NETWORK).to_text(layout_convention="numerator").split())
    assert "W ← W − η · (∂L/∂W)ᵀ = [[1, 2], [0, −1], [3, 1]] − 1/2 · [[10, 20], [−2, −4], [12, 24]]" in told
    assert bd.solve(NETWORK).updated(1)["W"].tolist() == [[-4, -8], [1, 1], [-3, -11]]


def test_a_composed_gradient_without_numbers_is_transposed_too() -> None:
    told = bd.derive(
        "Given A: (m, n), x: (n), y: (m), Q: (m, m) symmetric\nr = A @ x - y\nL = r @ Q @ r\nFind dL/dx, dL/dA"
    ).to_text(layout_convention="numerator")
    assert "∂L/∂x = 2(rᵀ @ Q) @ A" in told
    assert "∂L/∂A = 2(x @ (rᵀ @ Q))" in told


def test_the_convention_is_said_and_what_it_is_not_defined_for() -> None:
    said = "Gradients are in numerator layout"
    assert said in bd.solve(NETWORK).to_text(layout_convention="numerator")
    assert said not in bd.solve(NETWORK).to_text()
    scalars = bd.solve("Given x = 1\nL = x^2")
    assert scalars.to_text(layout_convention="numerator") == scalars.to_text()
    tensor = bd.solve("Given T = [[[1, 2], [3, 4]]]\nL = sum(T^2)").to_text(layout_convention="numerator")
    assert "numerator layout is not defined for it" in " ".join(tensor.split())
    assert "∂L/∂T = [[[2, 4], [6, 8]]]" in tensor


def test_numbers_by_name_and_json_keep_the_shape_of_the_variable() -> None:
    solution = bd.solve(NETWORK, options=bd.Options(layout_convention="numerator"))
    assert solution.gradient("W").tolist() == [[10, 20], [-2, -4], [12, 24]]
    content = json.loads(solution.to_json())
    assert content["layout_convention"] == "numerator"
    assert content["gradients"]["W"]["shape"] == [3, 2]


@pytest.mark.parametrize(("shape", "after"), [((), ()), ((3,), (1, 3)), ((2, 3), (3, 2)), ((2, 3, 4), (2, 3, 4))])
def test_shapes_of_gradients(shape: Shape, after: Shape) -> None:
    assert laid_out_shape(shape) == after
    assert laid_out(TensorValue(tuple(map(int, shape)), ())).shape == after if len(shape) != 2 else True


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(bd.UsageError, match="layout convention numerators is unknown"):
        bd.Options(layout_convention="numerators")


SOFTMAX = (
    "Given A: (n, n) symmetric, D: (n, n) diagonal, x: (n), t: (n)\nu = D @ (A @ x)\np = softmax(u)\nL = -sum(t*log(p))"
)


def test_a_jacobian_is_laid_out_alike_and_a_short_form_is_transposed() -> None:
    told, turned = (
        bd.derive(f"{SOFTMAX}\nFind dL/du, dL/dD").to_text(layout_convention=layout)
        for layout in ("denominator", "numerator")
    )
    for text in (told, turned):
        assert "the Jacobian: ∂p/∂u = diag(p) − p @ pᵀ\n" in text
    assert "∂L/∂u = sum(t) · p − t, which is p − t where sum(t) = 1\n" in told
    assert "∂L/∂u = sum(t) · pᵀ − tᵀ, which is pᵀ − tᵀ where sum(t) = 1\n" in turned
    assert "∂L/∂D = ((sum(t) · p − t) @ (A @ x)ᵀ) ⊙ I[n]\n" in told
    assert "∂L/∂D = (A @ x @ (sum(t) · pᵀ − tᵀ)) ⊙ I[n]\n" in turned


def test_forward_mode_answers_in_numerator_layout_too() -> None:
    problem = "Given X = [[1, 2], [3, 4], [5, 7]], w = [1, -1]\np = X @ w\nL = sum(p * p)\nFind dL/dX, dL/dw"
    answers = [
        bd.solve(problem, mode=mode).to_markdown(layout_convention="numerator").split("**Answer**")[1].split("\n\n>")[0]
        for mode in ("reverse", "forward")
    ]
    assert answers[0] == answers[1]
    assert answers[1].count(r"\begin{pmatrix}") == 2
