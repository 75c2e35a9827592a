"""The order of the items in each layer, so that few lines cross.

Sweeps by barycentres: Sugiyama, Tagawa, Toda 1981, "Methods for Visual Understanding of Hierarchical System
Structures"; crossings are counted as Barth, Jünger and Mutzel 2002 do, in O(lines · log items).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

_MOST_SWEEPS, _MOST_IN_VAIN = 24, 4
Neighbours = Sequence[Sequence[int]]


def ordered(
    layers: Sequence[Sequence[int]], left: Neighbours, right: Neighbours, together: Collection[int] = ()
) -> list[list[int]]:
    """The layers reordered; `left` and `right` are the neighbours of each item in the layers beside its own.

    Items that stand `together` have no others between them in their layer.
    """
    current = [_gathered(layer, together) for layer in _first_order(layers, left)]
    best, fewest, in_vain = current, crossings(current, right), 0
    for sweep in range(_MOST_SWEEPS):
        if fewest == 0 or in_vain == _MOST_IN_VAIN:
            break
        current = _swept(current, left, together) if sweep % 2 == 0 else _swept(current[::-1], right, together)[::-1]
        count = crossings(current, right)
        in_vain += 1
        if count < fewest:
            best, fewest, in_vain = current, count, 0
    return best


def _first_order(layers: Sequence[Sequence[int]], left: Neighbours) -> list[list[int]]:
    """As a walk from the last layer back comes to the items: a tree has no crossing then."""
    layer_of = {item: number for number, layer in enumerate(layers) for item in layer}
    found: list[list[int]] = [[] for _ in layers]
    seen: set[int] = set()
    for start in (item for layer in reversed(layers) for item in layer):
        stack = [start]
        while stack:
            item = stack.pop()
            if item not in seen:
                seen.add(item)
                found[layer_of[item]].append(item)
                stack.extend(reversed(left[item]))
    return found


def _gathered(layer: list[int], together: Collection[int]) -> list[int]:
    """The layer with those that stand together as one run, where the middle of them was."""
    run = [item for item in layer if item in together]
    if not run or len(run) == len(layer):
        return layer
    middle = sum(k for k, item in enumerate(layer) if item in together) / len(run)
    above = [item for k, item in enumerate(layer) if item not in together and k < middle]
    below = [item for k, item in enumerate(layer) if item not in together and k >= middle]
    return [*above, *run, *below]


def _swept(layers: list[list[int]], towards: Neighbours, together: Collection[int]) -> list[list[int]]:
    """Each layer after the first by the mean place of its neighbours in the layer before."""
    found = [layers[0]]
    for layer in layers[1:]:
        place = {item: k for k, item in enumerate(found[-1])}
        keys = {}
        for k, item in enumerate(layer):
            places = [place[other] for other in towards[item] if other in place]
            keys[item] = sum(places) / len(places) if places else float(k)
        found.append(_gathered(sorted(layer, key=keys.__getitem__), together))
    return found


def crossings(layers: Sequence[Sequence[int]], right: Neighbours) -> int:
    """How many pairs of lines cross between neighbouring layers."""
    total = 0
    for layer, following in pairwise(layers):
        place = {item: k for k, item in enumerate(following)}
        ends = [end for item in layer for end in sorted(place[other] for other in right[item])]
        total += _inversions(ends, len(following))
    return total


def _inversions(ends: Sequence[int], size: int) -> int:
    """Pairs in the wrong order, by a tree of counts (Fenwick 1994)."""
    tree = [0] * (size + 1)
    total = 0
    for seen, end in enumerate(ends):
        k, not_after = end + 1, 0
        while k:
            not_after += tree[k]
            k &= k - 1
        total += seen - not_after
        k = end + 1
        while k <= size:
            tree[k] += 1
            k += k & -k
    return total
