"""What was derived: every local gradient on a path, and each adjoint as a sum over the steps that use a name."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from .graph import Graph
from .records import record
from .syntax.expression import Expr, Name, substitute


@record
class DerivedForm:
    """A derivative of an expression's shape: its names are the slots `#0`, `#1`, … in order of appearance.

    `derivative` is what SymPy derived. `in_output` is the same in the step's own output (slot `#y`), where that says
    more: a(1 - a) for a = σ(z); None where the step is no call or its output does not recur. Equal shapes share one
    form, whatever their names. `has_choice` tells that the derivative distinguishes cases.
    """

    derivative: Expr
    in_output: Expr | None
    rules: tuple[str, ...]
    has_choice: bool = False


@record(slots=False)
class LocalGradient:
    """∂(step)/∂(operand), all other operands of the step held fixed.

    What is written in the problem's names is made once: the variants of an exercise share their gradients.
    """

    step: str
    operand: str
    form: DerivedForm
    slots: tuple[str, ...]

    @cached_property
    def derivative(self) -> Expr:
        """The derivative in the problem's names."""
        return substitute(self.form.derivative, {f"#{k}": Name(key) for k, key in enumerate(self.slots)})

    @cached_property
    def in_output(self) -> Expr | None:
        """The derivative in the step's own name where that is all it needs."""
        if self.form.in_output is None:
            return None
        slots = {f"#{k}": Name(key) for k, key in enumerate(self.slots)}
        return substitute(self.form.in_output, {**slots, "#y": Name(self.step)})

    @cached_property
    def shortest(self) -> Expr:
        """The form that is carried on into the backward pass."""
        return self.in_output or self.derivative


@record
class SecondGradient:
    """∂²(step)/∂(first)∂(second), all other operands of the step held fixed; `form` is as in `LocalGradient`."""

    step: str
    first: str
    second: str
    form: DerivedForm
    slots: tuple[str, ...]

    @property
    def in_order(self) -> tuple[str, str]:
        """Both operands in the order of the step."""
        first, second = sorted((self.first, self.second), key=self.slots.index)
        return first, second

    @property
    def inner(self) -> LocalGradient:
        """The same as the local gradient that it is in its form: of ∂(step)/∂(first) by `second`."""
        return LocalGradient(self.step, self.second, self.form, self.slots)


@record
class ShortAdjoint:
    """What the chain rule's product for an adjoint cancels to, in the problem's names: p - y.

    `one` is a factor in it that is 1 at the problem's values, as the sum of a one-hot target is, and `reduced` the form
    without it.
    """

    form: Expr
    one: Expr | None = None
    reduced: Expr | None = None


@record
class Component:
    """A tensor by its entries: the entry at the indices `at` is `body`, a component formula."""

    at: tuple[str, ...]
    body: Expr


INCOMING, OUTPUT, TANGENT = "#g", "#y", "#d"


@record
class Flow:
    """What flows back from a step to one of its operands: the incoming adjoint times ∂(step)/∂(operand), summed.

    All forms are in slots: `#0`, `#1`, … for the operands, `#g` for the incoming adjoint, `#y` for the step's own
    output; equal shapes of steps share them. `jacobian` has the entries of ∂(step)/∂(operand), as SymPy derived
    them; its indices are those of the step, then those of the operand. `component` is the contracted flow; `matrix`
    is the same in matrix notation where that was recognised and proved equal, and `jacobian_matrix` the Jacobian of a
    vector by a vector.
    """

    step: str
    operand: str
    slots: tuple[str, ...]
    jacobian: Component
    component: Component
    matrix: Expr | None = None
    jacobian_matrix: Expr | None = None


@record
class ShortTensor:
    """As `ShortAdjoint`, of a tensor by its entries, and in matrix notation where that was recognised and proved.

    `one` is a sum along an axis, and `is_known` tells that it is 1; else it is 1 for a target of probabilities.
    """

    component: Component
    matrix: Expr | None
    one: Expr | None = None
    reduced: ShortTensor | None = None
    is_known: bool = False


@record
class TensorDerivation:
    """The derivation of a problem with tensors: each step by its entries, and what flows back along each edge.

    `short` holds the adjoints whose product by the chain rule was found to cancel to something short.
    """

    graph: Graph
    components: dict[str, Component]
    uses: dict[str, tuple[Flow, ...]]
    short: Mapping[str, ShortTensor] = field(default_factory=dict)

    def flows(self) -> Iterator[Flow]:
        """From the loss back to the givens, as the backward pass needs them."""
        by_step: dict[str, list[Flow]] = {}
        for uses in self.uses.values():
            for flow in uses:
                by_step.setdefault(flow.step, []).append(flow)
        for key in reversed(self.graph.steps):
            found = {flow.operand: flow for flow in by_step.get(key, ())}
            yield from (found[name] for name in self.graph.operands[key] if name in found)

    def adjoint_order(self) -> tuple[str, ...]:
        """The names whose adjoint the backward pass computes, as in `Derivation`."""
        return self.graph.adjoint_order()


