"""Two judges of a graph's values and gradients that know nothing of this program: PyTorch, and mpmath's numbers.

mpmath differentiates by a complex step where every form is analytic, else by central differences of 500 digits. At a
kink only PyTorch says what the convention is, and only where its floats meet the kink exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy
import torch

from backprop_derive.records import record

from . import exact as e
from .forms import Form
from .graphs import Graph, evaluate

Array = Any
STEP = e.MP.mpf(10) ** -120  # of a central difference: its error is of the order of 10**-240
COMPLEX_STEP = e.MP.mpf(10) ** -240
NEAR, ON = (
    e.MP.mpf(10) ** -100,
    e.MP.mpf(10) ** -400,
)  # between the two a kink is too near for a difference, and is none

# At which arrays of a graph, in order, a kink or an end of a domain was met: entries.
Met = list[list[bool]]


@record
class Values:
    """Values of givens and steps, and where kinks and ends of domains were met."""

    names: dict[str, Array]
    kinks: Met
    ends: Met
    blind: Met


class Walk:
    """Applies forms by one kind of numbers and notes what is met."""

    def __init__(
        self, function: Callable[[Form], Callable[..., Array]], near: Any, plain: Callable[[Array], Array]
    ) -> None:
        self.function, self.near, self.plain = function, near, plain
        self.kinks: Met = []
        self.ends: Met = []
        self.blind: Met = []

    def __call__(self, form: Form, arguments: list[Array]) -> Array:
        for wanted, found in ((form.kinks, self.kinks), (form.ends, self.ends), (form.blind, self.blind)):
            if wanted is not None:
                arrays = wanted(*map(self.plain, arguments))
                gaps = [abs(x) for a in arrays for x in numpy.ravel(numpy.asarray(a, object))]
                found.append([bool(gap <= self.near) for gap in gaps])
                self.blind.append([bool(self.near and ON < gap <= self.near) for gap in gaps])
        return self.function(form)(*arguments)


# --- mpmath


class Exact:
    """The graph in mpmath's numbers."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        walk = Walk(lambda form: lambda *a: e.array(form.exact(*a)), NEAR, lambda x: x)
        self.base = Values(self._values(walk, "", None), walk.kinks, walk.ends, walk.blind)
        self.is_analytic = all(form.kinks is None for form in graph.forms)

    def _values(self, walk: Any, moved: str, by: Array) -> dict[str, Array]:
        names: dict[str, Array] = {}
        for name, given in self.graph.givens.items():
            names[name] = e.array(given.exact + by) if name == moved else given.exact
        for name, node in self.graph.steps.items():
            value = evaluate(node, names, walk)
            names[name] = e.array(value + by) if name == moved else value
        return names

    def _loss(self, moved: str, by: Array) -> Any:
        return self._values(lambda form, a: e.array(form.exact(*a)), moved, by)[self.graph.loss][()]

    def slope(self, name: str, direction: Array) -> Any:
        """How the loss changes as a given or a step moves in a direction."""
        if self.is_analytic:
            return e.MP.im(self._loss(name, direction * e.MP.mpc(0, COMPLEX_STEP))) / COMPLEX_STEP
        return (self._loss(name, direction * STEP) - self._loss(name, direction * -STEP)) / (2 * STEP)

    def direction(self, name: str, rng: random.Random) -> Array:
        shape = self.base.names[name].shape
        return numpy.array([rng.randint(1, 97) for _ in range(int(numpy.prod(shape)))], dtype=object).reshape(shape)


# --- PyTorch


@record
class Torch:
    """Values and gradients in PyTorch's double precision; a gradient that it has not is 0."""

    values: Values
    gradients: dict[str, Array]


def by_torch(graph: Graph) -> Torch:
    walk = Walk(lambda form: form.torch, 0, lambda t: t.detach().numpy())
    names: dict[str, Any] = {}
    for name, given in graph.givens.items():
        names[name] = torch.tensor(given.exact.astype(float), dtype=torch.float64, requires_grad=True)
    for name, node in graph.steps.items():
        names[name] = evaluate(node, names, walk)
        if names[name].requires_grad:
            names[name].retain_grad()
    if names[graph.loss].requires_grad:
        names[graph.loss].backward()
    gradients = {k: numpy.zeros(t.shape) if t.grad is None else t.grad.numpy() for k, t in names.items()}
    return Torch(
        Values({k: t.detach().numpy() for k, t in names.items()}, walk.kinks, walk.ends, walk.blind), gradients
    )
