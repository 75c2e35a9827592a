"""Problems of any size, for pictures."""

from __future__ import annotations

import random

import backprop_derive as bd
from backprop_derive import telling
from backprop_derive.document import Picture


def recurrent(steps: int) -> str:
    """A recurrent neuron unrolled."""
    times = range(1, steps + 1)
    return "\n".join([
        "Given " + ", ".join(f"x_{t} = {t * 7 % 5 - 2}" for t in times),
        "Given u = 0.5, w = 0.9, h_0 = 0, y = 1",
        *(f"h_{t} = tanh(u*x_{t} + w*h_{t - 1})" for t in times),
        f"loss = 1/2*(h_{steps} - y)^2",
        "Find d(loss)/du, d(loss)/dw",
    ])  # fmt: skip


def tangled(nodes: int, seed: int = 1) -> str:
    """Steps that use what stands before them at random."""
    draw = random.Random(seed)
    names = [f"a_{k}" for k in range(max(3, nodes // 5))]
    lines = ["Given " + ", ".join(f"{name} = 0.{k % 9 + 1}" for k, name in enumerate(names))]
    for k in range(nodes - len(names) - 1):
        form = draw.choice(["{}*{}", "sin({}) + {}", "tanh({} - {})"])
        lines.append(
            f"{draw.choice('bcdfghkmnpqrst')}_{k} = {form.format(draw.choice(names[-12:]), draw.choice(names))}"
        )
        names.append(lines[-1].partition(" ")[0])
    return "\n".join([*lines, f"loss = {' + '.join(names[-8:])}", "Find d(loss)/da_0"])


def perceptron(layers: int) -> str:
    """A net of so many layers on a batch."""
    numbers = range(1, layers + 1)
    lines = ["Given X = [[1, 0.5], [-1, 2]], y = [0, 1]"]
    lines += [f"Given W_{k} = [[0.2, -0.4], [0.5, 0.3]], b_{k} = [0.1, 0]" for k in numbers]
    before = "X"
    for k in numbers:
        lines.append(f"Z_{k} = {before} @ W_{k} + b_{k}")
        if k < layers:
            lines.append(f"H_{k} = relu(Z_{k})")
            before = f"H_{k}"
    return "\n".join([*lines, f"L = cross_entropy(Z_{layers}, y)"])


def picture(text: str) -> Picture:
    """The picture of a problem as it would be drawn, nothing collapsed."""
    return telling.picture(bd.solve(text).telling())
