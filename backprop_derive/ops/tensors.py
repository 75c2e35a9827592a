"""Operations on vectors, matrices and higher tensors. Their definitions are index notation, in `indexed.component`."""

from __future__ import annotations

from .notation import Function
from .record import Operation

_AXIS = "x, axis=none, keepdims=false"
# What flows back through a normalisation z = (x - mean)/s: (H - mean(H) - z·mean(H·z))/s for H = G·gain.
_CENTRED = "(x - mean(x, axis={0}, keepdims=true))"
_SCALE = "sqrt(var(x, axis={0}, keepdims=true) + eps)"
_NORMAL = f"({_CENTRED} / {_SCALE})"
_THROUGH_NORMAL = (
    "(G * gain - mean(G * gain, axis={0}, keepdims=true)"
    f" - {_NORMAL} * mean(G * gain * {_NORMAL}, axis={{0}}, keepdims=true)) / {_SCALE}"
)
_ROOT = "sqrt(mean(x^2, axis=-1, keepdims=true) + eps)"
_THROUGH_ROOT = f"(G * gain - (x / {_ROOT}) * mean(G * gain * (x / {_ROOT}), axis=-1, keepdims=true)) / {_ROOT}"
_AFTER_TORCH = "torch.nn.functional"

REDUCTIONS = (
    Operation("sum", _AXIS, describes="the sum over some axes, or over all"),
    Operation("mean", _AXIS, describes="the mean over some axes, or over all"),
    Operation("var", "x, axis=none, keepdims=false, unbiased=false", notation=Function("Var"),
              describes="the variance, biased (divided by n) unless `unbiased=true`"),
    Operation("std", "x, axis=none, keepdims=false, unbiased=false", describes="the square root of the variance"),
    Operation("prod", _AXIS, describes="the product over some axes, or over all"),
    Operation("logsumexp", _AXIS, describes="log Σ exp(x)"),
    Operation("softmax", "x, axis=-1, mask=none", held=("mask",),
              describes="exp(x) over its sum; a mask of 0 and 1 keeps the ones, and the others are 0",
              source="Goodfellow, Bengio, Courville 2016, §6.2.2.3"),
    Operation("log_softmax", "x, axis=-1", "x - logsumexp(x, axis=axis, keepdims=true)",
              notation=Function("log softmax"), describes="the logarithm of the softmax"),
)  # fmt: skip

PRODUCTS = (
    Operation("dot", "a, b", describes="Σ_k a_k b_k"),
    Operation("outer", "a, b", describes="a_i b_j"),
    Operation("trace", "x", notation=Function("tr"), describes="Σ_i x_ii"),
    Operation("det", "x", describes="the determinant, of a square matrix"),
    Operation("inv", "x", describes="the inverse of a square matrix"),
    Operation("einsum", "*x", describes="the sum of products that its subscripts spell"),
)

SHAPES = (
    Operation("transpose", "x, axes=none", describes="the axes reversed, or in the order named"),
    Operation("reshape", "x, shape", describes="the entries in another shape, row by row"),
    Operation("concat", "tensors, axis=0", describes="tensors one after the other along an axis"),
    Operation("stack", "tensors, axis=0", describes="tensors side by side along a new axis"),
    Operation("embedding", "W, i", describes="the rows of W that i names", source=_AFTER_TORCH),
)

LAYERS = (
    Operation("cross_entropy", "logits, target", notation=Function("CE"), variants={"reduction=mean": "",
              "reduction=sum": ""},
              describes="-log softmax of the class that is right, averaged over the batch", source=_AFTER_TORCH),
    Operation("nll", "log_probabilities, target", notation=Function("NLL"),
              variants={"reduction=mean": "", "reduction=sum": ""},
              describes="minus the log-probability of the class that is right"),
    Operation("linear", "x, W, b=none", describes="x Wᵀ + b", source=_AFTER_TORCH),
    Operation("layer_norm", "x, gain, bias, eps=1e-5",
              "(x - mean(x, axis=-1, keepdims=true)) / sqrt(var(x, axis=-1, keepdims=true) + eps) * gain + bias",
              notation=Function("LayerNorm"),
              compact={"x": _THROUGH_NORMAL.format(-1),
                       "gain": f"sum(G * {_NORMAL}, axis=0)".format(-1)},
              source="Ba, Kiros, Hinton 2016, eq. 4"),
    Operation("rms_norm", "x, gain, eps=1e-5",
              "x / sqrt(mean(x^2, axis=-1, keepdims=true) + eps) * gain", notation=Function("RMSNorm"),
              compact={"x": _THROUGH_ROOT, "gain": f"sum(G * (x / {_ROOT}), axis=0)"},
              source="Zhang, Sennrich 2019, eq. 4"),
    Operation("batch_norm", "x, gain, bias, eps=1e-5", notation=Function("BatchNorm"),
              compact={"x": _THROUGH_NORMAL.format(0), "gain": f"sum(G * {_NORMAL}, axis=0)".format(0)},
              source="Ioffe, Szegedy 2015, algorithm 1"),
    Operation("conv1d", "x, W, b=none, stride=1, padding=0", notation=Function("conv"), source=_AFTER_TORCH),
    Operation("conv2d", "x, W, b=none, stride=1, padding=0", notation=Function("conv"), source=_AFTER_TORCH),
    Operation("max_pool1d", "x, size, stride=none", notation=Function("maxpool"), source=_AFTER_TORCH,
              convention="of entries that tie, the first gets the derivative, as in PyTorch"),
    Operation("max_pool2d", "x, size, stride=none", notation=Function("maxpool"), source=_AFTER_TORCH,
              convention="of entries that tie, the first gets the derivative, as in PyTorch"),
    Operation("avg_pool1d", "x, size, stride=none", notation=Function("avgpool"), source=_AFTER_TORCH),
    Operation("avg_pool2d", "x, size, stride=none", notation=Function("avgpool"), source=_AFTER_TORCH),
    Operation("dropout", "x, mask, p", "x * mask / (1 - p)", held=("mask",),
              describes="what the mask keeps, over 1 - p", source="Srivastava et al. 2014, §4"),
    Operation("attention", "Q, K, V, mask=none", held=("mask",), notation=Function("Attention"),
              source="Vaswani et al. 2017, eq. 1"),
)  # fmt: skip

# Not in the language; it appears in derived gradients only.
COFACTOR = Operation(
    "cofactor", "x", notation=Function("cof"), describes="± the determinant of x without a row and a column"
)

TENSORS = (*REDUCTIONS, *PRODUCTS, *SHAPES, *LAYERS)
