"""Losses and layers by their entries: what their formulas need of index notation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product

from ..ops.table import bound_arguments, expanded, operation
from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    Index,
    Inside,
    MatrixProduct,
    Name,
    Negate,
    Product,
    Quotient,
    Slice,
    Sum,
    Transpose,
    TupleOf,
    integer,
    map_children,
)  # fmt: skip
from .call_shapes import ShapeOf
from .layer_shapes import numbers_of
from .writer import Indices, Writer, added, plus, size_product, times


def loss_entry(c: Writer, call: Call) -> Expr:
    """The mean, or the sum, of the loss of every entry."""
    inner = replace(call, options=tuple((n, v) for n, v in call.options if n != "reduction"))
    shape = c.shape_of(Sum(call.arguments, (False,) * len(call.arguments)))
    total = c.over(shape, lambda at: map_children(inner, lambda part: c.aligned(part, at)))
    return _averaged(call, total, size_product(shape))


def _averaged(call: Call, total: Expr, size: Expr) -> Expr:
    reduction = dict(call.options).get("reduction")
    named = (
        f"reduction={reduction.key}" if isinstance(reduction, Name) else next(iter(operation(call.function).variants))
    )
    return total if named == "reduction=sum" or size == ONE else Quotient(total, size)


def _cross_entropy(c: Writer, call: Call, at: Indices) -> Expr:
    logits, target = call.arguments
    return _class_loss(c, call, Call("log_softmax", (logits,)), logits, target)


def _nll(c: Writer, call: Call, at: Indices) -> Expr:
    return _class_loss(c, call, call.arguments[0], *call.arguments)


def _class_loss(c: Writer, call: Call, logs: Expr, logits: Expr, target: Expr) -> Expr:
    """Minus the logarithm at the right class, or weighted by a one-hot target; averaged over the batch."""
    shape, labels = c.shape_of(logits), c.shape_of(target)
    batch = shape[:-1]

    def one(at: Indices) -> Expr:
        if labels == shape:
            return c.over(shape[-1:], lambda k: Negate(Product((c.entry(target, (*at, *k)), c.entry(logs, (*at, *k))))))
        return Negate(c.entry(logs, (*at, c.entry(target, at))))

    return _averaged(call, c.over(batch, one), size_product(batch))


def _embedding(c: Writer, call: Call, at: Indices) -> Expr:
    table, rows = call.arguments
    rank = len(c.shape_of(rows))
    return c.entry(table, (c.entry(rows, at[:rank]), *at[rank:]))


def _one_hot(c: Writer, call: Call, at: Indices) -> Expr:
    return Delta(c.entry(call.arguments[0], at[:-1]), at[-1])


def _identity(c: Writer, call: Call, at: Indices) -> Expr:
    return Delta(*at)


def _diagonal(c: Writer, call: Call, at: Indices) -> Expr:
    return Product((Delta(*at), c.entry(call.arguments[0], at[:1])))


def _ones(c: Writer, call: Call, at: Indices) -> Expr:
    return ONE


def _linear(call: Call, of: ShapeOf) -> Expr:
    x, weight, *bias = call.arguments
    product: Expr = MatrixProduct(x, Transpose(weight))
    return Sum((product, *bias), (False,) * (1 + len(bias))) if bias else product


def _batch_norm(call: Call, of: ShapeOf) -> Expr:
    """Over axis 0 and the axes of space: of x with axes (batch, channel, …) all but the channel's."""
    bound = bound_arguments(call)
    x = bound["x"]
    rank = len(of(x))
    axes = TupleOf(tuple(integer(k) for k in range(rank) if k != 1))
    over = (("axis", axes), ("keepdims", Name("true")))
    mean, variance = Call("mean", (x,), over), Call("var", (x,), over)
    normal = Quotient(Sum((x, mean), (False, True)), Call("sqrt", (Sum((variance, bound["eps"]), (False, False)),)))
    gain, bias = (_per_channel(bound[name], rank) for name in ("gain", "bias"))
    return Sum((Product((normal, gain)), bias), (False, False))


def _per_channel(expr: Expr, rank: int) -> Expr:
    return expr if rank <= 2 else Index(expr, (Slice(None, None, None), *[None] * (rank - 2)))


