"""Jacobians and Hessians of tensors, compared with PyTorch; and their matrix notation, proved in symbolic sizes."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.errors import BackpropError, LimitError, UsageError
from backprop_derive.limits import with_limits

torch = pytest.importorskip("torch")

VALUES = {
    "x": [1.0, -2.0, 0.5], "v": [0.25, 1.0, 2.0], "A": [[1.0, 2.0, 0.5], [0.0, 1.0, -1.0], [2.0, 0.5, 3.0]],
    "W": [[0.5, -0.25, 1.0], [1.0, 2.0, 0.0]], "b": [0.1, 0.2], "c": 1.5,
}  # fmt: skip


def _given(names: str) -> str:
    return "Given " + ", ".join(f"{name} = {VALUES[name]}" for name in names) + "\n"


def _function(steps: str, result: str):  # type: ignore[no-untyped-def]
    """The steps of a problem as a function of tensors by name."""
    names = {name: getattr(torch, name) for name in "exp log tanh sigmoid relu sum mean outer trace det norm".split()}
    names["softmax"] = lambda x: torch.softmax(x, -1)
    names["inv"] = torch.linalg.inv
    names["cross_entropy"] = lambda z, y: torch.nn.functional.cross_entropy(z, torch.tensor(y))

    def run(given: dict[str, object]) -> object:
        found = {**names, **given}
        for line in steps.strip().splitlines():
            name, _, body = line.partition(" = ")
            found[name] = eval(body.replace("^", "**"), {}, found)
        return found[result]

    return run


def _torch(name: str) -> object:
    return torch.tensor(VALUES[name], dtype=torch.float64)


def _jacobian(steps: str, of: str, by: str) -> numpy.ndarray:
    run = _function(steps, of)
    given = {name: _torch(name) for name in VALUES}
    return torch.autograd.functional.jacobian(lambda t: run({**given, by: t}), given[by]).numpy()


def _second(steps: str, of: str, one: str, other: str) -> numpy.ndarray:
    run = _function(steps, of)
    given = {name: _torch(name) for name in VALUES}
    if one == other:
        found = torch.autograd.functional.hessian(lambda t: run({**given, one: t}), given[one])
    else:
        found = torch.autograd.functional.hessian(
            lambda t, u: run({**given, one: t, other: u}), (given[one], given[other])
        )[0][1]
    return found.numpy()


JACOBIANS = [
    ("y = W @ x + b", "y", "Wxb"), ("h = tanh(W @ x)\ny = softmax(h)", "y", "Wx"),
    ("y = exp(x) * c / sum(exp(x))", "y", "xc"), ("Y = outer(x, v)", "Y", "xv"), ("Y = A @ A.T", "Y", "A"),
    ("Y = inv(A)", "Y", "A"), ("h = relu(x)\ns = sum(h * v)\ny = s * x + h^2", "y", "xv"),
    ("y = x / norm(x)", "y", "x"), ("y = A[1, :] * x[0:3]", "y", "Ax"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "of", "by"), JACOBIANS)
def test_jacobians_are_those_of_pytorch(steps: str, of: str, by: str) -> None:
    find = ", ".join(f"d({of})/d({name})" for name in by)
    used = "".join(name for name in VALUES if name in steps)
    solution = bd.solve(f"{_given(used)}{steps}\nFind {find}")
    for name in by:
        found = numpy.array(solution.gradient(name), dtype=float)
        numpy.testing.assert_allclose(found, _jacobian(steps, of, name), rtol=1e-9, atol=1e-12)
        numpy.testing.assert_array_equal(found, numpy.array(solution.jacobian(of, name), dtype=float))


SECONDS = [
    ("L = x @ A @ x", "xx xA Ax"), ("z = W @ x + b\nL = cross_entropy(z, 1)", "xx xW WW bb bW"),
    ("h = tanh(W @ x)\np = softmax(h)\nL = sum(p * b) + c * sum(x^2)", "xx xb Wx cx bb cc"),
    ("s = sum(x * v)\nL = s^2 * c + mean(exp(x * v))", "xx xv vc cc"),
    ("B = inv(A)\nL = trace(B)", "AA"), ("L = log(det(A @ A.T))", "AA"),
    ("h = relu(W @ x)\nL = sum(h^2) + norm(x)", "xx WW Wx"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "pairs"), SECONDS)
def test_second_derivatives_are_those_of_pytorch(steps: str, pairs: str) -> None:
    used = "".join(name for name in VALUES if name in steps)
    solution = bd.solve(f"{_given(used)}{steps}")
    for one, other in pairs.split():
        found = numpy.array(solution.second(one, other), dtype=float)
        numpy.testing.assert_allclose(found, _second(steps, "L", one, other), rtol=1e-8, atol=1e-10)


def test_they_are_exact_where_mathematics_is() -> None:
    solution = bd.solve("Given x = [1, 1/2], A = [[1, 2], [3, 4]]\ny = A @ x * x\nL = sum(y)")
    assert solution.jacobian("y", "x").tolist() == [[3, 2], [Fraction(3, 2), 7]]
    assert solution.second("x").tolist() == [[2, 5], [5, 8]]
    assert solution.hessian("x").tolist() == [[2, 5], [5, 8]]


def _answer(problem: str) -> str:
    page = " ".join(bd.derive(problem).to_text().split())
    return page.partition("Answer ")[2].partition(" Note:")[0]


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        ("Given x: (n), A: (n, n)\nL = x @ A @ x\nFind d2L/dx2", "∂²L/∂x² = A + Aᵀ"),
        ("Given z: (n), y\nL = cross_entropy(z, y)\nFind d2L/dz2",
         "∂²L/∂z² = diag(softmax(z)) − softmax(z) @ softmax(z)ᵀ"),
        ("Given z: (n)\nL = logsumexp(z)\nFind d2L/dz2", "∂²L/∂z² = diag(softmax(z)) − softmax(z) @ softmax(z)ᵀ"),
        ("Given x: (n), W: (m, n), y\nz = W @ x\nL = cross_entropy(z, y)\nFind d2L/dx2",
         "∂²L/∂x² = Wᵀ @ ((diag(softmax(z)) − softmax(z) @ softmax(z)ᵀ) @ W)"),
        ("Given x: (n)\ns = softmax(x)\nFind d(s)/d(x)", "∂s/∂x = diag(s) − s @ sᵀ"),
        ("Given x: (n)\ny = tanh(x)\nFind d(y)/d(x)", "∂y/∂x = diag(1 − y ⊙ y)"),
        ("Given x: (n), W: (m, n), b: (m)\ny = W @ x + b\nFind dy/dx, dy/db", "∂y/∂x = W, ∂y/∂b = I[m]"),
        ("Given x: (n), W: (m, n)\nh = tanh(W @ x)\ns = softmax(h)\nFind d(s)/d(x)",
         "∂s/∂x = (diag(s) − s @ sᵀ) @ (diag(1 − h ⊙ h) @ W)"),
        ("Given x: (n), W: (m, n)\ny = W @ x\nFind dy/dW", "∂y[i]/∂W[j, k] = δ[i, j] · x[k]"),
        ("Given X: (n, d), W: (d, p)\nY = X @ W\nFind dY/dX", "∂Y[i, j]/∂X[k, l] = δ[i, k] · W[l, j]"),
    ],
)  # fmt: skip
def test_matrix_notation_is_found_in_symbolic_sizes(problem: str, answer: str) -> None:
    assert _answer(problem) == answer


def test_labels_have_no_derivatives() -> None:
    with pytest.raises(UsageError, match="only says which entries are meant"):
        bd.solve("Given z = [1, 2], y = 1\nL = cross_entropy(z, y)").second("z", "y")


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        ("Given x = [1, 2]\ny = 2*x\nFind d2(y)/dx2", "second derivatives are those of a single number"),
        ("Given x = [1, 2]\ny = 2*x\nFind d(y)/dx\nlr = 1", "an update lowers a single number"),
        ("Given x = [1, 2]\ny = 2*x", "a loss is a single number"),
        ("Given x = [1, 2]\ny = 2*x\nFind d(x)/dx", "x is a given"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(problem: str, message: str) -> None:
    with pytest.raises(BackpropError, match=message):
        bd.solve(problem)


def test_the_methods_refuse_what_they_cannot_answer() -> None:
    solution = bd.solve("Given x = [1, 2], w = 3\ny = w*x\nL = sum(y^2)")
    with pytest.raises(UsageError, match="x is a given; a step is differentiated"):
        solution.jacobian("x", "w")
    with pytest.raises(UsageError, match="by itself"):
        solution.jacobian("y", "y")
    with pytest.raises(UsageError, match="the Hessian by several names is made of numbers"):
        solution.hessian("x", "w")
    with pytest.raises(UsageError, match="y is a tensor"):
        bd.solve("Given x = [1, 2]\ny = 2*x\nFind dy/dx").second("x")
    with pytest.raises(UsageError, match="only gradients of a single number are compiled"):
        bd.compile("Given x = [1, 2]\ny = 2*x\nFind dy/dx")
    assert solution.second("w") == 10


def test_a_jacobian_of_too_many_entries_is_refused() -> None:
    with pytest.raises(LimitError, match="the number of derivatives of y and x"):
        bd.solve("Given x = [1, 2, 3]\ny = x^2\nFind dy/dx", limits=with_limits({"tensor": 8}))


def test_a_name_that_is_on_no_path_has_a_jacobian_of_zeros() -> None:
    solution = bd.solve("Given x = [1, 2], b = [3, 4, 5]\ny = 2*x\nFind dy/dx, dy/db")
    assert solution.gradient("b").tolist() == [[0, 0, 0], [0, 0, 0]]


def test_json_has_jacobians_and_hessians() -> None:
    found = json.loads(bd.solve("Given x = [1, 2]\ny = x^2\nFind dy/dx").to_json())
    assert found["flows"] == [{"step": "y", "by": "x", "at": ["i0", "i1"], "entry": "2x[i0] * delta(i0, i1)"}]
    assert found["gradients"]["x"]["shape"] == [2, 2]
    found = json.loads(bd.solve("Given x = [1, 2]\nL = sum(x^3)\nFind d2L/dx2").to_json())
    assert found["curvatures"][0].items() >= {"step": "L", "by_two": ["x", "x"]}.items()
    assert [entry["exact"] for entry in found["second"][0]["entries"]] == ["6", "0", "0", "12"]


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt", "json", "pdf"])
@pytest.mark.parametrize("find", ["d(h)/d(x), dh/dW", "d2L/dx2, d2L/dx dW, dL/dx"])
def test_every_format_shows_them(format: str, find: str) -> None:
    problem = f"Given x = [1, 2], W = [[1, 2], [0, 1]]\nh = tanh(W @ x)\nL = sum(softmax(h)^2)\nFind {find}"
    assert bd.solve(problem).render(format)
    assert bd.derive(problem).render(format, detail="full", notation="d")


def test_the_lesson_is_about_a_loss() -> None:
    with pytest.raises(UsageError, match="the gradient of a loss"):
        bd.solve("Given x = [1, 2]\ny = x^2\nFind dy/dx").to_markdown(layout="lesson")
