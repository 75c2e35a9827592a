"""What is known where a statement stands: given values, definitions, and the derivatives that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..calculus.derive import derived_form
from ..document import Applied, Derivative, Differential, MathNode
from ..records import record
from ..syntax.expression import Call, Expr, ListOf, Name, Number, names_in, substitute, walk
from .functions import OF_NUMBERS

# Gradients in numerator layout; those by steps, dZ, of the sum over the examples, those by parameters of their mean.
NUMERATOR, OF_SUM = "numerator", "of sum"
Block = tuple[str, int]
ByEntries = tuple[tuple[str, ...], Expr]


@record
class Function:
    """A function that a text defines by a formula: f(x) = …"""

    parameters: tuple[str, ...]
    body: Expr


@dataclass
class Scope:
    """The problem of a stretch of notes: `givens` with their values, `steps` in the order in which each uses others.

    `defining` tells which statement defines a name: its first relation claims nothing. `shapes` are those declared as
    X ∈ ℝ^{n×d}; `by_entries` holds what is defined by its entries, and `asides` what is introduced by "with" and holds
    in its paragraph only.
    """

    givens: dict[str, Expr] = field(default_factory=dict)
    steps: dict[str, Expr] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    defining: dict[str, tuple[str, int]] = field(default_factory=dict)
    losses: set[str] = field(default_factory=set)
    shapes: dict[str, tuple[int | str, ...]] = field(default_factory=dict)
    symmetric: set[str] = field(default_factory=set)
    diagonal: set[str] = field(default_factory=set)
    by_entries: dict[str, dict[Block, ByEntries]] = field(default_factory=dict)
    asides: dict[tuple[Block, str], Expr] = field(default_factory=dict)
    elided: set[str] = field(default_factory=set)  # given, but not as a whole
    named: dict[str, MathNode] = field(default_factory=dict)  # what holds derivatives, as δ = (a − y) σ′(z): no step
    used: set[str] = field(default_factory=set)
    examples: str | None = None  # m, where a rule for a parameter divides by it what is a step's, dW = 1/m dZ Aᵀ
    asked: str | None = None  # the loss, where it is known beforehand
    along: str | None = None  # what the tangents ẋ are by, in the sweep of forward mode that is read
    seeds: dict[str, Expr] = field(default_factory=dict)  # how what is given changes in it, where they are tensors
    conventions: frozenset[str] = frozenset()  # those of the constants above by which it is read
    changing: frozenset[str] = frozenset()  # the givens whose tangents are spoken of in this sweep

    def structure(self, name: str) -> str:
        """What a matrix is declared to be, as the language says it; "" for nothing."""
        return "symmetric" if name in self.symmetric else "diagonal" if name in self.diagonal else ""

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The numbers of givens and definitions as they are spelled: 0.50."""
        bodies = (*self.givens.values(), *self.steps.values())
        return frozenset(n.written for body in bodies for n in walk(body) if isinstance(n, Number) and n.written)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The steps, each after those it uses."""
        return tuple(_ordered(self.steps))

    @cached_property
    def loss(self) -> str | None:
        """What is differentiated: the step that derivatives are of and nothing else uses, or the last such step."""
        if self.asked is not None:
            return self.asked
        used = {name for expr in self.steps.values() for name in names_in(expr)}
        ends = [key for key in self.order if key not in used]
        ends = [key for key in ends if key not in self.by_entries] or ends  # those may be abbreviations
        known = [key for key in ends if all(name in self.givens for name in self.needed(key) if name not in self.steps)]
        asked = [key for key in ends if key in self.losses]
        found = asked or known or ends
        return found[-1] if found else None

    def needed(self, key: str) -> frozenset[str]:
        """All that a step is computed from, and itself."""
        seen, stack = {key}, [key]
        while stack:
            new = [name for name in self.operands.get(stack.pop(), ()) if name not in seen]
            seen.update(new)
            stack += new
        return frozenset(seen)

    @cached_property
    def symbols(self) -> frozenset[str]:
        """All names that stand for something: what has a value or a formula, and what formulas are made of."""
        return frozenset((*self.givens, *self.steps, *(name for names in self.operands.values() for name in names)))

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each step comes in the order."""
        return {key: k for k, key in enumerate(self.order)}

    @cached_property
    def operands(self) -> dict[str, tuple[str, ...]]:
        return {key: names_in(expr) for key, expr in self.steps.items()}

    @cached_property
    def _derived(self) -> dict[tuple[str, str], Expr]:
        return {}

    def local_form(self, step: str, operand: str) -> Expr:
        """The local gradient of a step by one of its operands, derived once. Raises what deriving it raises."""
        at = (step, operand)
        if at not in self._derived:
            self._derived[at] = local_derivative(self.steps[step], operand)
        return self._derived[at]

    def is_defined(self, key: str) -> bool:
        return key in self.givens or key in self.steps

    def is_named(self, key: str) -> bool:
        """Whether something says what a name stands for: a value, a step, or a formula that holds derivatives."""
        return self.is_defined(key) or key in self.named

    def formula(self, function: str) -> tuple[MathNode, tuple[str, ...]] | None:
        """The formula of a function and its parameters: as the notes define it, or of one that is known; else None."""
        own = self.functions.get(function)
        if own is not None:
            return own.body, own.parameters
        return (Call(function, (Name("#t"),)), ("#t",)) if len(function) > 1 and function in OF_NUMBERS else None

    def length(self, key: str, axis: int) -> int | str | None:
        """How long an axis of a vector or a matrix is by what is given: a number, or the letter of it; None else."""
        value = self.givens.get(key)
        if isinstance(value, ListOf):
            inner = value.items[0] if axis else value
            return len(inner.items) if isinstance(inner, ListOf) else None
        shape = self.shapes.get(key, ())
        return shape[axis] if axis < len(shape) else None

    def tangent_of(self, key: str) -> str | None:
        """What ŷ̇ is the tangent of, ŷ; None for what is no tangent."""
        base = without_dot(key)
        is_known = self.is_defined(base) or base in self.shapes or base in self.used
        return base if base != key and is_known else None


