"""Random graphs against PyTorch and against mpmath: every value, every adjoint, exact and compiled.

    python -m tests.campaigns.gradients --graphs 10000 --seed 0

A graph is made of its seed alone, so `--seed K --graphs 1` shows one again.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import traceback
import warnings
from collections import Counter
from decimal import Decimal
from typing import Any

import numpy

import backprop_derive as bd
from backprop_derive.ops.table import CALLABLE, LANGUAGE_OPERATIONS
from backprop_derive.records import record

from .exact import MP
from .graphs import Graph, random_graph
from .judges import Exact, Torch, by_torch

_LOOSE = 1e-5  # what floats may differ by, of the largest gradient of the graph
_TRUE = MP.mpf(10) ** -40
# Graphs in which PyTorch is wrong and is the only judge, since something else stands on a kink.
THEIRS = {
    4650: "arccos(erf(19/2)) is 0 in floats",
    8570: "erf(52) is 1 in floats, so that PyTorch's hardtanh stands on its kink",
}
OPERATIONS = tuple(op.name for op in LANGUAGE_OPERATIONS)


@record
class Outcome:
    """What came of one graph: `verdict` is `right`, `refused`, `given up` or `wrong`, `judged` tells by whom."""

    verdict: str
    judged: tuple[str, ...] = ()
    why: str = ""
    operations: frozenset[str] = frozenset()


def judge(graph: Graph) -> Outcome:
    """One graph, solved and held against both judges."""
    exact = Exact(graph)
    at_end = any(map(any, exact.base.ends))
    try:
        solution = bd.solve(graph.text)
    except bd.DomainError as error:
        return Outcome("refused" if at_end else "wrong", why="" if at_end else f"refused without a reason: {error}")
    except bd.LimitError as error:
        return Outcome("given up", why=str(error))
    operations = frozenset(CALLABLE[word] for word in re.findall(r"(\w+)\(", graph.text) if word in CALLABLE)
    if at_end:  # no path needs the derivative there
        return Outcome("right", ("values",), _wrong_value(solution, exact), operations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = by_torch(graph)
    at_kink = any(map(any, exact.base.kinks))
    judged = ["values"]
    why = _wrong_value(solution, exact)
    is_blind = any(map(any, exact.base.blind))
    if not at_kink:
        judged.append("complex step" if exact.is_analytic else "central differences")
        why = why or _wrong_slope(solution, exact, graph)
    floats_agree = exact.base.kinks == theirs.values.kinks and not is_blind
    if floats_agree:
        disagreement = _unlike_torch(solution, theirs)
        if not disagreement or at_kink:
            judged.append("PyTorch at a kink" if at_kink else "PyTorch")
            why = why or disagreement
        if not at_kink:  # other roundings on the way, and floats meet no tie
            why = why or _unlike_compiled(graph, solution)
    elif at_kink:
        judged.append("kink that floats do not meet")
    if graph.seed in THEIRS:
        why = ""
    return Outcome("wrong" if why else "right", tuple(judged), why, operations)


def _entries(value: Any) -> list[Decimal]:
    return [entry.decimal for entry in getattr(value, "entries", (value,))]


def _wrong_value(solution: bd.Solution, exact: Exact) -> str:
    """The first value that is not right to the last of its 50 digits."""
    for name, true in exact.base.names.items():
        for ours, value in zip(_entries(solution.record.first.values[name]), true.ravel(), strict=True):
            unit = MP.mpf(10) ** (ours.adjusted() - 49) if ours else MP.mpf(10) ** -60
            if abs(MP.mpf(str(ours)) - value) > unit * MP.mpf("0.50000001"):
                return f"the value of {name} is {ours}, by mpmath {MP.nstr(value, 50)}"
    return ""


def _wrong_slope(solution: bd.Solution, exact: Exact, graph: Graph) -> str:
    """The first gradient that is not that of a difference along a direction of mixed whole numbers."""
    rng = random.Random(graph.seed)
    for name, adjoint in solution.record.first.adjoints.items():
        is_set_apart = name not in exact.base.names  # by the solution, as the softmax of an attention is
        if is_set_apart or name == graph.loss or (name in graph.steps and rng.random() < 0.5):
            continue
        direction = exact.direction(name, rng)
        parts = [MP.mpf(str(d)) * k for d, k in zip(_entries(adjoint), direction.ravel(), strict=True)]
        slope = exact.slope(name, direction)
        if abs(sum(parts) - slope) > _TRUE * max(1, *map(abs, parts)):
            shown = f"{MP.nstr(sum(parts), 30)}, by mpmath {MP.nstr(slope, 30)}"
            return f"the gradient by {name} along {direction.tolist()} is {shown}"
    return ""


def _unlike_torch(solution: bd.Solution, theirs: Torch) -> str:
    record = solution.record.first
    for ours, their in ((record.values, theirs.values.names), (record.adjoints, theirs.gradients)):
        scale = max([1.0, *(float(numpy.abs(a).max(initial=0)) for a in their.values())])
        for name in ours.keys() & their.keys():
            if not numpy.isfinite(their[name]).all():  # beyond floats, asin(tanh(600))
                continue
            value = ours[name]
            found = numpy.array([float(d) for d in _entries(value)]).reshape(their[name].shape)
            if not numpy.allclose(found, their[name], rtol=_LOOSE, atol=_LOOSE * scale):
                return f"{name}: ours {found.tolist()}, PyTorch's {their[name].tolist()}"
    return ""


def _unlike_compiled(graph: Graph, solution: bd.Solution) -> str:
    try:
        loss, gradients = bd.compile(graph.text)(
            {name: given.exact.astype(float) for name, given in graph.givens.items()}
        )
    except bd.DomainError:  # beyond double precision, asin(tanh(600)), which it says
        return ""
    scale = max([1.0, *(float(numpy.abs(g).max(initial=0)) for g in map(numpy.asarray, gradients.values()))])
    if abs(loss - float(solution.loss)) > _LOOSE * max(1.0, abs(loss)):
        return f"compiled, the loss is {loss}"
    for name, value in gradients.items():
        exact = numpy.asarray(solution.gradient(name), float)
        if not numpy.allclose(value, exact, rtol=_LOOSE, atol=_LOOSE * scale):
            return f"compiled, the gradient by {name} is {numpy.asarray(value).tolist()}, exactly {exact.tolist()}"
    return ""


def run(graphs: int, seed: int, report: Any = print) -> tuple[Counter[str], list[tuple[Graph, str]], Counter[str]]:
    """Counts of verdicts and judges; the graphs that are wrong; how many graphs had each operation."""
    counts: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    wrong: list[tuple[Graph, str]] = []
    started = time.monotonic()
    for k in range(graphs):
        graph = random_graph(seed + k)
        try:
            outcome = judge(graph)
        except Exception:  # what crashes is a mismatch as well
            outcome = Outcome("wrong", why=traceback.format_exc(limit=-6))
        counts.update((outcome.verdict, *outcome.judged))
        operations.update(outcome.operations)
        if outcome.verdict == "wrong":
            wrong.append((graph, outcome.why))
            report(f"--- seed {graph.seed}: {outcome.why}\n{graph.text}\n")
        elif outcome.verdict == "given up":
            report(f"--- seed {graph.seed} given up: {outcome.why}\n{graph.text}\n")
        if (k + 1) % 500 == 0:
            report(f"{k + 1} graphs, {time.monotonic() - started:.0f} s: {dict(counts)}")
    return counts, wrong, operations


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts, wrong, operations = run(asked.graphs, asked.seed, lambda text: print(text, flush=True))
    missing = [name for name in OPERATIONS if not operations[name]]
    print(f"{asked.graphs} graphs from seed {asked.seed}: {dict(counts)}")
    print(f"operations: {len(OPERATIONS) - len(missing)} of {len(OPERATIONS)}", *(f"missing {m}" for m in missing))
    print("least often:", operations.most_common()[:-6:-1])
    return 1 if wrong or (missing and asked.graphs >= 2_000) else 0


if __name__ == "__main__":
    sys.exit(main())
