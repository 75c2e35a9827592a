"""Each optimiser moves parameters as torch.optim does, and its rule is worked as it is displayed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest

import backprop_derive as bd
from backprop_derive.optimiser import OPTIMISERS

NUMBERS = "Given x = 0.7, t = 0.3, w = 0.9, v = -0.4\nh = tanh(w*x)\nloss = (sigmoid(v*h) - t)^2\nParameters: w, v"
TENSORS = """\
Given X = [[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8]], y = [1, 0, 1]
Given W = [[0.2, -0.4], [0.7, 0.1]], b = [0.1, -0.1], a = [0.5, -0.6]
H = tanh(X @ W + b)
loss = bce_with_logits(H @ a, y)
Parameters: W, b, a
"""
TORCH = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {"alpha": 0.99, "eps": 1e-8}),
    "adam": ("Adam", {"betas": (0.9, 0.999), "eps": 1e-8}),
}
RATE, UPDATES = 0.05, 100


def numbers_in_torch(torch: Any) -> tuple[dict[str, Any], Any]:
    parameters = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in
                  {"w": 0.9, "v": -0.4}.items()}  # fmt: skip

    def loss() -> Any:
        return (torch.sigmoid(parameters["v"] * torch.tanh(parameters["w"] * 0.7)) - 0.3) ** 2

    return parameters, loss


def tensors_in_torch(torch: Any) -> tuple[dict[str, Any], Any]:
    def tensor(value: Any, learned: bool = False) -> Any:
        return torch.tensor(value, dtype=torch.float64, requires_grad=learned)

    X, y = tensor([[0.5, -1.2], [1.5, 0.3], [-0.7, 0.8]]), tensor([1.0, 0.0, 1.0])
    parameters = {
        "W": tensor([[0.2, -0.4], [0.7, 0.1]], True), "b": tensor([0.1, -0.1], True), "a": tensor([0.5, -0.6], True)
    }  # fmt: skip

    def loss() -> Any:
        H = torch.tanh(X @ parameters["W"] + parameters["b"])
        return torch.nn.functional.binary_cross_entropy_with_logits(H @ parameters["a"], y)

    return parameters, loss


def by_torch(make: Any, name: str) -> tuple[list[float], list[list[float]]]:
    """The losses, and the entries of all parameters in a row, after 0, 1, … updates."""
    torch = pytest.importorskip("torch", reason="PyTorch confirms the optimisers; it is not installed")
    parameters, loss = make(torch)
    kind, options = TORCH[name]
    optimiser = getattr(torch.optim, kind)(list(parameters.values()), lr=RATE, **options)
    losses, rows = [], []
    for _ in range(UPDATES + 1):
        optimiser.zero_grad()
        value = loss()
        value.backward()
        losses.append(value.item())
        rows.append([x for tensor in parameters.values() for x in tensor.detach().ravel().tolist()])
        optimiser.step()
    return losses, rows


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize(("text", "make"), [(NUMBERS, numbers_in_torch), (TENSORS, tensors_in_torch)])
def test_a_hundred_updates_are_those_of_torch(name: str, text: str, make: Any) -> None:
    training = bd.train(text, lr=RATE, updates=UPDATES, optimiser=name, show=0)
    losses, rows = by_torch(make, name)
    assert numpy.abs(training.losses - losses).max() < 1e-10
    assert numpy.abs(training.trace.parameters - rows).max() < 1e-10
    assert training.losses[-1] < training.losses[0]


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("text", [NUMBERS, TENSORS])
def test_the_worked_updates_are_those_of_the_trace(name: str, text: str) -> None:
    training = bd.train(text, lr="0.05", updates=3, optimiser=name, show=3)
    for update in training.worked:
        moved = [lines[-1].after for lines in update.lines.values()]
        entries = [float(entry) for value in moved for entry in getattr(value, "entries", (value,))]
        assert entries == pytest.approx(training.trace.parameters[update.number].tolist(), rel=1e-13)


def test_adam_is_worked_line_by_line_exactly() -> None:
    training = bd.train("Given x = 1, y = 2, w = 1\nloss = (w*x - y)^2\nFind dloss/dw", lr="0.1", optimiser="adam")
    (update,) = training.worked
    worked = {line.name: line.after for line in update.lines["w"]}
    assert worked["m"].exact == Fraction(-1, 5)
    assert worked["v"].exact == Fraction(4, 1000)
    assert (worked["m_hat"].exact, worked["v_hat"].exact) == (-2, 4)
    text = training.to_text()
    assert "m_w ← β₁ · m_w + (1 − β₁) · (∂loss/∂w) = 0.9 · 0 + (1 − 0.9) · (−2) = −0.2" in text
    assert "v̂_w ← v_w/(1 − β₂^t) = 0.004/(1 − 0.999¹) = 4" in text
    assert "w   ← w − η · m̂_w/(√(v̂_w) + ε) = 1 − 0.1 · (−2)/(√4 + 10⁻⁸) ≈ 1.100" in text


def test_a_rule_stays_clear_of_the_names_of_the_problem() -> None:
    text = "Given eta = 2, m_w = 3, beta_1 = 1, w = 1\nloss = (w*eta - m_w*beta_1)^2\nFind dloss/dw"
    shown = bd.train(text, lr="0.1", optimiser="adam").to_text()
    assert "m′_w ← β′₁ · m′_w + (1 − β′₁) · (∂loss/∂w)" in shown
    assert "lr = 0.1" in shown


def test_hyperparameters_are_set_by_name_and_checked() -> None:
    text = "Given w = 1\nloss = w^2"
    assert bd.train(text, lr=0.1, optimiser="momentum", hyper={"momentum": 0.5}, updates=2).trace.parameters[2, 0] == (
        pytest.approx(0.8 - 0.1 * (0.5 * 2 + 1.6))
    )
    for hyper, message in (
        ({"mu": 1}, "mu is 1"),
        ({"beta1": 0.9}, "no hyperparameter beta1"),
        ({"mu": "x"}, "mu is x"),
    ):
        with pytest.raises(bd.UsageError, match=message):
            bd.train(text, lr=0.1, optimiser="momentum", hyper=hyper)
    with pytest.raises(bd.UsageError, match="no optimiser is called adamw"):
        bd.train(text, lr=0.1, optimiser="adamw")
