"""Tensors: compiled gradients beside hand-written NumPy and other engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
from ratios import Ratio, medians, seconds

MLP = """\
Given X: (64, 784), t: (64,), W_1: (784, 128), b_1: (128,), W_2: (128, 10), b_2: (10,)
h = relu(X @ W_1 + b_1)
z = h @ W_2 + b_2
loss = cross_entropy(z, t)
Find dloss/dW_1, dloss/db_1, dloss/dW_2, dloss/db_2
"""
BLOCK = """\
Given X: (n, d), A: (d, d), B: (d, d), C: (d, d), D: (d, d), g: (d,), c: (d,), k: (d,), r: (d,), V: (d, m), W: (m, d)
l = layer_norm(X, g, c)
Q = l @ A
K = l @ B
U = l @ C
a = attention(Q, K, U)
x = X + a @ D
y = layer_norm(x, k, r)
h = gelu(y @ V)
z = x + h @ W
loss = mean(z^2)
Find dloss/dA, dloss/dV, dloss/dg
"""
MAZUR = """\
Given i1, i2, t1, t2, w1, w2, w3, w4, b1, w5, w6, w7, w8, b2
n1 = w1*i1 + w2*i2 + b1
h1 = 1/(1 + exp(-n1))
n2 = w3*i1 + w4*i2 + b1
h2 = 1/(1 + exp(-n2))
m1 = w5*h1 + w6*h2 + b2
o1 = 1/(1 + exp(-m1))
m2 = w7*h1 + w8*h2 + b2
o2 = 1/(1 + exp(-m2))
loss = 1/2*(t1 - o1)^2 + 1/2*(t2 - o2)^2
Find dloss/dw1, dloss/dw2, dloss/dw3, dloss/dw4, dloss/dw5, dloss/dw6, dloss/dw7, dloss/dw8
"""
MAZUR_VALUES = {
    "i1": 0.05, "i2": 0.1, "t1": 0.01, "t2": 0.99, "b1": 0.35, "b2": 0.6,
    **{f"w{k}": (2 + k) * 0.05 for k in range(1, 9)},
}  # fmt: skip


def repeated(work: Callable[[], Any], times: int) -> Callable[[], float]:
    """Seconds of one call, from so many."""

    def measure() -> float:
        def all_of_them() -> None:
            for _ in range(times):
                work()

        return seconds(all_of_them) / times

    return measure


def arrays() -> dict[str, Any]:
    generator = numpy.random.default_rng(0)
    return {
        "X": generator.normal(size=(64, 784)), "t": generator.integers(0, 10, 64),
        "W_1": 0.05 * generator.normal(size=(784, 128)), "b_1": numpy.zeros(128),
        "W_2": 0.1 * generator.normal(size=(128, 10)), "b_2": numpy.zeros(10),
    }  # fmt: skip


def by_hand(values: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """What one would write for exactly this network."""
    X, t, W_1, b_1, W_2, b_2 = values.values()
    rows = numpy.arange(len(t))
    a = X @ W_1 + b_1
    h = numpy.maximum(a, 0)
    z = h @ W_2 + b_2
    z -= z.max(axis=1, keepdims=True)
    p = numpy.exp(z)
    totals = p.sum(axis=1, keepdims=True)
    loss = (numpy.log(totals[:, 0]) - z[rows, t]).mean()
    p /= totals
    p[rows, t] -= 1
    p /= len(t)
    back = p @ W_2.T
    back *= a > 0
    return loss, {"W_1": X.T @ back, "b_1": back.sum(axis=0), "W_2": h.T @ p, "b_2": p.sum(axis=0)}


def with_autograd(values: dict[str, Any]) -> Callable[[], Any]:
    import autograd
    import autograd.numpy as anp

    X, t, *parameters = values.values()
    rows = numpy.arange(len(t))

    def loss(W_1: Any, b_1: Any, W_2: Any, b_2: Any) -> Any:
        z = anp.maximum(X @ W_1 + b_1, 0) @ W_2 + b_2
        z = z - anp.max(z, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[rows, t])

    gradient = autograd.value_and_grad(loss, argnum=(0, 1, 2, 3))
    return lambda: gradient(*parameters)


def with_micrograd() -> float:
    """One forward and one backward pass of Mazur's network; the loss."""
    from micrograd.engine import Value

    v = {name: Value(value) for name, value in MAZUR_VALUES.items()}

    def sigmoid(n: Any) -> Any:
        return (1 + exponential(-n)) ** -1

    def exponential(n: Any) -> Any:
        out = Value(math.exp(n.data), (n,), "exp")

        def backward() -> None:
            n.grad += out.data * out.grad

        out._backward = backward
        return out

    h1 = sigmoid(v["w1"] * v["i1"] + v["w2"] * v["i2"] + v["b1"])
    h2 = sigmoid(v["w3"] * v["i1"] + v["w4"] * v["i2"] + v["b1"])
    o1 = sigmoid(v["w5"] * h1 + v["w6"] * h2 + v["b2"])
    o2 = sigmoid(v["w7"] * h1 + v["w8"] * h2 + v["b2"])
    loss = 0.5 * (v["t1"] - o1) ** 2 + 0.5 * (v["t2"] - o2) ** 2
    loss.backward()
    return float(loss.data)


def compiled(runs: int) -> list[Ratio | str]:
    import backprop_derive as bd

    values = arrays()
    network, mazur = bd.compile(MLP), bd.compile(MAZUR)
    loss, gradients = network(values)
    expected, theirs = by_hand(values)
    assert abs(loss - expected) < 1e-12
    assert all(numpy.allclose(gradients[name], theirs[name], rtol=1e-12, atol=1e-15) for name in theirs)
    ours = repeated(lambda: network(values), 100)
    found: list[Ratio | str] = [
        Ratio(
            "784-128-10 network, batch of 64: NumPy by hand",
            *medians(runs, ours, repeated(lambda: by_hand(values), 100)),
            1.5,
        )
    ]
    try:
        found.append(Ratio("the same: autograd", *medians(runs, ours, repeated(with_autograd(values), 50)), 1.5))
    except ImportError:
        found.append("the same: autograd (skipped: pip install autograd)")
    try:
        assert abs(mazur(MAZUR_VALUES)[0] - with_micrograd()) < 1e-12
        pair = medians(runs, repeated(lambda: mazur(MAZUR_VALUES), 2000), repeated(with_micrograd, 500))
        found.append(Ratio("Mazur's 2-2-2 network: micrograd", *pair, 0.1))
    except ImportError:
        found.append("Mazur's 2-2-2 network: micrograd (skipped: pip install micrograd)")
    return found


# What a first derivation is asked to take at most, in seconds.
NETWORKS = {
    "network": ("2-layer network with cross-entropy", MLP, 0.25),
    "block": ("a transformer block", BLOCK, 2.0),
}
