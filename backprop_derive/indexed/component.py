"""A tensor expression by its entries: (X @ W + b)[i, j] is Σ_k X[i, k]·W[k, j] + b[j].

A component formula is an expression whose names carry indices (`Index` of a `Name`) or are scalars, with sums over
indices (`Over`). Element-wise operations, products of matrices, reductions and index maps all become one; so the
derivative of any of them is that of scalars under sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, product

from ..errors import ProblemError
from ..ops.table import bound_arguments, expanded, is_loss, is_pointwise, operation
from ..syntax.expression import (
    ONE,
    Call,
    Delta,
    Expr,
    Index,
    Inside,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Text,
    Transpose,
    TupleOf,
    children,
    integer,
    map_children,
)  # fmt: skip
from .shape import (
    Shape,
    Size,
    axes_of,
    constant_tuple,
    is_true,
    numbers_of,
    option,
    position,
    slice_range,
)  # fmt: skip

Indices = tuple[Expr, ...]


def plus(a: Expr, b: int | Expr) -> Expr:
    """a + b for indices, with numbers added up."""
    other = integer(b) if isinstance(b, int) else b
    if isinstance(a, Number) and isinstance(other, Number):
        return Number(a.value + other.value)
    if isinstance(other, Number) and other.value < 0:
        return Sum((a, Number(-other.value)), (False, True))
    if isinstance(other, Number) and not other.value:
        return a
    return other if isinstance(a, Number) and not a.value else Sum((a, other), (False, False))


def times(a: Expr, factor: int) -> Expr:
    """factor · a for an index."""
    if isinstance(a, Number):
        return Number(a.value * factor)
    return a if factor == 1 else Product((integer(factor), a))


@dataclass
class Components:
    """Writes expressions by their entries; `shapes` are those of the names, and indices are made fresh."""

    shapes: Mapping[str, Shape]
    shape_of: Callable[[Expr], Shape]
    prefix: str = "@"
    _numbers: Iterator[int] = field(default_factory=count)

    def fresh(self) -> str:
        """A new index, `@` and a number; a printer gives it a letter."""
        return f"{self.prefix}{next(self._numbers)}"

    def entry(self, expr: Expr, at: Indices) -> Expr:
        """The entry of `expr` at the indices `at`, one an axis."""
        match expr:
            case Name():
                return Index(expr, at) if at else expr
            case MatrixProduct(a, b):
                return self._matrix_product(a, b, at)
            case Transpose(operand):
                return self.entry(operand, at[::-1])
            case Index(base, items):
                return self._indexed(base, items, at)
            case ListOf(items):
                return self._chosen([(self.entry(item, at[1:]), k) for k, item in enumerate(items)], at[0])
            case Call() if not is_pointwise(expr):
                return self._call(expr, at)
        return map_children(expr, lambda part: self.aligned(part, at))

    def _call(self, call: Call, at: Indices) -> Expr:
        if (write := _TENSOR_CALLS.get(call.function)) is not None:
            return write(self, call, at)
        if is_loss(call):
            return _loss(self, call)
        body = expanded(call)
        assert body is not None, f"{call.function} has no definition"
        return self.entry(body, at)

    def aligned(self, expr: Expr, at: Indices) -> Expr:
        """The entry that broadcasting takes: missing axes are dropped, and an axis of size 1 stays at 0."""
        shape = self.shape_of(expr)
        last = at[len(at) - len(shape) :]
        return self.entry(expr, tuple(integer(0) if size == 1 else k for k, size in zip(last, shape, strict=True)))

    def over(self, sizes: Sequence[Size], body: Callable[[Indices], Expr]) -> Expr:
        """Σ over as many fresh indices as there are sizes."""
        names = [self.fresh() for _ in sizes]
        result = body(tuple(map(Name, names)))
        for name, size in zip(reversed(names), reversed(sizes), strict=True):
            result = Over(name, size, result)
        return result

    def _matrix_product(self, a: Expr, b: Expr, at: Indices) -> Expr:
        left, right = self.shape_of(a), self.shape_of(b)
        column = () if len(right) == 1 else at[-1:]
        rest = at[: len(at) - len(column)]
        row = () if len(left) == 1 else rest[-1:]
        batch = rest[: len(rest) - len(row)]

        def term(k: Indices) -> Expr:
            left_at = (*_batch_of(left[:-2], batch), *row, *k)
            right_at = k if len(right) == 1 else (*_batch_of(right[:-2], batch), *k, *column)
            return Product((self.entry(a, left_at), self.entry(b, right_at)))

        return self.over(left[-1:], term)

    def _indexed(self, base: Expr, items: Sequence[Expr | Slice | None], at: Indices) -> Expr:
        shape = self.shape_of(base)
        places: list[Expr] = []
        remaining = list(at)
        for item in items:
            if item is None:
                remaining.pop(0)
            elif isinstance(item, Slice):
                here = remaining.pop(0)
                if item != Slice(None, None, None):
                    chosen = slice_range(item, shape[len(places)])
                    here = plus(times(here, chosen.step), chosen.start)
                places.append(here)
            else:
                places.append(integer(position(item, shape[len(places)], len(places))))
        return self.entry(base, (*places, *remaining))

    def _chosen(self, cases: Sequence[tuple[Expr, int]], at: Expr) -> Expr:
        """The case whose number is `at`: a sum of deltas, or the case itself where `at` is known."""
        if isinstance(at, Number):
            return next(value for value, k in cases if k == at.value)
        terms = tuple(Product((Delta(at, integer(k)), value)) for value, k in cases)
        return terms[0] if len(terms) == 1 else Sum(terms, (False,) * len(terms))


def _batch_of(shape: Shape, batch: Indices) -> Indices:
    last = batch[len(batch) - len(shape) :]
    return tuple(integer(0) if size == 1 else k for k, size in zip(last, shape, strict=True))


# --- operations on tensors, each by its definition in index notation


def _spread(at: Indices, inner: Indices, axes: Sequence[int], rank: int, keep: bool) -> Indices:
    """The indices of an operand whose `axes` run over `inner` and whose others are those of the result."""
    outer = iter([k for position, k in enumerate(at) if not (keep and position in axes)])
    summed = iter(inner)
    return tuple(next(summed) if axis in axes else next(outer) for axis in range(rank))


def _reduction(c: Components, call: Call, at: Indices, body: Callable[[Expr], Expr] = lambda x: x) -> Expr:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    keep = is_true(option(call, "keepdims"))
    sizes = [shape[axis] for axis in sorted(axes)]
    return c.over(sizes, lambda inner: body(c.entry(x, _spread(at, inner, axes, len(shape), keep))))


def size_product(sizes: Sequence[Size]) -> Expr:
    """The number of elements as an expression; symbolic sizes stay letters."""
    number, letters = 1, []
    for size in sizes:
        if isinstance(size, int):
            number *= size
        else:
            letters.append(Name(size))
    if not letters:
        return integer(number)
    factors: list[Expr] = [*([integer(number)] if number != 1 else []), *letters]
    return factors[0] if len(factors) == 1 else Product(tuple(factors), implicit=number != 1 and len(factors) == 2)


def _mean(c: Components, call: Call, at: Indices) -> Expr:
    shape = c.shape_of(call.arguments[0])
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    total = _reduction(c, call, at)
    divisor = size_product([shape[axis] for axis in axes])
    return total if divisor == ONE else Quotient(total, divisor)


def _loss(c: Components, call: Call) -> Expr:
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


def _cross_entropy(c: Components, call: Call, at: Indices) -> Expr:
    logits, target = call.arguments
    return _class_loss(c, call, Call("log_softmax", (logits,)), logits, target)


def _nll(c: Components, call: Call, at: Indices) -> Expr:
    return _class_loss(c, call, call.arguments[0], *call.arguments)


def _class_loss(c: Components, call: Call, logs: Expr, logits: Expr, target: Expr) -> Expr:
    """Minus the logarithm at the right class, or weighted by a one-hot target; averaged over the batch."""
    shape, labels = c.shape_of(logits), c.shape_of(target)
    batch = shape[:-1]

    def one(at: Indices) -> Expr:
        if labels == shape:
            return c.over(shape[-1:], lambda k: Negate(Product((c.entry(target, (*at, *k)), c.entry(logs, (*at, *k))))))
        return Negate(c.entry(logs, (*at, c.entry(target, at))))

    return _averaged(call, c.over(batch, one), size_product(batch))


def _embedding(c: Components, call: Call, at: Indices) -> Expr:
    table, rows = call.arguments
    rank = len(c.shape_of(rows))
    return c.entry(table, (c.entry(rows, at[:rank]), *at[rank:]))


def _one_hot(c: Components, call: Call, at: Indices) -> Expr:
    return Delta(c.entry(call.arguments[0], at[:-1]), at[-1])


def _ones(c: Components, call: Call, at: Indices) -> Expr:
    return ONE


def _linear(c: Components, call: Call, at: Indices) -> Expr:
    x, weight, *bias = call.arguments
    product: Expr = MatrixProduct(x, Transpose(weight))
    return c.entry(Sum((product, *bias), (False,) * (1 + len(bias))) if bias else product, at)


def _batch_norm(c: Components, call: Call, at: Indices) -> Expr:
    """Over axis 0 and the axes of space: of x with axes (batch, channel, …) all but the channel's."""
    bound = bound_arguments(call)
    x = bound["x"]
    rank = len(c.shape_of(x))
    axes = TupleOf(tuple(integer(k) for k in range(rank) if k != 1))
    over = (("axis", axes), ("keepdims", Name("true")))
    mean, variance = Call("mean", (x,), over), Call("var", (x,), over)
    normal = Quotient(Sum((x, mean), (False, True)), Call("sqrt", (Sum((variance, bound["eps"]), (False, False)),)))
    gain, bias = (_per_channel(bound[name], rank) for name in ("gain", "bias"))
    return c.entry(Sum((Product((normal, gain)), bias), (False, False)), at)


