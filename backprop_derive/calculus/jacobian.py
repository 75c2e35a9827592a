"""Jacobians, tangents and curvatures of a step on tensors, from the same component formula as its adjoint.

Of Y = f(X), the Jacobian has the entries ∂Y/∂X themselves. The tangent Ẏ is their sum with a tangent Ẋ over the entries
of X; the curvature is the sum of the incoming adjoint with the second derivatives over the entries of Y.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import sympy

from ..derivation import INCOMING, OUTPUT, TANGENT, Component
from ..indexed.diagonal import diagonal_form
from ..indexed.matrix import matrix_form, pointwise_form
from ..indexed.patterns import in_output
from ..indexed.shape import Shape
from ..indexed.structure import simplified
from ..symbolic import light
from ..symbolic.powers import by_entry
from ..symbolic.translate import from_sympy, to_sympy
from ..syntax.expression import Call, Expr, Name, Product, substitute
from .adjoint import Symbols, by_slot, differentiated, entry_at, is_proved, simplest, size_symbol, sizes_of
from .softmaxes import with_softmaxes

Sizes = tuple[Shape, ...]
# What was declared of each slot, as in `adjoint.differentiated`.
Structures = tuple[str, ...]


@lru_cache(maxsize=4096)
def jacobian_form(shape: Expr, index: int, sizes: Sizes, structures: Structures = ()) -> Component:
    """∂(step)/∂(slot `#index`), at the indices of the step and then of the operand."""
    found = differentiated(shape, index, sizes, structures)
    body = simplest(found.jacobian, found.free, structures)
    return Component((*found.rows, *found.columns), from_sympy(body, {}))


@lru_cache(maxsize=4096)
def tangent_form(shape: Expr, index: int, sizes: Sizes, structures: Structures = ()) -> Component:
    """What a tangent of slot `#index`, called `#d`, adds to the step's own."""
    found = differentiated(shape, index, sizes, structures)
    symbols = Symbols({**found.symbols.shapes, TANGENT: sizes[index]})
    symbols.update(found.symbols)
    total = found.jacobian * entry_at(symbols[TANGENT], found.columns, symbols)
    total = _summed(total, found.columns, sizes[index], symbols)
    rows = sizes_of(found.rows, symbols.shapes[OUTPUT], symbols)
    return Component(found.rows, from_sympy(simplest(total, rows, structures), {}))


@lru_cache(maxsize=4096)
def curvature_form(
    shape: Expr, first: int, second: int, sizes: Sizes, is_loss: bool, structures: Structures = ()
) -> Component:
    """Σ of the incoming adjoint times ∂²(step)/∂(slot `#first`)∂(slot `#second`), at the indices of both."""
    found = differentiated(shape, first, sizes, structures)
    symbols, out = found.symbols, found.symbols.shapes[OUTPUT]
    others = tuple(f"@j{k}" for k in range(len(sizes[second])))
    for index, size in zip(others, sizes[second], strict=True):
        if size == 1:
            symbols[index] = sympy.Integer(0)
    twice = by_entry(found.derivative, entry_at(symbols[f"#{second}"], others, symbols))
    incoming = sympy.Integer(1) if is_loss else entry_at(symbols[INCOMING], found.rows, symbols)
    total = _summed(incoming * twice, found.rows, out, symbols)
    free = {
        **sizes_of(found.columns, sizes[first], symbols),
        **sizes_of(others, sizes[second], symbols),
    }
    return Component((*found.columns, *others), from_sympy(simplest(total, free, structures), {}))


def _with_softmaxes(expr: sympy.Expr, symbols: Symbols) -> tuple[sympy.Expr, dict[str, str]]:
    """As `with_softmaxes`; an entry of a declared matrix does not say which of two entries of a softmax it became."""
    return (expr, {}) if symbols.structures else with_softmaxes(expr, symbols)


def _summed(total: sympy.Expr, indices: tuple[str, ...], shape: Shape, symbols: Symbols) -> sympy.Expr:
    for index, size in zip(reversed(indices), reversed(shape), strict=True):
        if size != 1 or symbols[index].is_Symbol:
            total = light.Sum(total, (symbols[index], sympy.S.Zero, size_symbol(size, symbols) - 1))
    return total


@lru_cache(maxsize=4096)
def shown_form(
    component: Component,
    axes: Shape,
    known: tuple[tuple[str, Shape], ...],
    structures: Structures = (),
    step: Component | None = None,
) -> tuple[Component, Expr | None]:
    """A component form with each softmax as one, and in matrix notation where that is proved equal.

    `axes` are the sizes of its indices, `known` the shapes of the slots that it may hold. The softmax of slot `#k` is
    the name `#pk` in the component form. Of a `step`, the component form has the step's output instead, and no others.
    """
    symbols = Symbols(dict(known), by_slot(structures))
    free = sizes_of(component.at, axes, symbols)
    raw = to_sympy(component.body, symbols, {})
    if step is not None:
        component = replace(component, body=_in_output(simplest(raw, free, structures), step))
        raw = to_sympy(component.body, symbols, {})
    named, softmaxes = _with_softmaxes(raw, symbols)
    body = from_sympy(simplest(named, free, structures), {})
    matrix = diagonal_form(body, component.at, dict(zip(component.at, axes, strict=True)))
    if matrix is not None:
        matrix = substitute(matrix, {name: Call("softmax", (Name(base),)) for name, base in softmaxes.items()})
        matrix = simplified(matrix, symbols.structures, dict(known))
        fresh = Symbols(dict(known), symbols.structures)
        matrix = matrix if is_proved(matrix, raw, component.at, axes, fresh) else None
    return component if step is not None else Component(component.at, body), matrix


def _in_output(entries: sympy.Expr, step: Component) -> Expr:
    return in_output(from_sympy(entries, {}), step.at, step.body, OUTPUT)


@lru_cache(maxsize=4096)
def tangent_matrix(
    component: Component,
    axes: Shape,
    known: tuple[tuple[str, Shape], ...],
    gradient: Expr | None,
    structures: Structures = (),
) -> Expr | None:
    """A tangent in matrix notation, where it is recognised and proved equal.

    Of a number with this gradient, Σ ẋ ⊙ gradient is tried too.
    """
    symbols = Symbols(dict(known), by_slot(structures))
    wanted = to_sympy(component.body, symbols, {})
    named, softmaxes = _with_softmaxes(wanted, symbols)
    body = from_sympy(named, {})
    sizes = dict(zip(component.at, axes, strict=True))
    alike = {name for name, shape in symbols.shapes.items() if shape == axes}
    whole = None if gradient is None else Call("sum", (Product((Name(TANGENT), gradient)),))
    for matrix in (pointwise_form(body, component.at, alike), matrix_form(body, component.at, sizes), whole):
        if matrix is None:
            continue
        candidate = substitute(matrix, {name: Call("softmax", (Name(base),)) for name, base in softmaxes.items()})
        candidate = simplified(candidate, symbols.structures, dict(known))
        if is_proved(candidate, wanted, component.at, axes, Symbols(dict(known), symbols.structures)):
            return candidate
    return None
