"""The Jacobian of a vector by a vector in matrix notation, and of anything by entries with its sums carried out."""

from __future__ import annotations

import pytest

from backprop_derive import derive
from backprop_derive.calculus.orders import with_jacobians
from backprop_derive.calculus.tensors import derive_tensors
from backprop_derive.derivation import Flow
from backprop_derive.graph import build_graph
from backprop_derive.language.reader import read_problem
from backprop_derive.syntax.expression import Delta, Over, walk
from backprop_derive.syntax.written import written

MATRICES = {
    "softmax(z)": "diag(#y) - outer(#y, #y)",
    "softmax(z, mask=w)": "diag(#y) - outer(#y, #y)",
    "sigmoid(z)": "diag(#y * (1 - #y))",
    "A @ z": "#0",
    "2*z": "2 * identity(n)",
    "z - mean(z)": "identity(n) - 1/n * outer(ones(n), ones(n))",
    "log_softmax(z)": "identity(n) - outer(ones(n), softmax(#0))",
    "exp(z)/sum(exp(z))": "diag(softmax(#0)) - outer(softmax(#0), softmax(#0))",
    "z/norm(z)": "1/norm(#0) * identity(n) - outer(#0, #0)/norm(#0)^3",
    "tanh(A @ z)": "diag(1 - #y^2) @ #0",
}
UNCONTRACTED = ["cross_entropy(Z, T)", "trace(A @ Z)", "Z @ T", "sum(Z*Z)", "mean(Z @ T, axis=0)"]


def flow(step: str, operand: str) -> Flow:
    text = f"Given z: (n), w: (n), A: (n, n), Z: (n, n), T: (n, n)\nY = {step}\nL = sum(Y*Y)\nFind dL/d{operand}"
    (found,) = with_jacobians(derive_tensors(build_graph(read_problem(text)))).uses[operand]
    return found


@pytest.mark.parametrize(("step", "expected"), MATRICES.items())
def test_the_jacobian_of_a_vector_is_a_matrix(step: str, expected: str) -> None:
    matrix = flow(step, "z").jacobian_matrix
    assert matrix is not None
    assert written(matrix) == expected


@pytest.mark.parametrize("step", UNCONTRACTED)
def test_no_sum_over_a_delta_is_left(step: str) -> None:
    body = flow(step, "Z").jacobian.body
    for total in (node for node in walk(body) if isinstance(node, Over)):
        deltas = [node for node in walk(total.body) if isinstance(node, Delta)]
        assert not any(total.index in written(delta) for delta in deltas)


def test_entries_have_names_that_a_reader_knows() -> None:
    body = flow("log_softmax(z)", "z").jacobian.body
    assert written(body) == "delta(@0, @1) - exp(#0[@1])/sum(@2, exp(#0[@2]))"


def test_it_is_shown_where_it_teaches_and_in_full_detail() -> None:
    softmax, sigmoid = (f"Given z: (n)\ns = {f}(z)\nL = sum(s*s)\nFind dL/dz" for f in ("softmax", "sigmoid"))
    assert "the Jacobian: ∂s/∂z = diag(s) − s @ sᵀ" in derive(softmax).to_text()
    assert "the Jacobian" not in derive(softmax).to_text(detail="brief")
    assert "the Jacobian" not in derive(sigmoid).to_text()
    assert "the Jacobian: ∂s/∂z = diag(s ⊙ (1 − s))" in derive(sigmoid).to_text(detail="full")