@record
class RuleStatement:
    """A rule of differentiation in general form: d(expression)/dx = derivative, primes for derivatives by x."""

    expression: Expr
    derivative: Expr


@record
class Composition:
    """How an adjoint is composed of incoming adjoints and local gradients: `along` a path, and `over` paths.

    The chain rule multiplies along a path and adds over paths. A worked mistake (`mistakes`) does otherwise:
    `plus` in the place of `times` and the other way round, or `local`, which leaves the incoming adjoint out.
    """

    along: str = "times"
    over: str = "plus"


CHAIN_RULE = Composition()


@record
class Derivation:
    """The local gradients of a graph by step, in the order of the step's operands.

    The adjoint of a name is the sum, over the steps that use it (`uses`, in the author's order), of the step's adjoint
    times the local gradient. `short` holds the adjoints for which that product was found to cancel to something short,
    in the problem's names: p - y. `slips` names the adjoints that a worked mistake composes otherwise.
    """

    graph: Graph
    by_step: dict[str, tuple[LocalGradient, ...]]
    uses: dict[str, tuple[LocalGradient, ...]]
    short: Mapping[str, ShortAdjoint] = field(default_factory=dict)
    slips: dict[str, Composition] = field(default_factory=dict)

    @property
    def formulas(self) -> Formulas:
        """What the derivation is apart from the numbers of its problem, to keep by it what does not depend on these."""
        return Formulas(self)

    def composition(self, key: str) -> Composition:
        """How the adjoint of a name is composed."""
        return self.slips.get(key, CHAIN_RULE)

    def local_gradients(self, from_loss: bool = True) -> Iterator[LocalGradient]:
        """From the loss back to the givens, as the backward pass needs them, or in the order of the steps."""
        for key in reversed(self.graph.steps) if from_loss else self.graph.steps:
            yield from self.by_step.get(key, ())

    def adjoint_order(self) -> tuple[str, ...]:
        """The names whose adjoint the backward pass computes: steps from the loss back, then the wanted givens."""
        return self.graph.adjoint_order()

    def tangent_order(self, by: str) -> tuple[str, ...]:
        """The steps whose tangent a sweep of forward mode computes that seeds `by`: those on a path that `by` reaches.

        What `by` is computed from, where it is a step, stays out: it is seeded, whatever it came from.
        """
        reached = {by}
        for step in self.graph.path_steps():
            if step.key != by and any(gradient.operand in reached for gradient in self.by_step[step.key]):
                reached.add(step.key)
        return tuple(key for key in self.graph.steps if key in reached and key != by)

    def moved(self, key: str, tangents: Container[str]) -> tuple[LocalGradient, ...]:
        """The local gradients of a step by the operands that have a tangent."""
        return tuple(gradient for gradient in self.by_step[key] if gradient.operand in tangents)

    def forward_products(self, by: str) -> int:
        """How many products of two numbers a sweep takes: one an edge, none where the tangent is the seed, 1."""
        order = self.tangent_order(by)
        tangents = {by, *order}
        return sum(gradient.operand != by for key in order for gradient in self.moved(key, tangents))

    def reverse_products(self) -> int:
        """How many products of two numbers the backward pass takes: one an edge, none where the adjoint is the loss's,
        1."""
        return sum(use.step != self.graph.loss for uses in self.uses.values() for use in uses)


