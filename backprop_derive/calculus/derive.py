"""From a graph to its derivation: one local gradient an edge, each shape of step differentiated once."""

from __future__ import annotations

from functools import lru_cache

import sympy

from ..derivation import Derivation, DerivedForm, LocalGradient
from ..errors import DomainError
from ..graph import Graph
from ..ops.table import holds_choice
from ..symbolic.powers import differentiate
from ..symbolic.translate import Written, from_sympy, to_sympy
from ..syntax.expression import Call, Expr, Name, substitute
from ..syntax.parser import deep_recursion
from .rules import rules_for

_SLOTS = tuple(Name(f"#{k}") for k in range(64))


def derive(graph: Graph) -> Derivation:
    """Every local gradient on a path from a wanted name to the loss. Linear in the number of edges.

    Raises DomainError where a derivative does not exist anywhere (a division by a constant zero).
    """
    by_step: dict[str, tuple[LocalGradient, ...]] = {}
    uses: dict[str, list[LocalGradient]] = {}
    on_path = graph.on_path
    with deep_recursion():
        for step in graph.path_steps():
            operands = graph.operands[step.key]
            shape = substitute(step.expression, {key: slot(k) for k, key in enumerate(operands)})
            gradients = []
            for index, key in enumerate(operands):
                if key in on_path:
                    form = derived_form(shape, index)
                    if form is None:
                        raise DomainError(
                            f"{step.written} divides by zero (division by 0)", place=step.expression_place
                        )
                    gradient = LocalGradient(step.key, key, form, operands)
                    gradients.append(gradient)
                    uses.setdefault(key, []).append(gradient)
            by_step[step.key] = tuple(gradients)
    return Derivation(graph, by_step, {key: tuple(found) for key, found in uses.items()})


def slot(k: int) -> Name:
    """The name that stands for the operand number `k`."""
    return _SLOTS[k] if k < len(_SLOTS) else Name(f"#{k}")


@lru_cache(maxsize=65_536)
def derived_form(shape: Expr, index: int) -> DerivedForm | None:
    """The derivative of an expression in slots by slot `index`; None where it has no value at all."""
    image, written, slots = image_of(shape)
    variable = slots[f"#{index}"]
    derivative = tidy(differentiate(image, variable))
    if derivative.has(sympy.zoo, sympy.nan, sympy.oo):
        return None
    output = sympy.Symbol("#y")
    in_output = None
    if isinstance(shape, Call) and shape.function != "where" and derivative.has(image):
        in_output = from_sympy(derivative.xreplace({image: output}), written)
    found = from_sympy(derivative, written)
    return DerivedForm(found, in_output, rules_for(shape, f"#{index}"), holds_choice(found))


@lru_cache(maxsize=1024)
def image_of(shape: Expr) -> tuple[sympy.Expr, Written, dict[str, sympy.Symbol]]:
    """An expression in slots as SymPy has it, how its parts were written, and the slots' symbols."""
    from ..syntax.expression import names_in

    slots = {key: sympy.Symbol(key) for key in names_in(shape)}
    written: Written = {}
    return to_sympy(shape, slots, written), written, slots


def tidy(derivative: sympy.Expr) -> sympy.Expr:
    """x**n/x as x**(n - 1), for exponents that are names; SymPy combines the others by itself."""
    if any(power.exp.free_symbols for power in derivative.atoms(sympy.Pow)):
        return sympy.powsimp(derivative)
    return derivative