def _per_channel(expr: Expr, rank: int) -> Expr:
    return expr if rank <= 2 else Index(expr, (Slice(None, None, None), *[None] * (rank - 2)))


def _attention(c: Components, call: Call, at: Indices) -> Expr:
    """softmax(Q Kᵀ/√d) V, the softmax over what the mask keeps."""
    q, k, v, *mask = call.arguments
    rank = len(c.shape_of(k))
    width = c.shape_of(k)[-1]
    swapped = Call("transpose", (k, TupleOf(tuple(integer(a) for a in (*range(rank - 2), rank - 1, rank - 2)))))
    scores = Quotient(MatrixProduct(q, swapped), Call("sqrt", (size_product([width]),)))
    weights = Call("exp", (scores,))
    kept: Expr = Product((mask[0], weights)) if mask else weights
    total = Call("sum", (kept,), (("axis", integer(-1)), ("keepdims", Name("true"))))
    return c.entry(MatrixProduct(Quotient(kept, total), v), at)


def _convolution(c: Components, call: Call, at: Indices, space: int) -> Expr:
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
            plus(_added(times(s, step), u), -pad)
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


def _added(a: Expr, b: Expr) -> Expr:
    return plus(b, a) if isinstance(a, Number) and not a.value else plus(a, b)


def _windows(c: Components, call: Call, at: Indices, space: int) -> list[Expr]:
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