def _attention(call: Call, of: ShapeOf) -> Expr:
    """softmax(Q Kᵀ/√d) V, the softmax over what the mask keeps."""
    q, k, v, *mask = call.arguments
    rank, width = len(of(k)), of(k)[-1]
    swapped = Call("transpose", (k, TupleOf(tuple(integer(a) for a in (*range(rank - 2), rank - 1, rank - 2)))))
    scores = Quotient(MatrixProduct(q, swapped), Call("sqrt", (size_product([width]),)))
    weights = Call("exp", (scores,))
    kept: Expr = Product((mask[0], weights)) if mask else weights
    total = Call("sum", (kept,), (("axis", integer(-1)), ("keepdims", Name("true"))))
    return MatrixProduct(Quotient(kept, total), v)


# Layers whose formula depends on the shapes; those of the table have theirs in their record.
_FORMULAS: dict[str, Callable[[Call, ShapeOf], Expr]] = {
    "linear": _linear,
    "batch_norm": _batch_norm,
    "attention": _attention,
}


def layer_formula(call: Call, of: ShapeOf) -> Expr | None:
    """A layer written out in the language's other operations; None where it is defined by its entries alone."""
    if call.function in _FORMULAS:
        return _FORMULAS[call.function](call, of)
    return expanded(call) if call.function in ("layer_norm", "rms_norm", "log_softmax") else None


def _by_formula(c: Writer, call: Call, at: Indices) -> Expr:
    return c.entry(_FORMULAS[call.function](call, c.shape_of), at)


def _convolution(c: Writer, call: Call, at: Indices, space: int) -> Expr:
    """Σ over channels and offsets of x[channel, stride·s + u - padding]·W[out, channel, u]: a cross-correlation."""
    bound = bound_arguments(call)
    x, weight, bias = bound["x"], bound["W"], bound.get("b")
    stride, padding = numbers_of(bound["stride"], space, "stride"), numbers_of(bound["padding"], space, "padding")
    x_shape, w_shape = c.shape_of(x), c.shape_of(weight)
    has_channels = len(w_shape) == space + 2
    has_batch = len(x_shape) == space + 2
    batch = at[:1] if has_batch else ()
    out = at[len(batch) : len(batch) + has_channels]
    places = at[len(at) - space :]

    def body(k: Indices) -> Expr:
        channel, offsets = k[: len(k) - space], k[len(k) - space :]
        at_x = [
            plus(added(times(s, step), u), -pad)
            for s, u, step, pad in zip(places, offsets, stride, padding, strict=True)
        ]
        guards = [
            Inside(place, size)
            for place, pad, size in zip(at_x, padding, x_shape[len(x_shape) - space :], strict=True)
            if pad
        ]
        factors = (*guards, c.entry(x, (*batch, *channel, *at_x)), c.entry(weight, (*out, *channel, *offsets)))
        return Product(factors)

    total = c.over(w_shape[1 if has_channels else 0 :], body)
    if bias is None or bias == Name("none"):
        return total
    return Sum((total, c.entry(bias, out if c.shape_of(bias) else ())), (False, False))


def _windows(c: Writer, call: Call, at: Indices, space: int) -> list[Expr]:
    """The entries of a pooling window, row by row."""
    bound = bound_arguments(call)
    x = bound["x"]
    size = numbers_of(bound["size"], space, "size")
    stride = size if bound["stride"] == Name("none") else numbers_of(bound["stride"], space, "stride")
    rest, places = at[: len(at) - space], at[len(at) - space :]
    return [
        c.entry(x, (*rest, *(plus(times(s, step), u) for s, step, u in zip(places, stride, offsets, strict=True))))
        for offsets in product(*map(range, size))
    ]


def _max_pool(c: Writer, call: Call, at: Indices, space: int) -> Expr:
    return Call("first max", tuple(_windows(c, call, at, space)))


def _avg_pool(c: Writer, call: Call, at: Indices, space: int) -> Expr:
    entries = _windows(c, call, at, space)
    return Quotient(Sum(tuple(entries), (False,) * len(entries)), integer(len(entries)))


LAYER_ENTRIES: dict[str, Callable[[Writer, Call, Indices], Expr]] = {
    "cross_entropy": _cross_entropy, "nll": _nll, "embedding": _embedding, "onehot": _one_hot, "ones": _ones,
    "identity": _identity, "diag": _diagonal,
    "linear": _by_formula, "batch_norm": _by_formula, "attention": _by_formula,
    "conv1d": partial(_convolution, space=1), "conv2d": partial(_convolution, space=2),
    "max_pool1d": partial(_max_pool, space=1), "max_pool2d": partial(_max_pool, space=2),
    "avg_pool1d": partial(_avg_pool, space=1), "avg_pool2d": partial(_avg_pool, space=2),
}  # fmt: skip
