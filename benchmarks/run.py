"""How fast, and how large: ratios measured in one run, so that a slow machine is slow on both sides.

    python benchmarks/run.py [--runs 7]

Each line measures ours and its peer in turn, several times, and compares the medians. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from ratios import Measure, Ratio, medians, seconds

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

# --- processes: seconds and megabytes


def process(*arguments: str) -> tuple[float, float]:
    """Time on the processor, which other programs disturb least, and peak memory of `python arguments…`."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled, and so is the peer
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"python {' '.join(arguments)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compared_processes(runs: int, ours: tuple[str, ...], peer: tuple[str, ...]) -> tuple[list[float], list[float]]:
    process(*ours), process(*peer)  # compiled and in the disk's cache
    pairs = [(process(*ours), process(*peer)) for _ in range(runs)]
    return tuple([statistics.median(pair[side][kind] for pair in pairs) for kind in (0, 1)] for side in (0, 1))  # type: ignore[return-value]


def commands(runs: int) -> list[Ratio]:
    lesson = str(CHECKOUT / "examples" / "lesson.txt")
    solve = ("-m", "backprop_derive", "solve", lesson)
    ours, sympy = compared_processes(runs, solve, ("-c", "import sympy"))
    helped, click = compared_processes(runs, ("-m", "backprop_derive", "--help"), ("-c", "import click"))
    return [
        Ratio("solve examples/lesson.txt : import sympy", ours[0], sympy[0], 1.5),
        Ratio("the same, peak memory", ours[1], sympy[1], 1.5, "MB"),
        Ratio("--help : import click", helped[0], click[0], 2.0),
    ]


# --- derivation


def chain(length: int) -> str:
    steps = "\n".join(f"s_{k} = sigmoid(s_{k - 1})" for k in range(1, length + 1))
    return f"Given s_0 = 1/2\n{steps}\nFind ds_{length}/ds_0"


def derivation(length: int) -> Measure:
    from backprop_derive.calculus.derive import derive
    from backprop_derive.graph import build_graph
    from backprop_derive.language.reader import read_problem

    problem = read_problem(chain(length))
    times = max(1, 10_000 // length)  # as long a measurement for a short chain

    def work() -> None:
        for _ in range(times):
            derive(build_graph(problem))

    return lambda: seconds(work) / times


def composed(length: int) -> Measure:
    """SymPy's derivative of the whole chain as one expression, its cache cleared."""
    import sympy
    from sympy.core.cache import clear_cache

    x = sympy.Symbol("x")
    sys.setrecursionlimit(100_000)  # SymPy recurses with the depth of the expression, several frames a level

    def measure() -> float:
        expression: sympy.Expr = x
        for _ in range(length):
            expression = 1 / (1 + sympy.exp(-expression))
        clear_cache()
        return seconds(lambda: sympy.diff(expression, x))

    return measure


def fresh_derivation(length: int) -> Measure:
    """Ours with nothing remembered either."""
    from sympy.core.cache import clear_cache

    from backprop_derive.calculus import derive as module
    from backprop_derive.graph import build_graph
    from backprop_derive.language.reader import read_problem
    from backprop_derive.symbolic import opaque

    problem = read_problem(chain(length))

    def forget_and_measure() -> float:
        module.derived_form.cache_clear()
        module.image_of.cache_clear()
        opaque._derivative.cache_clear()
        clear_cache()
        return seconds(lambda: module.derive(build_graph(problem)))

    return forget_and_measure


def derivations(runs: int) -> list[Ratio]:
    long, short = medians(runs, derivation(10_000), derivation(1_000))
    ours, theirs = medians(runs, fresh_derivation(40), composed(40))
    return [
        Ratio("derive 10,000 sigmoids : derive 1,000", long, short, 12.0),
        Ratio("microseconds a node at 10,000 : 100", long / 10_000 * 1e6, 100.0, 1.0, "us"),
        Ratio("derive 40 sigmoids, nothing cached : sympy.diff of them", ours, theirs, 0.01),
    ]


def doubling(runs: int) -> list[Ratio]:
    import backprop_derive as bd

    steps = "\n".join(f"a{k} = a{k - 1} + a{k - 1}" for k in range(1, 201))

    def measure() -> float:
        solution = None

        def work() -> None:
            nonlocal solution
            solution = bd.solve(f"Given a0 = 1\n{steps}")

        taken = seconds(work)
        assert solution is not None
        assert solution.gradient("a0") == 2**200
        return taken

    return [Ratio("solve 200 doublings (gradient 2^200) : one second", *medians(runs, measure, lambda: 1.0), 0.5)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=7, help="times that each pair is measured")
    runs = parser.parse_args().runs
    print(f"{'':<58} {'ours':>10} {'peer':>10}     {'ratio':>8} {'at most':>8}")
    from derivations import first_derivations
    from importing import importing
    from pictures import layouts, sliders
    from tensors import NETWORKS, compiled
    from training import training

    def first(runs: int) -> list[Ratio | str]:
        return first_derivations(runs, NETWORKS)

    for measure in (commands, derivations, doubling, compiled, training, importing, layouts, sliders, first):
        for ratio in measure(runs):
            print(ratio if isinstance(ratio, str) else ratio.line, flush=True)


if __name__ == "__main__":
    main()