def _max_pool(c: Components, call: Call, at: Indices, space: int) -> Expr:
    return Call("first max", tuple(_windows(c, call, at, space)))


def _avg_pool(c: Components, call: Call, at: Indices, space: int) -> Expr:
    entries = _windows(c, call, at, space)
    return Quotient(Sum(tuple(entries), (False,) * len(entries)), integer(len(entries)))


def _extreme(c: Components, call: Call, at: Indices) -> Expr:
    """max or min of the entries: over all axes shared among ties, along some the first of them."""
    entries = _entries_over(c, call, at)
    has_axis = option(call, "axis", ("x", "axis")) is not None
    return (
        Call(f"first {call.function}" if has_axis else call.function, tuple(entries))
        if len(entries) > 1
        else entries[0]
    )


def _prod(c: Components, call: Call, at: Indices) -> Expr:
    entries = _entries_over(c, call, at)
    return Product(tuple(entries)) if len(entries) > 1 else entries[0]


def _entries_over(c: Components, call: Call, at: Indices) -> list[Expr]:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    axes = axes_of(option(call, "axis", ("x", "axis")), len(shape))
    keep = is_true(option(call, "keepdims"))
    sizes = [shape[axis] for axis in sorted(axes)]
    if any(isinstance(size, str) for size in sizes):
        raise ProblemError(f"{call.function} over an axis of unknown size", expected="sizes that are numbers")
    ranges = [range(int(size)) for size in sizes]
    return [c.entry(x, _spread(at, tuple(map(integer, inner)), axes, len(shape), keep)) for inner in product(*ranges)]


