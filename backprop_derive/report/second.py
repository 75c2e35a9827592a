"""Second derivatives told: how local gradients change, a sweep forward, and back the change of each adjoint."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import LocalGradient, SecondDerivation, SecondGradient
from ..document import Block, Chain, Heading, Item, ListBlock, Math, MathNode, Paragraph, Remark, Tangent, Words
from ..records import record
from ..solution import SecondSolution, SecondSweep
from ..syntax.expression import ONE, ZERO, Expr, Name, names_in
from .chains import Line, Lines, plus, times
from .forward import MOST_FACTORS, Tangents
from .sentences import FORWARD_MODE, HEADINGS, SECOND


@record(slots=False)
class Seconds:
    """Makes the lines of second derivatives; `lines` are those of the first ones."""

    lines: Lines
    solution: SecondSolution

    @property
    def derivation(self) -> SecondDerivation:
        return self.solution.derivation

    def blocks(self, level: int) -> Iterator[Block]:
        """The second-order local gradients, and for each seed a sweep forward and one back."""
        gradients = list(self.derivation.local_gradients())
        yield Heading(level, (Words(HEADINGS["second local"]),))
        if not gradients:
            yield Paragraph((Words(SECOND["all zero"]),))
            return
        yield ListBlock(tuple(Item((Math(self.local(gradient)),)) for gradient in gradients))
        yield Paragraph((Words(SECOND["others"]),))
        yield Heading(level, (Words(HEADINGS["second"]),))
        found = {sweep.sweep.by: sweep for sweep in self.solution.sweeps}
        is_first = True
        for seed in self.derivation.seeds:
            order = self.derivation.order(seed)
            if order:
                yield from self.seeded(_Seeded(self, seed, found.get(seed)), order, is_first)
                is_first = False

    def seeded(self, seeded: _Seeded, order: tuple[str, ...], is_first: bool) -> Iterator[Block]:
        before, after = FORWARD_MODE["seed" if is_first else "next seed"].split("{seed}")
        seed = Math(Chain((Tangent(Name(seeded.seed)), ONE), ("=",)))
        yield Paragraph((Words(before), seed, Words(after)))
        needed = self.derivation.needed_tangents(seeded.seed)
        if needed:
            yield ListBlock(tuple(Item((Math(seeded.tangents.line(key)),)) for key in needed))
        yield Paragraph((Words(SECOND["back" if is_first else "back again"]),))
        yield ListBlock(tuple(Item((Math(seeded.line(key)),)) for key in order))

    def local(self, gradient: SecondGradient) -> Chain:
        """∂²loss/∂s² = ∂(2s)/∂s = 2"""
        lines = self.lines
        uses = lines.derivation.by_step[gradient.step]
        once = next(use for use in uses if use.operand == gradient.first)
        line = Line(lines.notation.local_second(gradient.step, *gradient.in_order))
        if lines.detail != "brief" and names_in(once.derivative) and not isinstance(once.derivative, Name):
            line.add(lines.notation.of_expression(lines.numbers_in(once.derivative), gradient.second), "=")
        line.add(lines.numbers_in(gradient.inner.derivative))
        if gradient.inner.in_output is not None:
            line.add(gradient.inner.in_output)
        if lines.first is not None and gradient.form.has_choice:
            line.add(lines.numbers_in(self.applicable(gradient)))
        return line.chain()

    def applicable(self, gradient: SecondGradient) -> Expr:
        """Of several cases the one that applies."""
        corner = gradient.step, gradient.first, gradient.second
        return self.solution.local_chosen.get(corner, gradient.inner.shortest)

    def answers(self) -> list[MathNode]:
        """∂²loss/∂w² = 2"""
        return [self.answer(seed, by) for seed, by in self.derivation.pairs]

    def answer(self, seed: str, by: str) -> Chain:
        line = Line(self.lines.notation.second(seed, by))
        if self.solution.values:
            value = self.solution.values[seed, by]
            line.conclude(self.lines.style.results(value), value.was_rounded)
        elif seed in self.derivation.seeds and by in self.derivation.order(seed):
            line.add(_Seeded(self, seed, None).line(by).links[-1], "=")
        else:
            line.add(ZERO, "=")
        return line.chain()

    def remarks(self, is_at_kink: bool) -> Iterator[Remark]:
        """What is said of a step that distinguishes cases, or that is met where it has no derivative."""
        if any(gradient.form.has_choice for gradient in self.lines.derivation.local_gradients()) or is_at_kink:
            yield Remark((Words(SECOND["cases"]),))


@record(slots=False)
class _Seeded:
    """The lines of one seed; `found` is None where there are no numbers."""

    seconds: Seconds
    seed: str
    found: SecondSweep | None

    @property
    def tangents(self) -> Tangents:
        return Tangents(self.seconds.lines, self.seed, None if self.found is None else self.found.sweep)

    def line(self, key: str) -> Chain:
        """∂²loss/∂w∂ŷ = ∂²loss/∂w∂s · ∂s/∂ŷ = 2·1 = 2"""
        lines = self.seconds.lines
        changed, bent = self.terms(key)
        line = Line(lines.notation.second(self.seed, key))
        symbols = [times([self.name(use.step), lines.notation.local(use.step, use.operand)]) for use in changed]
        line.add(plus([*symbols, *(times(self.bend_symbols(*pair)) for pair in bent)]), "=")
        factors = self.groups(key)
        line.add(plus([times(group) for group in factors]))
        if self.found is None:
            return line.chain()
        line.add(plus([times([lines.with_values(_expr(f)) or f for f in group]) for group in factors]))
        value = self.found.seconds[key]
        line.conclude(lines.style.results(value), value.was_rounded)
        return line.chain()

    def name(self, key: str) -> MathNode:
        return self.seconds.lines.notation.second(self.seed, key)

    def factors(self, use: LocalGradient) -> list[MathNode]:
        """The adjoint's change, and the local gradient."""
        lines = self.seconds.lines
        if self.found is None:
            return [*self.composed(use.step), *([] if use.shortest == ONE else [use.shortest])]
        return [lines.style.shown(self.found.seconds[use.step]), lines.numbers_in(lines.applicable(use))]

    def composed(self, key: str) -> list[MathNode]:
        """A second derivative without numbers: a product is multiplied out, a sum keeps its symbol."""
        groups = self.groups(key)
        is_short = len(groups) == 1 and len(groups[0]) < MOST_FACTORS
        return groups[0] if is_short else [self.name(key)]

    def groups(self, key: str) -> list[list[MathNode]]:
        """The terms of a second derivative, each by its factors."""
        changed, bent = self.terms(key)
        return [*(self.factors(use) for use in changed), *(self.bend_factors(*pair) for pair in bent)]

    def terms(self, key: str) -> tuple[list[LocalGradient], list[tuple[LocalGradient, SecondGradient]]]:
        """The uses whose adjoint changes, and those whose local gradient does."""
        derivation = self.seconds.derivation
        order = derivation.order(self.seed)
        reached = {self.seed, *derivation.derivation.tangent_order(self.seed)}
        uses = derivation.derivation.uses[key]
        changed = [use for use in uses if use.step in order]
        return changed, [(use, second) for use in uses for second in derivation.bent(use, reached)]

    def bend_symbols(self, use: LocalGradient, second: SecondGradient) -> list[MathNode]:
        """The adjoint, and the change of the local gradient."""
        notation = self.seconds.lines.notation
        local = notation.local_second(second.step, *second.in_order)
        incoming = [] if use.step == self.seconds.lines.derivation.graph.loss else [notation.adjoint(use.step)]
        return [*incoming, local, Tangent(Name(second.second))]

    def bend_factors(self, use: LocalGradient, second: SecondGradient) -> list[MathNode]:
        lines, is_loss = self.seconds.lines, use.step == self.seconds.lines.derivation.graph.loss
        local = lines.numbers_in(self.seconds.applicable(second))
        if self.found is None or lines.first is None:
            incoming = [] if is_loss else [lines.notation.adjoint(use.step)]
            found = [*incoming, local, *self.tangent_factors(second.second)]
            return [factor for factor in found if factor != ONE] or [ONE]
        incoming = [] if is_loss else [lines.style.shown(lines.first.adjoints[use.step])]
        return [*incoming, local, self.tangents.number(second.second)]

    def tangent_factors(self, key: str) -> list[MathNode]:
        """A tangent without numbers: of one path multiplied out, of several by its name."""
        if key == self.seed:
            return []
        before = self.tangents.moved(key)
        return self.tangents.symbolic_factors(before[0]) if len(before) == 1 else [Tangent(Name(key))]


def _expr(factor: MathNode) -> Expr:
    assert isinstance(factor, Expr)
    return factor
