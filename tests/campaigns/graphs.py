"""Random graphs: a problem's text, and the same graph as functions of PyTorch's and of mpmath's numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from math import prod
from typing import Any

import numpy

from backprop_derive.records import record

from . import exact as e
from .forms import POINTWISE, SCALARS, TENSORS, Form

Shape = tuple[int, ...]
Array = Any
LARGEST = 1e4  # of any value on the way
MOST_ENTRIES = 12

CLOSED = {
    "sqrt(2)/2": e.MP.sqrt(2) / 2, "-sqrt(3)": -e.MP.sqrt(3), "pi/4": e.MP.pi / 4, "-pi/6": -e.MP.pi / 6,
    "exp(1)/3": e.MP.exp(1) / 3, "log(2)": e.MP.log(2),
}  # fmt: skip
# Whole numbers and halves meet in ties and kinks, in floats too; the others are exact or not.
STYLES: dict[str, Callable[[random.Random], str]] = {
    "halves": lambda rng: rng.choice(("0", "1", "-1", "2", "-2", "1/2", "-1/2", "0", "1", "3/2")),
    "decimals": lambda rng: f"{rng.randint(-25, 25) / 10}",
    "fractions": lambda rng: str(Fraction(rng.randint(-20, 20), rng.choice((1, 2, 3, 7, 9)))),
    "closed": lambda rng: rng.choice((*CLOSED, "1", "-0.3")),
}


@record
class Applied:
    """A form with its operands: names, or forms within it."""

    form: Form
    operands: tuple[str | Applied, ...]

    def __str__(self) -> str:
        return self.form.text.format(*(o if isinstance(o, str) else f"({o})" for o in self.operands))


Node = str | Applied


@record
class Given:
    shape: Shape
    written: tuple[str, ...]

    @property
    def exact(self) -> Array:
        numbers = [CLOSED[w] if w in CLOSED else e.MP.mpf(Fraction(w).numerator) / Fraction(w).denominator
                   for w in self.written]  # fmt: skip
        return numpy.array(numbers, dtype=object).reshape(self.shape)

    def __str__(self) -> str:
        return _nested(list(self.written), self.shape)


def _nested(entries: list[str], shape: Shape) -> str:
    if not shape:
        return entries[0]
    size = prod(shape[1:])
    return "[" + ", ".join(_nested(entries[k * size : (k + 1) * size], shape[1:]) for k in range(shape[0])) + "]"


@record
class Graph:
    """Givens and steps in order; the last step is the loss."""

    seed: int
    givens: dict[str, Given] = field(default_factory=dict)
    steps: dict[str, Applied] = field(default_factory=dict)

    @property
    def text(self) -> str:
        given = "\n".join(f"Given {name} = {value}" for name, value in self.givens.items())
        return "\n".join((given, *(f"{name} = {node}" for name, node in self.steps.items())))

    @property
    def loss(self) -> str:
        return list(self.steps)[-1]

    @property
    def forms(self) -> Iterator[Form]:
        waiting: list[Node] = list(self.steps.values())
        while waiting:
            node = waiting.pop()
            if isinstance(node, Applied):
                yield node.form
                waiting.extend(node.operands)


# A function of (form, arguments): what it gives, by one kind of numbers or another.
Apply = Callable[[Form, list[Array]], Array]


def evaluate(node: Node, names: Mapping[str, Array], apply: Apply) -> Array:
    if isinstance(node, str):
        return names[node]
    return apply(node.form, [evaluate(operand, names, apply) for operand in node.operands])


def exactly(form: Form, arguments: list[Array]) -> Array:
    """Raises ValueError where there is no real number."""
    value = e.array(form.exact(*arguments))
    if any(isinstance(entry, e.MP.mpc) or not e.MP.isfinite(entry) for entry in value.ravel()):
        raise ValueError("no real number")
    return value


class Maker:
    """Makes one graph step by step, looking at the values so that none is out of its domain or far too large."""

    def __init__(self, seed: int, is_scalar: bool) -> None:
        self.rng, self.is_scalar = random.Random(seed), is_scalar
        self.graph = Graph(seed)
        self.values: dict[str, Array] = {}
        self.style = self.rng.choice((*STYLES, "mixed", "halves"))
        self.unused: list[str] = []

    def make(self) -> Graph:
        wanted, tries = self.rng.choice((1, 2, 3, 3, 4, 5, 6, 8)), 0
        if self.is_scalar:
            wanted *= 2
        while len(self.graph.steps) < wanted and tries < 60:
            tries += 1
            self.step()
        self.finish()
        return self.graph

    # --- givens

    def given(self, shape: Shape) -> str:
        styles = [STYLES[self.style]] if self.style in STYLES else list(STYLES.values())
        name = f"{self.rng.choice('xwvub')}_{len(self.graph.givens) + 1}"
        self.graph.givens[name] = Given(shape, tuple(self.rng.choice(styles)(self.rng) for _ in range(prod(shape))))
        self.values[name] = self.graph.givens[name].exact
        self.unused.append(name)
        return name

    def drop(self, before: Iterable[str]) -> None:
        """Takes away the givens that a step would have had."""
        for name in [n for n in self.graph.givens if n not in set(before)]:
            del self.graph.givens[name], self.values[name]
            self.unused.remove(name)

    # --- steps

    def step(self) -> None:
        before = list(self.graph.givens)
        forms = SCALARS if self.is_scalar or self.rng.random() < 0.4 else TENSORS
        node = self.node(self.rng.choice(forms))
        value = self.value(node)
        if value is None or value.size > MOST_ENTRIES:
            self.drop(before)
        else:
            self.add(f"{self.rng.choice('zahsq')}_{len(self.graph.steps) + 1}", node, value)

    def add(self, name: str, node: Applied, value: Array) -> None:
        self.graph.steps[name], self.values[name] = node, value
        used = set(names_of(node))
        self.unused = [n for n in self.unused if n not in used] + [name]

    def node(self, form: Form) -> Applied:
        if form.is_pointwise:
            return Applied(form, self.broadcasting(form))
        sizes = {c: self.rng.randint(1, 3) for c in sorted("".join(form.axes)) if c.isalpha()}
        bound: dict[str, int] = {}
        return Applied(form, tuple(self.fitting(axes, sizes, bound) for axes in form.axes))

    def fitting(self, axes: str, sizes: Mapping[str, int], bound: dict[str, int]) -> str:
        """A name whose shape has these axes; a new given where there is none, or now and then."""
        found = [] if self.rng.random() < 0.25 else [n for n in self.names() if self.binds(axes, n, bound) is not None]
        name = self.rng.choice(found) if found else self.given(
            tuple(int(c) if c.isdigit() else bound.get(c, sizes[c]) for c in axes))  # fmt: skip
        bound.update(self.binds(axes, name, bound) or {})
        return name

    def binds(self, axes: str, name: str, bound: Mapping[str, int]) -> dict[str, int] | None:
        shape, found = self.values[name].shape, dict(bound)
        if len(shape) != len(axes):
            return None
        for letter, size in zip(axes, shape, strict=True):
            if size != (int(letter) if letter.isdigit() else found.setdefault(letter, size)):
                return None
        return found

    def broadcasting(self, form: Form) -> tuple[Node, ...]:
        shape: Shape = ()
        chosen: list[Node] = []
        for _ in form.axes:
            name = self.broadcast(shape, is_first=not chosen)
            shape = numpy.broadcast_shapes(shape, self.values[name].shape)
            inner = self.rng.choice(POINTWISE)
            is_compound = len(inner.axes) == 1 and self.rng.random() < 0.2
            chosen.append(Applied(inner, (name,)) if is_compound else name)
        return tuple(chosen)

    def broadcast(self, shape: Shape, is_first: bool) -> str:
        fits = [n for n in self.names() if _do_broadcast(shape, self.values[n].shape)]
        if fits and self.rng.random() < 0.75:
            return self.rng.choice(fits)
        if self.is_scalar:
            return self.given(())
        if is_first:
            return self.given(tuple(self.rng.randint(1, 3) for _ in range(self.rng.randint(0, 2))))
        part = tuple(self.rng.choice((1, n, n)) for n in shape)
        return self.given(part[self.rng.randint(0, len(part)) :])

    def names(self) -> list[str]:
        """What may be used: the latest most often, so that graphs are deep; any of them, so that they fan out."""
        names = list(self.values)
        return names[-4:] if self.rng.random() < 0.6 else names

    def value(self, node: Applied) -> Array | None:
        try:
            value = evaluate(node, self.values, exactly)
            return value if all(abs(x) < LARGEST for x in value.ravel()) else None
        except (ArithmeticError, ValueError, TypeError):
            return None

    # --- the loss

    def finish(self) -> None:
        """The loss: a sum over what nothing uses yet, so that everything lies on a path."""
        terms = [self.total(name) for name in self.unused or list(self.values)]
        form = Form(" + ".join(["{}"] * len(terms)), ("",) * len(terms), lambda *x: sum(x), lambda *x: e.array(sum(x)))
        if len(terms) == 1:
            form = self.rng.choice([f for f in POINTWISE if f.text in ("{}^2", "3*{} - 1/2", "tanh({})")])
        node = Applied(form, tuple(terms))
        self.add("loss", node, evaluate(node, self.values, exactly))

    def total(self, name: str) -> Node:
        shape = self.values[name].shape
        if not shape:
            return name
        weights = [self.rng.choice(("1", "-1", "2", "1/2", "-3/4")) for _ in range(prod(shape))]
        numbers = [float(Fraction(weight)) for weight in weights]
        weighted = Form(
            f"sum({{}} * {_nested(weights, shape)})",
            ("*",),
            lambda x: (x * x.new_tensor(numbers).reshape(shape)).sum(),
            lambda x: e.array(numpy.sum(x * e.array([e.MP.mpf(w) for w in numbers]).reshape(shape))),
        )
        return Applied(self.rng.choice((weighted, *_TOTALS)), (name,))


_TOTALS = (
    Form("mean({}^2)", ("*",), lambda x: (x**2).mean(), lambda x: e.mean(x**2)),
    Form("sum({})", ("*",), lambda x: x.sum(), lambda x: e.array(numpy.sum(x))),
)


def names_of(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for operand in node.operands:
            yield from names_of(operand)


def _do_broadcast(*shapes: Shape) -> bool:
    try:
        return bool(prod(numpy.broadcast_shapes(*shapes)) <= MOST_ENTRIES)
    except ValueError:
        return False


def random_graph(seed: int) -> Graph:
    """The graph of this seed: an even one is of scalars, an odd one of tensors."""
    return Maker(seed, is_scalar=seed % 2 == 0).make()
