"""Reductions, products and index maps, each by its definition in index notation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from ..errors import ProblemError
from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    Index,
    Inside,
    ListOf,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Text,
    TupleOf,
    integer,
)  # fmt: skip
from .sizes import Shape, axes_of, axis_of, constant_tuple, is_true, option
from .writer import Indices, Writer, added, plus, size_product, times


def _spread(at: Indices, inner: Indices, axes: Sequence[int], rank: int, keep: bool) -> Indices:
    """The indices of an operand whose `axes` run over `inner` and whose others are those of the result."""
    outer = iter([k for position, k in enumerate(at) if not (keep and position in axes)])
    summed = iter(inner)
    return tuple(next(summed) if axis in axes else next(outer) for axis in range(rank))


def _reduction(c: Writer, call: Call, at: Indices, body: Callable[[Expr], Expr] = lambda x: x) -> Expr:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    keep = is_true(option(call, "keepdims"))
    sizes = [shape[axis] for axis in sorted(axes)]
    return c.over(sizes, lambda inner: body(c.entry(x, _spread(at, inner, axes, len(shape), keep))))


def _mean(c: Writer, call: Call, at: Indices) -> Expr:
    shape = c.shape_of(call.arguments[0])
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    total = _reduction(c, call, at)
    divisor = size_product([shape[axis] for axis in axes])
    return total if divisor == ONE else Quotient(total, divisor)


def _var(c: Writer, call: Call, at: Indices) -> Expr:
    """Σ (x - mean)²/n, or over n - 1 where it is unbiased."""
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    axis = tuple(integer(a) for a in axes)
    mean = Call("mean", (x,), (("axis", TupleOf(axis)), ("keepdims", Name("true"))))
    centred = Power(Sum((x, mean), (False, True)), integer(2))
    total = _reduction(c, Call("sum", (centred,), call.options), at)
    size = size_product([shape[a] for a in axes])
    if is_true(option(call, "unbiased")):
        size = plus(size, -1)
    return Quotient(total, size)


def _std(c: Writer, call: Call, at: Indices) -> Expr:
    return Call("sqrt", (_var(c, call, at),))


def _norm(c: Writer, call: Call, at: Indices) -> Expr:
    if not c.shape_of(call.arguments[0]):
        return Call("abs", (c.entry(call.arguments[0], ()),))
    return Call("sqrt", (_reduction(c, call, at, lambda x: Power(x, integer(2))),))


def _logsumexp(c: Writer, call: Call, at: Indices) -> Expr:
    return Call("log", (_reduction(c, call, at, lambda x: Call("exp", (x,))),))


def _extreme(c: Writer, call: Call, at: Indices) -> Expr:
    """max or min of the entries: over all axes shared among ties, along some the first of them."""
    entries = _entries_over(c, call, at)
    has_axis = option(call, "axis", ("x", "axis")) is not None
    return (
        Call(f"first {call.function}" if has_axis else call.function, tuple(entries))
        if len(entries) > 1
        else entries[0]
    )


def _prod(c: Writer, call: Call, at: Indices) -> Expr:
    entries = _entries_over(c, call, at)
    return Product(tuple(entries)) if len(entries) > 1 else entries[0]


def _entries_over(c: Writer, call: Call, at: Indices) -> list[Expr]:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    keep = is_true(option(call, "keepdims"))
    sizes = [shape[axis] for axis in sorted(axes)]
    if any(isinstance(size, str) for size in sizes):
        raise ProblemError(f"{call.function} over an axis of unknown size", expected="sizes that are numbers")
    ranges = [range(int(size)) for size in sizes]
    return [c.entry(x, _spread(at, tuple(map(integer, inner)), axes, len(shape), keep)) for inner in product(*ranges)]


def _along(c: Writer, call: Call) -> tuple[Expr, Shape, int]:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axis = axis_of(option(call, "axis", ("x", "axis")) or integer(-1), len(shape))
    return x, shape, axis


def _softmax(c: Writer, call: Call, at: Indices) -> Expr:
    x, shape, axis = _along(c, call)
    mask = option(call, "mask", ("x", "axis", "mask"))

    def exponential(k: Expr) -> Expr:
        place = (*at[:axis], k, *at[axis + 1 :])
        weight = Call("exp", (c.entry(x, place),))
        return weight if mask is None else Product((c.aligned(mask, place), weight))

    return Quotient(exponential(at[axis]), c.over([shape[axis]], lambda k: exponential(k[0])))


def _dot(c: Writer, call: Call, at: Indices) -> Expr:
    a, b = call.arguments
    return c.over(c.shape_of(a), lambda k: Product((c.entry(a, k), c.entry(b, k))))


def _outer(c: Writer, call: Call, at: Indices) -> Expr:
    a, b = call.arguments
    return Product((c.entry(a, at[:1]), c.entry(b, at[1:])))


def _trace(c: Writer, call: Call, at: Indices) -> Expr:
    (x,) = call.arguments
    return c.over(c.shape_of(x)[:1], lambda k: c.entry(x, (*k, *k)))


def _einsum(c: Writer, call: Call, at: Indices) -> Expr:
    text, *operands = call.arguments
    assert isinstance(text, Text)
    inputs, _, output = text.value.replace(" ", "").partition("->")
    letters = inputs.split(",")
    sizes = {k: s for part, x in zip(letters, operands, strict=True) for k, s in zip(part, c.shape_of(x), strict=True)}
    summed = [letter for letter in sizes if letter not in output]

    def body(inner: Indices) -> Expr:
        place = {**dict(zip(output, at, strict=True)), **dict(zip(summed, inner, strict=True))}
        factors = tuple(c.entry(x, tuple(place[k] for k in part)) for part, x in zip(letters, operands, strict=True))
        return factors[0] if len(factors) == 1 else Product(factors)

    return c.over([sizes[letter] for letter in summed], body)


def _det(c: Writer, call: Call, at: Indices) -> Expr:
    """No formula in entries, whose terms are n!: an equation defines the determinant and the inverse."""
    return call


def _of_matrix(c: Writer, call: Call, at: Indices) -> Expr:
    return Index(call, at)


def _transpose(c: Writer, call: Call, at: Indices) -> Expr:
    (x, *_) = call.arguments
    rank = len(c.shape_of(x))
    order = [int(axis) % rank for axis in constant_tuple(option(call, "axes", ("x", "axes")))] or list(range(rank))[
        ::-1
    ]
    places: dict[int, Expr] = dict(zip(order, at, strict=True))
    return c.entry(x, tuple(places[axis] for axis in range(rank)))


def _reshape(c: Writer, call: Call, at: Indices) -> Expr:
    """The entry with the same number, counted row by row."""
    (x, _) = call.arguments
    old, new = c.shape_of(x), c.shape_of(call)
    flat = _flat(at, new)
    if isinstance(flat, Number):
        places = _unflat(int(flat.value), old)
        return c.entry(x, tuple(map(integer, places)))
    if len(old) == 1:
        return c.entry(x, (flat,))
    return c.over(old, lambda k: Product((Delta(_flat(k, old), flat), c.entry(x, k))))


def _flat(at: Indices, shape: Shape) -> Expr:
    place: Expr = integer(0)
    for k, size in zip(at, shape, strict=True):
        assert isinstance(size, int)
        place = added(times(place, size), k) if not isinstance(place, Number) or place.value else k
    return place


def _unflat(place: int, shape: Shape) -> list[int]:
    found = []
    for size in reversed(shape):
        assert isinstance(size, int)
        place, rest = divmod(place, size)
        found.append(rest)
    return found[::-1]


def _concat(c: Writer, call: Call, at: Indices) -> Expr:
    (parts, *_) = call.arguments
    assert isinstance(parts, ListOf)
    rank = len(c.shape_of(parts.items[0]))
    axis = axis_of(option(call, "axis", ("tensors", "axis")) or integer(0), rank)
    terms: list[Expr] = []
    offset = 0
    for part in parts.items:
        size = c.shape_of(part)[axis]
        assert isinstance(size, int)
        place = plus(at[axis], -offset)
        if isinstance(place, Number):
            if 0 <= place.value < size:
                return c.entry(part, (*at[:axis], place, *at[axis + 1 :]))
        else:
            terms.append(Product((Inside(place, size), c.entry(part, (*at[:axis], place, *at[axis + 1 :])))))
        offset += size
    return terms[0] if len(terms) == 1 else Sum(tuple(terms), (False,) * len(terms))


def _stack(c: Writer, call: Call, at: Indices) -> Expr:
    (parts, *_) = call.arguments
    assert isinstance(parts, ListOf)
    rank = len(c.shape_of(parts.items[0])) + 1
    axis = axis_of(option(call, "axis", ("tensors", "axis")) or integer(0), rank)
    rest = (*at[:axis], *at[axis + 1 :])
    return c.chosen([(c.entry(part, rest), k) for k, part in enumerate(parts.items)], at[axis])


TENSOR_ENTRIES: dict[str, Callable[[Writer, Call, Indices], Expr]] = {
    "sum": _reduction, "mean": _mean, "var": _var, "std": _std, "norm": _norm, "logsumexp": _logsumexp,
    "max": _extreme, "min": _extreme, "prod": _prod, "softmax": _softmax,
    "dot": _dot, "outer": _outer, "trace": _trace, "einsum": _einsum,
    "det": _det, "inv": _of_matrix, "cofactor": _of_matrix,
    "transpose": _transpose, "reshape": _reshape, "concat": _concat, "stack": _stack,
}  # fmt: skip
