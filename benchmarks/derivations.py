"""How long the first derivation of each operation takes, and the next one, from memory.

    python benchmarks/derivations.py [--runs 5]

Each measurement is made in a process of its own, forked from one in which SymPy is loaded and one small problem has
been derived: nothing of the operation is remembered there. The peer is tensorgrad, where it is installed beside us.
"""

from __future__ import annotations

import argparse
import gc
import os
import pickle
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ratios import Ratio

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WARM = "Given A: (n, n), x: (n,)\ny = A @ x\nloss = sum(y^2)"
MATRIX, ROWS = "x: (n, d)", "x: (n, d), g: (d,), c: (d,)"
IMAGES, KERNELS = "x: (1, 2, 6, 6)", "W: (3, 2, 3, 3), b: (3,)"
ATTENTION = "Q: (n, d), K: (m, d), V: (m, e)"

# What is no function of one tensor entry by entry, with symbolic sizes where it has them, and with numbers.
CASES: tuple[tuple[str, str, str], ...] = (
    ("@", "A: (n, k), B: (k, m)", "A @ B"),
    ("@ of batches", "A: (b, n, k), B: (b, k, m)", "A @ B"),
    ("an index", "x: (8, 6)", "x[::2, 1:4]"),
    ("where", "x: (n, d), a: (n, d), b: (n, d)", "where(x > 0, a, b)"),
    ("max", "a: (n, d), b: (n, d)", "max(a, b)"),
    ("max of all", "x: (3, 4)", "max(x)"),
    ("max of rows", "x: (8, 10)", "max(x, axis=1)"),
    ("min", "x: (3, 4)", "min(x)"),
    ("maximum", "a: (n, d), b: (n, d)", "maximum(a, b)"),
    ("minimum", "a: (n, d), b: (n, d)", "minimum(a, b)"),
    ("clip", MATRIX, "clip(x, -1, 1)"),
    ("sum", MATRIX, "sum(x, axis=0)"),
    ("mean", MATRIX, "mean(x, axis=0)"),
    ("var", MATRIX, "var(x, axis=1, keepdims=true)"),
    ("var of numbers", "x: (32, 10)", "var(x, axis=0)"),
    ("std", MATRIX, "std(x, axis=1)"),
    ("prod", "x: (n, 6)", "prod(x, axis=1)"),
    ("prod of all", "x: (3, 4)", "prod(x)"),
    ("norm", MATRIX, "norm(x)"),
    ("logsumexp", MATRIX, "logsumexp(x, axis=1)"),
    ("softmax", MATRIX, "softmax(x)"),
    ("log_softmax", MATRIX, "log_softmax(x)"),
    ("dot", "a: (n,), b: (n,)", "dot(a, b)"),
    ("outer", "a: (n,), b: (m,)", "outer(a, b)"),
    ("trace", "A: (n, n)", "trace(A)"),
    ("det", "A: (n, n)", "det(A)"),
    ("inv", "A: (n, n)", "inv(A)"),
    ("einsum", "A: (b, n, k), B: (b, k, m)", 'einsum("bnk,bkm->bnm", A, B)'),
    ("transpose", MATRIX, "transpose(x)"),
    ("reshape", "x: (4, 6)", "reshape(x, (8, 3))"),
    ("concat", "a: (3, 4), b: (2, 4)", "concat([a, b])"),
    ("stack", "a: (n, d), b: (n, d)", "stack([a, b])"),
    ("embedding", "W: (n, d), i: (m,)", "embedding(W, i)"),
    ("cross_entropy", "z: (n, d), t: (n,)", "cross_entropy(z, t)"),
    ("cross_entropy, one-hot", "z: (n, d), t: (n, d)", "cross_entropy(z, t)"),
    ("nll", "z: (n, d), t: (n,)", "nll(z, t)"),
    ("linear", "x: (n, d), W: (m, d), b: (m,)", "linear(x, W, b)"),
    ("layer_norm", ROWS, "layer_norm(x, g, c)"),
    ("layer_norm of numbers", "x: (32, 64), g: (64,), c: (64,)", "layer_norm(x, g, c)"),
    ("layer_norm of batches", "x: (b, n, d), g: (d,), c: (d,)", "layer_norm(x, g, c)"),
    ("rms_norm", "x: (n, d), g: (d,)", "rms_norm(x, g)"),
    ("batch_norm", ROWS, "batch_norm(x, g, c)"),
    ("batch_norm of numbers", "x: (32, 10), g: (10,), c: (10,)", "batch_norm(x, g, c)"),
    ("batch_norm of images", "x: (8, 3, 5, 5), g: (3,), c: (3,)", "batch_norm(x, g, c)"),
    ("conv1d", "x: (2, 3, 10), W: (4, 3, 3), b: (4,)", "conv1d(x, W, b, stride=2, padding=1)"),
    ("conv2d", f"{IMAGES}, {KERNELS}", "conv2d(x, W, b)"),
    ("conv2d with stride", f"{IMAGES}, {KERNELS}", "conv2d(x, W, b, stride=2, padding=1)"),
    ("max_pool1d", "x: (2, 3, 8)", "max_pool1d(x, 2)"),
    ("max_pool2d", IMAGES, "max_pool2d(x, 2)"),
    ("max_pool2d, 3 by 3", IMAGES, "max_pool2d(x, 3)"),
    ("avg_pool1d", "x: (2, 3, 8)", "avg_pool1d(x, 2)"),
    ("avg_pool2d", IMAGES, "avg_pool2d(x, 2)"),
    ("avg_pool2d, 3 by 3", IMAGES, "avg_pool2d(x, 3)"),
    ("dropout", "x: (n, d), m: (n, d)", "dropout(x, m, 0.5)"),
    ("attention", ATTENTION, "attention(Q, K, V)"),
    ("attention, masked", f"{ATTENTION}, M: (n, m)", "attention(Q, K, V, M)"),
    ("attention of batches", "Q: (b, n, d), K: (b, m, d), V: (b, m, e)", "attention(Q, K, V)"),
)
# As people ask matrixcalculus.org.
MATRIX_CALCULUS: tuple[tuple[str, str, str], ...] = (
    ("a quadratic form", "A: (n, n), x: (n,), c: (n,)", "x.T @ A @ x + c @ sin(x)"),
    ("least squares", "A: (m, n), x: (n,), b: (m,)", "norm(A @ x - b)^2"),
    ("logistic regression", "X: (m, n), w: (n,), t: (m,)", "sum(log(1 + exp(-t * (X @ w))))"),
    ("a Gaussian's log det", "S: (n, n), x: (n,)", "log(det(S)) + x @ inv(S) @ x"),
    ("factorization", "A: (m, n), U: (m, k), V: (k, n)", "norm(A - U @ V)^2"),
)


