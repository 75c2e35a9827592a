"""Forward mode of tensors: along a direction as PyTorch's, and entry by entry as the backward pass."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.cli.main import main
from backprop_derive.errors import LimitError, UsageError

torch = pytest.importorskip("torch")

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.txt"))

NETWORK = """Given X = [[1, 2], [0, 1], [2, -1]], W = [[0.5, 0.25], [-1, 2]], b = [1, 0], y = [0, 1, 1]
H = tanh(X @ W + b)
L = cross_entropy(H, y)
Find dL/dW, dL/db
"""


def _network(weights: object, bias: object) -> object:
    inputs = torch.tensor([[1, 2], [0, 1], [2, -1]], dtype=torch.float64)
    return torch.nn.functional.cross_entropy(torch.tanh(inputs @ weights + bias), torch.tensor([0, 1, 1]))


def _page(problem: str, **choices: object) -> str:
    return " ".join(bd.solve(problem, **choices).to_text().split())  # type: ignore[arg-type]


def test_along_a_direction_the_loss_changes_as_pytorch_says() -> None:
    weights, bias = [[0.5, 0.25], [-1.0, 2.0]], [1.0, 0.0]
    along = {"W": [[1, 2], [0, 1]], "b": [1, 1]}
    found = json.loads(bd.solve(NETWORK, direction=along).to_json())["sweeps"]
    point = tuple(torch.tensor(value, dtype=torch.float64) for value in (weights, bias))
    tangent = tuple(torch.tensor(value, dtype=torch.float64) for value in along.values())
    _, change = torch.autograd.functional.jvp(_network, point, tangent)
    assert len(found) == 1
    assert float(found[0]["tangents"]["L"]["decimal"]) == pytest.approx(float(change), rel=1e-12)


def test_entry_by_entry_forward_mode_collects_the_gradient() -> None:
    solution = bd.solve(NETWORK, mode="forward")
    sweeps = json.loads(solution.to_json())["sweeps"]
    changes = [float(sweep["tangents"]["L"]["decimal"]) for sweep in sweeps]
    expected = [*numpy.ravel(solution.gradient("W")), *numpy.ravel(solution.gradient("b"))]
    numpy.testing.assert_allclose(changes, numpy.array(expected, dtype=float), rtol=1e-12)


def test_a_jacobian_is_collected_column_by_column() -> None:
    problem = "Given x = [1, 2], W = [[1, 2], [0, 1]]\nh = W @ x * x\nFind d(h)/dx"
    page = _page(problem, mode="forward")
    assert "ḣ = x ⊙ (W @ ẋ) + ẋ ⊙ (W @ x) = [1, 2] ⊙ ([[1, 2], [0, 1]] @ [1, 0])" in page
    assert "A sweep like this for the other entry of x" in page
    assert "Answer ∂h/∂x = [[6, 2], [0, 4]]" in page
    assert bd.solve(problem).gradient("x").tolist() == [[6, 2], [0, 4]]


def test_a_direction_is_worked_line_by_line() -> None:
    page = _page("Given x = [1, 2], W = [[1, 2], [0, 1]]\nz = W @ x\nL = sum(z^2)", direction={"x": [1, -1]})
    assert "the seed, which is ẋ = [1, −1]; every other given has 0." in page
    assert "ż = W @ ẋ = [[1, 2], [0, 1]] @ [1, −1] = [−1, −1]" in page
    assert "Answer L̇ = −14" in page
    assert "Backward pass" not in page


@pytest.mark.parametrize(
    ("problem", "lines"),
    [
        ("Given X: (n, d), W: (d, p), Y: (n, p)\nZ = X @ W\nS = sigmoid(Z)\nL = sum((S - Y)^2)\nFind dL/dW",
         ["Ż = X @ Ẇ", "Ṡ = Ż ⊙ S ⊙ (1 − S)", "L̇ = 2 · sum(Ṡ ⊙ (S − Y))"]),
        ("Given X: (n, d), W: (d, p)\nZ = X @ W\nS = softmax(Z)\nL = sum(S^2)\nFind dL/dX",
         ["Ż = Ẋ @ W", "Ṡ = Ż ⊙ S − S ⊙ rowsum(Ż ⊙ S)", "L̇ = 2 · sum(Ṡ ⊙ S)"]),
        ("Given z: (n), y\nL = cross_entropy(z, y)\nFind dL/dz", ["L̇ = sum(ż ⊙ (softmax(z) − onehot(y, n)))"]),
    ],
)  # fmt: skip
def test_tangents_have_matrix_notation_in_symbolic_sizes(problem: str, lines: list[str]) -> None:
    page = " ".join(bd.derive(problem, mode="forward").to_text().split())
    for number, line in enumerate(lines, 1):
        assert f"{number}. {line}" in page
    assert "Forward mode takes a sweep for each entry of what is wanted" in page


def test_what_is_shown_rounded_is_never_said_to_be_equal() -> None:
    page = _page(NETWORK, mode="forward")
    sums = [part for part in page.split("L̇ ")[1:] if part.startswith("= sum(Ḣ")]
    assert sums
    assert all(" ≈ sum([[" in part for part in sums)


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html", "txt", "json", "pdf"])
def test_every_format_shows_tangents(format: str) -> None:
    assert bd.solve(NETWORK, mode="forward").render(format)
    assert bd.solve(NETWORK, direction={"b": [1, 0]}).render(format, layout="lesson")
    assert bd.derive(NETWORK, mode="forward").render(format, detail="full")


@pytest.mark.parametrize(
    ("direction", "message"),
    [
        ({"q": [1, 2]}, "q is not defined in the problem"), ({"b": [1, 2, 3]}, r"has shape \(3,\), and b has \(2,\)"),
        ({"b": 1}, r"has shape \(\), and b has \(2,\)"), ({"L": 1}, "L is what is differentiated"),
    ],
)  # fmt: skip
def test_a_direction_that_does_not_fit_is_refused(direction: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        bd.solve(NETWORK, direction=direction)


def test_a_direction_is_for_tensors() -> None:
    with pytest.raises(UsageError, match="a direction is for vectors and matrices"):
        bd.solve("Given w = 1\nloss = w^2", direction={"w": 1})


def test_too_many_sweeps_are_refused() -> None:
    with pytest.raises(LimitError, match="the number of sweeps of forward mode"):
        bd.solve(f"Given x = {list(range(201))}\nL = sum(x^2)", mode="forward").to_text()


def test_the_command_line_takes_a_mode_and_a_direction(capsys: pytest.CaptureFixture[str]) -> None:
    problem = "Given x = [1, 2]; L = sum(x^2)"
    for options in (["--mode", "forward"], ["--direction", "x=[1, 1]"]):
        with pytest.raises(SystemExit) as ended:
            main(["solve", "-e", problem, "-f", "txt", *options])
        assert ended.value.code == 0
        assert "Forward-mode pass" in capsys.readouterr().out


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_forward_mode_agrees_with_the_backward_pass_on_every_example(path: Path) -> None:
    solution = bd.solve(path.read_text(encoding="utf-8"))
    if solution.record.first is None:  # nothing to compare, but every wanted name is still swept once, in symbols
        lines = solution.to_text(mode="forward").splitlines()
        sweeps = [line for line in lines if line.startswith(("A dot marks", "The next sweep"))]
        assert len(sweeps) == len(solution.derivation.graph.wanted)
        return
    loss = solution.problem.spelled[solution.problem.loss]
    tangents: dict[str, list[float]] = {}
    for sweep in json.loads(solution.to_json(mode="forward"))["sweeps"]:
        tangents.setdefault(sweep["by"], []).append(float(sweep["tangents"][loss]["decimal"]))
    assert tangents
    for name, found in tangents.items():
        expected = numpy.ravel(numpy.array(solution.gradient(name), dtype=float))
        numpy.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-300)
