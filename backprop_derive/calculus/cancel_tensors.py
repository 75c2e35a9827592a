"""Adjoints of tensors that become short: softmax and cross-entropy across separate steps are p·sum(y) - y.

As for scalars (`calculus.cancel`): what flows back is composed along a few steps; an entry of it is a rational function
of entries of the problem's names, or a sum of such, and in each of them what cancels is cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import sympy

from ..derivation import INCOMING, OUTPUT, Component, Flow, ShortTensor, TensorDerivation
from ..indexed.matrix import matrix_form
from ..indexed.patterns import in_output, put_in
from ..indexed.shape import Shape
from ..records import record
from ..symbolic.contract import contracted
from ..symbolic.translate import from_sympy, to_sympy
from ..syntax.expression import (
    ONE,
    Call,
    Expr,
    Index,
    ListOf,
    Name,
    Negate,
    Over,
    Quotient,
    Sum,
    children,
    integer,
    names_in,
    substitute,
    walk,
)  # fmt: skip
from ..syntax.parser import deep_recursion
from .adjoint import Symbols, is_proved, size_symbol
from .cancel import shortest

# A product of more operations is not composed. One of fewer is read as it stands.
_LONGEST_COMPOSED, _SHORTEST_COMPOSED = 40, 3


def with_short_adjoints(derivation: TensorDerivation, has_values: bool) -> TensorDerivation:
    """The derivation with the short form of each adjoint whose product decisively cancels."""
    composed: dict[str, Component | None] = {derivation.graph.loss: Component((), ONE)}
    short: dict[str, ShortTensor] = {}
    with deep_recursion():
        for key in derivation.adjoint_order():
            product = _product(derivation, key, composed)
            if product is not None and (found := _short(derivation, key, product, has_values)) is not None:
                short[key] = found
                product = found.component
            composed[key] = product
    return replace(derivation, short=short)


# --- the product by the chain rule


def _product(derivation: TensorDerivation, key: str, composed: Mapping[str, Component | None]) -> Component | None:
    """The sum of what flows back to a name, in the problem's names; None where that is long."""
    terms: list[Expr] = []
    at: tuple[str, ...] = ()
    for flow in derivation.uses.get(key, ()):
        incoming = composed.get(flow.step)
        if incoming is None:
            return None
        at = at or flow.component.at
        term = put_in(_in_names(derivation, flow), INCOMING, incoming.at, incoming.body)
        terms.append(substitute(term, dict(zip(flow.component.at, map(Name, at), strict=True))))
    if not terms:
        return None
    body = terms[0] if len(terms) == 1 else Sum(tuple(terms), (False,) * len(terms))
    return Component(at, body) if _operations(body) <= _LONGEST_COMPOSED else None


def _in_names(derivation: TensorDerivation, flow: Flow) -> Expr:
    """The flow by entries, in the problem's names but for what comes in; the step's own name for its definition."""
    step = derivation.components[flow.step]
    named = substitute(flow.component.body, {f"#{k}": Name(key) for k, key in enumerate(flow.slots)})
    return in_output(substitute(named, {OUTPUT: Name(flow.step)}), step.at, step.body, flow.step)


# --- its short form


@record(slots=False)
class _Slots:
    """The names of a product as slots, numbered from the loss back, so that p stands before y."""

    derivation: TensorDerivation
    keys: tuple[str, ...]

    @cached_property
    def symbols(self) -> Symbols:
        shapes = self.derivation.graph.problem.shapes
        return Symbols({f"#{k}": shapes[key] for k, key in enumerate(self.keys)})

    def image(self, body: Expr) -> Any:
        """A formula by entries in SymPy."""
        slots = {key: Name(f"#{k}") for k, key in enumerate(self.keys)}
        return to_sympy(substitute(body, slots), self.symbols, {})

    def named(self, expr: Expr) -> Expr:
        """A formula of slots in the problem's names."""
        return substitute(expr, {f"#{k}": Name(key) for k, key in enumerate(self.keys)})

    def key_of(self, entry: Any) -> str:
        """The name that an entry is one of."""
        return self.keys[int(str(entry.base if entry.is_Indexed else entry)[1:])]

    def definitions(self, expr: Any) -> dict[Any, Any]:
        """What the entries of steps in a formula are, from the loss back; sums are left out."""
        found = {}
        for entry in sorted(expr.atoms(sympy.Indexed), key=lambda entry: int(str(entry.base)[1:])):
            component = self.derivation.components.get(self.key_of(entry))
            if component is not None and not any(isinstance(node, Over) for node in walk(component.body)):
                at = (self.symbols[index] for index in component.at)
                image = self.image(component.body)
                found[entry] = image.xreplace(dict(zip(at, entry.indices, strict=True)))
        return found


def _slots_of(derivation: TensorDerivation, product: Component) -> _Slots:
    graph = derivation.graph
    named = [name for name in names_in(product.body) if name in graph.problem.shapes]
    operands = [name for key in named for name in graph.operands.get(key, ())]
    order = {key: k for k, key in enumerate(reversed(graph.steps))}
    keys = sorted(dict.fromkeys([*named, *operands]), key=lambda key: order.get(key, len(order)))
    return _Slots(derivation, tuple(keys))


