"""The lines of a solution: each a chain of relations that holds link by link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..derivation import Derivation, LocalGradient
from ..document import Chain, MathNode, Minus, Plus, Times
from ..problem import Step
from ..solution import Pass, Value
from ..syntax.expression import ONE, Expr, Name, Number, children, map_children, names_in, size, substitute
from .notation import Notation
from .numbers import Style, is_rounded

# Substituting into something longer than this makes a line that nobody reads.
_LONGEST_SHOWN = 60
_LONGEST_SOURCE = 12


@dataclass(frozen=True, slots=True)
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
        values = self.first.values
        links: list[MathNode] = [Name(step.key), self.numbers_in(step.expression)]
        relations = ["=" if links[1] == step.expression else "≈"]
        self.extend(links, relations, step.expression, self.results(values[step.key]))
        return Chain(tuple(links), tuple(relations))

    def results(self, value: Value) -> tuple[Expr, ...]:
        return self.style.results(value)

    def numbers_in(self, expr: Expr) -> Expr:
        """The expression with numbers that are too long to read shown rounded."""
        return _shorten_numbers(expr, self.style)

    def extend(self, links: list[MathNode], relations: list[str], expr: Expr, results: Sequence[Expr]) -> None:
        """Append the expression with its names' values, and its result, each with the sign that is true."""
        substituted = self.with_values(expr)
        exact_so_far = "≈" not in relations
        if substituted is not None and substituted not in (links[-1], results[0]):
            links.append(substituted)
            relations.append("≈" if is_rounded(substituted) else "=")
            exact_so_far = exact_so_far and relations[-1] == "="
        for result in results:
            if result == links[-1]:
                continue
            links.append(result)
            relations.append("=" if exact_so_far and not is_rounded(result) else "≈")

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
        links: list[MathNode] = [self.notation.local(gradient.step, gradient.operand)]
        if (
            self.detail != "brief"
            and not isinstance(step.expression, Name)
            and size(step.expression) <= _LONGEST_SOURCE
        ):
            links.append(self.notation.of_expression(self.numbers_in(step.expression), gradient.operand))
        derivative = self.numbers_in(gradient.derivative)
        links.append(derivative)
        relations = ["="] * (len(links) - 1)
        if derivative != gradient.derivative:
            relations[-1] = "≈"
        if gradient.in_output is not None:
            links.append(gradient.in_output)
            relations.append("=")
        if self.detail == "full" and self.first is not None and names_in(gradient.shortest):
            value = self.first.local[gradient.step, gradient.operand]
            self.extend(links, relations, gradient.shortest, self.results(value))
        return Chain(tuple(links), tuple(relations))

    # --- backward

    def has_own_line(self, key: str) -> bool:
        """Whether the backward pass computes a gradient in a line of its own.

        What feeds the loss alone has its gradient among the local ones already, unless it was asked for.
        """
        graph = self.derivation.graph
        return key in graph.wanted or [use.step for use in self.derivation.uses[key]] != [graph.loss]

    def backward(self, key: str) -> Chain:
        """∂loss/∂w = ∂loss/∂ŷ · ∂ŷ/∂w = -2·x = -2·1 = -2"""
        uses = self.derivation.uses[key]
        links: list[MathNode] = [self.notation.adjoint(key)]
        symbols = _plus([self.symbols(use) for use in uses])
        if symbols != links[0]:
            links.append(symbols)
        if self.first is None:
            links.append(_plus([_times(self.symbolic_factors(use)) for use in uses]))
            return Chain(tuple(links), ("=",) * (len(links) - 1))
        factors = [self.factors(use) for use in uses]
        expressions = _plus([_times(f) for f in factors])
        links.append(expressions)
        relations = ["="] * (len(links) - 1)
        if _holds_rounded(expressions):
            relations[-1] = "≈"
        numbers = _plus([_times([self.with_values(f) or f for f in group]) for group in factors])
        if numbers != expressions:
            links.append(numbers)
            relations.append("≈" if _holds_rounded(numbers) else "=")
        exact_so_far = "≈" not in relations
        for result in self.results(self.first.adjoints[key]):
            if result != links[-1]:
                links.append(result)
                relations.append("=" if exact_so_far and not is_rounded(result) else "≈")
        return Chain(tuple(links), tuple(relations))

    def symbols(self, use: LocalGradient) -> MathNode:
        local = self.notation.local(use.step, use.operand)
        if use.step == self.derivation.graph.loss:
            return local
        return Times((self.notation.adjoint(use.step), local))

    def factors(self, use: LocalGradient) -> list[Expr]:
        """The incoming adjoint, as a number once it has been computed, and the local gradient."""
        assert self.first is not None
        local = self.numbers_in(use.shortest)
        graph = self.derivation.graph
        if use.step == graph.loss:
            return [local]
        if self.has_own_line(use.step):
            return [self.style.shown(self.first.adjoints[use.step]), local]
        (direct,) = self.derivation.uses[use.step]
        return [self.numbers_in(direct.shortest), local]

    def symbolic_factors(self, use: LocalGradient) -> list[MathNode]:
        """As `factors` without numbers: a gradient that is a product is multiplied out, a sum keeps its symbol."""
        local: list[MathNode] = [] if use.shortest == ONE else [use.shortest]
        if use.step == self.derivation.graph.loss:
            return local
        uses = self.derivation.uses[use.step]
        if len(uses) == 1:
            product = self.symbolic_factors(uses[0]) + local
            if len(product) <= 4:
                return product
        return [self.notation.adjoint(use.step), *local]

    # --- answers and updates

    def answer(self, key: str) -> MathNode:
        """∂loss/∂w = -2"""
        adjoint = self.notation.adjoint(key)
        if self.first is None:
            line = self.backward(key)
            return Chain((adjoint, line.links[-1]), ("=",))
        results = self.results(self.first.adjoints[key])
        relations = tuple("≈" if is_rounded(result) else "=" for result in results)
        return Chain((adjoint, *results), relations)

    def update(self, key: str, rate_symbol: Expr, rate: Expr, before: Value, gradient: Value, after: Value) -> Chain:
        """w ← w - η·∂loss/∂w = 1 - 0.5·(-2) = 2"""
        old, slope = self.style.shown(before), self.style.shown(gradient)
        rule = Minus(Name(key), Times((rate_symbol, self.notation.adjoint(key))))
        numbers = Minus(old, Times((rate, slope)))
        rounded = is_rounded(old) or is_rounded(slope)
        result = self.style.shown(after)
        return Chain(
            (Name(key), rule, numbers, result),
            ("<-", "≈" if rounded else "=", "≈" if rounded or is_rounded(result) else "="),
        )


def _plus(terms: Sequence[MathNode]) -> MathNode:
    return terms[0] if len(terms) == 1 else Plus(tuple(terms))


def _times(factors: Sequence[MathNode]) -> MathNode:
    return ONE if not factors else factors[0] if len(factors) == 1 else Times(tuple(factors))


def _holds_rounded(node: MathNode) -> bool:
    if isinstance(node, Times):
        return any(map(_holds_rounded, node.factors))
    if isinstance(node, Plus):
        return any(map(_holds_rounded, node.terms))
    return isinstance(node, Expr) and is_rounded(node)


def _shorten_numbers(expr: Expr, style: Style) -> Expr:
    """The expression with the numbers that are too long to read rounded, and found ones in the problem's own style."""
    if isinstance(expr, Number):
        if expr.written is not None and len(expr.written) <= 12:
            return expr
        return style.number(expr.value)
    return map_children(expr, lambda child: _shorten_numbers(child, style)) if children(expr) else expr
