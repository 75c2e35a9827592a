"""The lines of a solution: each a chain of relations that holds link by link."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from ..derivation import Derivation, LocalGradient
from ..document import Chain, MathNode, Minus, Plus, Times
from ..problem import Step
from ..records import record
from ..solution import Pass, Value
from ..syntax.expression import ONE, Expr, Name, Number, Quotient, children, map_children, names_in, size, substitute
from .notation import Notation
from .numbers import Style, is_rounded

# Substituting into something longer than this makes a line that nobody reads.
_LONGEST_SHOWN = 60
_LONGEST_SOURCE = 12
# More factors than this are not multiplied out in a symbolic solution; the adjoint keeps its name.
_MOST_FACTORS = 4


class Line:
    """A chain in the making. A link that looks like the one before it is left out.

    Once a rounded link stands in it, no later result is known to equal the first link, and the signs say so.
    """

    def __init__(self, first: MathNode) -> None:
        self.links = [first]
        self.relations: list[str] = []
        self.is_exact = True

    def add(self, link: MathNode, relation: str | None = None) -> None:
        """Append a link; the sign is `≈` where the link holds a rounded number, unless one is named."""
        if _look_alike(link, self.links[-1]):
            return
        sign = relation or ("≈" if _holds_rounded(link) else "=")
        self.is_exact = self.is_exact and sign != "≈"
        self.links.append(link)
        self.relations.append(sign)

    def conclude(self, results: Sequence[Expr], was_rounded: bool) -> None:
        """Append what the line comes to: a closed form, its decimals, or a number that was carried rounded."""
        for result in results:
            is_exact = self.is_exact and not was_rounded and not is_rounded(result)
            self.add(result, "=" if is_exact else "≈")

    def chain(self) -> Chain:
        return Chain(tuple(self.links), tuple(self.relations))


@record
class Lines:
    """Makes the lines of one solution; `first` is None where there are no numbers."""

    derivation: Derivation
    first: Pass | None
    notation: Notation
    style: Style
    detail: str

    # --- forward

    def forward(self, step: Step) -> Chain:
        """ŷ = x·w = 1·1 = 1"""
        assert self.first is not None
        line = Line(Name(step.key))
        line.add(self.numbers_in(step.expression))
        applies = self.first.chosen.get(step.key, step.expression)
        if applies != step.expression:
            line.add(self.numbers_in(applies))
        self.evaluate(line, applies, self.first.values[step.key])
        return line.chain()

    def numbers_in(self, expr: Expr) -> Expr:
        """The expression with numbers that are too long to read shown rounded."""
        return shortened(expr, self.style)

    def evaluate(self, line: Line, expr: Expr, value: Value) -> None:
        """Append the expression with its names' values, and what it comes to."""
        substituted = self.with_values(expr)
        if substituted is not None:
            line.add(substituted)
        line.conclude(self.style.results(value), value.was_rounded)

    def with_values(self, expr: Expr) -> Expr | None:
        """The expression with the values of its names in their places; None where it has none or is too long."""
        assert self.first is not None
        names = names_in(expr)
        if not names or size(expr) > _LONGEST_SHOWN:
            return None
        shown = {key: self.style.shown(self.first.values[key]) for key in names}
        return substitute(self.numbers_in(expr), shown)

    # --- local gradients

    def local(self, gradient: LocalGradient, step: Step) -> Chain:
        """∂loss/∂s = ∂s²/∂s = 2s"""
        line = Line(self.notation.local(gradient.step, gradient.operand))
        is_short = not isinstance(step.expression, Name) and size(step.expression) <= _LONGEST_SOURCE
        if self.detail != "brief" and is_short:
            line.add(self.notation.of_expression(self.numbers_in(step.expression), gradient.operand), "=")
        line.add(self.numbers_in(gradient.derivative))
        if gradient.in_output is not None:
            line.add(gradient.in_output)
        if self.first is not None:
            applies = self.applicable(gradient)
            if gradient.form.has_choice:
                line.add(self.numbers_in(applies))
            if self.detail == "full" and names_in(applies):
                self.evaluate(line, applies, self.first.local[gradient.step, gradient.operand])
        return line.chain()

    def applicable(self, gradient: LocalGradient) -> Expr:
        """The local gradient as the backward pass uses it: of several cases the one that applies."""
        if self.first is None:
            return gradient.shortest
        return self.first.local_chosen.get((gradient.step, gradient.operand), gradient.shortest)

    # --- backward

    def has_own_line(self, key: str) -> bool:
        """Whether the backward pass computes a gradient in a line of its own.

        What feeds the loss alone has its gradient among the local ones already, unless it was asked for, or is written
        down rounded to be carried on.
        """
        graph = self.derivation.graph
        return (
            key in graph.wanted
            or graph.problem.round_to is not None
            or [use.step for use in self.derivation.uses[key]] != [graph.loss]
        )

    def backward(self, key: str) -> Chain:
        """∂loss/∂w = ∂loss/∂ŷ · ∂ŷ/∂w = -2·x = -2·1 = -2"""
        uses = self.derivation.uses[key]
        composed = self.derivation.composition(key)
        along, over = _JOINED[composed.along], _JOINED[composed.over]
        line = Line(self.notation.adjoint(key))
        line.add(over([along(self.symbols(use)) for use in uses]), "=")
        if self.first is None:
            line.add(over([along(self.symbolic_factors(use)) for use in uses]))
            if key in self.derivation.short:
                line.add(self.derivation.short[key].form)
            return line.chain()
        factors = [self.factors(use) for use in uses]
        line.add(over([along(group) for group in factors]))
        line.add(over([along([self.with_values(factor) or factor for factor in group]) for group in factors]))
        value = self.first.adjoints[key]
        line.conclude(self.style.results(value), value.was_rounded)
        return line.chain()

    def symbols(self, use: LocalGradient) -> list[MathNode]:
        local = self.notation.local(use.step, use.operand)
        if use.step == self.derivation.graph.loss:
            return [local]
        return [self.notation.adjoint(use.step), local]

    def factors(self, use: LocalGradient) -> list[Expr]:
        """The incoming adjoint, as a number once it has been computed, and the local gradient."""
        assert self.first is not None
        local = self.numbers_in(self.applicable(use))
        if use.step == self.derivation.graph.loss:
            return [local]
        if self.has_own_line(use.step):
            return [self.style.shown(self.first.adjoints[use.step]), local]
        (direct,) = self.derivation.uses[use.step]
        return [self.numbers_in(self.applicable(direct)), local]

    def symbolic_factors(self, use: LocalGradient) -> list[MathNode]:
        """As `factors` without numbers: a gradient that is a product is multiplied out, a sum keeps its symbol."""
        local: list[MathNode] = [] if use.shortest == ONE else [use.shortest]
        if use.step == self.derivation.graph.loss:
            return local
        if use.step in self.derivation.short:
            return [self.derivation.short[use.step].form, *local]
        uses = self.derivation.uses[use.step]
        if len(uses) == 1:
            product = self.symbolic_factors(uses[0]) + local
            if len(product) <= _MOST_FACTORS:
                return product
        return [self.notation.adjoint(use.step), *local]

    # --- answers and updates

    def answer(self, key: str) -> Chain:
        """∂loss/∂w = -2"""
        line = Line(self.notation.adjoint(key))
        if self.first is None:
            line.add(self.backward(key).links[-1], "=")
        else:
            value = self.first.adjoints[key]
            # The last line of the backward pass said what was rounded there; the answer is the number that it carries.
            line.conclude(self.style.results(value), value.was_rounded)
        return line.chain()

    def update(self, key: str, rate_symbol: Expr, rate: Expr, before: Value, gradient: Value, after: Value) -> Chain:
        """w ← w - η·∂loss/∂w = 1 - 0.5·(-2) = 2"""
        line = Line(Name(key))
        line.add(Minus(Name(key), Times((rate_symbol, self.notation.adjoint(key)))), "<-")
        line.add(Minus(self.style.shown(before), Times((rate, self.style.shown(gradient)))))
        line.conclude((self.style.shown(after),), after.was_rounded)
        return line.chain()


