"""Second derivatives: each local gradient is differentiated once more, and never a composed expression."""

from __future__ import annotations

from functools import lru_cache

import sympy

from ..derivation import Derivation, DerivedForm, SecondDerivation, SecondGradient
from ..errors import DomainError
from ..ops.table import holds_choice
from ..symbolic.powers import differentiate
from ..symbolic.translate import from_sympy
from ..syntax.expression import ZERO, Call, Expr, substitute
from ..syntax.parser import deep_recursion
from .derive import image_of, slot, tidy
from .rules import rules_for


def derive_second(derivation: Derivation, pairs: tuple[tuple[str, str], ...]) -> SecondDerivation:
    """The second-order local gradients on a path, for these second derivatives of the loss.

    Linear in the number of steps, quadratic in the operands of one. Raises DomainError where a second derivative does
    not exist anywhere.
    """
    graph = derivation.graph
    by_step: dict[str, tuple[SecondGradient, ...]] = {}
    with deep_recursion():
        for step in graph.path_steps():
            operands = graph.operands[step.key]
            shape = substitute(step.expression, {key: slot(k) for k, key in enumerate(operands)})
            on_path = [(k, key) for k, key in enumerate(operands) if key in graph.on_path]
            found = []
            for i, first in on_path:
                for j, second in on_path:
                    form = second_form(shape, i, j)
                    if form is None:
                        raise DomainError(
                            f"{step.written} has no second derivative (division by 0)", place=step.expression_place
                        )
                    if form.derivative != ZERO:
                        found.append(SecondGradient(step.key, first, second, form, operands))
            by_step[step.key] = tuple(found)
    return SecondDerivation(derivation, pairs, by_step)


@lru_cache(maxsize=65_536)
def second_form(shape: Expr, first: int, second: int) -> DerivedForm | None:
    """The derivative of an expression in slots by two of them, the same in either order; None where it has none."""
    if second < first:
        return second_form(shape, second, first)
    image, written, slots = image_of(shape)
    once = tidy(differentiate(image, slots[f"#{first}"]))
    twice = _factored(tidy(differentiate(once, slots[f"#{second}"])))
    if twice.has(sympy.zoo, sympy.nan, sympy.oo):
        return None
    in_output = None
    if isinstance(shape, Call) and shape.function != "where" and twice.has(image):
        in_output = from_sympy(twice.xreplace({image: sympy.Symbol("#y")}), written)
    found = from_sympy(twice, written)
    return DerivedForm(found, in_output, rules_for(from_sympy(once, written), f"#{second}"), holds_choice(found))


def _factored(expr: sympy.Expr) -> sympy.Expr:
    """What the product rule leaves with common factors outside: a(1 - a)(1 - 2a), where that is shorter."""
    if not expr.is_Add:
        return expr
    return min(expr, sympy.factor_terms(expr), key=sympy.count_ops)
