"""Derivations as they are published: random problems, solved and written in every notation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import backprop_derive as bd
from backprop_derive.options import DETAILS, NOTATIONS

PROBLEMS = 200
_OUTER = ("sigmoid({})", "tanh({})", "relu({})", "({})^2", "exp({})", "softplus({})", "log(1 + ({})^2)", "sin({})")
_LOSSES = ("(h - y)^2", "1/2*(h - y)^2", "(y - h)^2/2", "h^2 + y*h", "exp(h) - y*h")
_FORMATS = (("md", "dollar"), ("tex", "dollar"), ("txt", "dollar"), ("md", "github"))


def problem(rng: random.Random) -> str:
    """A problem of some steps, in which names are used once or several times."""
    if rng.random() < 0.1:
        return _with_tensors(rng)
    names = rng.sample("xwvabc", rng.randint(2, 4))
    lines = [f"Given {name} = {_number(rng)}" for name in names] + [f"Given y = {_number(rng)}"]
    known = list(names)
    for k in range(1, rng.randint(2, 4)):
        left, right = rng.choice(known), rng.choice(known)
        inner = rng.choice((f"{left}*{right}", f"{left} + {right}", f"{left} - 2*{right}", f"{left}*{right} + {left}"))
        body = inner if rng.random() < 0.4 else rng.choice(_OUTER).format(inner)
        lines.append(f"z_{k} = {body}")
        known.append(f"z_{k}")
    lines += [f"h = {known[-1]}*{rng.choice(names)}", f"loss = {rng.choice(_LOSSES)}"]
    return "\n".join([*lines, f"Find {', '.join(f'dloss/d{name}' for name in names if _is_used(name, lines))}"])


def _is_used(name: str, lines: list[str]) -> bool:
    return any(name in line.partition("=")[2] for line in lines if not line.startswith("Given"))


def _with_tensors(rng: random.Random) -> str:
    rows = [[_number(rng) for _ in range(2)] for _ in range(3)]
    matrix = [[_number(rng) for _ in range(2)] for _ in range(2)]
    shown = str(rows).replace("'", ""), str(matrix).replace("'", "")
    outer = rng.choice(("tanh(Z)", "sigmoid(Z)", "relu(Z)", "Z**2"))
    loss = rng.choice(("sum", "mean"))
    return f"Given X = {shown[0]}, W = {shown[1]}\nZ = X @ W\nH = {outer}\nL = {loss}(H)\nFind dL/dW, dL/dX"


def _number(rng: random.Random) -> str:
    return rng.choice((str(rng.choice([-3, -2, -1, 1, 2, 3])), f"{rng.choice([-1, 1]) * rng.randint(1, 25) / 10}"))


def _all(seed: int) -> Iterator[tuple[str, str]]:
    rng = random.Random(seed)
    made = 0
    while made < PROBLEMS:
        try:
            solution = bd.solve(problem(rng))
        except bd.BackpropError:  # a loss without a value, or far too large
            continue
        made += 1
        for turn, notation in enumerate(NOTATIONS):
            format, flavour = _FORMATS[(made + turn) % 4]
            detail = DETAILS[(made + turn) % 3]
            yield format, str(solution.render(format, flavour=flavour, notation=notation, detail=detail))


@cache
def derivations() -> tuple[tuple[str, str], ...]:
    """A thousand of them: (format, text)."""
    return tuple(_all(7))
