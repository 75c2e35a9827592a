"""The vector–Jacobian product of a step on tensors, derived from its component formula.

Of Y = f(X) and the incoming adjoint G = ∂L/∂Y, the adjoint of X is Σ over all entries of Y of G·∂Y/∂X. SymPy
differentiates the component formula of Y by an entry of X, which gives deltas under sums; contraction leaves the
component form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy

from ..derivation import INCOMING, OUTPUT, Component
from ..errors import ProblemError
from ..indexed.blocks import block_form
from ..indexed.component import Components
from ..indexed.lists import listed
from ..indexed.matrix import matrix_form
from ..indexed.means import with_means
from ..indexed.shape import Shape, Size, shape_of
from ..indexed.structure import structured
from ..ops.table import bound_arguments, formula, operation
from ..records import record
from ..symbolic import light
from ..symbolic.canonical import are_equal, combined
from ..symbolic.centred import without_centred_sums
from ..symbolic.contract import Sizes, contracted
from ..symbolic.implicit import OfMatrix, divides_by_determinant, without_cofactors
from ..symbolic.opaque import opaque
from ..symbolic.powers import by_entry
from ..symbolic.structured import StructuredBase, matrix_base
from ..symbolic.translate import from_sympy, to_sympy
from ..syntax.expression import Call, Expr, Name, TupleOf, integer, substitute
from .ones import component_at_one, lengthened, matrix_at_one


class Symbols(dict[str, Any]):
    """SymPy symbols for names made when they are met: indices and sizes are whole numbers, tensors are indexed."""

    def __init__(self, shapes: Mapping[str, Shape], structures: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.shapes, self.structures = shapes, structures or {}

    def __missing__(self, key: str) -> Any:
        if self.shapes.get(key):
            made: Any = matrix_base(key, self.structures.get(key, ""))
        elif key in self.shapes:
            made = sympy.Symbol(key)
        else:
            made = sympy.Symbol(key, integer=True, nonnegative=True)
        self[key] = made
        return made


@record
class FlowForm:
    """What flows back to an operand, in slots: the entries of the Jacobian, and those of the adjoint."""

    jacobian: Component
    adjoint: Component


@lru_cache(maxsize=4096)
def matrix_notation(
    shape: Expr, index: int, sizes: tuple[Shape, ...], is_loss: bool, structures: tuple[str, ...] = ()
) -> Expr | None:
    """As `adjoint_form`, in matrix notation, where one is recognised and proved equal to the component form."""
    if (longer := lengthened(shape, sizes)) is not None:
        found = matrix_at_one(matrix_notation(shape, index, longer, is_loss, structures))
        if found is not None:
            return found
    adjoint = adjoint_form(shape, index, sizes, is_loss, structures).adjoint
    columns = adjoint.at
    slots: dict[str, Shape] = {f"#{k}": size for k, size in enumerate(sizes)}
    out = shape_of(shape, slots)
    known = {**slots, INCOMING: out, OUTPUT: out}
    symbols = Symbols(known, by_slot(structures))
    wanted = to_sympy(adjoint.body, symbols, {})
    lengths = dict(zip(columns, sizes[index], strict=True))
    # As it stands first: a singular matrix has its cofactors, too, and no inverse.
    for entries in dict.fromkeys((wanted, without_cofactors(wanted))):
        plain_form = matrix_form(from_sympy(entries, {}), columns, lengths)
        candidates: Iterable[Expr | None] = (
            _compact(shape, index),
            listed(plain_form, sizes[index][0]) if len(columns) == 1 else None,
            plain_form,
            block_form(adjoint.body, columns, sizes[index], known),
            _reshaped(shape, sizes[index]),
        )
        if any(structures):
            plain = matrix_notation(shape, index, sizes, is_loss)
            candidates = structured((*candidates, plain), structures[index], by_slot(structures), known, sizes[index])
        for candidate in with_and_without_means(candidates, known):
            if is_proved(candidate, entries, columns, sizes[index], symbols):
                return candidate
    return None


def with_and_without_means(candidates: Iterable[Expr | None], shapes: Mapping[str, Shape]) -> Iterator[Expr]:
    """Each candidate as it calls its means by their name, where it has any, then as it stands."""
    for candidate in candidates:
        if candidate is not None:
            yield from dict.fromkeys((with_means(candidate, shapes), candidate))


def by_slot(structures: Sequence[str]) -> dict[str, str]:
    """The declared structure of each slot that has one."""
    return {f"#{k}": structure for k, structure in enumerate(structures) if structure}


def notation_of(component: Component, sizes: Shape, shapes: dict[str, Shape]) -> Expr | None:
    """A component form of any origin, such as one that a worked mistake made, in matrix notation."""
    symbols = Symbols(shapes)
    entries = to_sympy(component.body, symbols, {})
    lengths = dict(zip(component.at, sizes, strict=True))
    candidate = matrix_form(component.body, component.at, lengths)
    is_known = candidate is not None and is_proved(candidate, entries, component.at, sizes, symbols)
    return candidate if is_known else None


def _compact(shape: Expr, index: int) -> Expr | None:
    """The form that textbooks give for an operation of names; like every candidate it is shown only if proved."""
    if not isinstance(shape, Call) or not all(isinstance(argument, Name) for argument in shape.arguments):
        return None
    bound = bound_arguments(shape)
    parameter = next((name for name, value in bound.items() if value == Name(f"#{index}")), "")
    text = operation(shape.function).compact.get(parameter)
    return None if text is None else substitute(formula(text), {**bound, "G": Name(INCOMING)})


def _reshaped(shape: Expr, wanted: Shape) -> Expr | None:
    """The incoming adjoint in the operand's shape, where a step gave it another."""
    if not (isinstance(shape, Call) and shape.function == "reshape" and isinstance(shape.arguments[0], Name)):
        return None
    lengths = tuple(integer(size) if isinstance(size, int) else Name(size) for size in wanted)
    return Call("reshape", (Name(INCOMING), TupleOf(lengths)))


