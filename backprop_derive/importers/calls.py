"""What the functions of torch, numpy and math are in the problem language: one entry a function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..syntax.expression import (
    Call,
    MatrixProduct,
    Negate,
    Power,
    Quotient,
)  # fmt: skip
from .draft import Draft
from .functions import REQUIRED, Function, by_formula, expression, function, multiply, pointwise
from .layer_functions import (
    attention_function,
    batch_norm_function,
    clamp_function,
    convolution,
    dropout_function,
    gelu_function,
    global_average,
    glu_function,
    hardtanh_function,
    linear_function,
    norm_layer,
    pool,
    softplus_function,
    with_option,
)
from .losses import (
    extreme,
    kl_div_function,
    loss_function,
    mean_of,
    norm_function,
    reduction,
    smooth_l1_function,
    softmax_function,
)
from .shape_functions import (
    dot_function,
    einsum_function,
    flatten_function,
    joined_function,
    masked_fill,
    of_two,
    permute_function,
    pieces,
    refused_detach,
    reshape_function,
    same,
    scaled_function,
    size_function,
    split_function,
    squeeze_function,
    transpose_function,
    unsqueeze_function,
)


def called(draft: Draft, name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Any:
    """The expression of a call (or a tuple of them, or a plain number). Raises ProblemError where it has none."""
    function = FUNCTIONS.get(name) or FUNCTIONS.get(_PREFIX.sub("", name))
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
        elif keyword not in _IGNORED and (keyword not in _DEFAULTS or value != _DEFAULTS[keyword]):
            draft.refuse(f"{name}(…, {keyword}=…) is not supported", f"the arguments {', '.join(names)}")
    missing = [parameter for parameter, value in bound.items() if value is REQUIRED]
    if missing:
        draft.refuse(f"{name} lacks its argument {missing[0]}")
    try:
        return function.make(draft, bound)
    except (TypeError, ValueError, IndexError, AttributeError):  # plain data of another kind than the function takes
        draft.refuse(f"{name} is called with arguments of a kind that is not read", ", ".join(names))


_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "axes": "dims", "ddof": "correction",
            "ord": "p"}  # fmt: skip
_IGNORED = {"dtype", "device", "memory_format", "inplace", "non_blocking", "copy", "size_average", "reduce", "out"}
# What torch.fx spells out though the code does not: options that we have not, at their default.
_DEFAULTS: dict[str, Any] = {
    "weight": None, "pos_weight": None, "padding_idx": None, "max_norm": None, "norm_type": 2.0, "sparse": False,
    "scale_grad_by_freq": False, "margin": 1.0, "log_input": True, "full": False, "eps": 1e-8, "label_smoothing": 0.0,
    "ignore_index": -100,
}  # fmt: skip
# torch.linalg.inv is linalg_inv in a graph, F.threshold is _threshold.
_PREFIX = re.compile(r"^(?:linalg_|special_|_)")
# Functions whose last parameter takes all further arguments.
_VARIADIC = {"view", "reshape", "permute", "einsum", "size", "expand", "repeat"}

_POINTWISE = {
    **{name: name for name in (
        "exp log log2 log10 sqrt abs sin cos tan asin acos atan sinh cosh tanh erf sign floor sigmoid relu selu silu"
    ).split()},
    "absolute": "abs", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "fabs": "abs", "expit": "sigmoid",
    "sgn": "sign", "swish": "silu",
}  # fmt: skip
_LOSS_MORE = "input, target, weight=None, size_average=None"

FUNCTIONS: dict[str, Function] = {
    **{name: pointwise(op) for name, op in _POINTWISE.items()},
    "square": by_formula("input", "input^2"),
    "reciprocal": by_formula("input", "1/input"),
    "rsqrt": by_formula("input", "1/sqrt(input)"),
    "expm1": by_formula("input", "exp(input) - 1"),
    "log1p": by_formula("input", "log(1 + input)"),
    "neg": function("input", lambda d, a: Negate(expression(d, a["input"]))),
    "negative": function("input", lambda d, a: Negate(expression(d, a["input"]))),
    **{name: by_formula("input", "-softplus(-input)") for name in ("logsigmoid", "log_sigmoid")},
    "softsign": by_formula("input", "input/(1 + abs(input))"),
    "tanhshrink": by_formula("input", "input - tanh(input)"),
    "mish": by_formula("input", "input * tanh(softplus(input))"),
    "relu6": by_formula("input", "where(input <= 0, 0, where(input >= 6, 6, input))"),
    "hardsigmoid": by_formula("input", "where(input <= -3, 0, where(input >= 3, 1, input/6 + 1/2))"),
    "hardswish": by_formula("input", "where(input <= -3, 0, where(input >= 3, input, input * (input + 3)/6))"),
    "hardshrink": by_formula("input, lambd=0.5", "where(abs(input) > lambd, input, 0)"),
    "softshrink": by_formula(
        "input, lambd=0.5", "where(input > lambd, input - lambd, where(input < -lambd, input + lambd, 0))"
    ),
    "celu": by_formula("input, alpha=1.0", "where(input > 0, input, alpha * (exp(input/alpha) - 1))"),
    "threshold": by_formula("input, threshold, value", "where(input > threshold, input, value)"),
    "prelu": by_formula("input, weight", "where(input > 0, input, weight * input)"),
    "leaky_relu": with_option("leaky_relu", "negative_slope", 0.01, "slope"),
    "elu": with_option("elu", "alpha", 1.0, "alpha"),
    "gelu": function("input, approximate=none", gelu_function),
    "softplus": function("input, beta=1, threshold=20", softplus_function),
    "hardtanh": function("input, min_val=-1.0, max_val=1.0", hardtanh_function),
    "glu": function("input, dim=-1", glu_function),
    "clamp": function("input, min=None, max=None", clamp_function),
    "clip": function("input, min=None, max=None", clamp_function),
    "where": function("condition, input, other", lambda d, a: Call(
        "where", (a["condition"], expression(d, a["input"]), expression(d, a["other"])))),
    "masked_fill": function("input, mask, value", masked_fill),
    "maximum": of_two(lambda a, b: Call("maximum", (a, b))),
    "minimum": of_two(lambda a, b: Call("minimum", (a, b))),
    **{name: reduction(name) for name in ("sum", "mean", "var", "std", "prod", "logsumexp")},
    "amax": reduction("max"), "amin": reduction("min"),
    "max": extreme("max"), "min": extreme("min"),
    "norm": function("input, p=2, dim=None, keepdim=False", norm_function),
    "vector_norm": function("input, p=2, dim=None, keepdim=False", norm_function),
    **{name: softmax_function(name) for name in ("softmax", "log_softmax", "softmin")},
    "mse_loss": loss_function("mse"),
    "l1_loss": loss_function("mae"),
    "huber_loss": function("input, target, reduction=mean, delta=1.0", loss_function("huber").make),
    "smooth_l1_loss": function("input, target, reduction=mean, beta=1.0", smooth_l1_function),
    "binary_cross_entropy": loss_function("bce", _LOSS_MORE),
    "binary_cross_entropy_with_logits": loss_function("bce_with_logits", f"{_LOSS_MORE}, pos_weight=None"),
    "cross_entropy": loss_function("cross_entropy", f"{_LOSS_MORE}, ignore_index=-100, label_smoothing=0.0"),
    "nll_loss": loss_function("nll", f"{_LOSS_MORE}, ignore_index=-100"),
    "kl_div": function("input, target, reduction=mean, log_target=False", kl_div_function),
    "soft_margin_loss": mean_of("softplus(-target * input)"),
    "hinge_embedding_loss": mean_of("where(target == 1, input, max(0, 1 - input))"),
    "poisson_nll_loss": mean_of("exp(input) - target * input"),
    "linear": function("input, weight, bias=None", linear_function),
    "conv1d": convolution("conv1d"), "conv2d": convolution("conv2d"),
    **{name: pool(name) for name in ("max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d")},
    "adaptive_avg_pool1d": global_average(1), "adaptive_avg_pool2d": global_average(2),
    "layer_norm": norm_layer("layer_norm"), "rms_norm": norm_layer("rms_norm"),
    "batch_norm": function("input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, "
                        "eps=1e-5", batch_norm_function),
    "embedding": function("input, weight", lambda d, a: Call("embedding", (
        expression(d, a["weight"]), expression(d, a["input"])))),
    "dropout": function("input, p=0.5, training=True", dropout_function),
    "scaled_dot_product_attention": function(
        "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None", attention_function),
    "chunk": function("input, chunks, dim=0", lambda d, a: tuple(
        pieces(d, expression(d, a["input"]), a["chunks"], a["dim"]))),
    "split": function("input, split_size, dim=0", split_function),
    "reshape": function("input, shape", reshape_function), "view": function("input, shape", reshape_function),
    "flatten": function("input, start_dim=0, end_dim=-1", flatten_function),
    "ravel": function("input, start_dim=0, end_dim=-1", flatten_function),
    "transpose": function("input, dim0=0, dim1=1", transpose_function),
    "t": function("input, dim0=0, dim1=1", transpose_function),
    "permute": function("input, dims", permute_function),
    "unsqueeze": function("input, dim", unsqueeze_function), "squeeze": function("input, dim=None", squeeze_function),
    "cat": joined_function("concat"), "concat": joined_function("concat"), "concatenate": joined_function("concat"),
    "stack": joined_function("stack"),
    "size": function("input, dim=None", size_function),
    **{name: of_two(MatrixProduct) for name in ("matmul", "mm", "bmm", "mv")},
    "dot": function("input, other", dot_function), "outer": of_two(lambda a, b: Call("outer", (a, b))),
    "einsum": function("equation, operands", einsum_function),
    "trace": pointwise("trace"), "det": pointwise("det"), "inv": pointwise("inv"), "inverse": pointwise("inv"),
    "add": scaled_function(False), "sub": scaled_function(True), "subtract": scaled_function(True),
    "mul": of_two(multiply), "multiply": of_two(multiply),
    "div": of_two(Quotient), "divide": of_two(Quotient), "true_divide": of_two(Quotient), "truediv": of_two(Quotient),
    "pow": of_two(Power), "power": of_two(Power),
    **{name: function("input", same) for name in ("contiguous", "clone", "float", "double", "item")},
    "to": function("input, dtype=None", same), "alias": function("input", same),
    "detach": function("input", refused_detach),
}  # fmt: skip
