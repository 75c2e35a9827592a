"""What was derived: every local gradient on a path, and each adjoint as a sum over the steps that use a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """∂(step)/∂(operand), all other operands of the step held fixed."""

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

    @property
    def shortest(self) -> Expr:
        """The form that is carried on into the backward pass."""
        return self.in_output or self.derivative


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


INCOMING, OUTPUT = "#g", "#y"


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

    The chain rule multiplies along a path and adds over paths. A worked mistake (`exercises.mistakes`) does otherwise:
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

    def composition(self, key: str) -> Composition:
        """How the adjoint of a name is composed."""
        return self.slips.get(key, CHAIN_RULE)

    def local_gradients(self) -> Iterator[LocalGradient]:
        """From the loss back to the givens, as the backward pass needs them."""
        for key in reversed(self.graph.steps):
            yield from self.by_step.get(key, ())

    def adjoint_order(self) -> tuple[str, ...]:
        """The names whose adjoint the backward pass computes: steps from the loss back, then the wanted givens."""
        return self.graph.adjoint_order()