def _reshape(c: Components, call: Call, at: Indices) -> Expr:
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
        place = _added(times(place, size), k) if not isinstance(place, Number) or place.value else k
    return place


def _unflat(place: int, shape: Shape) -> list[int]:
    found = []
    for size in reversed(shape):
        assert isinstance(size, int)
        place, rest = divmod(place, size)
        found.append(rest)
    return found[::-1]


def _det(c: Components, call: Call, at: Indices) -> Expr:
    """Laplace's expansion along the first row, down to single entries."""
    (x,) = call.arguments
    size = c.shape_of(x)[0]
    if isinstance(size, str):
        raise ProblemError(f"det of a matrix of unknown size {size}", expected="a size that is a number")
    return _minor(c, x, tuple(range(size)), tuple(range(size)))


def _minor(c: Components, x: Expr, rows: tuple[int, ...], columns: tuple[int, ...]) -> Expr:
    if len(rows) == 1:
        return c.entry(x, (integer(rows[0]), integer(columns[0])))
    terms = tuple(
        Product(
            (c.entry(x, (integer(rows[0]), integer(k))), _minor(c, x, rows[1:], tuple(m for m in columns if m != k)))
        )
        for k in columns
    )
    return Sum(terms, tuple(k % 2 == 1 for k in range(len(terms))))


def _inv(c: Components, call: Call, at: Indices) -> Expr:
    """Cramer's rule: the cofactors over the determinant."""
    (x,) = call.arguments
    size = c.shape_of(x)[0]
    if isinstance(size, str):
        raise ProblemError(f"inv of a matrix of unknown size {size}", expected="a size that is a number")
    everything = tuple(range(size))
    if size == 1:
        return Quotient(ONE, _minor(c, x, everything, everything))

    def cofactor(i: int, j: int) -> Expr:
        rest = _minor(c, x, tuple(r for r in everything if r != j), tuple(k for k in everything if k != i))
        return Negate(rest) if (i + j) % 2 else rest

    i, j = at
    if isinstance(i, Number) and isinstance(j, Number):
        adjugate = cofactor(int(i.value), int(j.value))
    else:
        terms = tuple(
            Product((Delta(i, integer(r)), Delta(j, integer(k)), cofactor(r, k)))
            for r in everything
            for k in everything
        )
        adjugate = Sum(terms, (False,) * len(terms))
    return Quotient(adjugate, _minor(c, x, everything, everything))


def _var(c: Components, call: Call, at: Indices) -> Expr:
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


def _std(c: Components, call: Call, at: Indices) -> Expr:
    return Call("sqrt", (_var(c, call, at),))


def _norm(c: Components, call: Call, at: Indices) -> Expr:
    if not c.shape_of(call.arguments[0]):
        return Call("abs", (c.entry(call.arguments[0], ()),))
    return Call("sqrt", (_reduction(c, call, at, lambda x: Power(x, integer(2))),))


def _logsumexp(c: Components, call: Call, at: Indices) -> Expr:
    return Call("log", (_reduction(c, call, at, lambda x: Call("exp", (x,))),))


def _along(c: Components, call: Call) -> tuple[Expr, Shape, int]:
    (x, *_) = call.arguments
    shape = c.shape_of(x)
    (axis,) = axes_of(option(call, "axis", ("x", "axis")) or integer(-1), len(shape))
    return x, shape, axis


def _softmax(c: Components, call: Call, at: Indices) -> Expr:
    x, shape, axis = _along(c, call)

    def exponential(k: Expr) -> Expr:
        return Call("exp", (c.entry(x, (*at[:axis], k, *at[axis + 1 :])),))

    return Quotient(exponential(at[axis]), c.over([shape[axis]], lambda k: exponential(k[0])))


def _transpose(c: Components, call: Call, at: Indices) -> Expr:
    (x, *_) = call.arguments
    rank = len(c.shape_of(x))
    order = [int(axis) % rank for axis in constant_tuple(option(call, "axes", ("x", "axes")))] or list(range(rank))[
        ::-1
    ]
    places: dict[int, Expr] = dict(zip(order, at, strict=True))
    return c.entry(x, tuple(places[axis] for axis in range(rank)))


