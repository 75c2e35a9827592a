"""Every operation in the forms in which a problem writes it, with PyTorch's function and one of mpmath's numbers."""

# ruff: noqa: E501 — a table: one operation a line
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import torch

from backprop_derive.records import record

from . import exact as e

F = torch.nn.functional
Array = Any


@record
class Form:
    """A template of the language and what it means.

    `axes` has a word for each operand: `*` broadcasts with the others, else a letter an axis (equal letters are equal
    sizes, a digit is a size of its own). `kinks` gives arrays whose zeros are points where the derivative is a convention,
    `ends` arrays whose zeros are ends of a domain, where asking for it is refused, `blind` those whose zeros are points
    where PyTorch itself is wrong.
    """

    text: str
    axes: tuple[str, ...]
    torch: Callable[..., Any]
    exact: Callable[..., Array]
    kinks: Callable[..., list[Array]] | None = None
    ends: Callable[..., list[Array]] | None = None
    blind: Callable[..., list[Array]] | None = None

    @property
    def is_pointwise(self) -> bool:
        return set(self.axes) == {"*"}


def _zero(x: Array) -> list[Array]:
    return [x]


def _units(x: Array) -> list[Array]:
    return [x - 1, x + 1]


def _whole(x: Array) -> list[Array]:
    """Where x is a whole number. One within a float's error of it is one as well: floats may stand on either side."""
    return [x - numpy.rint(numpy.asarray(x, float)).astype(int)]


def _gap(x: Array, axis: Any = None) -> Array:
    """How far the two largest are apart; 1 where there is only one."""
    ordered = numpy.sort(numpy.ravel(x) if axis is None else numpy.moveaxis(x, axis, 0), axis=0)
    return ordered[-1] - ordered[-2] if len(ordered) > 1 else numpy.ones(1)


def _share(best: Any) -> Callable[..., Any]:
    """Of equal ones each gets the same part."""
    return lambda *x: best(torch.stack(torch.broadcast_tensors(*x)), 0)


def _largest(*x: Array) -> Array:
    return e.array(numpy.maximum.reduce(numpy.broadcast_arrays(*x)))


def _smallest(*x: Array) -> Array:
    return e.array(numpy.minimum.reduce(numpy.broadcast_arrays(*x)))


def _ties(*x: Array) -> list[Array]:
    return [_gap(numpy.stack(numpy.broadcast_arrays(*x)), 0)]


def _low_ties(*x: Array) -> list[Array]:
    return _ties(*(-a for a in x))


