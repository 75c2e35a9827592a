"""Comparing by the key, and where that says no, by what the student has found before: follow-through."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..document import MathNode
from ..proofreading.compare import Comparer
from ..proofreading.outcome import Outcome
from ..proofreading.parts import symbols_in
from ..proofreading.scope import Scope, is_plain
from ..proofreading.sentences import HERE_ONLY
from ..proofreading.tensors import TensorComparer
from ..proofreading.values import Key as Symbol
from ..proofreading.values import NoValue, Point, symbol_key
from ..syntax.expression import Expr, Number, names_in, walk
from .tensors import OwnArrays

_MOST_REMEMBERED = 20_000  # formulas of a class
_MOST_SCOPES = 100  # that students define
_OF_SCOPE = ("known", "exact", "has_choices")
Claim = tuple[MathNode, MathNode, str]


class KeyComparer(Comparer):
    """The comparer of a key. It remembers what does not depend on a student: a class writes the same formulas.

    `base` is that of the key itself where the scope has more names, which students have defined.
    """

    def __init__(self, scope: Scope, base: KeyComparer | None = None) -> None:
        super().__init__(scope)
        self.base = base
        self.more = (scope.symbols | scope.named.keys()) - base.scope.symbols if base is not None else frozenset()
        self.same: dict[tuple[MathNode, MathNode], bool | None] = {}
        self.right: dict[MathNode, tuple[tuple[str, Any], ...]] = {}
        self.outcomes: dict[Claim, Outcome] = {}
        self._with_more: dict[Hashable, KeyComparer] = {}

    def behind(self, *nodes: MathNode) -> KeyComparer:
        """What is to answer for some formulas: the key's own comparer where they speak only of what it knows."""
        base = self.base
        if base is None or self.scope.functions:
            return self
        is_known = not self.more or all(self.more.isdisjoint(symbols_in(node)) for node in nodes)
        return base if is_known else self

    def same_formula(self, a: MathNode, b: MathNode) -> bool | None:
        if (found := self.behind(a, b)) is not self:
            return found.same_formula(a, b)
        if (a, b) not in self.same:
            self.same[a, b] = super().same_formula(a, b)
            _shorten(self.same)
        return self.same[a, b]

    def right_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        if (found := self.behind(node)) is not self:
            return found.right_values(node)
        if node not in self.right:
            self.right[node] = tuple(super().right_values(node))
            _shorten(self.right)
        return iter(self.right[node])

    def within(self, scope: Scope) -> KeyComparer:
        """The comparer for a scope with more names: one for all students who define the same."""
        own = self.scope
        has_more = scope.symbols != own.symbols or scope.functions or scope.named or scope.asides or scope.by_entries
        if not has_more and _declared(scope) == _declared(own):
            return self
        if scope.asides or scope.by_entries:
            return KeyComparer(scope, self)  # they hold in a paragraph of this student's text
        defined = (scope.givens, scope.steps, scope.functions, scope.shapes, scope.named)
        at = (*(tuple(each.items()) for each in defined), frozenset(scope.symmetric), frozenset(scope.diagonal))
        if at not in self._with_more:
            self._with_more[at] = KeyComparer(scope, self)
            _shorten(self._with_more, _MOST_SCOPES)
        return self._with_more[at]

    def known_outcome(self, claim: Claim) -> Outcome | None:
        """What a claim comes to, whoever makes it, if that is known."""
        return self.behind(*claim[:2]).outcomes.get(claim) or self.outcomes.get(claim)

    def keep(self, claim: Claim, outcome: Outcome, is_of_scope: bool) -> None:
        """Remember what a claim comes to, whoever makes it; `is_of_scope` in this scope only."""
        outcomes = self.outcomes if is_of_scope else self.behind(*claim[:2]).outcomes
        outcomes[claim] = outcome
        _shorten(outcomes)


def _declared(scope: Scope) -> tuple[Any, ...]:
    return scope.shapes, scope.symmetric, scope.diagonal


def _shorten(remembered: dict[Any, Any], most: int = _MOST_REMEMBERED) -> None:
    """Forget what was remembered first, where it is too much."""
    if len(remembered) > most:
        del remembered[next(iter(remembered))]


class OwnComparer(Comparer):
    """The comparer of one student's work.

    `written` are the student's values, as in notes. `formulas` are wrong formulas that the student has given for steps
    and derivatives: what follows from them counts as following, too.
    """

    def __init__(self, key: KeyComparer, scope: Scope) -> None:
        self.key = key.within(scope)
        self.__dict__.update({k: v for k, v in self.key.__dict__.items() if k not in _OF_SCOPE})
        self.written = {}
        self.after = []
        self.formulas: dict[Symbol, MathNode] = {}
        self.tensors_written: dict[Symbol, Any] = {}
        self._own: Comparer | None = None
        # Whether a comparison has looked at what this student has written, or at all that the scope defines.
        self.has_asked_own = self.has_asked_scope = False

    def same_formula(self, a: MathNode, b: MathNode) -> bool | None:
        return self.key.same_formula(a, b)

    def right_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        return self.key.right_values(node)

    @property
    def known(self) -> tuple[Any, ...]:
        self.has_asked_scope = True
        return self.key.known

    @property
    def exact(self) -> frozenset[Fraction]:
        self.has_asked_scope = True
        return self.key.exact

    @property
    def has_choices(self) -> bool:
        self.has_asked_scope = True
        return self.key.has_choices

    # --- what a comparison may see of this student

    def following_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        self.has_asked_own = True
        return super().following_values(node)

    def has_written(self, key: str) -> bool:
        self.has_asked_own = True
        return super().has_written(key)

    def stands_for_name(self, number: Number) -> bool:
        self.has_asked_own = True
        return super().stands_for_name(number)

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
        outcome = self.judged(a, b, relation)
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

    def judged(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """By the key and by the values found before. What is right by the key alone is so for everybody."""
        claim = (a, b, relation)
        if (known := self.key.known_outcome(claim)) is not None:
            return known
        self.has_asked_own = self.has_asked_scope = False
        outcome = super().compare(a, b, relation)
        if outcome.is_right and not self.has_asked_own:
            self.key.keep(claim, outcome, self.has_asked_scope)
        return outcome

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
        return (value for _, value in self.own.values(node))

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