def _short(derivation: TensorDerivation, key: str, product: Component, has_values: bool) -> ShortTensor | None:
    """The short form, where it is decisively shorter and proved equal."""
    shapes = derivation.graph.problem.shapes
    if _operations(product.body) < _SHORTEST_COMPOSED or not _divisions(product.body, shapes):
        return None
    slots = _slots_of(derivation, product)
    sizes = shapes[key]
    free = {slots.symbols[k]: size_symbol(n, slots.symbols) for k, n in zip(product.at, sizes, strict=True)}
    parts = [_part(part, slots) for part in _parts(contracted(slots.image(product.body), free))]
    if any(part is None for part in parts):
        return None
    form = sympy.Add(*parts)
    found = _told(slots, product.at, sizes, form)
    if not _is_decisive(found.component.body, product.body, shapes):
        return None
    ones = _ones(slots, form, has_values)
    if ones is None:
        return found
    reduced, one, is_known = ones
    return replace(found, one=one, reduced=_told(slots, product.at, sizes, reduced), is_known=is_known)


def _operations(body: Expr) -> int:
    """As `size`, with an entry of a tensor counted as a name."""
    inner = (children(node) for node in walk(body) if not isinstance(node, Index))
    return sum(max(1, len(parts) - 1) for parts in inner if parts)


def _divisions(body: Expr, shapes: Mapping[str, Shape]) -> int:
    """How often anything is divided by an entry or a number of the problem, which sizes are not."""
    quotients = (node for node in walk(body) if isinstance(node, Quotient))
    return sum(any(name in shapes for name in names_in(node.denominator)) for node in quotients)


def _is_decisive(form: Expr, product: Expr, shapes: Mapping[str, Shape]) -> bool:
    is_shorter = 2 * _operations(form) < _operations(product)
    return is_shorter and 2 * _divisions(form, shapes) <= _divisions(product, shapes)


def _parts(expr: Any) -> list[Any]:
    """The terms that are sums one by one, and all others together."""
    terms = sympy.Add.make_args(expr)
    sums = [term for term in terms if _sum_in(term) is not None]
    rest = sympy.Add(*(term for term in terms if _sum_in(term) is None))
    return sums if rest == 0 else [rest, *sums]


def _sum_in(term: Any) -> Any | None:
    """The only sum among the factors of a term."""
    sums = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, sympy.Sum)]
    return sums[0] if len(sums) == 1 else None


def _part(part: Any, slots: _Slots) -> Any | None:
    """A part with what cancels cancelled; under a sum, the factors before it included."""
    total = _sum_in(part)
    body = part if total is None else part / total * total.function
    found = shortest(body, slots.definitions(body))
    if total is None or found is None:
        return found
    for index, first, last in total.limits:
        found = sympy.Sum(found, (index, first, last)) if found.has(index) else (last + 1) * found
    return found


def _told(slots: _Slots, at: tuple[str, ...], sizes: Shape, form: Any) -> ShortTensor:
    """The form by entries, and in matrix notation where that is proved to be the same."""
    body = from_sympy(form, {})
    is_plain = not at and not any(isinstance(node, Over) for node in walk(body))
    matrix = body if is_plain else matrix_form(body, at, dict(zip(at, sizes, strict=True)))
    if matrix is not None and not is_proved(matrix, form, at, sizes, slots.symbols):
        matrix = None
    return ShortTensor(Component(at, slots.named(body)), None if matrix is None else slots.named(matrix))


# --- sums that are 1


def _ones(slots: _Slots, form: Any, has_values: bool) -> tuple[Any, Expr, bool] | None:
    """The form with 1 for a target's or a softmax's sum, that sum, and whether it is known to be 1."""
    for total in form.atoms(sympy.Sum):
        if len(total.limits) != 1:
            continue
        index = total.limits[0][0]
        factors = [factor for factor in sympy.Mul.make_args(total.function) if factor.has(index)]
        if len(factors) != 1 or not factors[0].is_Indexed or factors[0].indices.count(index) != 1:
            continue
        (entry,) = factors
        key, axis = slots.key_of(entry), entry.indices.index(index)
        is_known = _adds_up_to_one(slots.derivation, key, axis, has_values)
        if is_known is None or len(entry.indices) > 2:
            continue
        options = (("axis", integer(axis)),) if len(entry.indices) > 1 else ()
        return form.xreplace({total: total.function / entry}), Call("sum", (Name(key),), options), is_known
    return None


def _adds_up_to_one(derivation: TensorDerivation, key: str, axis: int, has_values: bool) -> bool | None:
    """Whether the sums of a tensor along an axis are 1: True where they are, False where nobody knows, else None."""
    graph = derivation.graph
    rank = len(graph.problem.shapes[key])
    if key in graph.steps:
        match graph.steps[key].expression:
            case Call("softmax", arguments, options):
                named = dict(options).get("axis", arguments[1] if len(arguments) > 1 else integer(-1))
                return True if named in (integer(axis), Negate(integer(rank - axis))) else None
        return None
    value = next(given.value for given in graph.problem.givens if given.key == key)
    if not has_values or value is None:
        return None if key in graph.on_path else False
    sums = _sums(value, axis)
    return True if sums is not None and all(total == 1 for total in sums) else None


def _sums(value: Expr, axis: int) -> list[Any] | None:
    """The sums of a vector, or of a matrix's rows or columns."""
    if not isinstance(value, ListOf):
        return None
    rows = [list(row.items) if isinstance(row, ListOf) else None for row in value.items]
    if all(row is None for row in rows):
        lines = [list(value.items)]
    else:
        lines = [row for row in rows if row is not None]
        lines = lines if axis == 1 else [list(column) for column in zip(*lines, strict=True)]
    return [sympy.Add(*(to_sympy(entry, {}) for entry in line)) for line in lines]
