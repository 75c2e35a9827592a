"""How each operation is called on the sheet: its arguments and, of tensors, their shapes. No derivative stands here."""

from __future__ import annotations

from ..ops.record import Operation

# Arguments as the sheet calls them, where the operation's own names would be long.
_NAMES = {"prediction": "y^", "target": "y", "logits": "z", "score": "s", "condition": "c > 0"}

# Givens and call, for operations that need shapes.
_TENSORS = {
    "matmul": ("A: (n, k), B: (k, m)", "A @ B"),
    "dot": ("a: (n), b: (n)", "dot(a, b)"),
    "outer": ("a: (n), b: (m)", "outer(a, b)"),
    "trace": ("X: (n, n)", "trace(X)"),
    "det": ("X: (n, n)", "det(X)"),
    "inv": ("X: (n, n)", "inv(X)"),
    "einsum": ("A: (b, n, k), B: (b, k, m)", 'einsum("bij,bjk->bik", A, B)'),
    "sum": ("X: (n, d)", "sum(X, axis=1)"),
    "mean": ("X: (n, d)", "mean(X, axis=1)"),
    "var": ("x: (n)", "var(x)"),
    "std": ("x: (n)", "std(x)"),
    "prod": ("x: (3)", "prod(x)"),
    "logsumexp": ("x: (n)", "logsumexp(x)"),
    "softmax": ("X: (n, d)", "softmax(X)"),
    "log_softmax": ("X: (n, d)", "log_softmax(X)"),
    "transpose": ("X: (n, d)", "transpose(X)"),
    "reshape": ("x: (6)", "reshape(x, (2, 3))"),
    "concat": ("a: (2), b: (3)", "concat([a, b])"),
    "stack": ("a: (n), b: (n)", "stack([a, b])"),
    "embedding": ("W: (v, d), i: (n)", "embedding(W, i)"),
    "linear": ("X: (n, d), W: (m, d), b: (m)", "linear(X, W, b)"),
    "layer_norm": ("X: (n, d), g: (d), b: (d)", "layer_norm(X, g, b)"),
    "rms_norm": ("X: (n, d), g: (d)", "rms_norm(X, g)"),
    "batch_norm": ("X: (n, d), g: (d), b: (d)", "batch_norm(X, g, b)"),
    "conv1d": ("x: (8), W: (3)", "conv1d(x, W)"),
    "conv2d": ("X: (6, 6), W: (3, 3)", "conv2d(X, W)"),
    "max_pool1d": ("x: (8)", "max_pool1d(x, 2)"),
    "max_pool2d": ("X: (6, 6)", "max_pool2d(X, 2)"),
    "avg_pool1d": ("x: (8)", "avg_pool1d(x, 2)"),
    "avg_pool2d": ("X: (4, 4)", "avg_pool2d(X, 2)"),
    "dropout": ("x: (n), m: (n), p", "dropout(x, m, p)"),
    "attention": ("Q: (n, d), K: (m, d), V: (m, e)", "attention(Q, K, V)"),
    "cross_entropy": ("Z: (n, k), t: (n)", "cross_entropy(Z, t)"),
    "nll": ("Z: (n, k), t: (n)", "nll(Z, t)"),
}
# These end in a number that is itself the loss.
_LOSSES = ("cross_entropy", "nll")
# What is asked where not every operand has a gradient.
_FIND = {"embedding": "W", "cross_entropy": "Z", "nll": "Z", "dropout": "x"}
STEP, LOSS = "Y", "L"


def is_of_tensors(name: str) -> bool:
    """Whether the sheet shows the operation on tensors."""
    return name in _TENSORS


def tensor_problem(name: str) -> tuple[str, str]:
    """A problem around the operation, and the key of the step that is the operation."""
    givens, call = _TENSORS[name]
    step = LOSS if name in _LOSSES else STEP
    steps = f"{step} = {call}" + ("" if step == LOSS else f"\n{LOSS} = sum({step})")
    asked = f"\nFind d{LOSS}/d{_FIND[name]}" if name in _FIND else ""
    return f"Given {givens}\n{steps}{asked}", step


def scalar_problem(op: Operation, output: str) -> str:
    """A problem whose only step is the operation of numbers."""
    names = ("a", "b") if op.is_variadic else op.parameters[: op.required]
    arguments = [_NAMES.get(name, name) for name in names]
    givens = ", ".join(argument.split(" ")[0] for argument in arguments)
    return f"Given {givens}\n{output} = {op.name}({', '.join(arguments)})"