class Formulas:
    """A derivation that is equal to another where both share all their formulas, as those of variants do."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self._parts = (derivation.graph.steps, derivation.by_step, derivation.uses, derivation.slips)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formulas) and all(a is b for a, b in zip(self._parts, other._parts, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self._parts)))


@record
class SecondDerivation:
    """The second-order local gradients of a derivation, and which second derivatives of the loss are asked for.

    A pair (w, b) stands for ∂²(loss)/∂w∂b: how ∂(loss)/∂b changes with w. Of a name u, with a sweep of forward mode
    that seeds w, that is the sum over the steps y that use u of

        ∂²(loss)/∂w∂y · ∂y/∂u  +  ∂(loss)/∂y · Σ_v ∂²y/∂u∂v · v̇

    `by_step` holds the ∂²y/∂u∂v that are not 0 everywhere, each for both orders of u and v.
    """

    derivation: Derivation
    pairs: tuple[tuple[str, str], ...]
    by_step: dict[str, tuple[SecondGradient, ...]]

    @property
    def seeds(self) -> tuple[str, ...]:
        """What the sweeps seed, each once."""
        return tuple(dict.fromkeys(seed for seed, _ in self.pairs if seed in self.derivation.graph.on_path))

    def local_gradients(self) -> Iterator[SecondGradient]:
        """From the loss back, each unordered pair of operands once."""
        for key in reversed(self.derivation.graph.steps):
            seen = set()
            for gradient in self.by_step.get(key, ()):
                if (gradient.second, gradient.first) not in seen:
                    seen.add((gradient.first, gradient.second))
                    yield gradient

    def bent(self, use: LocalGradient, tangents: Container[str]) -> tuple[SecondGradient, ...]:
        """By what a local gradient changes in a sweep with these tangents."""
        found = self.by_step.get(use.step, ())
        return tuple(second for second in found if second.first == use.operand and second.second in tangents)

    def order(self, seed: str) -> tuple[str, ...]:
        """The names u, from the loss back, whose ∂²(loss)/∂(seed)∂u a sweep computes; of the others it is 0."""
        derivation = self.derivation
        tangents = {seed, *derivation.tangent_order(seed)}
        targets = {other for one, other in self.pairs if one == seed}
        leads_on = set(targets)
        for step in derivation.graph.path_steps():
            if any(gradient.operand in leads_on for gradient in derivation.by_step[step.key]):
                leads_on.add(step.key)
        found: list[str] = []
        for key in derivation.adjoint_order():
            uses = derivation.uses.get(key, ())
            if key in leads_on and any(use.step in found or self.bent(use, tangents) for use in uses):
                found.append(key)
        return tuple(found)

    def needed_tangents(self, seed: str) -> tuple[str, ...]:
        """The steps of the sweep whose tangents the second derivatives take, and those that these come from."""
        derivation = self.derivation
        order = derivation.tangent_order(seed)
        tangents = {seed, *order}
        uses = (use for key in self.order(seed) for use in derivation.uses[key])
        needed = {second.second for use in uses for second in self.bent(use, tangents)}
        for key in reversed(order):
            if key in needed:
                needed.update(gradient.operand for gradient in derivation.moved(key, tangents))
        return tuple(key for key in order if key in needed)


@record
class Curvature:
    """How the gradient that flows back from a step changes with its operands: Σ G · ∂²(step)/∂(first)∂(second).

    The form is in slots as those of a `Flow`, at the indices of both operands. `shown` is the same with each softmax of
    slot `#k` as `#pk`, and `matrix` the same in matrix notation, where that was proved equal.
    """

    step: str
    first: str
    second: str
    slots: tuple[str, ...]
    component: Component
    shown: Component | None = None
    matrix: Expr | None = None


@record
class TensorSecond:
    """As `SecondDerivation`, with tensors. A pair (w, b) stands for the ∂²(loss)/∂w_i∂b_j.

    `by_step` has each pair of operands once, in the order of the step, where the curvature is not 0 everywhere.
    `jacobians` are ∂(step)/∂(operand) in matrix notation, for what is told.
    """

    derivation: TensorDerivation
    pairs: tuple[tuple[str, str], ...]
    by_step: dict[str, tuple[Curvature, ...]]
    jacobians: dict[tuple[str, str], Expr | None] = field(default_factory=dict)

    def order(self, seed: str) -> tuple[str, ...]:
        """The names, from the loss back, through which what is asked for with this seed reaches the loss."""
        graph = self.derivation.graph
        leads_on = {key for key, other in self.pairs if other == seed}
        for step in graph.path_steps():
            if not leads_on.isdisjoint(graph.operands[step.key]):
                leads_on.add(step.key)
        return tuple(key for key in self.derivation.adjoint_order() if key in leads_on)

    def curvatures(self) -> Iterator[Curvature]:
        """From the loss back."""
        for key in reversed(self.derivation.graph.steps):
            yield from self.by_step.get(key, ())


@record
class Push:
    """What the tangent of an operand adds to the tangent of a step, as a `Flow` the other way round.

    The forms are in slots, where `#d` is the tangent of the operand and `#y` the step's own output.
    """

    step: str
    operand: str
    slots: tuple[str, ...]
    component: Component
    matrix: Expr | None = None


@record
class TensorTangents:
    """Forward mode with tensors: what each step adds up, in the order of its operands."""

    derivation: TensorDerivation
    by_step: dict[str, tuple[Push, ...]]

    def moved(self, key: str, tangents: Container[str]) -> tuple[Push, ...]:
        """What the operands with a tangent add to a step's."""
        return tuple(push for push in self.by_step.get(key, ()) if push.operand in tangents)

    def order(self, seeds: Collection[str]) -> tuple[str, ...]:
        """The steps that the seeds reach, in the author's order; a seeded step keeps its seed."""
        reached = set(seeds)
        for key in self.by_step:
            if self.moved(key, reached):
                reached.add(key)
        return tuple(key for key in self.by_step if key in reached and key not in seeds)
