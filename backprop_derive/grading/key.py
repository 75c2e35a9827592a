"""What a problem asks, and what every student's work on it is judged by: worked out once for a class."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from .. import api
from ..derivation import Derivation
from ..document import Derivative, MathNode
from ..errors import UsageError
from ..exercises.answers import Wrong, wrong_answers_to
from ..indexed.sizes import STRUCTURES
from ..limits import DEFAULT_LIMITS, Limits
from ..printers.text import text
from ..proofreading.readings import Readings
from ..proofreading.scope import Scope
from ..proofreading.tokens import Vocabulary
from ..proofreading.values import Key as Symbol
from ..report.matrices import nested
from ..report.numbers import Style, style_of
from ..solution import SolutionRecord, TensorSolution, TensorValue, Value
from ..syntax.expression import Name
from ..syntax.names import canonical
from .own import KeyComparer
from .record import GradeOptions, Item

_DIGITS = 6


class Key:
    """The key to a problem: its solution, the items that earn points, and what is known of its formulas."""

    def __init__(
        self, record: SolutionRecord | TensorSolution, options: GradeOptions, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self.record = record
        self.options = options
        self.limits = limits
        self.problem = record.derivation.graph.problem
        self.scope = _scope_of(record)
        self.readings = Readings()
        self._shown: dict[Item, MathNode | None] = {}
        self.items = tuple(_items(record, options.ask))
        if not self.items:
            raise UsageError(
                "nothing of this problem earns points", hint="values for the givens, or other kinds in ask"
            )

    @property
    def loss(self) -> str:
        return self.problem.loss

    @property
    def is_scalar(self) -> bool:
        """Whether every name is a number, so that formulas are compared as such."""
        return isinstance(self.record.derivation, Derivation)

    @cached_property
    def comparer(self) -> KeyComparer:
        """What compares with the right formulas and values; students' own ones share what it knows."""
        return KeyComparer(self.scope)

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Other spellings of the key's names, each with the name: x_1 for x1, as it is printed, and z1 for z_1."""
        names = self.scope.symbols
        found: dict[str, str] = {}
        for name in sorted(names):
            for other in (canonical(text(Name(name))), name.replace("_", "")):
                if other not in names and other:
                    found.setdefault(other, name)
        return found

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that a student's text may use for what the problem speaks of."""
        names = self.scope.symbols | self.spellings.keys()
        tensors = self.comparer.arrays.names
        return Vocabulary(names, frozenset(), tensors | {o for o, name in self.spellings.items() if name in tensors})

    @cached_property
    def wrong_answers(self) -> dict[str, tuple[Wrong, ...]]:
        """The wrong answers to every question of the key by the mistakes that lead to them."""
        if self.record.first is None:
            return {}
        graph = self.record.derivation.graph
        values = (f"{step.key} value" for step in graph.path_steps())
        after = (f"{key} after" for key in (self.record.updates[0].values if self.record.updates else ()))
        return wrong_answers_to(self.record, (*values, *graph.adjoint_order(), *after))

    def value(self, symbol: Symbol) -> Value | TensorValue | None:
        """The right value of a name, of the gradient by one, or (`after`) of an updated one."""
        first = self.record.first
        if first is None:
            return None
        match symbol:
            case ("∂", key):
                return first.adjoints.get(key)
            case ("after", key):
                return self.record.updates[0].values.get(key) if self.record.updates else None
            case (key,):
                return first.values.get(key)
        return None

    def array(self, symbol: Symbol) -> Any:
        """The right value as an array of floats; None where there is none, or none within floats."""
        value = self.value(symbol)
        if value is None:
            return None
        entries = value.entries if isinstance(value, TensorValue) else (value,)
        found = np.array([float(entry) for entry in entries]).reshape(getattr(value, "shape", ()))
        return found if np.isfinite(found).all() else None

    def shown(self, item: Item) -> MathNode | None:
        """What is right for an item, as it is shown."""
        if item not in self._shown:
            self._shown[item] = self._made_shown(item)
        return self._shown[item]

    @cached_property
    def style(self) -> Style:
        """How numbers are shown."""
        return style_of(self.problem, _DIGITS)

    def _made_shown(self, item: Item) -> MathNode | None:
        derivation = self.record.derivation
        if item.kind == "local":
            assert isinstance(derivation, Derivation)
            return next(g.derivative for g in derivation.by_step[item.step] if g.operand == item.name)
        value = self.value(symbol_of(item))
        if value is None:
            return None
        if isinstance(value, TensorValue):
            shown = self.style.alike(value.entries)
            return nested(shown, value.shape) if value.shape else shown[0]
        return self.style.shown(value)


def key_of(problem: Any, options: GradeOptions, name: str = "problem", limits: Limits = DEFAULT_LIMITS) -> Key:
    """The key to a problem: its text, a Problem, a Solution or a Variant. Raises what `solve` raises."""
    record = getattr(getattr(problem, "solution", problem), "record", None)
    if record is None:
        if isinstance(problem, str):
            from ..language.reader import read_problem

            problem = read_problem(problem, name=name, limits=limits)
        record = api.solve(problem, limits=limits).record
    return Key(record, options, limits)


def symbol_of(item: Item) -> Symbol:
    """By what the proof-reader knows an item."""
    match item.kind:
        case "value":
            return (item.name,)
        case "local":
            return ("∂", item.name, item.step)
        case "gradient":
            return ("∂", item.name)
    return ("after", item.name)


def _scope_of(record: SolutionRecord | TensorSolution) -> Scope:
    problem = record.derivation.graph.problem
    givens = {given.key: given.value for given in problem.givens if given.value is not None}
    steps = {step.key: step.expression for step in problem.steps}
    used = {name for names in record.derivation.graph.operands.values() for name in names}
    symmetric, diagonal = ({given.key for given in problem.givens if given.structure == kind} for kind in STRUCTURES)
    return Scope(
        givens=givens, steps=steps, losses={problem.loss}, used=used, asked=problem.loss,
        symmetric=symmetric, diagonal=diagonal,
    )  # fmt: skip


def _items(record: SolutionRecord | TensorSolution, ask: tuple[str, ...]) -> Any:
    derivation = record.derivation
    graph = derivation.graph
    loss = Name(graph.loss)
    if "value" in ask and record.first is not None:
        for step in graph.path_steps():
            yield _item("value", step.key, step.key, Name(step.key))
    if "local" in ask and isinstance(derivation, Derivation):
        for gradient in derivation.local_gradients():
            if gradient.step != graph.loss and gradient.operand in graph.on_path:
                head = Derivative(Name(gradient.step), Name(gradient.operand))
                yield _item("local", gradient.operand, gradient.step, head)
    if "gradient" in ask:
        for key in derivation.adjoint_order():
            yield _item("gradient", key, key, Derivative(loss, Name(key)))
    if "after" in ask and record.updates:
        for key in record.updates[0].values:
            yield _item("after", key, key, Name(key))


def _item(kind: str, name: str, step: str, head: MathNode) -> Item:
    shown = text(head)
    return Item(kind, name, step, head, f"{shown} after the update" if kind == "after" else shown)
