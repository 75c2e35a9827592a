"""The paths from a name to the loss: counted exactly, however many there are, and the first of them found.

Nothing here walks along every path. What is asked of all paths from a name (how many, how long, which come first) is
put together from the same of the steps that use it. It is passed on from each name to its operands and then dropped,
since the number of paths may have as many digits as there are steps.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from math import inf

from ..derivation import Derivation, TensorDerivation
from ..graph import Graph
from ..ledger import Edge, Ledger, Multiplications, Path, PathList
from ..records import record

# What a path is ordered by: added up along its edges, and compared number by number.
Cost = tuple[float, float]
# Sums of logarithms that agree to so many places are equal, as those of 2·3 and 3·2.
_PLACES = 9


@dataclass(frozen=True, slots=True, eq=False)
class _Trail:
    """A path from a name to the loss as a linked list, which shares its end with others."""

    cost: Cost
    name: str
    rest: _Trail | None

    def path(self) -> Path:
        names = [self.name]
        rest = self.rest
        while rest is not None:
            names.append(rest.name)
            rest = rest.rest
        return Path(tuple(names))


def find_paths(derivation: Derivation | TensorDerivation, most: int, sizes: Mapping[Edge, float] | None) -> Ledger:
    """The paths of each wanted name, at most so many of them listed.

    `sizes` has the logarithm of each local gradient's size, -inf for 0; None where there are none. The work is linear
    in the edges, times `most`.
    """

    def smallness(edge: Edge) -> float:
        return 0.0 if sizes is None else -sizes[edge]

    def by_length(each: float) -> Callable[[Edge], Cost]:
        return lambda edge: (each if smallness(edge) < inf else inf, smallness(edge))

    graph, edges = derivation.graph, _Edges.of(derivation)
    counts, lengths = _counts(graph, edges)
    first = _paths(graph, edges, most, lambda edge: (smallness(edge), 1.0))
    shortest, longest = (_paths(graph, edges, 1, by_length(each)) for each in (1.0, -1.0))
    lists = []
    for key in graph.wanted:
        count, listed = counts.get(key, 0), first.get(key, ())
        if count == len(listed):
            listed = tuple(sorted(listed, key=lambda path: path.length))
        lists.append(PathList(key, count, listed, (*shortest.get(key, ()), *longest.get(key, ()))))
    found = Ledger(tuple(lists), sizes is not None)
    if isinstance(derivation, TensorDerivation):
        return found
    by_path = sum(lengths[key] - counts[key] for key in graph.wanted if key in counts and key != graph.loss)
    return replace(found, multiplications=Multiplications(_reverse(graph, edges), _forward(graph, edges), by_path))


@record
class _Edges:
    """The edges on a path: `steps` that use a name, and on-path `operands` of a step, both in the author's order."""

    steps: dict[str, tuple[str, ...]]
    operands: dict[str, list[str]]

    @staticmethod
    def of(derivation: Derivation | TensorDerivation) -> _Edges:
        steps = {key: tuple(use.step for use in uses) for key, uses in derivation.uses.items()}
        operands: dict[str, list[str]] = {}
        for key, users in steps.items():
            for step in users:
                operands.setdefault(step, []).append(key)
        return _Edges(steps, operands)


def _backward(graph: Graph) -> Iterator[str]:
    """The loss, then every name on a path after all steps that use it."""
    yield graph.loss
    yield from (key for key in graph.adjoint_order() if key != graph.loss)


def _counts(graph: Graph, edges: _Edges) -> tuple[dict[str, int], dict[str, int]]:
    """For each wanted name how many paths lead from it, and how many edges all of them have together."""
    wanted = set(graph.wanted)
    counts, lengths = {graph.loss: 1}, {graph.loss: 0}
    found: tuple[dict[str, int], dict[str, int]] = {}, {}
    for key in _backward(graph):
        count, length = counts.pop(key, 0), lengths.pop(key, 0)
        if key in wanted:
            found[0][key], found[1][key] = count, length
        for operand in edges.operands.get(key, ()):
            counts[operand] = counts.get(operand, 0) + count
            lengths[operand] = lengths.get(operand, 0) + length + count
    return found


def _paths(graph: Graph, edges: _Edges, most: int, cost: Callable[[Edge], Cost]) -> dict[str, tuple[Path, ...]]:
    """From each wanted name the cheapest paths, at most so many; of equal ones the first in the author's order."""
    wanted = set(graph.wanted)
    arrived: dict[str, list[list[_Trail]]] = {graph.loss: [[_Trail((0.0, 0.0), graph.loss, None)]]}
    found: dict[str, tuple[Path, ...]] = {}
    for key in _backward(graph):
        # They arrived from the last step that uses the name to the first.
        groups = arrived.pop(key, [])[::-1]
        trails = groups[0] if len(groups) == 1 else list(islice(heapq.merge(*groups, key=_rank), most))
        if key in wanted:
            found[key] = tuple(trail.path() for trail in trails)
        for operand in edges.operands.get(key, ()):
            arrived.setdefault(operand, []).append(_extended(trails, operand, cost((key, operand))))
    return found


def _extended(trails: list[_Trail], operand: str, by: Cost) -> list[_Trail]:
    return [_Trail((trail.cost[0] + by[0], trail.cost[1] + by[1]), operand, trail) for trail in trails]


def _rank(trail: _Trail) -> Cost:
    return round(trail.cost[0], _PLACES), round(trail.cost[1], _PLACES)


# --- multiplications


def _reverse(graph: Graph, edges: _Edges) -> int:
    """One for each edge, the step's adjoint times the local gradient; none where the adjoint is the seed 1."""
    return sum(step != graph.loss for steps in edges.steps.values() for step in steps)


def _forward(graph: Graph, edges: _Edges) -> int:
    """In each name's own pass one for each edge behind it: the local gradient times what arrived at the operand.

    None on an edge that leaves the name itself, where that is the seed 1. A set of wanted names is a number's bits.
    """
    bits = {key: 1 << position for position, key in enumerate(dict.fromkeys(graph.wanted))}
    arrived: dict[str, int] = {}
    count = 0
    for key in reversed(tuple(_backward(graph))):
        behind = arrived.pop(key, 0)
        steps = edges.steps.get(key, ())
        count += behind.bit_count() * len(steps)
        for step in steps:
            arrived[step] = arrived.get(step, 0) | behind | bits.get(key, 0)
    return count