def _both(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """A loss of PyTorch's, of arguments brought to one shape."""
    return lambda a, b: function(*torch.broadcast_tensors(a, b), **options)


def _huber(a: Array, b: Array) -> Array:
    return e.mean(e.each(lambda d: d * d / 2 if abs(d) <= 1 else abs(d) - e.MP.mpf(1) / 2)(a - b))


def _bce(a: Array, b: Array) -> Array:
    p, t = e.sigmoid(a), e.sigmoid(b)
    return e.mean(-(t * e.log(p) + (1 - t) * e.log(1 - p)))


def _unary(text: str, theirs: Any, exact: Any, kinks: Any = None, ends: Any = None) -> Form:
    return Form(text, ("*",), theirs, exact, kinks, ends)


def _binary(text: str, theirs: Any, exact: Any, kinks: Any = None) -> Form:
    return Form(text, ("*", "*"), theirs, exact, kinks)


POINTWISE = (
    _unary("exp({})", torch.exp, e.exp),
    _unary("log({}^2 + 1)", lambda x: torch.log(x**2 + 1), lambda x: e.log(x**2 + 1)),
    _unary("ln({})", torch.log, e.log),
    _unary("log2({})", torch.log2, lambda x: e.log(x) / e.MP.log(2)),
    _unary("log10({})", torch.log10, lambda x: e.log(x) / e.MP.log(10)),
    _unary("sqrt({})", torch.sqrt, e.sqrt, ends=_zero),
    _unary("sqrt({}^2 + 1)", lambda x: torch.sqrt(x**2 + 1), lambda x: e.sqrt(x**2 + 1)),
    _unary("abs({})", torch.abs, e.each(abs), _zero),
    _unary("|{}|", torch.abs, e.each(abs), _zero),
    _unary("sin({})", torch.sin, e.sin), _unary("cos({})", torch.cos, e.cos), _unary("tan({})", torch.tan, e.tan),
    _unary("asin({})", torch.asin, e.asin, ends=_units), _unary("acos({})", torch.acos, e.acos, ends=_units),
    _unary("asin(tanh({}))", lambda x: torch.asin(torch.tanh(x)), lambda x: e.asin(e.tanh(x))),
    _unary("acos(sin({})/2)", lambda x: torch.acos(torch.sin(x) / 2), lambda x: e.acos(e.sin(x) / 2)),
    _unary("atan({})", torch.atan, e.atan), _unary("sinh({})", torch.sinh, e.sinh),
    _unary("cosh({})", torch.cosh, e.cosh), _unary("tanh({})", torch.tanh, e.tanh), _unary("erf({})", torch.erf, e.erf),
    _unary("sign({})", torch.sign, e.sign, _zero), _unary("floor({})", torch.floor, e.floor, _whole),
    _unary("sigmoid({})", torch.sigmoid, e.sigmoid),
    _unary("relu({})", F.relu, e.each(lambda x: max(x, e.MP.zero)), _zero),
    _unary("leaky_relu({})", F.leaky_relu, e.leaky("0.01"), _zero),
    _unary("leaky_relu({}, slope=1/5)", lambda x: F.leaky_relu(x, 0.2), e.leaky("0.2"), _zero),
    _unary("elu({})", F.elu, e.elu(1), _zero), _unary("elu({}, alpha=2)", lambda x: F.elu(x, 2.0), e.elu(2), _zero),
    _unary("selu({})", F.selu, e.selu, _zero), _unary("gelu({})", F.gelu, e.gelu),
    _unary("gelu({}, approximate=tanh)", lambda x: F.gelu(x, approximate="tanh"), e.gelu_tanh),
    _unary("silu({})", F.silu, lambda x: x * e.sigmoid(x)),
    _unary("softplus({})", lambda x: F.softplus(x, threshold=1e9), e.softplus),
    _unary("hardtanh({})", F.hardtanh, e.clip(-1, 1), _units),
    _unary("clip({}, -1/2, 3/2)", lambda x: torch.clip(x, -0.5, 1.5), e.clip(-0.5, 1.5), lambda x: [x * 2 + 1, x * 2 - 3]),
    _unary("-{}", lambda x: -x, lambda x: -x), _unary("{}^2", lambda x: x**2, lambda x: x**2),
    _unary("{}^3", lambda x: x**3, lambda x: x**3), _unary("{}^(-1)", lambda x: 1 / x, lambda x: 1 / x),
    _unary("2^{}", lambda x: 2**x, lambda x: e.exp(x * e.MP.log(2))),
    _unary("({}^2 + 1)^(-2/3)", lambda x: (x**2 + 1) ** (-2 / 3), lambda x: e.exp(e.log(x**2 + 1) * e.MP.mpf(-2) / 3)),
    _unary("3*{} - 1/2", lambda x: 3 * x - 0.5, lambda x: 3 * x - e.MP.mpf(0.5)),
    _binary("{} + {}", lambda a, b: a + b, lambda a, b: a + b), _binary("{} - {}", lambda a, b: a - b, lambda a, b: a - b),
    _binary("{} * {}", lambda a, b: a * b, lambda a, b: a * b), _binary("{} / {}", lambda a, b: a / b, lambda a, b: a / b),
    _binary("{} / ({}^2 + 1)", lambda a, b: a / (b**2 + 1), lambda a, b: a / (b**2 + 1)),
    _binary("({}^2 + 1)^{}", lambda a, b: (a**2 + 1) ** b, lambda a, b: e.exp(b * e.log(a**2 + 1))),
    _binary("maximum({}, {})", torch.maximum, _largest, _ties), _binary("minimum({}, {})", torch.minimum, _smallest, _low_ties),
    _binary("max({}, {})", _share(torch.amax), _largest, _ties), _binary("min({}, {})", _share(torch.amin), _smallest, _low_ties),
    Form("max({}, {}, {})", ("*",) * 3, _share(torch.amax), _largest, _ties),
    Form("min({}, {}, {})", ("*",) * 3, _share(torch.amin), _smallest, _low_ties),
    Form("where({} > {}, {}, {})", ("*",) * 4, lambda a, b, x, y: torch.where(a > b, x, y),
         e.each(lambda a, b, x, y: x if a > b else y, 4), lambda a, b, x, y: [a - b]),
    Form("where({} <= {}, {}, 1/3)", ("*",) * 3, lambda a, b, x: torch.where(a <= b, x, torch.tensor(1 / 3, dtype=a.dtype)),
         e.each(lambda a, b, x: x if a <= b else e.MP.one / 3, 3), lambda a, b, x: [a - b]),
    Form("{} - {} - {}", ("*",) * 3, lambda a, b, c: a - b - c, lambda a, b, c: a - b - c),
    Form("{} * {} * {}", ("*",) * 3, lambda a, b, c: a * b * c, lambda a, b, c: a * b * c),
    Form("{} + {} * {}", ("*",) * 3, lambda a, b, c: a + b * c, lambda a, b, c: a + b * c),
)  # fmt: skip

LOSSES = (
    _binary("mse({}, {})", _both(F.mse_loss), lambda a, b: e.mean((a - b) ** 2)),
    _binary("mse({}, {}, reduction=sum)", _both(F.mse_loss, reduction="sum"), lambda a, b: e.array(numpy.sum((a - b) ** 2))),
    _binary("mae({}, {})", _both(F.l1_loss), lambda a, b: e.mean(abs(a - b)), lambda a, b: [a - b]),
    _binary("huber({}, {})", _both(F.huber_loss), _huber, lambda a, b: [abs(a - b) - 1]),
    _binary("bce(sigmoid({}), sigmoid({}))", lambda a, b: _both(F.binary_cross_entropy)(torch.sigmoid(a), torch.sigmoid(b)), _bce),
    _binary("bce_with_logits({}, {})", _both(F.binary_cross_entropy_with_logits), lambda a, b: e.mean(e.softplus(a) - a * b)),
    _binary("hinge({}, {})", lambda a, b: torch.maximum(torch.zeros_like(a * b), 1 - a * b).mean(),
            lambda a, b: e.mean(e.each(lambda s: max(e.MP.zero, 1 - s))(a * b)), lambda a, b: [1 - a * b]),
    _binary("kl_div(exp({}), exp({}))", lambda a, b: (torch.exp(a) * (a - b)).sum(), lambda a, b: e.array(numpy.sum(e.exp(a) * (a - b)))),
)  # fmt: skip


def _norm_end(x: Array) -> list[Array]:
    return [numpy.max(numpy.abs(x))]


REDUCTIONS = (
    Form("sum({})", ("nm",), torch.sum, lambda x: e.array(numpy.sum(x))),
    Form("sum({}, axis=0)", ("nmk",), lambda x: x.sum(0), lambda x: e.array(numpy.sum(x, axis=0))),
    Form("sum({}, axis=(0, -1), keepdims=true)", ("nmk",), lambda x: x.sum((0, -1), keepdim=True),
         lambda x: numpy.sum(x, axis=(0, -1), keepdims=True)),
    Form("mean({}, axis=-1)", ("nm",), lambda x: x.mean(-1), lambda x: e.mean(x, -1)),
    Form("mean({})", ("n",), torch.mean, e.mean),
    Form("var({}, axis=0, keepdims=true)", ("nm",), lambda x: x.var(0, unbiased=False, keepdim=True), lambda x: e.var(x, 0, True)),
    Form("var({}, unbiased=true)", ("3m",), lambda x: x.var(unbiased=True), lambda x: e.var(x, less=1)),
    Form("std({}, axis=1)", ("n3",), lambda x: x.std(1, unbiased=False), lambda x: e.sqrt(e.var(x, 1)), ends=lambda x: [e.var(x, 1)]),
    Form("std({})", ("3",), lambda x: x.std(unbiased=False), lambda x: e.sqrt(e.var(x)), ends=lambda x: [e.var(x)]),
    Form("prod({}, axis=1)", ("nm",), lambda x: x.prod(1), lambda x: e.array(numpy.prod(x, axis=1))),
    Form("prod({})", ("n",), torch.prod, lambda x: e.array(numpy.prod(x))),
    Form("norm({})", ("nm",), torch.linalg.vector_norm, e.norm, ends=_norm_end),
    Form("||{}||", ("n",), torch.linalg.vector_norm, e.norm, ends=_norm_end),
    Form("logsumexp({}, axis=0)", ("nm",), lambda x: torch.logsumexp(x, 0), lambda x: e.logsumexp(x, 0)),
    Form("logsumexp({}, axis=-1, keepdims=true)", ("nmk",), lambda x: torch.logsumexp(x, -1, keepdim=True),
         lambda x: e.logsumexp(x, -1, True)),
    Form("softmax({})", ("nm",), lambda x: torch.softmax(x, -1), e.softmax),
    Form("softmax({}, axis=0)", ("nm",), lambda x: torch.softmax(x, 0), lambda x: e.softmax(x, 0)),
    Form("softmax({})", ("m",), lambda x: torch.softmax(x, -1), e.softmax),
    Form("log_softmax({})", ("nm",), lambda x: torch.log_softmax(x, -1), e.log_softmax),
    Form("log_softmax({}, axis=0)", ("nm",), lambda x: torch.log_softmax(x, 0), lambda x: e.log_softmax(x, 0)),
    Form("max({})", ("nm",), torch.amax, lambda x: e.array(numpy.max(x)), lambda x: [_gap(x)]),
    Form("max({}, axis=1)", ("nm",), lambda x: x.max(1)[0], lambda x: e.array(numpy.max(x, axis=1)), lambda x: [_gap(x, 1)]),
    Form("min({}, axis=0, keepdims=true)", ("nm",), lambda x: x.min(0, keepdim=True)[0],
         lambda x: e.array(numpy.min(x, axis=0, keepdims=True)), lambda x: [_gap(-x, 0)]),
    Form("min({})", ("n",), torch.amin, lambda x: e.array(numpy.min(x)), lambda x: [_gap(-x)]),
)  # fmt: skip

PRODUCTS = (
    Form("{} @ {}", ("nk", "km"), torch.matmul, numpy.matmul), Form("{} @ {}", ("nk", "k"), torch.matmul, numpy.matmul),
    Form("{} @ {}", ("k", "km"), torch.matmul, numpy.matmul), Form("{} @ {}", ("bnk", "km"), torch.matmul, numpy.matmul),
    Form("{} @ {}", ("bnk", "bkm"), torch.matmul, numpy.matmul),
    Form("{}.T @ {}", ("kn", "km"), lambda a, b: a.T @ b, lambda a, b: numpy.matmul(a.T, b)),
    Form("dot({}, {})", ("n", "n"), torch.dot, lambda a, b: e.array(numpy.dot(a, b))),
    Form("outer({}, {})", ("n", "m"), torch.outer, numpy.outer),
    Form("trace({})", ("nn",), torch.trace, lambda x: e.array(numpy.trace(x))),
    # of a singular matrix PyTorch 2.13 gives 0 for the cofactors
    Form("det({})", ("nn",), torch.linalg.det, e.determinant, blind=lambda x: [e.determinant(e.array(x))]),
    Form("inv({})", ("nn",), torch.linalg.inv, e.inverse),
    Form('einsum("ij,kj->ki", {}, {})', ("nm", "km"), lambda a, b: torch.einsum("ij,kj->ki", a, b), lambda a, b: numpy.matmul(b, a.T)),
    Form('einsum("ii,i->", {}, {})', ("nn", "n"), lambda a, b: torch.einsum("ii,i->", a, b), lambda a, b: e.array(numpy.sum(numpy.diag(a) * b))),
    Form('einsum("bij->jb", {})', ("bnm",), lambda a: torch.einsum("bij->jb", a), lambda a: numpy.sum(a, axis=1).T),
    Form("linear({}, {}, {})", ("nk", "mk", "m"), F.linear, lambda x, w, b: numpy.matmul(x, w.T) + b),
)  # fmt: skip

SHAPES = (
    Form("{}.T", ("nm",), lambda x: x.T, lambda x: x.T),
    Form("transpose({}, (1, 2, 0))", ("nmk",), lambda x: x.permute(1, 2, 0), lambda x: numpy.transpose(x, (1, 2, 0))),
    Form("reshape({}, (-1))", ("nm",), lambda x: x.reshape(-1), lambda x: x.reshape(-1)),
    Form("reshape({}, (3, 2))", ("23",), lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2)),
    Form("concat([{}, {}])", ("n", "m"), lambda a, b: torch.cat([a, b]), lambda a, b: numpy.concatenate([a, b])),
    Form("concat([{}, {}], axis=1)", ("nm", "nk"), lambda a, b: torch.cat([a, b], 1), lambda a, b: numpy.concatenate([a, b], 1)),
    Form("stack([{}, {}], axis=1)", ("nm", "nm"), lambda a, b: torch.stack([a, b], 1), lambda a, b: numpy.stack([a, b], 1)),
    Form("stack([{}, {}, {}])", ("n", "n", "n"), lambda *x: torch.stack(x), lambda *x: numpy.stack(x)),
    Form("[{}, {}]", ("", ""), lambda *x: torch.stack(x), lambda *x: e.array([a[()] for a in x])),
    Form("embedding({}, [0, 2, 0, 1])", ("3m",), lambda w: w[[0, 2, 0, 1]], lambda w: w[[0, 2, 0, 1]]),
    Form("{}[1, 0]", ("2m",), lambda x: x[1, 0], lambda x: e.array(x[1, 0])),
    Form("{}[-1]", ("nm",), lambda x: x[-1], lambda x: x[-1]), Form("{}[0]", ("n",), lambda x: x[0], lambda x: e.array(x[0])),
    Form("{}[:, None] * {}", ("n", "m"), lambda a, b: a[:, None] * b, lambda a, b: a[:, None] * b),
    Form("{}[0:2, ::2]", ("33",), lambda x: x[0:2, ::2], lambda x: x[0:2, ::2]),
    Form("{}[::-1]", ("nm",), lambda x: x.flip(0), lambda x: x[::-1]), Form("{}[:, -1]", ("nm",), lambda x: x[:, -1], lambda x: x[:, -1]),
)  # fmt: skip


