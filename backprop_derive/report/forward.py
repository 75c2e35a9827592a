"""Forward mode told: one sweep a wanted name, each tangent in a line, and what the two modes cost."""

from __future__ import annotations

from collections.abc import Iterator

from ..derivation import LocalGradient
from ..document import Block, Chain, Heading, Item, ListBlock, Math, MathNode, Paragraph, Remark, Tangent, Times, Words
from ..records import record
from ..solution import Sweep
from ..syntax.expression import ONE, Expr, Name
from .chains import Line, Lines, plus, times
from .sentences import FORWARD_MODE, HEADINGS

# As in the backward pass, more factors than this are not multiplied out; the tangent keeps its name.
MOST_FACTORS = 4


def forward_mode_blocks(lines: Lines, sweeps: tuple[Sweep, ...], level: int) -> Iterator[Block]:
    """One sweep a wanted name on a path, then the count of products; `sweeps` is empty where there are no numbers."""
    graph = lines.derivation.graph
    wanted = [key for key in graph.wanted if key in graph.on_path]
    if not wanted:
        return
    yield Heading(level, (Words(HEADINGS["forward mode"]),))
    found = {sweep.by: sweep for sweep in sweeps}
    for position, key in enumerate(wanted):
        yield from sweep_blocks(Tangents(lines, key, found.get(key)), is_first=position == 0)
    yield _count(lines, wanted)


def sweep_blocks(tangents: Tangents, is_first: bool = True) -> Iterator[Block]:
    """The seed, and a line for each tangent."""
    before, after = FORWARD_MODE["seed" if is_first else "next seed"].split("{seed}")
    seed = Math(Chain((Tangent(Name(tangents.by)), ONE), ("=",)))
    yield Paragraph((Words(before), seed, Words(after)))
    yield ListBlock(tuple(Item((Math(tangents.line(key)),)) for key in tangents.order))


def _count(lines: Lines, wanted: list[str]) -> Remark:
    derivation = lines.derivation
    forward = sum(derivation.forward_products(key) for key in wanted)
    one, many = FORWARD_MODE["sweep"], FORWARD_MODE["sweeps"]
    sweeps = one if len(wanted) == 1 else many.format(count=len(wanted))
    text = FORWARD_MODE["count"].format(
        sweeps=sweeps, forward=_products(forward), reverse=_products(derivation.reverse_products())
    )
    return Remark((Words(text),))


def _products(count: int) -> str:
    return FORWARD_MODE["product" if count == 1 else "products"].format(count=count)


@record(slots=False)
class Tangents:
    """The lines of one sweep; `sweep` is None where there are no numbers."""

    lines: Lines
    by: str
    sweep: Sweep | None

    @property
    def order(self) -> tuple[str, ...]:
        return self.lines.derivation.tangent_order(self.by)

    def moved(self, key: str) -> tuple[LocalGradient, ...]:
        return self.lines.derivation.moved(key, {self.by, *self.order})

    def line(self, key: str) -> Chain:
        """ṡ = ∂s/∂ŷ·ŷ̇ = 1·1 = 1"""
        lines, moved = self.lines, self.moved(key)
        line = Line(Tangent(Name(key)))
        line.add(plus([Times((lines.notation.local(key, u.operand), Tangent(Name(u.operand)))) for u in moved]), "=")
        if self.sweep is None:
            line.add(plus([times(self.symbolic_factors(use)) for use in moved]))
            return line.chain()
        factors = [[lines.numbers_in(lines.applicable(use)), self.number(use.operand)] for use in moved]
        line.add(plus([times(group) for group in factors]))
        line.add(plus([times([lines.with_values(factor) or factor for factor in group]) for group in factors]))
        value = self.sweep.tangents[key]
        line.conclude(lines.style.results(value), value.was_rounded)
        return line.chain()

    def number(self, key: str) -> Expr:
        """A tangent as a number; the seed is 1."""
        if key == self.by:
            return ONE
        assert self.sweep is not None
        return self.lines.style.shown(self.sweep.tangents[key])

    def symbolic_factors(self, use: LocalGradient) -> list[MathNode]:
        """The product multiplied out as long as it stays short; a tangent that is a sum keeps its symbol."""
        local: list[MathNode] = [] if use.shortest == ONE else [use.shortest]
        if use.operand == self.by:
            return local
        before = self.moved(use.operand)
        if len(before) == 1:
            product = local + self.symbolic_factors(before[0])
            if len(product) <= MOST_FACTORS:
                return product
        return [*local, Tangent(Name(use.operand))]

    def answer(self) -> Chain:
        """∂loss/∂w = -2"""
        lines, loss = self.lines, self.lines.derivation.graph.loss
        line = Line(lines.notation.adjoint(self.by))
        if self.sweep is None:
            line.add(self.line(loss).links[-1], "=")
        else:
            value = self.sweep.tangents[loss]
            line.conclude(lines.style.results(value), value.was_rounded)
        return line.chain()