def without_dot(key: str) -> str:
    """The key of what a tangent is of: net_h1 for net_dot_h1, x' for x_dot', dot for dot_dot."""
    if "_dot" not in key:
        return key
    stem = key.rstrip("'")
    base, *rest = stem.split("_")
    return "_".join([base, *(part for part in rest if part != "dot")]) + key[len(stem) :]


def _ordered(steps: Mapping[str, Expr]) -> Iterator[str]:
    """Depth first, without recursion; the steps of a cycle are left out."""
    done: set[str] = set()
    open_now: set[str] = set()
    for first in steps:
        stack = [(first, iter(names_in(steps[first])))]
        while stack:
            key, rest = stack[-1]
            if key in done:
                stack.pop()
                continue
            open_now.add(key)
            following = next((n for n in rest if n in steps and n not in done and n not in open_now), None)
            if following is not None:
                stack.append((following, iter(names_in(steps[following]))))
                continue
            stack.pop()
            open_now.discard(key)
            done.add(key)
            yield key


def local_derivative(expr: Expr, key: str) -> Expr:
    """The derivative of an expression by one of its names, the others held fixed, as the engine derives it."""
    names = names_in(expr)
    shape = substitute(expr, {name: Name(f"#{k}") for k, name in enumerate(names)})
    form = derived_form(shape, names.index(key))
    if form is None:
        raise ArithmeticError("a division by zero")
    return substitute(form.derivative, {f"#{k}": Name(name) for k, name in enumerate(names)})


# --- what a tree is


def is_closed(node: MathNode | None) -> bool:
    """Whether a tree is an expression of numbers only."""
    return isinstance(node, Expr) and not any(isinstance(n, Name) or is_symbol(n) for n in walk(node))


def is_symbol(node: MathNode) -> bool:
    return isinstance(node, Derivative | Differential | Applied)


def is_plain(node: MathNode | None) -> bool:
    """Whether a tree holds no derivative and no function of its own."""
    return isinstance(node, Expr) and not any(map(is_symbol, walk(node)))
