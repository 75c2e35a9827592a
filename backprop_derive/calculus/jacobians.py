"""Jacobians as one writes them: sums over a δ carried out, and of a vector by a vector in matrix notation."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ..derivation import OUTPUT, Component, Flow, TensorDerivation
from ..indexed.matrix import matrix_form
from ..indexed.patterns import in_output
from ..indexed.shape import Shape
from ..indexed.terms import Term, letters_in, terms_of
from ..symbolic.contract import contracted
from ..symbolic.translate import from_sympy, to_sympy
from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    Name,
    Negate,
    Over,
    Product,
    Quotient,
    Sum,
    integer,
    substitute,
)  # fmt: skip
from ..syntax.parser import deep_recursion
from .adjoint import Symbols, is_proved, sizes_of


def with_jacobians(derivation: TensorDerivation) -> TensorDerivation:
    """The derivation with each Jacobian as it is shown."""
    shapes = derivation.graph.problem.shapes

    def shown(flow: Flow) -> Flow:
        sizes = tuple(shapes[key] for key in flow.slots)
        step = derivation.components[flow.step]
        slots: dict[str, Expr] = {key: Name(f"#{k}") for k, key in enumerate(flow.slots)}
        definition = Component(step.at, substitute(step.body, slots))
        component, matrix = _shown(flow.jacobian, definition, flow.slots.index(flow.operand), sizes, shapes[flow.step])
        return replace(flow, jacobian=component, jacobian_matrix=matrix)

    with deep_recursion():
        return replace(derivation, uses={key: tuple(map(shown, flows)) for key, flows in derivation.uses.items()})


@lru_cache(maxsize=4096)
def _shown(
    jacobian: Component, step: Component, index: int, sizes: tuple[Shape, ...], out: Shape
) -> tuple[Component, Expr | None]:
    lengths = (*out, *sizes[index])
    symbols = Symbols({**{f"#{k}": size for k, size in enumerate(sizes)}, OUTPUT: out})
    image = contracted(to_sympy(jacobian.body, symbols, {}), sizes_of(jacobian.at, lengths, symbols))
    body = in_output(from_sympy(image, {}), step.at, step.body, OUTPUT)
    component = Component(jacobian.at, body)
    if (len(out), len(sizes[index])) != (1, 1) or 1 in lengths:
        return component, None
    matrix = _matrix(component, lengths)
    is_shown = matrix is not None and is_proved(matrix, to_sympy(body, symbols, {}), jacobian.at, lengths, symbols)
    return component, matrix if is_shown else None


def _matrix(component: Component, lengths: Shape) -> Expr | None:
    """A candidate: what stands with δ is a diagonal, the rest is put in matrix notation term by term."""
    parts: list[tuple[Expr, bool]] = []
    for term in terms_of(component.body):
        found = _part(term, component.at, lengths)
        if found is None:
            return None
        parts.append((found, term.is_negative))
    if not parts:
        return None
    (first, is_negative), *rest = sorted(parts, key=lambda part: part[1])
    head = Negate(first) if is_negative else first
    return Sum((head, *(part for part, _ in rest)), (False, *(minus for _, minus in rest))) if rest else head


def _part(term: Term, at: tuple[str, ...], lengths: Shape) -> Expr | None:
    row, column = map(Name, at)
    rest = tuple(factor for factor in term.above if factor not in (Delta(row, column), Delta(column, row)))
    body = _product(rest) if not term.below else Quotient(_product(rest), _product(term.below))
    sizes = dict(zip(at, lengths, strict=True))
    if len(rest) == len(term.above):
        for index in reversed(term.sums):
            body = Over(index, 0, body)
        return matrix_form(body, at, sizes)
    if term.sums:
        return None
    on_row = substitute(body, {column.key: row})
    if not letters_in(on_row):
        size = lengths[0]
        identity = Call("identity", (integer(size) if isinstance(size, int) else Name(size),))
        return identity if on_row == ONE else Product((on_row, identity))
    vector = matrix_form(on_row, at[:1], {at[0]: lengths[0]})
    return None if vector is None else Call("diag", (vector,))


def _product(factors: tuple[Expr, ...]) -> Expr:
    return ONE if not factors else factors[0] if len(factors) == 1 else Product(factors)
