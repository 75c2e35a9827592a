"""The layout of a graph: 500 nodes, and how it grows."""

from __future__ import annotations

from ratios import Measure, Ratio, medians, seconds


def layout(count: int) -> Measure:
    """A graph whose every node uses up to two earlier ones, near and far."""
    from backprop_derive.pictures.layout import arranged

    far = {((7 * k + j * j) % k, k) for k in range(1, count) for j in range(2)}
    links = sorted(far | {(k - 1, k) for k in range(1, count, 3)})
    boxes, labels = [(90.0, 50.0)] * count, [(30.0, 14.0)] * len(links)
    return lambda: seconds(lambda: arranged(boxes, links, labels, False))


def layouts(runs: int) -> list[Ratio]:
    large, small = medians(runs, layout(500), layout(250))
    return [
        Ratio("layout of 500 nodes : one second", large, 1.0, 1.0),
        Ratio("layout of 500 nodes : of 250", large, small, 3.0),
    ]
