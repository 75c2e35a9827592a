"""Comparing by the key, and where that says no, by what the student has found before: follow-through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..document import MathNode
from ..proofreading.compare import Comparer
from ..proofreading.outcome import HERE_ONLY, Outcome
from ..proofreading.parts import symbols_in
from ..proofreading.scope import Scope, is_plain
from ..proofreading.tensors import TensorComparer
from ..proofreading.values import Key as Symbol
from ..proofreading.values import NoValue, Point, symbol_key
from ..syntax.expression import Expr, Number, names_in, walk
from .tensors import OwnArrays

_MOST_REMEMBERED = 20_000  # formulas of a class


class KeyComparer(Comparer):
    """The comparer of a key. It remembers what does not depend on a student: a class writes the same formulas."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.same: dict[tuple[MathNode, MathNode], bool | None] = {}
        self.right: dict[MathNode, tuple[tuple[str, Any], ...]] = {}

    def same_formula(self, a: MathNode, b: MathNode) -> bool | None:
        if (a, b) not in self.same:
            if len(self.same) >= _MOST_REMEMBERED:
                self.same.clear()
            self.same[a, b] = super().same_formula(a, b)
        return self.same[a, b]

    def right_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        if node not in self.right:
            if len(self.right) >= _MOST_REMEMBERED:
                self.right.clear()
            self.right[node] = tuple(super().right_values(node))
        return iter(self.right[node])


class OwnComparer(Comparer):
    """The comparer of one student's work.

    `written` are the student's values, as in notes. `formulas` are wrong formulas that the student has given for steps
    and derivatives: what follows from them counts as following, too. `more` are names that the key does not have.
    """

    def __init__(self, key: KeyComparer, scope: Scope) -> None:
        if scope is key.scope:
            self.__dict__.update(key.__dict__)
        else:
            super().__init__(scope)
        self.key = key
        self.more = scope.symbols - key.scope.symbols
        self.written = {}
        self.after = []
        self.formulas: dict[Symbol, MathNode] = {}
        self.tensors_written: dict[Symbol, Any] = {}
        self._own: Comparer | None = None

    def is_of_key(self, *nodes: MathNode) -> bool:
        """Whether formulas speak of what the key knows only, so that it can answer."""
        if not self.more and not self.scope.functions:
            return True
        return not self.scope.functions and all(self.more.isdisjoint(symbols_in(node)) for node in nodes)

    def same_formula(self, a: MathNode, b: MathNode) -> bool | None:
        return self.key.same_formula(a, b) if self.is_of_key(a, b) else super().same_formula(a, b)

    def right_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        return self.key.right_values(node) if self.is_of_key(node) else super().right_values(node)

    def note_tensor(self, key: Symbol, value: Any) -> None:
        """Note a wrong value of the student's own in a problem with vectors and matrices."""
        self.tensors_written[key] = value

    def note(self, key: Symbol, value: Any) -> None:
        super().note(key, value)
        self._own = None

    def note_formula(self, key: Symbol, formula: MathNode) -> None:
        """Note a wrong formula, from which the student may go on."""
        self.formulas[key] = formula
        self._own = None

    def without(self, key: Symbol | None) -> tuple[Any, MathNode | None]:
        """Forget what was found for a name or a derivative, while a claim about it is judged; gives it back."""
        if key is not None:
            self.tensors_written.pop(key, None)
        if key is None or (key not in self.written and key not in self.formulas):
            return None, None
        value, formula = self.written.pop(key, None), self.formulas.pop(key, None)
        self.after, self._own = [], None
        return value, formula

    def compare(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        outcome = super().compare(a, b, relation)
        if outcome.verdict == "wrong" and outcome.reason != HERE_ONLY and self.arrays.concerns(a, b):
            found = TensorComparer(OwnArrays(self.arrays, self.tensors_written)).compare(a, b, relation)
            return replace(found, verdict="follows") if found.is_right else outcome
        if outcome.verdict == "wrong":
            verdict = self.mixed_verdict(a, b)
            outcome = Outcome(verdict) if verdict else outcome
        if outcome.is_right or not self.formulas:
            return outcome
        found = self.own.compare(a, b, relation)
        return replace(found, verdict="follows") if found.is_right else outcome

    def mixed_verdict(self, a: MathNode, b: MathNode) -> str:
        """`right` or `follows` where `b` has numbers in the place of incoming adjoints: −2·x for ∂loss/∂ŷ · x.

        Whatever values the names have, it must be the gradient with the adjoints held. "" where it is not.
        """
        symbol = symbol_key(a, self.scope.loss)
        is_mixed = is_plain(b) and names_in(b) and any(isinstance(n, Number) for n in walk(b))  # type: ignore[arg-type]
        if symbol is None or len(symbol) != 2 or not is_mixed:
            return ""
        steps = [step for step in self.scope.order if symbol[1] in self.scope.operands[step]]
        try:
            adjoints = self.here[0].gradients(str(self.scope.loss))
        except NoValue:
            return ""
        right: dict[Symbol, Any] = {("∂", step): adjoints.get(step) for step in steps}
        own: dict[Symbol, Any] = {key: self.written.get(key, value) for key, value in right.items()}
        for verdict, held in (("right", right), ("follows", own)):
            points = [Point(self.scope, seed, fixed=held) for seed in (1, 2)]
            if None not in held.values() and self._agree(a, b, points):
                return verdict
        return ""

    @property
    def own(self) -> Comparer:
        """Compares as if the student's wrong formulas were right."""
        if self._own is None:
            self._own = self._made()
        return self._own

    def own_values(self, node: MathNode) -> Iterator[Any]:
        """What a formula comes to by the student's own values and formulas, by each reading."""
        comparer = self.own if self.formulas else self
        for verdict, value in comparer.values(node):
            if verdict == "follows" or self.formulas:
                yield value

    def _made(self) -> Comparer:
        steps = {k[0]: f for k, f in self.formulas.items() if len(k) == 1 and is_plain(f)}
        derivatives = {k: f for k, f in self.formulas.items() if len(k) > 1}
        scope = _replaced(self.scope, steps)
        found = Comparer(scope)
        found.written = dict(self.written)
        found.here = [_fixed(p, derivatives) for p in found.here]
        found.odd = {reading: [_fixed(p, derivatives) for p in points] for reading, points in found.odd.items()}
        found.mixed = [_fixed(p, derivatives) for p in found.mixed]
        return found


def _fixed(point: Point, formulas: Mapping[Symbol, MathNode]) -> Point:
    """The point with derivatives by the student's formulas, each in terms of those before it."""
    fixed: dict[Symbol, Any] = {}
    for key, formula in formulas.items():
        here = replace(point, fixed=dict(fixed), values={}, locals={}, adjoints={})
        try:
            fixed[key] = here.value(formula)
        except NoValue:
            continue
    return replace(point, fixed=fixed, values={}, locals={}, adjoints={})


def _replaced(scope: Scope, steps: Mapping[str, MathNode]) -> Scope:
    """The scope with other formulas for some steps, but none that would make it go in a circle."""
    found = replace(scope, steps=dict(scope.steps))
    for key, formula in steps.items():
        assert isinstance(formula, Expr)
        if all(key not in scope.needed(name) for name in names_in(formula)):
            found.steps[key] = formula
    return found
