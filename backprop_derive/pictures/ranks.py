"""Layers of a graph: each node after all that it uses, and a leaf right before what uses it first."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

Link = tuple[int, int]
Bands = Sequence[Sequence[int]]


def ranks(count: int, links: Sequence[Link], bands: Bands = ()) -> list[int] | None:
    """The layer of each node, from 0. Nodes are numbered in topological order; linear in nodes and links.

    All nodes of a band come after all of the bands before it; None where the links do not allow that.
    """
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        before[target].append(source)
        after[source].append(target)
    home = {node: number for number, band in enumerate(bands) for node in band}
    order = _order(count, before, bands, home)
    if order is None:
        return None
    found = [0] * count
    ends = [-1] * len(bands)  # the last layer of each band
    for node in order:
        number = home.get(node)
        least = ends[number - 1] + 1 if number else 0
        found[node] = max([least, *(found[source] + 1 for source in before[node])])
        if number is not None:
            ends[number] = max(ends[number], found[node])
    # What leans on leaves only waits for what uses it, and so does a leaf: no line is longer than it must be.
    for node in reversed(order):
        leans = all(not before[source] for source in before[node])
        if leans and after[node]:
            found[node] = min(found[target] for target in after[node]) - 1
            if node in home:
                found[node] = min(found[node], ends[home[node]])
    return found


def _order(count: int, before: Sequence[Sequence[int]], bands: Bands, home: dict[int, int]) -> Sequence[int] | None:
    """A topological order in which no node of a band comes before one of an earlier band."""
    if not bands:
        return range(count)
    # Between two bands stands a gate: the nodes of the one pass it before those of the other.
    sorter: TopologicalSorter[int] = TopologicalSorter({node: before[node] for node in range(count)})
    for number, band in enumerate(bands):
        sorter.add(count + number, *band, *((count + number - 1,) if number else ()))
        for node in band:
            if number:
                sorter.add(node, count + number - 1)
    try:
        return [node for node in sorter.static_order() if node < count]
    except CycleError:
        return None
