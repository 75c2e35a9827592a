"""How NumPy and JAX spell the operations they have; the others are written out by their definitions.

`{np}` is the name of the engine's array module, `{}` a slot an argument. No derivative stands here: a helper computes a
value forward, or tells which of several numbers is the largest.
"""

from __future__ import annotations

_SAME = {"exp", "log", "log2", "log10", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor"}
_BOTH = {
    **{name: f"{{np}}.{name}({{}})" for name in _SAME},
    "norm": "{np}.abs({})",
    "asin": "{np}.arcsin({})",
    "acos": "{np}.arccos({})",
    "atan": "{np}.arctan({})",
    "softplus": "{np}.logaddexp({}, 0)",
    "where": "{np}.where({}, {}, {})",
    "maximum": "{np}.maximum({}, {})",
    "minimum": "{np}.minimum({}, {})",
    "clip": "{np}.clip({}, {}, {})",
}
NUMPY = {
    **_BOTH,
    "relu": "{np}.maximum({}, 0)",
    "erf": "erf({})",
    "xlogy": "xlogy({}, {})",
    "sigmoid": "sigmoid({})",
}
JAX = {
    **_BOTH,
    "relu": "jax.nn.relu({})",
    "sigmoid": "jax.nn.sigmoid({})",
    "silu": "jax.nn.silu({})",
    "selu": "jax.nn.selu({})",
    "erf": "jax.scipy.special.erf({})",
    "xlogy": "jax.scipy.special.xlogy({}, {})",
}

# Functions of tensors: the name of the call without its options.
_REDUCTIONS = {"sum", "mean", "var", "std", "prod", "max", "min", "trace", "outer", "dot", "einsum"}
_TENSORS = {
    **{name: f"{{np}}.{name}" for name in _REDUCTIONS},
    "norm": "{np}.linalg.norm",
    "det": "{np}.linalg.det",
    "inv": "{np}.linalg.inv",
    "diag": "{np}.diag",
    "ones": "{np}.ones",
    "identity": "{np}.eye",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "logsumexp": "logsumexp",
}
NUMPY_TENSORS = {**_TENSORS, "cofactor": "cofactors"}
JAX_TENSORS = {
    **_TENSORS,
    "softmax": "jax.nn.softmax",
    "log_softmax": "jax.nn.log_softmax",
    "logsumexp": "jax.nn.logsumexp",
}

# What NumPy lacks, as a script defines it; each may call those that stand above it.
NUMPY_HELPERS = {
    "erf": "erf = np.vectorize(math.erf, otypes=[float])",
    "xlogy": """\
def xlogy(x, p):
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, p)))""",
    "sigmoid": """\
def sigmoid(x):
    return 1 / (1 + np.exp(-x))""",
    "logsumexp": """\
def logsumexp(x, axis=None, keepdims=False):
    largest = np.max(x, axis=axis, keepdims=True)
    total = largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))
    return total if keepdims else np.squeeze(total, axis=axis)""",
    "log_softmax": """\
def log_softmax(x, axis=-1):
    return x - logsumexp(x, axis=axis, keepdims=True)""",
    "softmax": """\
def softmax(x, axis=-1):
    shifted = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return shifted / np.sum(shifted, axis=axis, keepdims=True)""",
    "share": """\
def share(chosen, numbers, best):
    \"\"\"1 where `chosen` is the best of the numbers, 1/k where k of them are.\"\"\"
    at = np.equal(numbers, best(numbers, axis=0))
    return (chosen == best(numbers, axis=0)) / np.sum(at, axis=0)""",
    "cofactors": """\
def cofactors(x):
    rows = range(len(x))
    without = [[np.delete(np.delete(x, i, 0), j, 1) for j in rows] for i in rows]
    return np.array([[(-1) ** (i + j) * np.linalg.det(without[i][j]) for j in rows] for i in rows])""",
}
# Which helpers a helper calls.
NEEDS = {"log_softmax": ("logsumexp",)}
