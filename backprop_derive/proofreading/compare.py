"""Whether one written formula is another: as formulas, at the values of the notes, or part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..document import Derivative, Differential, MathNode
from ..evaluate.loose import Loose, is_close, within
from ..syntax.expression import (
    Compare,
    Expr,
    Name,
    Number,
    Power,
    walk,
)  # fmt: skip
from .alignment import align
from .arrays import Arrays
from .literals import literal, radius
from .numerator import NumeratorArrays
from .outcome import Outcome
from .parts import holds_choice, holds_zero, nodes, symbols_in
from .scope import NUMERATOR, Scope, is_closed, is_plain
from .sentences import HERE_ONLY, because, reason_of
from .tensors import TensorComparer
from .values import Key, NoValue, Point

_SEEDS = (1, 2)
_FURTHER = (3, 4, 5, 6, 7, 8)
_MIXED = (-1, -2, -3, -4, -5)  # of both signs, so that every case of a choice applies somewhere


class Comparer:
    """Compares within one scope; `written` holds what the notes have found so far."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.written: dict[Key, Any] = {}
        self.here = [Point(scope), Point(scope, reading="total")]
        self.after: list[Point] = []
        self.odd = {r: [Point(scope, seed, reading=r) for seed in _SEEDS] for r in ("usual", "total")}
        self._more: dict[str, list[Point]] = {}
        self.arrays = NumeratorArrays(scope) if NUMERATOR in scope.conventions else Arrays(scope)
        self.tensors = TensorComparer(self.arrays)
        self.mixed = [Point(scope, seed) for seed in _MIXED]

    @cached_property
    def known(self) -> tuple[Any, ...]:
        """The values of all steps, and of the gradients by all names."""
        steps = [self.value(Name(key)) for key in self.scope.steps]
        try:
            gradients = self.here[0].gradients(self.scope.loss or "")
        except NoValue:
            gradients = {}
        return tuple(value for value in (*steps, *gradients.values()) if value is not None)

    @cached_property
    def exact(self) -> frozenset[Fraction]:
        """The given values that are rational, without their signs."""
        found = set()
        for key in self.scope.givens:
            with suppress(NoValue):  # of a vector
                found.add(self.here[0].name(key))
        return frozenset(abs(value) for value in found if isinstance(value, Fraction))

    def note(self, key: Key, value: Any) -> None:
        """Note what the notes have found for a name or a derivative."""
        if key not in self.written or not is_close(self.written[key], value):
            self.written[key] = value
            self.after = []

    # --- values

    def values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        """What a formula comes to, by each reading: of the givens, and of what the notes have written."""
        yield from self.right_values(node)
        yield from self.following_values(node)

    def right_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        """What a formula comes to by the givens."""
        for point in self.here:
            try:
                yield "right", point.value(node)
            except NoValue:
                continue

    def following_values(self, node: MathNode) -> Iterator[tuple[str, Any]]:
        """What a formula comes to by what the notes have written."""
        if not self.after:
            self.after = [Point(self.scope, fixed=dict(self.written), reading=p.reading) for p in self.here]
        for point in self.after:
            try:
                yield "follows", point.value(node)
            except NoValue:
                continue

    def value(self, node: MathNode) -> Any:
        """The first value that a formula has, or None."""
        return next((value for _, value in self.values(node)), None)

    def same_formula(self, a: MathNode, b: MathNode) -> bool | None:
        """Whether two formulas agree at odd values; None where they have none."""
        if is_plain(a) and is_plain(b):
            free = [Point(self.scope, seed, is_free=True) for seed in _SEEDS]
            if self._agree(a, b, free):
                return True
        answers = []
        for reading, points in self.odd.items():
            answers.append(self._agree(a, b, points))
            if answers[-1] is None:  # no value there, as of arcsin beyond 1
                answers[-1] = next(
                    (found for p in self._further(reading) if (found := self._agree(a, b, [p])) is not None), None
                )
            if answers[-1]:
                break
        else:
            return None if None in answers else False
        if not (self.may_choose(a) or self.may_choose(b)):
            return True
        return self._agree(a, b, self.mixed) is not False and self._agree(a, b, self.here[:1]) is not False

    def _further(self, reading: str) -> Iterator[Point]:
        """More points of a reading, each made once."""
        made = self._more.setdefault(reading, [])
        yield from made
        for seed in _FURTHER[len(made) :]:
            made.append(Point(self.scope, seed, reading=reading))
            yield made[-1]

    def _agree(self, a: MathNode, b: MathNode, points: Sequence[Point]) -> bool | None:
        found = None
        for point in points:
            try:
                if not is_close(point.value(a), point.value(b)):
                    return False
                found = True
            except NoValue:
                continue
        return found

    # --- the comparison

    def compare(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """Whether `b` may stand behind `a` and a relation."""
        if a == b:
            return Outcome("right")
        if self.arrays.concerns(a, b):
            return self.tensors.compare(a, b, relation)
        number = literal(b)
        if number is not None:
            return self.number(a, b, relation)
        if self.misquotes(a, b):
            return Outcome("wrong", b, None, because("another"))
        same = self.same_formula(a, b)
        if same and not (holds_zero(a) and holds_zero(b)):
            return Outcome("right")
        unknown = self.unknown(a, b)
        if unknown:
            return Outcome("unread", reason=unknown)
        match = align(self, a, b, relation)
        if match is not None and not match.wrong:
            return Outcome(match.verdict)
        outcome = Outcome("right") if same else self.at_values(a, b)
        if match is not None and len(match.wrong) == 1:
            at, expected = match.wrong[0]
            return Outcome("wrong", at, expected)
        if outcome.is_right and not same and self.is_formula(b) and not self.holds_here(a, b):
            return Outcome("wrong", b, None, HERE_ONLY)
        return outcome

    def misquotes(self, a: MathNode, b: MathNode) -> bool:
        """Whether the formula that is differentiated is not that of the step, though all its names are there.

        One that leaves out terms which do not matter is no misquotation.
        """
        match a, b:
            case Derivative(Name(of), by), Derivative(quoted, other) if by == other and of in self.scope.steps:
                step = self.scope.steps[of]
                if is_plain(quoted) and not isinstance(quoted, Name):
                    is_whole = set(symbols_in(quoted)) == set(symbols_in(step))
                    return is_whole and self.same_formula(step, quoted) is False
        return False

    def number(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """Whether a written number is the value of a formula."""
        number = literal(b)
        assert number is not None
        first = None
        for verdict, value in self.values(a):
            first = value if first is None else first
            accepted = number.accepts(value, relation)
            if accepted is not None:
                return Outcome(accepted if verdict == "right" else verdict)
        if first is not None:
            return Outcome("wrong", b, first)
        if self.same_formula(a, b):
            return Outcome("right")
        if (value := self.constant(a)) is not None:
            return Outcome("wrong", b, value)
        return Outcome("unread", reason=self.unknown(a, b) or self.why(a))

    def may_choose(self, node: MathNode) -> bool:
        """Whether a formula distinguishes cases, by itself or in what it is the derivative of."""
        if holds_choice(node):
            return True
        is_derived = any(isinstance(n, Derivative | Differential) for n in nodes(node))
        return is_derived and self.has_choices

    @cached_property
    def has_choices(self) -> bool:
        return any(map(holds_choice, self.scope.steps.values()))

    def constant(self, a: MathNode) -> Any:
        """The value of a formula that is the same at all values, such as a derivative that is 1."""
        found = []
        for point in self.odd["usual"]:
            try:
                found.append(point.value(a))
            except NoValue:
                return None
        return found[0] if is_close(*found) else None

    def why(self, node: MathNode) -> str:
        """Why a formula has no value."""
        try:
            self.here[0].value(node)
        except NoValue as error:
            return reason_of(error)
        return because("no value")

    def unknown(self, a: MathNode, b: MathNode) -> str:
        """A name on one side only that nothing defines, so that nothing can be said; or nothing."""
        left, right = set(symbols_in(a)), set(symbols_in(b))
        for key in sorted(left ^ right):
            is_known = (
                key in self.scope.symbols
                or key in self.scope.named
                or key in self.scope.functions
                or self.scope.tangent_of(key) is not None
            )
            if not is_known and not self.has_written(key):
                return because("undefined", name=key)
        return ""

    def has_written(self, key: str) -> bool:
        """Whether the notes have found a value for a name."""
        return (key,) in self.written

    def is_exact(self, node: MathNode) -> bool:
        """Whether no number in a formula is a decimal."""
        numbers = (n for n in (walk(node) if isinstance(node, Expr) else ()) if isinstance(n, Number))
        return not any("." in (n.written or "") for n in numbers)

    def at_values(self, a: MathNode, b: MathNode) -> Outcome:
        """Whether two formulas have one value, as far as the digits in them tell."""
        first = None
        for (verdict, left), (_, right) in zip(self.values(a), self.values(b), strict=False):
            first = left if first is None else first
            if is_close(left, right):
                return Outcome(verdict)
            off = [self._radius(node, value) for node, value in ((a, left), (b, right))]
            if None not in off and within(left, right, Loose().add(off)):
                return Outcome("rounded" if verdict == "right" else verdict)
        if first is None or self.value(b) is None:
            if self.same_formula(a, b) is False and not self.may_hold_values(a, b):
                return Outcome("wrong", b, None)
            return Outcome("unread", reason=self.why(a if first is None else b))
        return Outcome("wrong", b, first)

    def agree_as_rounded(self, a: MathNode, b: MathNode) -> bool:
        """Whether a number is what a calculation with rounded decimals comes to, as far as these tell."""
        value, shown = self.value(a), literal(b)
        off = None if value is None or shown is None else self._radius(a, value)
        return off is not None and within(value, shown.value, Loose().add([off, shown.half]))  # type: ignore[union-attr]

    def may_hold_values(self, a: MathNode, b: MathNode) -> bool:
        """Whether numbers in `b` may stand for names in `a` whose values nobody tells."""
        if is_closed(b):
            return self.constant(a) is None
        if not (is_plain(a) and is_plain(b)):
            return False
        kept, before = set(symbols_in(b)), {n.value for n in nodes(a) if isinstance(n, Number)}
        is_untold = any(self.value(Name(key)) is None for key in symbols_in(a) if key not in kept)
        return is_untold and any(isinstance(n, Number) and n.value not in before for n in nodes(b))

    def _radius(self, node: MathNode, value: Any) -> Any:
        def changed(other: MathNode) -> Any:
            found = self.value(other)
            return value if found is None else found

        return radius(node, changed, value, self.exact, self.scope.spelled)

    def is_formula(self, node: MathNode) -> bool:
        """Whether a formula has names and no number that may have come in the place of one."""
        if any(isinstance(n, Compare) for n in nodes(node)):
            return True
        if any(isinstance(n, Power) and isinstance(n.base, Number) and n.base.value == 10 for n in nodes(node)):
            return False  # 2.57·10⁻⁶ stands for what was found before
        numbers = [n for n in nodes(node) if isinstance(n, Number)]
        is_symbolic = any(isinstance(n, Name | Derivative | Differential) for n in nodes(node))
        return is_symbolic and not any(self.stands_for_name(n) for n in numbers)

    def stands_for_name(self, number: Number) -> bool:
        """Whether a number is the value of something, so that it may be written in its place."""
        if number.value in (0, 1, 2) or abs(number.value) in self.exact:
            return number.value not in (0, 1, 2)
        shown = literal(number)
        found = (*self.known, *self.written.values())
        return shown is not None and any(shown.accepts(abs(value), "≈") for value in found)

    def holds_here(self, a: MathNode, b: MathNode) -> bool:
        """Whether a formula may be a shorter one at the values of the notes: a case that applies, a name with a value.

        What stands in `b` must then still be free to be anything.
        """
        if self.may_choose(a) or any("_dot" in key for key in {*symbols_in(a)} - {*symbols_in(b)} if key):
            return True  # a tangent is a number by itself, even 0
        if not (is_plain(a) and is_plain(b)):
            return False
        kept = set(symbols_in(b))
        gone: dict[Key, Any] = {(key,): self.value(Name(key)) for key in symbols_in(a) if key not in kept}
        if not gone or None in gone.values():
            return False
        points = [Point(self.scope, seed, fixed=gone, is_free=True) for seed in _SEEDS]
        return self._agree(a, b, points) is True
