"""Ours beside its peers, on graphs of 10 to 10,000 nodes: to derive, to evaluate a gradient, to render a calculation.

    make peers                                (installs the peers into an environment of their own)
    python benchmarks/peers.py [--runs 5] [--seconds 30] [--task derive]

Peers take turns, and each measurement is made in a process of its own, which imports only what it measures; what takes
longer than `--seconds` is ended, and the table says so. A peer that is not installed is named below it. Times are of
the processor.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import pickle
import select
import signal
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ratios import seconds

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

SIZES = (10, 100, 1_000, 10_000)
START = (0.5, 0.25)

# --- one graph, as each tool is told it: a_k = (sin a_{k-1} + a_{k-2})/2. Every step is used twice.


def problem(nodes: int) -> str:
    steps = "\n".join(f"a_{k} = (sin(a_{k - 1}) + a_{k - 2}) / 2" for k in range(2, nodes + 2))
    return f"Given a_0 = {START[0]}, a_1 = {START[1]}\n{steps}\nFind da_{nodes + 1}/da_0, da_{nodes + 1}/da_1"


def network(nodes: int, sin: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def run(before: Any, last: Any) -> Any:
        for _ in range(nodes):
            before, last = last, (sin(last) + before) / 2
        return last

    return run


# --- to derive: from the graph to a formula, or a graph, of its gradient


def derive_ours(nodes: int) -> float:
    from backprop_derive.calculus.derive import derive
    from backprop_derive.graph import build_graph
    from backprop_derive.language.reader import read_problem

    read = read_problem(problem(nodes))
    return seconds(lambda: derive(build_graph(read)))


def derive_sympy(nodes: int) -> float:
    import sympy

    a, b = sympy.symbols("a b")
    composed = network(nodes, sympy.sin)(a, b)
    return seconds(lambda: (sympy.diff(composed, a), sympy.diff(composed, b)))


def derive_casadi(nodes: int) -> float:
    import casadi

    a, b = casadi.SX.sym("a"), casadi.SX.sym("b")
    composed = network(nodes, casadi.sin)(a, b)
    return seconds(lambda: casadi.gradient(composed, casadi.vertcat(a, b)))


def derive_jax(nodes: int) -> float:
    import jax

    traced = jax.grad(network(nodes, jax.numpy.sin), argnums=(0, 1))
    return seconds(lambda: jax.make_jaxpr(traced)(*START))


# --- to evaluate: the gradient at one point in double precision, once everything is prepared


def best(work: Callable[[], object]) -> float:
    work()
    return min(seconds(work) for _ in range(3))


def evaluate_ours(nodes: int) -> float:
    import backprop_derive as bd

    compiled = bd.compile(problem(nodes))
    return best(lambda: compiled(a_0=START[0], a_1=START[1]))


def evaluate_exactly(nodes: int) -> float:
    """What a worked solution needs: every value and adjoint, with true digits."""
    import backprop_derive as bd

    read = bd.read_problem(problem(nodes))
    return best(lambda: bd.solve(read))


def evaluate_micrograd(nodes: int) -> float:
    from micrograd.engine import Value

    def sin(x: Any) -> Any:
        out = Value(math.sin(x.data), (x,), "sin")

        def backward() -> None:
            x.grad += math.cos(x.data) * out.grad

        out._backward = backward
        return out

    return best(lambda: network(nodes, sin)(Value(START[0]), Value(START[1])).backward())


def evaluate_autograd(nodes: int) -> float:
    import autograd
    import autograd.numpy

    gradient = autograd.grad(network(nodes, autograd.numpy.sin), argnum=(0, 1))
    return best(lambda: gradient(*START))


def evaluate_torch(nodes: int) -> float:
    import torch

    torch.set_num_threads(1)

    def work() -> None:
        given = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
        network(nodes, torch.sin)(*given).backward()

    return best(work)


def evaluate_jax(nodes: int) -> float:
    import jax

    gradient = jax.jit(jax.grad(network(nodes, jax.numpy.sin), argnums=(0, 1)))
    return best(lambda: jax.block_until_ready(gradient(*START)))


def evaluate_casadi(nodes: int) -> float:
    import casadi

    given = casadi.SX.sym("x", 2)
    gradient = casadi.Function("g", [given], [casadi.gradient(network(nodes, casadi.sin)(given[0], given[1]), given)])
    return best(lambda: gradient(START))


# --- to render: the lines of a calculation in LaTeX, without gradients (handcalcs with numbers, latexify the formulas);
# ours tells the forward pass, every local gradient and the backward pass


def source(nodes: int) -> str:
    steps = "\n".join(f"    a_{k} = (sin(a_{k - 1}) + a_{k - 2}) / 2" for k in range(2, nodes + 2))
    return f"def f(a_0, a_1):\n{steps}\n    return a_{nodes + 1}\n"


def render_ours(nodes: int) -> float:
    import backprop_derive as bd

    return best(lambda: bd.solve(problem(nodes)).to_markdown())


def render_handcalcs(nodes: int) -> float:
    from handcalcs.handcalcs import LatexRenderer

    lines = source(nodes).splitlines()[1:-1]
    values: dict[str, Any] = {"sin": math.sin, "a_0": START[0], "a_1": START[1]}
    body = "\n".join(line.strip() for line in lines)
    exec(body, values)
    return best(lambda: LatexRenderer(body, values, {"override": "", "precision": 4, "sci_not": False}).render())


def render_latexify(nodes: int) -> float:
    import ast

    from latexify.codegen import AlgorithmicCodegen

    tree = ast.parse(source(nodes))
    return best(lambda: AlgorithmicCodegen().visit(tree))


TASKS: dict[str, dict[str, tuple[str, Callable[[int], float]]]] = {
    "derive": {
        "backprop-derive": ("backprop_derive", derive_ours),
        "SymPy, of the composed expression": ("sympy", derive_sympy),
        "CasADi (its expression graph)": ("casadi", derive_casadi),
        "JAX (tracing its gradient)": ("jax", derive_jax),
    },
    "evaluate a gradient": {
        "backprop-derive, compiled": ("backprop_derive", evaluate_ours),
        "backprop-derive, digits proved": ("backprop_derive", evaluate_exactly),
        "micrograd": ("micrograd", evaluate_micrograd),
        "autograd": ("autograd", evaluate_autograd),
        "PyTorch, eager": ("torch", evaluate_torch),
        "JAX, compiled": ("jax", evaluate_jax),
        "CasADi": ("casadi", evaluate_casadi),
    },
    "render": {
        "backprop-derive: solved and told": ("backprop_derive", render_ours),
        "handcalcs: its forward pass": ("handcalcs", render_handcalcs),
        "latexify: its formulas": ("latexify", render_latexify),
    },
}

# --- measuring


def in_a_child(work: Callable[[], float], patience: float) -> float | str:
    """What `work` gives in a process of its own, or why it gave nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        sys.setrecursionlimit(1_000_000)  # micrograd, SymPy and latexify recurse with the depth of the graph
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        found: float | str
        try:
            found = work()
        except RecursionError:
            found = "too deep"
        except Exception as error:
            found = type(error).__name__
        os.write(writing, pickle.dumps(found))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], patience)
        if not ready:
            os.kill(child, signal.SIGKILL)
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else (f"> {patience:g} s" if not ready else "crashed")