def _mask(*rows: list[int]) -> Any:
    return torch.tensor(rows, dtype=torch.bool)


def _batch_norm(x: Any, g: Any, b: Any) -> Any:
    return F.batch_norm(x, None, None, g, b, training=True, eps=1e-5)


LAYERS = (
    Form("cross_entropy({}, [1, 0])", ("23",), lambda x: F.cross_entropy(x, torch.tensor([1, 0])),
         lambda x: -(e.log_softmax(x)[0, 1] + e.log_softmax(x)[1, 0]) / 2),
    Form("cross_entropy({}, 2, reduction=sum)", ("3",), lambda x: F.cross_entropy(x, torch.tensor(2)), lambda x: e.array(-e.log_softmax(x)[2])),
    Form("cross_entropy({}, softmax({}))", ("nk", "nk"), lambda x, y: F.cross_entropy(x, torch.softmax(y, -1)),
         lambda x, y: e.mean(-numpy.sum(e.softmax(y) * e.log_softmax(x), axis=-1))),
    Form("nll(log_softmax({}), [0, 1])", ("22",), lambda x: F.nll_loss(torch.log_softmax(x, -1), torch.tensor([0, 1])),
         lambda x: -(e.log_softmax(x)[0, 0] + e.log_softmax(x)[1, 1]) / 2),
    Form("nll({}, [1, 0], reduction=sum)", ("22",), lambda x: -(x[0, 1] + x[1, 0]), lambda x: e.array(-(x[0, 1] + x[1, 0]))),
    Form("layer_norm({}, {}, {})", ("n3", "3", "3"), lambda x, g, b: F.layer_norm(x, (3,), g, b), lambda x, g, b: e.normalised(x, -1) * g + b),
    Form("rms_norm({}, {})", ("nk", "k"), lambda x, g: F.rms_norm(x, x.shape[-1:], g, 1e-5),
         lambda x, g: x / e.sqrt(e.mean(x**2, -1, True) + e.MP.mpf("1e-5")) * g),
    Form("batch_norm({}, {}, {})", ("3c", "c", "c"), _batch_norm, lambda x, g, b: e.normalised(x, 0) * g + b),
    Form("conv1d({}, {}, {}, stride=2, padding=1)", ("bc5", "oc3", "o"), lambda x, w, b: F.conv1d(x, w, b, 2, 1),
         lambda x, w, b: e.convolution(x, w, b, (2,), (1,))),
    Form("conv2d({}, {})", ("33", "22"), lambda x, w: F.conv2d(x[None, None], w[None, None])[0, 0],
         lambda x, w: e.convolution(x[None, None], w[None, None], None, (1, 1), (0, 0))[0, 0]),
    Form("conv2d({}, {}, {}, stride=(1, 2), padding=(1, 0))", ("1c34", "2c22", "2"), lambda x, w, b: F.conv2d(x, w, b, (1, 2), (1, 0)),
         lambda x, w, b: e.convolution(x, w, b, (1, 2), (1, 0))),
    Form("max_pool1d({}, 2)", ("n4",), lambda x: F.max_pool1d(x[None], 2)[0], lambda x: e.pool(x, numpy.max, (2,), (2,)),
         lambda x: list(e.pool(x, _gap, (2,), (2,)).ravel())),
    Form("max_pool2d({}, 2, stride=1)", ("33",), lambda x: F.max_pool2d(x[None], 2, 1)[0], lambda x: e.pool(x, numpy.max, (2, 2), (1, 1)),
         lambda x: list(e.pool(x, _gap, (2, 2), (1, 1)).ravel())),
    Form("avg_pool1d({}, 2)", ("n5",), lambda x: F.avg_pool1d(x[None], 2)[0], lambda x: e.pool(x, e.mean, (2,), (2,))),
    Form("avg_pool2d({}, (2, 1))", ("33",), lambda x: F.avg_pool2d(x[None], (2, 1))[0], lambda x: e.pool(x, e.mean, (2, 1), (2, 1))),
    Form("dropout({}, [1, 0, 1], 1/4)", ("n3",), lambda x: x * torch.tensor([1.0, 0, 1], dtype=x.dtype) / 0.75,
         lambda x: x * e.array([1, 0, 1]) / e.MP.mpf(0.75)),
    Form("attention({}, {}, {})", ("nd", "md", "mk"), F.scaled_dot_product_attention, e.attention),
    Form("attention({}, {}, {}, [[1, 0], [1, 1]])", ("2d", "2d", "2k"),
         lambda q, k, v: F.scaled_dot_product_attention(q, k, v, _mask([1, 0], [1, 1])), lambda q, k, v: e.attention(q, k, v, [[1, 0], [1, 1]])),
    Form("softmax({}, mask=[[1, 1, 0], [0, 1, 1]])", ("23",),
         lambda x: torch.softmax(x.masked_fill(~_mask([1, 1, 0], [0, 1, 1]), -torch.inf), -1),
         lambda x: e.exp(x) * e.array([[1, 1, 0], [0, 1, 1]]) / numpy.sum(e.exp(x) * e.array([[1, 1, 0], [0, 1, 1]]), axis=-1, keepdims=True)),
)  # fmt: skip

SCALARS = (*POINTWISE, *LOSSES)
TENSORS = (*REDUCTIONS, *PRODUCTS, *SHAPES, *LAYERS)
FORMS = (*SCALARS, *TENSORS)
