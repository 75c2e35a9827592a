"""Where the items of each layer stand across it: near the middle of their neighbours, in order and apart.

For one layer that is a least-squares problem, which merging blocks solves exactly in linear time (isotonic regression:
Ayer, Brunk, Ewing, Reid, Silverman 1955). Sweeps over the layers bring neighbours in line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import fsum

_SWEEPS = 16
Weight = Callable[[int, int], float]


def placed(
    layers: Sequence[Sequence[int]],
    heights: Sequence[float],
    left: Sequence[Sequence[int]],
    right: Sequence[Sequence[int]],
    weight: Weight,
) -> list[float]:
    """The middle of each item across its layer, the least edge at 0. `heights` include the room around an item.

    `weight` tells how much two neighbours pull at each other.
    """
    at = [0.0] * len(heights)
    for layer in layers:
        edge = 0.0
        for item in layer:
            at[item] = edge + heights[item] / 2
            edge += heights[item]
        for item in layer:
            at[item] -= edge / 2
    for sweep in range(_SWEEPS):
        # The first sweeps look one way only, so that a chain gets straight from either of its ends.
        looks = [left, right][sweep % 2 : sweep % 2 + 1] if sweep < _SWEEPS // 2 else [left, right]
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _settle(layer, heights, at, looks, weight)
    least = min((at[k] - height / 2 for k, height in enumerate(heights)), default=0.0)
    return [y - least for y in at]


def _settle(
    layer: Sequence[int],
    heights: Sequence[float],
    at: list[float],
    looks: Sequence[Sequence[Sequence[int]]],
    weight: Weight,
) -> None:
    wishes, weights, offsets, offset = [], [], [], 0.0
    for k, item in enumerate(layer):
        if k:
            offset += (heights[layer[k - 1]] + heights[item]) / 2
        pulls = [(weight(item, other), at[other]) for look in looks for other in look[item]]
        strength = fsum(pull for pull, _ in pulls)
        wish = fsum(pull * y for pull, y in pulls) / strength if pulls else at[item]
        wishes.append(wish - offset)
        weights.append(strength or 0.01)
        offsets.append(offset)
    for item, y, shift in zip(layer, _increasing(wishes, weights), offsets, strict=True):
        at[item] = y + shift


def _increasing(wishes: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The numbers in increasing order that are nearest to the wishes, in weighted squares."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for wish, weight in zip(wishes, weights, strict=True):
        mean, total, length = wish, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_length = blocks.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total, length = total + other_weight, length + other_length
        blocks.append((mean, total, length))
    return [mean for mean, _, length in blocks for _ in range(length)]
