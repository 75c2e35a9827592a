"""Layers of a graph: each node after all that it uses, and a leaf right before what uses it first."""

from __future__ import annotations

from collections.abc import Sequence

Link = tuple[int, int]


def ranks(count: int, links: Sequence[Link]) -> list[int]:
    """The layer of each node, from 0. Nodes are numbered in topological order; linear in nodes and links."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in links:
        before[target].append(source)
        after[source].append(target)
    found = [0] * count
    for node in range(count):
        if before[node]:
            found[node] = 1 + max(found[source] for source in before[node])
    # What leans on leaves only waits for what uses it, and so does a leaf: no line is longer than it must be.
    for node in reversed(range(count)):
        leans = all(not before[source] for source in before[node])
        if leans and after[node]:
            found[node] = min(found[target] for target in after[node]) - 1
    return found
