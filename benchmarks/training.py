"""Training: one update beside micrograd, PyTorch and hand-written NumPy, and ten thousand of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
from ratios import Ratio, medians, seconds
from tensors import MAZUR, MLP, arrays, by_hand, repeated
from tensors import MAZUR_VALUES as ANY_VALUES

WEIGHTS = [f"w{k}" for k in range(1, 9)]
RATE = 0.5
MAZUR_VALUES = ANY_VALUES | dict(zip(WEIGHTS, (0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55), strict=True))
# Mazur prints the loss before the last of his 10,000 updates, 0.000035108 5….
PUBLISHED = 0.0000351085


def mover(text: str, values: dict[str, Any], rate: float, wrt: list[str]) -> Callable[[], float]:
    """Our update of a problem, from these values on."""
    from backprop_derive.derivation import Derivation
    from backprop_derive.evaluate.compiled import Compiled
    from backprop_derive.evaluate.stepping import Stepper
    from backprop_derive.graph import build_graph
    from backprop_derive.limits import DEFAULT_LIMITS
    from backprop_derive.optimiser import SGD
    from backprop_derive.stages import derived, prepared
    from backprop_derive.training.descent import OnArrays, OnNumbers, batches, shapes_for

    problem, _ = prepared(text, wrt, None, None, False, DEFAULT_LIMITS)
    compiled = Compiled(derived(build_graph(problem)))
    shapes, letters = shapes_for(compiled, values)
    stepper = Stepper(compiled.derivation, SGD, rate, problem.wanted, shapes, letters)
    if isinstance(compiled.derivation, Derivation):
        made: Any = OnNumbers(stepper, values)
    else:
        made = OnArrays(lambda batch: stepper, values, batches(None, 1, False, None))
    return lambda: float(made.move(1))


def with_micrograd() -> Callable[[], float]:
    """An update of Mazur's network as one writes it there: the graph is built anew each time."""
    import math

    from micrograd.engine import Value

    weights = {name: Value(MAZUR_VALUES[name]) for name in WEIGHTS}
    fixed = {name: value for name, value in MAZUR_VALUES.items() if name not in weights}

    def sigmoid(n: Any) -> Any:
        out = Value(1 / (1 + math.exp(-n.data)), (n,), "sigmoid")

        def backward() -> None:
            n.grad += out.data * (1 - out.data) * out.grad

        out._backward = backward
        return out

    def update() -> float:
        v = {**weights, **fixed}
        h1 = sigmoid(v["w1"] * v["i1"] + v["w2"] * v["i2"] + v["b1"])
        h2 = sigmoid(v["w3"] * v["i1"] + v["w4"] * v["i2"] + v["b1"])
        o1 = sigmoid(v["w5"] * h1 + v["w6"] * h2 + v["b2"])
        o2 = sigmoid(v["w7"] * h1 + v["w8"] * h2 + v["b2"])
        loss = 0.5 * (v["t1"] - o1) ** 2 + 0.5 * (v["t2"] - o2) ** 2
        for weight in weights.values():
            weight.grad = 0
        loss.backward()
        for weight in weights.values():
            weight.data -= RATE * weight.grad
        return float(loss.data)

    return update


def with_torch() -> Callable[[], float]:
    """An update of Mazur's network in eager PyTorch, as matrices, which is its fastest way."""
    import torch

    torch.set_num_threads(1)
    v = MAZUR_VALUES
    kind = {"dtype": torch.float64}
    x = torch.tensor([v["i1"], v["i2"]], **kind)
    target = torch.tensor([v["t1"], v["t2"]], **kind)
    W = torch.tensor([[v["w1"], v["w2"]], [v["w3"], v["w4"]]], **kind).requires_grad_()
    V = torch.tensor([[v["w5"], v["w6"]], [v["w7"], v["w8"]]], **kind).requires_grad_()
    optimiser = torch.optim.SGD([W, V], lr=RATE)

    def update() -> float:
        optimiser.zero_grad()
        out = torch.sigmoid(V @ torch.sigmoid(W @ x + v["b1"]) + v["b2"])
        loss = 0.5 * ((target - out) ** 2).sum()
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    return update


def numpy_update(values: dict[str, Any], rate: float) -> Callable[[], float]:
    """An update of the 784-128-10 network as one writes it."""

    def update() -> float:
        loss, gradients = by_hand(values)
        for name, gradient in gradients.items():
            values[name] = values[name] - rate * gradient
        return float(loss)

    return update


def beside(title: str, make: Callable[[], Callable[[], float]], most: float, runs: int) -> Ratio | str:
    """Ours and a peer's update of Mazur's network, which agree on the loss of their second pass."""
    try:
        peer = make()
    except ImportError:
        return f"{title} (skipped: it is not installed)"
    ours = mover(MAZUR, MAZUR_VALUES, RATE, WEIGHTS)
    for _ in range(2):
        assert abs(ours() - peer()) < 1e-12
    return Ratio(title, *medians(runs, repeated(ours, 2000), repeated(peer, 300)), most)


def ten_thousand(runs: int) -> Ratio:
    """`bd.train` from the text on, its trace kept."""
    import backprop_derive as bd

    text = MAZUR
    given = dict(MAZUR_VALUES)
    losses: list[float] = []

    def work() -> None:
        training = bd.train(text, lr=RATE, updates=10_000, given=given)
        losses[:] = training.losses.tolist()

    ours, second = medians(min(runs, 3), lambda: seconds(work), lambda: 1.0)
    assert abs(losses[9999] - PUBLISHED) < 1e-10
    assert losses[10_000] < PUBLISHED
    return Ratio("10,000 updates of Mazur's network : one second", ours, second, 1.0)


def training(runs: int) -> list[Ratio | str]:
    values = arrays()
    ours, peer = mover(MLP, values, 0.1, []), numpy_update(dict(values), 0.1)
    for _ in range(3):
        assert numpy.isclose(ours(), peer(), rtol=1e-12)
    return [
        beside("an update of Mazur's network: micrograd", with_micrograd, 0.1, runs),
        beside("the same: eager PyTorch", with_torch, 0.2, runs),
        ten_thousand(runs),
        Ratio("an update of 784-128-10: NumPy by hand", *medians(runs, repeated(ours, 50), repeated(peer, 50)), 1.5),
    ]
