"""Layers of torch.nn that are made first and called later: which function each calls, and with what of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .calls import called
from .draft import Draft

# Layers without weights: the function, and the names of their own arguments in order.
PLAIN: dict[str, tuple[str, tuple[str, ...]]] = {
    **{name: (function, ()) for name, function in {
        "ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "SiLU": "silu", "SELU": "selu", "ReLU6": "relu6",
        "Hardsigmoid": "hardsigmoid", "Hardswish": "hardswish", "Mish": "mish", "Softsign": "softsign",
        "Tanhshrink": "tanhshrink", "LogSigmoid": "logsigmoid",
    }.items()},
    "LeakyReLU": ("leaky_relu", ("negative_slope",)), "ELU": ("elu", ("alpha",)), "CELU": ("celu", ("alpha",)),
    "GELU": ("gelu", ("approximate",)), "Softplus": ("softplus", ("beta", "threshold")),
    "Hardtanh": ("hardtanh", ("min_val", "max_val")), "Hardshrink": ("hardshrink", ("lambd",)),
    "Softshrink": ("softshrink", ("lambd",)), "Threshold": ("threshold", ("threshold", "value")),
    "GLU": ("glu", ("dim",)), "Softmax": ("softmax", ("dim",)), "LogSoftmax": ("log_softmax", ("dim",)),
    "Softmin": ("softmin", ("dim",)), "Flatten": ("flatten", ("start_dim", "end_dim")),
    "MaxPool1d": ("max_pool1d", ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")),
    "MaxPool2d": ("max_pool2d", ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")),
    "AvgPool1d": ("avg_pool1d", ("kernel_size", "stride", "padding", "ceil_mode")),
    "AvgPool2d": ("avg_pool2d", ("kernel_size", "stride", "padding", "ceil_mode")),
    "AdaptiveAvgPool1d": ("adaptive_avg_pool1d", ("output_size",)),
    "AdaptiveAvgPool2d": ("adaptive_avg_pool2d", ("output_size",)),
    "MSELoss": ("mse_loss", ("reduction",)), "L1Loss": ("l1_loss", ("reduction",)),
    "HuberLoss": ("huber_loss", ("reduction", "delta")), "SmoothL1Loss": ("smooth_l1_loss", ("reduction", "beta")),
    "BCELoss": ("binary_cross_entropy", ("weight", "reduction")),
    "BCEWithLogitsLoss": ("binary_cross_entropy_with_logits", ("weight", "reduction", "pos_weight")),
    "CrossEntropyLoss": ("cross_entropy", ("weight", "ignore_index", "reduction", "label_smoothing")),
    "NLLLoss": ("nll_loss", ("weight", "ignore_index", "reduction")),
    "KLDivLoss": ("kl_div", ("reduction", "log_target")),
    "SoftMarginLoss": ("soft_margin_loss", ("reduction",)),
    "HingeEmbeddingLoss": ("hinge_embedding_loss", ("reduction",)),
}  # fmt: skip

Layer = Callable[[Draft, list[Any]], Any]


def criterion(draft: Draft, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Layer | None:
    """The layer that `nn.MSELoss(reduction="sum")` makes: a function of tensors; None for any other name."""
    if name in ("Linear", "Conv1d", "Conv2d", "Embedding", "LSTM", "GRU", "RNN", "Sequential"):
        draft.refuse(
            f"nn.{name} has weights that are drawn at random, which reading alone does not know",
            "tensors with values",
            "import model.py:Net --run, which runs the file",
        )
    if name not in PLAIN:
        return None
    function, parameters = PLAIN[name]
    own = dict(zip(parameters, arguments, strict=False)) | keywords

    def layer(inner: Draft, inputs: list[Any]) -> Any:
        return called(inner, function, inputs, own)

    return layer
