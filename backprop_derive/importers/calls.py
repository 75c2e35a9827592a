"""What the functions of torch, numpy and math are in the problem language.

One entry a function: its parameters in the code's order, and what it makes of its arguments. An argument is an
expression of the language, or plain data of the code (None, a number, a text, a tuple).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..ops.table import formula
from ..records import record
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    ListOf,
    MatrixProduct,
    Name,
    Negate,
    Power,
    Product,
    Quotient,
    Slice,
    Sum,
    Text,
    TupleOf,
    integer,
    substitute,
)  # fmt: skip
from .draft import Draft, number

Arguments = dict[str, Any]
Make = Callable[[Draft, Arguments], Any]


@record
class Function:
    """`parameters` in order, those with a default as `name=default`; `make` gets the bound arguments."""

    parameters: tuple[tuple[str, Any], ...]
    make: Make


_REQUIRED = object()


def called(draft: Draft, name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Any:
    """The expression of a call (or a tuple of them, or a plain number). Raises ProblemError where it has none."""
    function = FUNCTIONS.get(name)
    if function is None:
        draft.refuse(f"{name} is not supported", "a function of docs/code.md", "the same written out by its formula")
    names = [parameter for parameter, _ in function.parameters]
    if name in _VARIADIC and len(arguments) > len(names):
        arguments = [*arguments[: len(names) - 1], tuple(arguments[len(names) - 1 :])]
    if len(arguments) > len(names):
        draft.refuse(f"{name} is called with {len(arguments)} arguments", f"at most {len(names)}: {', '.join(names)}")
    bound = dict(function.parameters) | dict(zip(names, arguments, strict=False))
    for keyword, value in keywords.items():
        known = _ALIASES.get(keyword, keyword) if keyword not in names else keyword
        if known in names:
            bound[known] = value
        elif keyword not in _IGNORED:
            draft.refuse(f"{name}(…, {keyword}=…) is not supported", f"the arguments {', '.join(names)}")
    missing = [parameter for parameter, value in bound.items() if value is _REQUIRED]
    if missing:
        draft.refuse(f"{name} lacks its argument {missing[0]}")
    return function.make(draft, bound)


_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "axes": "dims", "ddof": "correction"}
_IGNORED = {"dtype", "device", "memory_format", "inplace", "non_blocking", "copy", "size_average", "reduce", "out"}
# Functions whose last parameter takes all further arguments.
_VARIADIC = {"view", "reshape", "permute", "einsum", "size", "expand", "repeat"}


def expression(draft: Draft, value: Any) -> Expr:
    """An argument as an expression."""
    if isinstance(value, bool | int | float):
        return number(value)
    if isinstance(value, list | tuple):
        return ListOf(tuple(expression(draft, item) for item in value))
    if value is None or isinstance(value, str):
        draft.refuse(f"{value!r} stands where a tensor is expected")
    found: Expr = value
    return found


def whole(draft: Draft, value: Any, what: str) -> int:
    """An argument that must be a whole number of the code."""
    if isinstance(value, bool) or not isinstance(value, int):
        draft.refuse(f"{what} must be a whole number that the code writes out")
    return int(value)


def sizes(draft: Draft, value: Any, what: str) -> Expr:
    """A number or a tuple of them."""
    if isinstance(value, list | tuple):
        return TupleOf(tuple(integer(whole(draft, item, what)) for item in value))
    return integer(whole(draft, value, what))


def rank(draft: Draft, expr: Expr) -> int:
    """How many axes an expression has."""
    return len(draft.shape(expr))


def _spec(text: str, make: Make) -> Function:
    parameters: list[tuple[str, Any]] = []
    for part in text.split(","):
        name, has_default, default = part.strip().partition("=")
        values = {"None": None, "True": True, "False": False}
        if not has_default:
            parameters.append((name, _REQUIRED))
        elif default in values:
            parameters.append((name, values[default]))
        elif default[0].isalpha():
            parameters.append((name, default))
        else:
            parameters.append((name, float(default) if set(".e") & set(default) else int(default)))
    return Function(tuple(parameters), make)


def _pointwise(op: str) -> Function:
    return _spec("input", lambda d, a: Call(op, (expression(d, a["input"]),)))


def _formula(parameters: str, text: str) -> Function:
    """A function by its formula in the language; its numbers and tensors alike are filled in."""

    def make(draft: Draft, a: Arguments) -> Expr:
        values = {name: expression(draft, value) for name, value in a.items() if value is not None}
        return substitute(formula(text), values)

    return _spec(parameters, make)


def _is_default(draft: Draft, a: Arguments, **defaults: Any) -> None:
    """Refuse what we have no operation for."""
    for name, default in defaults.items():
        value = a.get(name, default)
        if value != default and value != (default,) and value != (default, default):
            draft.refuse(f"{name}={value} is not supported", f"{name}={default}")


# --- reductions and softmax


def _reduction(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        x = expression(draft, a["input"])
        options: list[tuple[str, Expr]] = []
        if a["dim"] is not None and a["dim"] != ():
            options.append(("axis", sizes(draft, a["dim"], "dim")))
        if a["keepdim"] is True:
            options.append(("keepdims", Name("true")))
        if op in ("var", "std") and (a.get("correction", 1) not in (0, False) and a.get("unbiased") is not False):
            options.append(("unbiased", Name("true")))
        if not draft.shape(x) and op in ("sum", "mean", "prod", "max", "min"):
            return x
        return Call(op, (x,), tuple(options))

    more = ", unbiased=None, correction=1" if op in ("var", "std") else ""
    return _spec(f"input, dim=None, keepdim=False{more}", make)


def _norm(draft: Draft, a: Arguments) -> Expr:
    if a["p"] not in (2, 2.0, "fro", None):
        draft.refuse(f"the norm of order {a['p']} is not supported", "p=2")
    return _reduction("norm").make(draft, a)


def _extreme(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Any:
        other = a["dim"]
        if other is None:
            return Call(op, (expression(draft, a["input"]),))
        if isinstance(other, int) and not isinstance(other, bool):
            values = _reduction(op).make(draft, a)
            return (values, None)
        return Call(f"{op}imum", (expression(draft, a["input"]), expression(draft, other)))

    return _spec("input, dim=None, keepdim=False", make)


def _softmax(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        x = expression(draft, a["input"])
        axis = -1 if a["dim"] is None else whole(draft, a["dim"], "dim")
        last = axis in (-1, rank(draft, x) - 1)
        inner = Negate(x) if op == "softmin" else x
        name = "softmax" if op == "softmin" else op
        return Call(name, (inner,), () if last else (("axis", integer(axis)),))

    return _spec("input, dim=None, _stacklevel=3", make)


# --- losses


def _loss(op: str, parameters: str = "input, target") -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        _is_default(draft, a, weight=None, ignore_index=-100, label_smoothing=0.0, pos_weight=None)
        first, second = expression(draft, a["input"]), expression(draft, a["target"])
        options: list[tuple[str, Expr]] = []
        if "delta" in a and a["delta"] != 1:
            options.append(("delta", expression(draft, a["delta"])))
        if a["reduction"] == "sum":
            options.append(("reduction", Name("sum")))
        elif a["reduction"] != "mean":
            draft.refuse(f'reduction="{a["reduction"]}" is not supported', 'reduction="mean" or "sum"')
        return Call(op, (first, second), tuple(options))

    return _spec(f"{parameters}, reduction=mean", make)


def _smooth_l1(draft: Draft, a: Arguments) -> Expr:
    beta = a["beta"]
    huber = _loss("huber", "input, target, delta=1").make(draft, {**a, "delta": beta})
    return huber if beta == 1 else Quotient(huber, expression(draft, beta))


def _kl_div(draft: Draft, a: Arguments) -> Expr:
    """Σ p (log p - log q), of log-probabilities q, as torch takes it."""
    q, p = expression(draft, a["input"]), expression(draft, a["target"])
    p = Call("exp", (p,)) if a["log_target"] else p
    call = Call("kl_div", (p, Call("exp", (q,))))
    if a["reduction"] == "batchmean":
        return Quotient(call, integer(int(draft.shape(q)[0])))
    return Call("kl_div", call.arguments, (("reduction", Name("mean")),)) if a["reduction"] == "mean" else call


def _mean_of(text: str) -> Function:
    """A loss that the language has no name for, entry by entry, and its mean or sum."""

    def make(draft: Draft, a: Arguments) -> Expr:
        values = {name: expression(draft, value) for name, value in a.items() if name != "reduction"}
        body = substitute(formula(text), values)
        return Call("sum" if a["reduction"] == "sum" else "mean", (body,)) if draft.shape(body) else body

    return _spec("input, target, reduction=mean", make)


# --- layers


def _linear(draft: Draft, a: Arguments) -> Expr:
    parts = [expression(draft, a["input"]), expression(draft, a["weight"])]
    return Call("linear", (*parts, *([] if a["bias"] is None else [expression(draft, a["bias"])])))


def _convolution(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        _is_default(draft, a, dilation=1, groups=1)
        parts = [expression(draft, a["input"]), expression(draft, a["weight"])]
        parts += [] if a["bias"] is None else [expression(draft, a["bias"])]
        if isinstance(a["padding"], str):
            draft.refuse(f'padding="{a["padding"]}" is not supported', "padding as numbers")
        options = [
            (n, sizes(draft, _one(a[n]), n)) for n, usual in (("stride", 1), ("padding", 0)) if _one(a[n]) != usual
        ]
        return Call(op, tuple(parts), tuple(options))

    return _spec("input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1", make)


def _one(value: Any) -> Any:
    """A tuple of equal numbers as the one number."""
    return value[0] if isinstance(value, list | tuple) and len(set(value)) == 1 else value


def _pool(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        _is_default(draft, a, padding=0, dilation=1, ceil_mode=False, return_indices=False, divisor_override=None)
        size, stride = _one(a["kernel_size"]), _one(a["stride"])
        options = (
            () if stride is None or stride == size or stride == () else (("stride", sizes(draft, stride, "stride")),)
        )
        return Call(op, (expression(draft, a["input"]), sizes(draft, size, "kernel_size")), options)

    last = "dilation=1, ceil_mode=False, return_indices=False" if op.startswith("max") else "ceil_mode=False"
    return _spec(f"input, kernel_size, stride=None, padding=0, {last}", make)


def _global_average(space: int) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        if _one(a["output_size"]) != 1:
            draft.refuse(f"adaptive_avg_pool to {a['output_size']} is not supported", "output_size=1")
        axes = TupleOf(tuple(integer(-k) for k in range(space, 0, -1)))
        return Call("mean", (expression(draft, a["input"]),), (("axis", axes), ("keepdims", Name("true"))))

    return _spec("input, output_size", make)


def _norm_layer(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        x = expression(draft, a["input"])
        width = a["normalized_shape"]
        width = (width,) if isinstance(width, int) else tuple(width)
        if len(width) != 1:
            draft.refuse(f"{op} over {len(width)} axes is not supported", "the last axis")
        gain = Call("ones", (integer(width[0]),)) if a["weight"] is None else expression(draft, a["weight"])
        if a["weight"] is None:
            gain = ListOf((integer(1),) * width[0])
        parts = [x, gain]
        if op == "layer_norm":
            parts.append(ListOf((integer(0),) * width[0]) if a["bias"] is None else expression(draft, a["bias"]))
        eps = a["eps"]
        if eps is None:
            eps = 2.220446049250313e-16
        return Call(op, tuple(parts), () if eps == 1e-5 else (("eps", expression(draft, eps)),))

    bias = "bias=None, " if op == "layer_norm" else ""
    default = "1e-5" if op == "layer_norm" else "None"
    return _spec(f"input, normalized_shape, weight=None, {bias}eps={default}", make)


def _batch_norm(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    channels = int(draft.shape(x)[1])
    ones, zeros = ListOf((integer(1),) * channels), ListOf((integer(0),) * channels)
    gain = ones if a["weight"] is None else expression(draft, a["weight"])
    bias = zeros if a["bias"] is None else expression(draft, a["bias"])
    if a["training"] or a["running_mean"] is None:
        return Call("batch_norm", (x, gain, bias), () if a["eps"] == 1e-5 else (("eps", expression(draft, a["eps"])),))
    space = (Slice(None, None, None), *([None] * (rank(draft, x) - 2)))
    values = {"gain": gain, "bias": bias}
    values |= {word: expression(draft, a[f"running_{word}"]) for word in ("mean", "var")}
    if len(space) > 1:
        values = {name: Index(value, space) for name, value in values.items()}
    return substitute(
        formula("(x - mean) / sqrt(var + eps) * gain + bias"), {"x": x, "eps": expression(draft, a["eps"]), **values}
    )


def _dropout(draft: Draft, a: Arguments) -> Expr:
    if a["training"] and a["p"]:
        draft.refuse(
            "dropout draws its mask at random in training", "training=False, or a mask of your own: x * mask / (1 - p)"
        )
    return expression(draft, a["input"])


def _attention(draft: Draft, a: Arguments) -> Expr:
    _is_default(draft, a, dropout_p=0.0, is_causal=False, scale=None)
    parts = [expression(draft, a[n]) for n in ("query", "key", "value")]
    parts += [] if a["attn_mask"] is None else [expression(draft, a["attn_mask"])]
    return Call("attention", tuple(parts))


def _glu(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    first, second = _pieces(draft, x, 2, whole(draft, a["dim"], "dim"))
    return Product((first, Call("sigmoid", (second,))))


def _gelu(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    return Call("gelu", (x,), (("approximate", Name("tanh")),) if a["approximate"] == "tanh" else ())


def _optional(op: str, parameter: str, default: float, option: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        value = a[parameter]
        options = () if value == default else ((option, expression(draft, value)),)
        return Call(op, (expression(draft, a["input"]),), options)

    return _spec(f"input, {parameter}={default}", make)


def _hardtanh(draft: Draft, a: Arguments) -> Expr:
    x, low, high = expression(draft, a["input"]), a["min_val"], a["max_val"]
    if (low, high) == (-1, 1):
        return Call("hardtanh", (x,))
    low, high = expression(draft, low), expression(draft, high)
    return substitute(formula("where(x <= lo, lo, where(x >= hi, hi, x))"), {"x": x, "lo": low, "hi": high})


def _softplus(draft: Draft, a: Arguments) -> Expr:
    _is_default(draft, a, beta=1, threshold=20)
    return Call("softplus", (expression(draft, a["input"]),))


def _clamp(draft: Draft, a: Arguments) -> Expr:
    x, low, high = expression(draft, a["input"]), a["min"], a["max"]
    if low is not None and high is not None:
        return Call("clip", (x, expression(draft, low), expression(draft, high)))
    if low is not None:
        low = expression(draft, low)
        return substitute(formula("where(x < lo, lo, x)"), {"x": x, "lo": low})
    return substitute(formula("where(x > hi, hi, x)"), {"x": x, "hi": expression(draft, high)})


# --- shapes


def _pieces(draft: Draft, x: Expr, count: int, axis: int) -> list[Expr]:
    shape = draft.shape(x)
    axis %= len(shape)
    size = int(shape[axis])
    step = -(-size // count)
    return [_between(x, axis, start, min(start + step, size)) for start in range(0, size, step)]


def _between(x: Expr, axis: int, start: int, stop: int) -> Expr:
    every = Slice(None, None, None)
    return Index(x, (*([every] * axis), Slice(integer(start), integer(stop), None)))


def _split(draft: Draft, a: Arguments) -> tuple[Expr, ...]:
    x = expression(draft, a["input"])
    axis = whole(draft, a["dim"], "dim") % rank(draft, x)
    total = int(draft.shape(x)[axis])
    size = a["split_size"]
    widths = [size] * (total // size) + ([total % size] if total % size else []) if isinstance(size, int) else size
    starts = [sum(widths[:k]) for k in range(len(widths))]
    return tuple(_between(x, axis, start, start + width) for start, width in zip(starts, widths, strict=True))


def _reshape(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = a["shape"]
    wanted = [shape] if isinstance(shape, int) else list(shape)
    wanted = list(wanted[0]) if len(wanted) == 1 and isinstance(wanted[0], list | tuple) else wanted
    own = draft.shape(x)
    if not all(isinstance(size, int) for size in (*own, *wanted)):
        draft.refuse("reshape with sizes that are not numbers is not supported")
    if -1 in wanted:
        total, known = 1, 1
        for size in own:
            total *= int(size)
        for size in wanted:
            known *= size if size != -1 else 1
        wanted[wanted.index(-1)] = total // known
    return _to_shape(x, tuple(wanted))


def _to_shape(x: Expr, shape: tuple[int, ...]) -> Expr:
    if not shape:
        return Call("sum", (x,))
    return Call("reshape", (x, TupleOf(tuple(map(integer, shape)))))


def _flatten(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = tuple(int(size) for size in draft.shape(x))
    start, end = a["start_dim"] % len(shape), a["end_dim"] % len(shape)
    total = 1
    for size in shape[start : end + 1]:
        total *= size
    if start == end:
        return x
    return _to_shape(x, (*shape[:start], total, *shape[end + 1 :]))


def _permuted(x: Expr, axes: list[int]) -> Expr:
    return Call("transpose", (x, TupleOf(tuple(map(integer, axes)))))


def _transpose(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    axes = list(range(rank(draft, x)))
    first, second = a["dim0"] % len(axes), a["dim1"] % len(axes)
    axes[first], axes[second] = axes[second], axes[first]
    return _permuted(x, axes)


def _permute(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    dims = a["dims"]
    dims = dims[0] if len(dims) == 1 and isinstance(dims[0], list | tuple) else dims
    return _permuted(x, [dim % rank(draft, x) for dim in dims])


def _unsqueeze(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    axis = whole(draft, a["dim"], "dim") % (rank(draft, x) + 1)
    return Index(x, (*([Slice(None, None, None)] * axis), None))


def _squeeze(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    shape = draft.shape(x)
    dims = range(len(shape)) if a["dim"] is None else [a["dim"] % len(shape)]
    taken = [axis for axis in dims if shape[axis] == 1]
    items = tuple(integer(0) if axis in taken else Slice(None, None, None) for axis in range(len(shape)))
    return Index(x, items) if taken else x


def _joined(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        items = [expression(draft, item) for item in a["tensors"]]
        axis = whole(draft, a["dim"], "dim")
        axis %= rank(draft, items[0]) + (op == "stack")
        return Call(op, (ListOf(tuple(items)),), () if axis == 0 else (("axis", integer(axis)),))

    return _spec("tensors, dim=0", make)


def _size(draft: Draft, a: Arguments) -> Any:
    shape = draft.shape(expression(draft, a["input"]))
    return tuple(shape) if a["dim"] is None else shape[a["dim"]]


def _einsum(draft: Draft, a: Arguments) -> Expr:
    operands = a["operands"] if isinstance(a["operands"], list | tuple) else (a["operands"],)
    return Call("einsum", (Text(str(a["equation"])), *(expression(draft, operand) for operand in operands)))


def _two(make: Callable[[Expr, Expr], Expr]) -> Function:
    return _spec("input, other", lambda d, a: make(expression(d, a["input"]), expression(d, a["other"])))


def _scaled(minus: bool) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        other = expression(draft, a["other"])
        other = other if a["alpha"] == 1 else Product((expression(draft, a["alpha"]), other))
        return add(expression(draft, a["input"]), other, minus)

    return _spec("input, other, alpha=1", make)


def add(a: Expr, b: Expr, minus: bool = False) -> Expr:
    """a ± b, as one flat sum where a is one."""
    if isinstance(a, Sum):
        return Sum((*a.terms, b), (*a.minus, minus))
    return Sum((a, b), (False, minus))


def multiply(a: Expr, b: Expr) -> Expr:
    """a · b, as one flat product where a is one."""
    if isinstance(a, Product) and not a.implicit:
        return Product((*a.factors, b))
    return Product((a, b))


def _same(draft: Draft, a: Arguments) -> Expr:
    return expression(draft, a["input"])


def _stops(draft: Draft, a: Arguments) -> Expr:
    draft.refuse("detach stops the gradient, which a problem cannot say", hint="the value as a given of its own")


_POINTWISE = {
    **{name: name for name in (
        "exp log log2 log10 sqrt abs sin cos tan asin acos atan sinh cosh tanh erf sign floor sigmoid relu selu silu"
    ).split()},
    "absolute": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "fabs": "abs", "expit": "sigmoid",
    "sgn": "sign", "swish": "silu",
}  # fmt: skip
_LOSS_MORE = "input, target, weight=None, size_average=None"

FUNCTIONS: dict[str, Function] = {
    **{name: _pointwise(op) for name, op in _POINTWISE.items()},
    "square": _formula("input", "input^2"),
    "reciprocal": _formula("input", "1/input"),
    "rsqrt": _formula("input", "1/sqrt(input)"),
    "expm1": _formula("input", "exp(input) - 1"),
    "log1p": _formula("input", "log(1 + input)"),
    "neg": _spec("input", lambda d, a: Negate(expression(d, a["input"]))),
    "negative": _spec("input", lambda d, a: Negate(expression(d, a["input"]))),
    "logsigmoid": _formula("input", "-softplus(-input)"),
    "softsign": _formula("input", "input/(1 + abs(input))"),
    "tanhshrink": _formula("input", "input - tanh(input)"),
    "mish": _formula("input", "input * tanh(softplus(input))"),
    "relu6": _formula("input", "where(input <= 0, 0, where(input >= 6, 6, input))"),
    "hardsigmoid": _formula("input", "where(input <= -3, 0, where(input >= 3, 1, input/6 + 1/2))"),
    "hardswish": _formula("input", "where(input <= -3, 0, where(input >= 3, input, input * (input + 3)/6))"),
    "hardshrink": _formula("input, lambd=0.5", "where(abs(input) > lambd, input, 0)"),
    "softshrink": _formula(
        "input, lambd=0.5", "where(input > lambd, input - lambd, where(input < -lambd, input + lambd, 0))"
    ),
    "celu": _formula("input, alpha=1.0", "where(input > 0, input, alpha * (exp(input/alpha) - 1))"),
    "threshold": _formula("input, threshold, value", "where(input > threshold, input, value)"),
    "prelu": _formula("input, weight", "where(input > 0, input, weight * input)"),
    "leaky_relu": _optional("leaky_relu", "negative_slope", 0.01, "slope"),
    "elu": _optional("elu", "alpha", 1.0, "alpha"),
    "gelu": _spec("input, approximate=none", _gelu),
    "softplus": _spec("input, beta=1, threshold=20", _softplus),
    "hardtanh": _spec("input, min_val=-1.0, max_val=1.0", _hardtanh),
    "glu": _spec("input, dim=-1", _glu),
    "clamp": _spec("input, min=None, max=None", _clamp),
    "clip": _spec("input, min=None, max=None", _clamp),
    "where": _spec("condition, input, other", lambda d, a: Call(
        "where", (a["condition"], expression(d, a["input"]), expression(d, a["other"])))),
    "maximum": _two(lambda a, b: Call("maximum", (a, b))),
    "minimum": _two(lambda a, b: Call("minimum", (a, b))),
    **{name: _reduction(name) for name in ("sum", "mean", "var", "std", "prod", "logsumexp")},
    "amax": _reduction("max"), "amin": _reduction("min"),
    "max": _extreme("max"), "min": _extreme("min"),
    "norm": _spec("input, p=2, dim=None, keepdim=False", _norm),
    "vector_norm": _spec("input, p=2, dim=None, keepdim=False", _norm),
    **{name: _softmax(name) for name in ("softmax", "log_softmax", "softmin")},
    "mse_loss": _loss("mse"),
    "l1_loss": _loss("mae"),
    "huber_loss": _spec("input, target, reduction=mean, delta=1.0", _loss("huber").make),
    "smooth_l1_loss": _spec("input, target, reduction=mean, beta=1.0", _smooth_l1),
    "binary_cross_entropy": _loss("bce", _LOSS_MORE),
    "binary_cross_entropy_with_logits": _loss("bce_with_logits", f"{_LOSS_MORE}, pos_weight=None"),
    "cross_entropy": _loss("cross_entropy", f"{_LOSS_MORE}, ignore_index=-100, label_smoothing=0.0"),
    "nll_loss": _loss("nll", f"{_LOSS_MORE}, ignore_index=-100"),
    "kl_div": _spec("input, target, reduction=mean, log_target=False", _kl_div),
    "soft_margin_loss": _mean_of("softplus(-target * input)"),
    "hinge_embedding_loss": _mean_of("where(target == 1, input, max(0, 1 - input))"),
    "poisson_nll_loss": _mean_of("exp(input) - target * input"),
    "linear": _spec("input, weight, bias=None", _linear),
    "conv1d": _convolution("conv1d"), "conv2d": _convolution("conv2d"),
    **{name: _pool(name) for name in ("max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d")},
    "adaptive_avg_pool1d": _global_average(1), "adaptive_avg_pool2d": _global_average(2),
    "layer_norm": _norm_layer("layer_norm"), "rms_norm": _norm_layer("rms_norm"),
    "batch_norm": _spec("input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, "
                        "eps=1e-5", _batch_norm),
    "embedding": _spec("input, weight", lambda d, a: Call("embedding", (
        expression(d, a["weight"]), expression(d, a["input"])))),
    "dropout": _spec("input, p=0.5, training=True", _dropout),
    "scaled_dot_product_attention": _spec(
        "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None", _attention),
    "chunk": _spec("input, chunks, dim=0", lambda d, a: tuple(
        _pieces(d, expression(d, a["input"]), a["chunks"], a["dim"]))),
    "split": _spec("input, split_size, dim=0", _split),
    "reshape": _spec("input, shape", _reshape), "view": _spec("input, shape", _reshape),
    "flatten": _spec("input, start_dim=0, end_dim=-1", _flatten),
    "ravel": _spec("input, start_dim=0, end_dim=-1", _flatten),
    "transpose": _spec("input, dim0=0, dim1=1", _transpose), "t": _spec("input, dim0=0, dim1=1", _transpose),
    "permute": _spec("input, dims", _permute),
    "unsqueeze": _spec("input, dim", _unsqueeze), "squeeze": _spec("input, dim=None", _squeeze),
    "cat": _joined("concat"), "concat": _joined("concat"), "concatenate": _joined("concat"), "stack": _joined("stack"),
    "size": _spec("input, dim=None", _size),
    **{name: _two(MatrixProduct) for name in ("matmul", "mm", "bmm", "mv")},
    "dot": _two(lambda a, b: Call("dot", (a, b))), "outer": _two(lambda a, b: Call("outer", (a, b))),
    "einsum": _spec("equation, operands", _einsum),
    "trace": _pointwise("trace"), "det": _pointwise("det"), "inv": _pointwise("inv"), "inverse": _pointwise("inv"),
    "add": _scaled(False), "sub": _scaled(True), "subtract": _scaled(True),
    "mul": _two(multiply), "multiply": _two(multiply),
    "div": _two(Quotient), "divide": _two(Quotient), "true_divide": _two(Quotient), "truediv": _two(Quotient),
    "pow": _two(Power), "power": _two(Power),
    **{name: _spec("input", _same) for name in ("contiguous", "clone", "float", "double", "squeeze_", "item", "type_as")},
    "to": _spec("input, dtype=None", _same), "alias": _spec("input", _same),
    "detach": _spec("input", _stops),
}  # fmt: skip
