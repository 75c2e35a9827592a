"""Functions of arrays of mpmath's numbers, real or complex, plainly right: no derivative stands here."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import mpmath
import numpy

MP = mpmath.mp.clone()
MP.dps = 500  # 1 - erf(27) and products of such numbers keep their 50 digits
Array = Any


def array(value: Any) -> Array:
    """An array of objects, of shape () for a number."""
    return numpy.asarray(value, dtype=object)


def each(function: Callable[..., Any], count: int = 1) -> Callable[..., Array]:
    """A function of so many numbers, entry by entry."""
    spread = numpy.frompyfunc(function, count, 1)
    return lambda *arrays: array(spread(*arrays))


exp, log, sqrt = each(MP.exp), each(MP.log), each(MP.sqrt)
sin, cos, tan, atan = each(MP.sin), each(MP.cos), each(MP.tan), each(MP.atan)
asin, acos, sinh, cosh, tanh = each(MP.asin), each(MP.acos), each(MP.sinh), each(MP.cosh), each(MP.tanh)
erf, sign, floor = each(MP.erf), each(MP.sign), each(MP.floor)
sigmoid = each(lambda x: 1 / (1 + MP.exp(-x)))
softplus = each(lambda x: MP.log(1 + MP.exp(x)))
gelu = each(lambda x: x / 2 * (1 + MP.erf(x / MP.sqrt(2))))
gelu_tanh = each(lambda x: x / 2 * (1 + MP.tanh(MP.sqrt(2 / MP.pi) * (x + MP.mpf("0.044715") * x**3))))
SELU = (MP.mpf("1.0507009873554804934193349852946"), MP.mpf("1.6732632423543772848170429916717"))
selu = each(lambda x: SELU[0] * (x if x > 0 else SELU[1] * MP.expm1(x)))


def elu(alpha: int) -> Callable[[Array], Array]:
    return each(lambda x: x if x > 0 else alpha * MP.expm1(x))


def leaky(slope: str) -> Callable[[Array], Array]:
    return each(lambda x: x if x > 0 else MP.mpf(slope) * x)


def clip(low: float, high: float) -> Callable[[Array], Array]:
    return each(lambda x: min(max(x, MP.mpf(low)), MP.mpf(high)))


def mean(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    total = array(numpy.sum(array(x), axis=axis, keepdims=keepdims))
    return array(total / (numpy.size(x) // max(1, total.size)))


def var(x: Array, axis: Any = None, keepdims: bool = False, less: int = 0) -> Array:
    count = numpy.size(x) // max(1, mean(x, axis).size)
    return array(numpy.sum((x - mean(x, axis, True)) ** 2, axis=axis, keepdims=keepdims) / MP.mpf(count - less))


def softmax(x: Array, axis: int = -1) -> Array:
    return array(exp(x) / numpy.sum(exp(x), axis=axis, keepdims=True))


def logsumexp(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    return log(array(numpy.sum(exp(x), axis=axis, keepdims=keepdims)))


def log_softmax(x: Array, axis: int = -1) -> Array:
    return array(x - logsumexp(x, axis, True))


def norm(x: Array) -> Array:
    return sqrt(array(numpy.sum(array(x) ** 2)))


def inverse(x: Array) -> Array:
    return array(MP.inverse(MP.matrix(x.tolist())).tolist())


def determinant(x: Array) -> Array:
    """Laplace's expansion."""
    if len(x) == 1:
        return array(x[0, 0])
    minors = [numpy.delete(x[1:], k, 1) for k in range(len(x))]
    return array(sum((-1) ** k * x[0, k] * determinant(minors[k])[()] for k in range(len(x))))


def normalised(x: Array, axes: Any, eps: str = "1e-5") -> Array:
    return array((x - mean(x, axes, True)) / sqrt(var(x, axes, True) + MP.mpf(eps)))


def convolution(x: Array, w: Array, b: Any, stride: tuple[int, ...], padding: tuple[int, ...]) -> Array:
    """Cross-correlation as PyTorch's: x (batch, channel, *space), w (out, channel, *size)."""
    padded = numpy.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)], constant_values=MP.mpf(0))
    size = w.shape[2:]
    space = [(n - k) // s + 1 for n, k, s in zip(padded.shape[2:], size, stride, strict=True)]
    out = numpy.empty((len(x), len(w), *space), dtype=object)
    for at in itertools.product(*map(range, out.shape)):
        window = padded[at[0]][(slice(None), *_window(at[2:], size, stride))]
        out[at] = numpy.sum(window * w[at[1]]) + (0 if b is None else b[at[1]])
    return out


def pool(x: Array, reduce: Callable[[Array], Any], size: tuple[int, ...], stride: tuple[int, ...]) -> Array:
    """Over the last axes."""
    count = len(size)
    space = [(n - k) // s + 1 for n, k, s in zip(x.shape[-count:], size, stride, strict=True)]
    out = numpy.empty((*x.shape[:-count], *space), dtype=object)
    for at in itertools.product(*map(range, out.shape)):
        out[at] = reduce(array(x[at[:-count]])[_window(at[-count:], size, stride)].ravel())
    return out


def _window(at: tuple[int, ...], size: tuple[int, ...], stride: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(a * s, a * s + k) for a, k, s in zip(at, size, stride, strict=True))


def attention(q: Array, k: Array, v: Array, mask: Any = None) -> Array:
    scores = numpy.swapaxes(k, -1, -2)
    scores = numpy.matmul(q, scores) / MP.sqrt(q.shape[-1])
    weights = exp(scores) if mask is None else exp(scores) * array(mask)
    return array(numpy.matmul(weights / numpy.sum(weights, axis=-1, keepdims=True), v))