@dataclass(frozen=True)
class Row:
    """A peer's medians by size, in seconds; a word where there is no figure."""

    peer: str
    times: tuple[float | str, ...]

    @property
    def growth(self) -> str:
        """The exponent of the growth between the two largest sizes that have a figure: 1 is linear."""
        known = [(n, t) for n, t in zip(SIZES, self.times, strict=True) if isinstance(t, float)]
        if len(known) < 2:
            return "–"
        (n, before), (m, after) = known[-2:]
        return f"{math.log(after / before) / math.log(m / n):.2f}"


def measured(task: str, runs: int, patience: float) -> list[Row]:
    """All peers of a task in turn at each size. A peer that failed at a size is not asked for a larger one."""
    peers = {peer: work for peer, (module, work) in TASKS[task].items() if importlib.util.find_spec(module)}
    times: dict[str, list[float | str]] = {peer: [] for peer in peers}
    for nodes in SIZES:
        found: dict[str, list[float | str]] = {peer: [] for peer in peers}
        for _ in range(runs):
            for peer, work in peers.items():
                failed = next((t for t in (*times[peer], *found[peer]) if isinstance(t, str)), None)
                found[peer].append(failed or in_a_child(lambda work=work, nodes=nodes: work(nodes), patience))
        for peer, each in found.items():
            word = next((t for t in each if isinstance(t, str)), None)
            times[peer].append(word or statistics.median(t for t in each if isinstance(t, float)))
    return [Row(peer, tuple(each)) for peer, each in times.items()]


def shown(time: float | str) -> str:
    if isinstance(time, str):
        return time
    size, unit = next((s, u) for s, u in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")) if time >= s or u == "µs")
    return f"{time / size:.3g} {unit}"


def table(task: str, rows: list[Row]) -> str:
    """In Markdown: a line a peer, a column a size."""
    head = f"| {task} | " + " | ".join(f"{n:,} nodes" for n in SIZES) + " | growth |"
    lines = [head, "|---" * (len(SIZES) + 2) + "|"]
    lines += [f"| {row.peer} | " + " | ".join(map(shown, row.times)) + f" | {row.growth} |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="times that each peer is measured at each size")
    parser.add_argument("--seconds", type=float, default=30, help="how long a measurement may take")
    parser.add_argument("--task", choices=TASKS, action="append", help="only this one")
    asked = parser.parse_args()
    for task in asked.task or TASKS:
        print(table(task, measured(task, asked.runs, asked.seconds)), flush=True)
        missing = [peer for peer, (module, _) in TASKS[task].items() if not importlib.util.find_spec(module)]
        print(f"\nNot installed: {', '.join(missing)}\n" if missing else "", flush=True)


if __name__ == "__main__":
    main()