def is_proved(candidate: Expr, wanted: sympy.Expr, at: Sequence[str], sizes: Shape, symbols: Symbols) -> bool:
    """Whether matrix notation is proved to have a shape and, at the indices `at`, the wanted entries."""
    known = symbols.shapes
    components = Components(known, lambda expr: shape_of(expr, known), prefix="@m")
    try:
        if shape_of(candidate, known) != sizes:
            return False
        entry = components.aligned(candidate, tuple(map(Name, at)))
    except ProblemError:
        return False
    free = sizes_of(at, sizes, symbols)
    for index, size in zip(at, sizes, strict=True):
        if size == 1:
            symbols[index] = sympy.Integer(0)
    return are_equal(to_sympy(entry, symbols, {}), wanted, free)


def sizes_of(indices: Sequence[str], shape: Shape, symbols: Symbols) -> Sizes:
    return {symbols[k]: size_symbol(size, symbols) for k, size in zip(indices, shape, strict=True)}


def size_symbol(size: Size, symbols: Mapping[str, Any]) -> sympy.Expr:
    return sympy.Integer(size) if isinstance(size, int) else symbols[size]


@record
class Differentiated:
    """An entry of a step, at the indices `rows`, differentiated by the entry of an operand at the indices `columns`.

    `jacobian` is the same with a softmax in its own output. `free` are the sizes of all the indices.
    """

    symbols: Symbols
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    derivative: sympy.Expr
    jacobian: sympy.Expr
    free: Sizes


def differentiated(
    shape: Expr, index: int, sizes: tuple[Shape, ...], structures: tuple[str, ...] = ()
) -> Differentiated:
    """The entries of ∂(step)/∂(slot `#index`), for a step that is an expression in slots whose shapes are `sizes`.

    `structures` are what was declared of the slots, "" for nothing; none of them says the same of all.
    """
    shapes: dict[str, Shape] = {f"#{k}": size for k, size in enumerate(sizes)}
    components = Components(shapes, lambda expr: shape_of(expr, shapes))
    out = shape_of(shape, shapes)
    symbols = Symbols({**shapes, INCOMING: out, OUTPUT: out}, by_slot(structures))
    rows = tuple(components.fresh() for _ in out)
    columns = tuple(components.fresh() for _ in shapes[f"#{index}"])
    body = to_sympy(components.entry(shape, tuple(map(Name, rows))), symbols, {})
    for column, size in zip(columns, shapes[f"#{index}"], strict=True):
        if size == 1:
            symbols[column] = sympy.Integer(0)
    variable = entry_at(symbols[f"#{index}"], columns, symbols)
    columns_of = sizes_of(columns, shapes[f"#{index}"], symbols)
    free = {**sizes_of(rows, out, symbols), **columns_of}
    derivative = by_entry(body, variable)
    jacobian = _in_output(shape, body, derivative, symbols, free)
    return Differentiated(symbols, rows, columns, derivative, jacobian, free)