def plus(terms: Sequence[MathNode]) -> MathNode:
    return terms[0] if len(terms) == 1 else Plus(tuple(terms))


def times(factors: Sequence[MathNode]) -> MathNode:
    return ONE if not factors else factors[0] if len(factors) == 1 else Times(tuple(factors))


def _last(factors: Sequence[MathNode]) -> MathNode:
    return factors[-1]


# How what makes up an adjoint is joined; see `derivation.Composition`.
_JOINED = {"times": times, "plus": plus, "local": _last}


def _holds_rounded(node: MathNode) -> bool:
    match node:
        case Times(parts) | Plus(parts):
            return any(map(_holds_rounded, parts))
        case Minus(left, right):
            return _holds_rounded(left) or _holds_rounded(right)
    return is_rounded(node)  # type: ignore[arg-type]  # what is no expression has no operands


def _look_alike(a: MathNode, b: MathNode) -> bool:
    """Whether two nodes show the same. Most differ near the root, where that is seen without looking at all of them."""
    is_number = isinstance(a, Number | Quotient)
    if type(a) is not type(b) and not (is_number and isinstance(b, Number | Quotient)):
        return False
    if not is_number:
        inner, other = _parts(a), _parts(b)
        if len(inner) != len(other) or not all(map(_look_alike, inner, other)):
            return False
    return _look(a) == _look(b)


def _parts(node: MathNode) -> tuple[MathNode, ...]:
    match node:
        case Times(parts) | Plus(parts):
            return parts
    return children(node)  # type: ignore[arg-type]  # what is no expression has no operands


def _look(node: MathNode) -> MathNode:
    """The node without what does not show: the spelling of whole numbers, a fraction written as a division."""
    match node:
        case Number(value, str()) if value.denominator == 1 and node.written == str(value):
            return Number(value)
        case Quotient(Number(a), Number(b)) if (
            b > 1 and a.denominator == b.denominator == 1 and (a / b).denominator == b
        ):
            return Number(Fraction(a, b))
        case Times(parts):
            return Times(tuple(map(_look, parts)))
        case Plus(parts):
            return Plus(tuple(map(_look, parts)))
    if children(node):  # type: ignore[arg-type]  # what is no expression has no operands
        return map_children(node, _look)  # type: ignore[arg-type]
    return node


@lru_cache(maxsize=4096)
def shortened(expr: Expr, style: Style) -> Expr:
    """The expression with the numbers that are too long to read rounded, and found ones in the problem's own style."""
    if isinstance(expr, Number):
        if expr.written is not None and len(expr.written) <= 12:
            return expr
        return style.number(expr.value)
    return map_children(expr, lambda child: shortened(child, style)) if children(expr) else expr