def problem_of(givens: str, formula: str) -> str:
    """A problem with one step, and a sum of squares of it where it is no number."""
    text = f"Given {givens}\nloss = {formula}"
    import backprop_derive as bd
    from backprop_derive.errors import BackpropError

    try:
        bd.read_problem(text)
    except BackpropError:
        return f"Given {givens}\ny = {formula}\nloss = sum(y^2)"
    return text


def operations() -> dict[str, str]:
    """A problem for each operation of the table, by name."""
    from backprop_derive.ops.activations import ACTIVATIONS
    from backprop_derive.ops.elementary import ELEMENTARY
    from backprop_derive.ops.losses import LOSSES

    found = {f"{op.name} of a scalar": problem_of("x", f"{op.name}(x)") for op in (*ELEMENTARY, *ACTIVATIONS)}
    found |= {op.name: problem_of(MATRIX, f"{op.name}(x)") for op in (*ELEMENTARY, *ACTIVATIONS)}
    found |= {f"{op.name} of a scalar": problem_of("p, t", f"{op.name}(p, t)") for op in LOSSES}
    found |= {op.name: problem_of("p: (n, d), t: (n, d)", f"{op.name}(p, t)") for op in LOSSES}
    return found | {name: problem_of(givens, formula) for name, givens, formula in CASES}


def left_out(measured: dict[str, str]) -> set[str]:
    """The operations of the language that no problem uses."""
    from backprop_derive.ops.elementary import ELEMENTARY
    from backprop_derive.ops.selection import SELECTION
    from backprop_derive.ops.tensors import TENSORS

    return {op.name for op in (*ELEMENTARY, *SELECTION, *TENSORS)} - measured.keys()


# --- seconds


@dataclass(frozen=True)
class Times:
    """Seconds of a first derivation by entries, of its proved matrix notation, and of the same derived again."""

    first: float
    matrices: float
    again: float


