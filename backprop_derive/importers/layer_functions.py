"""Layers and activations of torch.nn.functional as expressions of the problem language."""

from __future__ import annotations

from typing import Any

from ..ops.table import formula
from ..syntax.expression import (
    Call,
    Expr,
    Index,
    ListOf,
    Name,
    Product,
    Slice,
    TupleOf,
    integer,
    substitute,
)  # fmt: skip
from .draft import Draft
from .functions import Arguments, Function, expression, function, rank, require_default, sizes, whole
from .shape_functions import pieces

# --- layers


def linear_function(draft: Draft, a: Arguments) -> Expr:
    parts = [expression(draft, a["input"]), expression(draft, a["weight"])]
    return Call("linear", (*parts, *([] if a["bias"] is None else [expression(draft, a["bias"])])))


def convolution(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        require_default(draft, a, dilation=1, groups=1)
        parts = [expression(draft, a["input"]), expression(draft, a["weight"])]
        parts += [] if a["bias"] is None else [expression(draft, a["bias"])]
        if isinstance(a["padding"], str):
            draft.refuse(f'padding="{a["padding"]}" is not supported', "padding as numbers")
        options = [
            (n, sizes(draft, as_one(a[n]), n)) for n, usual in (("stride", 1), ("padding", 0)) if as_one(a[n]) != usual
        ]
        return Call(op, tuple(parts), tuple(options))

    return function("input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1", make)


def as_one(value: Any) -> Any:
    """A tuple of equal numbers as the one number."""
    return value[0] if isinstance(value, list | tuple) and len(set(value)) == 1 else value


def pool(op: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        require_default(draft, a, padding=0, dilation=1, ceil_mode=False, return_indices=False, divisor_override=None)
        size, stride = as_one(a["kernel_size"]), as_one(a["stride"])
        options = (
            () if stride is None or stride == size or stride == () else (("stride", sizes(draft, stride, "stride")),)
        )
        return Call(op, (expression(draft, a["input"]), sizes(draft, size, "kernel_size")), options)

    last = "dilation=1, ceil_mode=False, return_indices=False" if op.startswith("max") else "ceil_mode=False"
    return function(f"input, kernel_size, stride=None, padding=0, {last}", make)


def global_average(space: int) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        if as_one(a["output_size"]) != 1:
            draft.refuse(f"adaptive_avg_pool to {a['output_size']} is not supported", "output_size=1")
        axes = TupleOf(tuple(integer(-k) for k in range(space, 0, -1)))
        return Call("mean", (expression(draft, a["input"]),), (("axis", axes), ("keepdims", Name("true"))))

    return function("input, output_size", make)


def norm_layer(op: str) -> Function:
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
    return function(f"input, normalized_shape, weight=None, {bias}eps={default}", make)


def batch_norm_function(draft: Draft, a: Arguments) -> Expr:
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


def dropout_function(draft: Draft, a: Arguments) -> Expr:
    if a["training"] and a["p"]:
        draft.refuse(
            "dropout draws its mask at random in training", "training=False, or a mask of your own: x * mask / (1 - p)"
        )
    return expression(draft, a["input"])


def attention_function(draft: Draft, a: Arguments) -> Expr:
    require_default(draft, a, dropout_p=0.0, is_causal=False, scale=None)
    parts = [expression(draft, a[n]) for n in ("query", "key", "value")]
    parts += [] if a["attn_mask"] is None else [expression(draft, a["attn_mask"])]
    return Call("attention", tuple(parts))


def glu_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    first, second = pieces(draft, x, 2, whole(draft, a["dim"], "dim"))
    return Product((first, Call("sigmoid", (second,))))


def gelu_function(draft: Draft, a: Arguments) -> Expr:
    x = expression(draft, a["input"])
    return Call("gelu", (x,), (("approximate", Name("tanh")),) if a["approximate"] == "tanh" else ())


def with_option(op: str, parameter: str, default: float, option: str) -> Function:
    def make(draft: Draft, a: Arguments) -> Expr:
        value = a[parameter]
        options = () if value == default else ((option, expression(draft, value)),)
        return Call(op, (expression(draft, a["input"]),), options)

    return function(f"input, {parameter}={default}", make)


def hardtanh_function(draft: Draft, a: Arguments) -> Expr:
    x, low, high = expression(draft, a["input"]), a["min_val"], a["max_val"]
    if (low, high) == (-1, 1):
        return Call("hardtanh", (x,))
    low, high = expression(draft, low), expression(draft, high)
    return substitute(formula("where(x <= lo, lo, where(x >= hi, hi, x))"), {"x": x, "lo": low, "hi": high})


def softplus_function(draft: Draft, a: Arguments) -> Expr:
    require_default(draft, a, beta=1, threshold=20)
    return Call("softplus", (expression(draft, a["input"]),))


def clamp_function(draft: Draft, a: Arguments) -> Expr:
    x, low, high = expression(draft, a["input"]), a["min"], a["max"]
    if low is not None and high is not None:
        return Call("clip", (x, expression(draft, low), expression(draft, high)))
    if low is not None:
        low = expression(draft, low)
        return substitute(formula("where(x < lo, lo, x)"), {"x": x, "lo": low})
    return substitute(formula("where(x > hi, hi, x)"), {"x": x, "hi": expression(draft, high)})