def _outer(c: Components, call: Call, at: Indices) -> Expr:
    a, b = call.arguments
    return Product((c.entry(a, at[:1]), c.entry(b, at[1:])))


def _dot(c: Components, call: Call, at: Indices) -> Expr:
    a, b = call.arguments
    return c.over(c.shape_of(a), lambda k: Product((c.entry(a, k), c.entry(b, k))))


def _trace(c: Components, call: Call, at: Indices) -> Expr:
    (x,) = call.arguments
    return c.over(c.shape_of(x)[:1], lambda k: c.entry(x, (*k, *k)))


def _einsum(c: Components, call: Call, at: Indices) -> Expr:
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


def _concat(c: Components, call: Call, at: Indices) -> Expr:
    (parts, *_) = call.arguments
    assert isinstance(parts, ListOf)
    rank = len(c.shape_of(parts.items[0]))
    (axis,) = axes_of(option(call, "axis", ("tensors", "axis")) or integer(0), rank)
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


def _stack(c: Components, call: Call, at: Indices) -> Expr:
    (parts, *_) = call.arguments
    assert isinstance(parts, ListOf)
    rank = len(c.shape_of(parts.items[0])) + 1
    (axis,) = axes_of(option(call, "axis", ("tensors", "axis")) or integer(0), rank)
    rest = (*at[:axis], *at[axis + 1 :])
    return c._chosen([(c.entry(part, rest), k) for k, part in enumerate(parts.items)], at[axis])


_TENSOR_CALLS: dict[str, Callable[[Components, Call, Indices], Expr]] = {
    "sum": _reduction, "mean": _mean, "var": _var, "std": _std, "norm": _norm, "logsumexp": _logsumexp,
    "softmax": _softmax, "transpose": _transpose, "outer": _outer, "dot": _dot,
    "trace": _trace, "einsum": _einsum, "concat": _concat, "stack": _stack, "max": _extreme, "min": _extreme,
    "prod": _prod, "reshape": _reshape, "det": _det, "inv": _inv, "embedding": _embedding, "onehot": _one_hot,
        "ones": _ones, "linear": _linear,
    "batch_norm": _batch_norm, "attention": _attention, "cross_entropy": _cross_entropy, "nll": _nll,
    "conv1d": partial(_convolution, space=1), "conv2d": partial(_convolution, space=2),
    "max_pool1d": partial(_max_pool, space=1), "max_pool2d": partial(_max_pool, space=2),
    "avg_pool1d": partial(_avg_pool, space=1), "avg_pool2d": partial(_avg_pool, space=2),
}  # fmt: skip


def labels_of(body: Expr) -> frozenset[str]:
    """The names that a component formula uses only to say which entry, as class labels and rows of a table do."""
    placed: set[str] = set()
    used: set[str] = set()
    stack = [(body, False)]
    while stack:
        expr, is_place = stack.pop()
        if isinstance(expr, Name):
            (placed if is_place else used).add(expr.key)
        elif isinstance(expr, Index):
            stack.append((expr.base, is_place))
            stack += [(item, True) for item in expr.items if item is not None and not isinstance(item, Slice)]
        elif isinstance(expr, Delta | Inside):
            stack += [(part, True) for part in children(expr)]
        else:
            stack += [(part, is_place) for part in children(expr)]
    return frozenset(key for key in placed - used if not key.startswith("@"))


@dataclass(frozen=True, slots=True)
class Held:
    """The names of an expression, and those that stand only where an operation holds them fixed (a mask)."""

    names: frozenset[str]
    only_held: frozenset[str]


def held_names(expr: Expr) -> Held:
    """Which names of an expression stand only in arguments that get no gradient."""
    held: set[str] = set()
    free: set[str] = set()
    stack = [(expr, False)]
    while stack:
        node, is_held = stack.pop()
        if isinstance(node, Name):
            (held if is_held else free).add(node.key)
        elif isinstance(node, Call):
            op = operation(node.function)
            named = [*zip(op.parameters, node.arguments, strict=False), *node.options]
            unnamed = node.arguments[len(op.parameters) :]
            stack += [(value, is_held or name in op.held) for name, value in named]
            stack += [(value, is_held) for value in unnamed]
        else:
            stack += [(part, is_held) for part in children(node)]
    return Held(frozenset(held | free), frozenset(held - free))