def in_a_fork(work: Callable[[], Any]) -> Any:
    """What `work` gives in a child process, which shares nothing that it remembers with the next."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = pickle.load(pipe)
    os.waitpid(child, 0)
    return found


def times_of(problem: Any) -> Times:
    import backprop_derive as bd
    from backprop_derive.calculus.tensors import with_matrices

    gc.collect()  # which also makes this process's memory its own
    gc.disable()
    marks = [time.process_time()]
    derivation = bd.derive(problem).derivation
    marks.append(time.process_time())
    if problem.has_tensors:
        with_matrices(derivation)
    marks.append(time.process_time())
    first, matrices = (after - before for before, after in pairwise(marks))
    return Times(first, matrices, min(seconds_to_derive(problem) for _ in range(3)))


def seconds_to_derive(problem: Any) -> float:
    """Of what is remembered: the first repetition may pay for a page of memory that the fork still shares."""
    import backprop_derive as bd

    start = time.process_time()
    bd.derive(problem)
    return time.process_time() - start


def measured(runs: int, problems: dict[str, str]) -> Iterator[tuple[str, Times]]:
    """The medians for each problem."""
    import backprop_derive as bd

    bd.derive(WARM).to_markdown()
    for name, text in problems.items():
        problem = bd.read_problem(text)
        found = [in_a_fork(lambda problem=problem: times_of(problem)) for _ in range(runs)]
        columns = zip(*((times.first, times.matrices, times.again) for times in found), strict=True)
        yield name, Times(*map(statistics.median, columns))


def tensorgrad_cross_entropy() -> float:
    """Seconds that tensorgrad takes for the gradient of softmax with cross-entropy, its classes and SymPy warm."""
    import sympy
    import tensorgrad
    from tensorgrad import functions

    n, d = sympy.symbols("n d")

    def gradient() -> Any:
        z, t = tensorgrad.Variable("z", n, d), tensorgrad.Variable("t", n, d)
        loss = functions.sum(functions.cross_entropy(z, t, "d"), "n")
        return tensorgrad.Derivative(loss, z).full_simplify()

    gradient()
    gc.collect()
    gc.disable()
    start = time.process_time()
    gradient()
    return time.process_time() - start


def against_tensorgrad(runs: int) -> Ratio | str:
    title = "softmax with cross-entropy: tensorgrad"
    try:
        import tensorgrad  # noqa: F401
    except ImportError:
        return f"{title} (skipped: pip install tensorgrad)"
    theirs = statistics.median(in_a_fork(tensorgrad_cross_entropy) for _ in range(runs))
    problem = {"": "Given z: (n, d), t: (n, d)\nloss = cross_entropy(z, t, reduction=sum)\nFind dloss/dz"}
    ((_, ours),) = measured(runs, problem)
    return Ratio(title, ours.first + ours.matrices, theirs, 1.0)


def first_derivations(runs: int, networks: dict[str, tuple[str, str, float]]) -> list[Ratio | str]:
    """The slowest operation, what is asked of networks, and the peer."""
    problems = operations() | {name: problem_of(givens, formula) for name, givens, formula in MATRIX_CALCULUS}
    assert not left_out(problems), left_out(problems)
    found = dict(measured(runs, problems))
    slowest = max(found, key=lambda name: found[name].first)
    title = f"first derivation, the slowest of {len(found)} ({slowest})"
    lines: list[Ratio | str] = [Ratio(title, found[slowest].first, 0.05, 1.0)]
    whole = {name: text for name, (_, text, _) in networks.items()}
    for name, times in measured(runs, whole):
        lines.append(Ratio(f"first derivation, {networks[name][0]}", times.first, networks[name][2], 1.0))
        found[name] = times
    memory = max(found, key=lambda name: found[name].again / max(found[name].first, 0.005))
    title = f"from memory: the first time, at least 5 ms ({memory})"
    lines.append(Ratio(title, found[memory].again, max(found[memory].first, 0.005), 0.1))
    return [*lines, against_tensorgrad(runs)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="processes for each operation; the median is shown")
    runs = parser.parse_args().runs
    problems = operations() | {name: problem_of(givens, formula) for name, givens, formula in MATRIX_CALCULUS}
    print(f"{'milliseconds':<32} {'first':>8} {'matrices':>9} {'again':>8}")
    for name, times in sorted(measured(runs, problems), key=lambda found: -found[1].first):
        print(f"{name:<32} {times.first * 1e3:>8.1f} {times.matrices * 1e3:>9.1f} {times.again * 1e3:>8.2f}")
    peer = against_tensorgrad(runs)
    print(peer if isinstance(peer, str) else peer.line)


if __name__ == "__main__":
    main()