@lru_cache(maxsize=4096)
def adjoint_form(
    shape: Expr, index: int, sizes: tuple[Shape, ...], is_loss: bool, structures: tuple[str, ...] = ()
) -> FlowForm:
    """What flows back to slot `#index` of a step, an expression in slots whose shapes are `sizes`."""
    if (longer := lengthened(shape, sizes)) is not None:
        found = adjoint_form(shape, index, longer, is_loss, structures)
        jacobian, adjoint = component_at_one(found.jacobian), component_at_one(found.adjoint)
        if jacobian is not None and adjoint is not None:
            return FlowForm(jacobian, adjoint)
    entries = differentiated(shape, index, sizes, structures)
    symbols, rows, columns, jacobian = entries.symbols, entries.rows, entries.columns, entries.jacobian
    out = symbols.shapes[OUTPUT]
    incoming = sympy.Integer(1) if is_loss else entry_at(symbols[INCOMING], rows, symbols)
    total = incoming * jacobian
    for row, size in zip(reversed(rows), reversed(out), strict=True):
        total = light.Sum(total, (symbols[row], sympy.S.Zero, size_symbol(size, symbols) - 1))
    columns_of = sizes_of(columns, sizes[index], symbols)
    if any(structures):
        jacobian = combined(jacobian, entries.free)
    total = simplest(total, columns_of, structures)
    return FlowForm(
        Component((*rows, *columns), from_sympy(shortest(jacobian), {})), Component(columns, from_sympy(total, {}))
    )


def simplest(expr: sympy.Expr, free: Sizes, structures: tuple[str, ...]) -> sympy.Expr:
    """The expression with its deltas contracted; terms that a declaration makes equal are counted."""
    return shortest(without_centred_sums(combined(expr, free) if any(structures) else contracted(expr, free), free))


def shortest(expr: sympy.Expr) -> sympy.Expr:
    """Cofactors over the determinant are the inverse; by themselves they stay, since a singular matrix has them too."""
    return without_cofactors(expr) if expr.has(OfMatrix) and divides_by_determinant(expr) else expr


def _in_output(shape: Expr, body: sympy.Expr, jacobian: sympy.Expr, symbols: Symbols, free: Sizes) -> sympy.Expr:
    """A softmax's Jacobian in its own output: y = m·exp(x)/S with a mask m, so exp(x) is y·S/m, and S and m go."""
    if not (isinstance(shape, Call) and shape.function == "softmax" and isinstance(shape.arguments[0], Name)):
        return jacobian
    if isinstance(symbols[shape.arguments[0].key], StructuredBase):
        return jacobian  # an entry of a declared matrix is one of two places, and says not which output it became
    if len(body.atoms(sympy.Sum)) != 1:
        return jacobian  # a mask that is computed, or one that keeps nothing
    (total,) = body.atoms(sympy.Sum)
    stands_for, exponential, output = sympy.Dummy("S"), opaque("exp"), symbols[OUTPUT]
    (own,) = (part for part in body.xreplace({total: stands_for}).atoms(exponential))
    mask, places = body * total / own, own.args[0].indices

    def of_output(part: Any) -> Any:
        at = part.args[0].indices
        return output[at] * stands_for / mask.xreplace(dict(zip(places, at, strict=True)))

    in_sum = jacobian.xreplace({total: stands_for})
    found = contracted(in_sum.replace(lambda part: isinstance(part, exponential), of_output), free)
    is_divided = any(power.exp.could_extract_minus_sign() for power in found.atoms(sympy.Pow))
    return jacobian if is_divided else found  # a mask that did not go would be divided by where it is 0


def entry_at(base: Any, at: Sequence[str], symbols: Mapping[str, Any]) -> Any:
    """The entry of a tensor at these indices: of a declared matrix the free one, by which is differentiated."""
    if isinstance(base, StructuredBase):
        return base.entry(*(symbols[k] for k in at))
    return base[tuple(symbols[k] for k in at)] if at else base
