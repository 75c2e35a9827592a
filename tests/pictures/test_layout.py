"""The layout: nothing lies on anything else, and few lines cross."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.pictures.coordinates import _increasing
from backprop_derive.pictures.layout import Layout, arranged
from backprop_derive.pictures.ordering import crossings, ordered
from backprop_derive.pictures.ranks import ranks

Graph = tuple[int, list[tuple[int, int]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Nodes in topological order and links between them, each once."""
    count = draw(st.integers(1, 14))
    pairs = [(a, b) for b in range(count) for a in range(b)]
    return count, draw(st.lists(st.sampled_from(pairs), unique=True, max_size=25)) if pairs else []


def boxes_of(count: int) -> list[tuple[float, float]]:
    return [(40.0 + 17 * (k % 4), 30.0 + 9 * (k % 3)) for k in range(count)]


def laid_out(graph: Graph, down: bool = False) -> Layout:
    count, links = graph
    return arranged(boxes_of(count), links, [(25.0 * (k % 3), 14.0) for k in range(len(links))], down)


@given(graphs())
def test_each_layer_is_after_all_that_its_nodes_use_and_leaves_stand_right_before_a_consumer(graph: Graph) -> None:
    count, links = graph
    found = ranks(count, links)
    assert all(found[source] < found[target] for source, target in links)
    assert min(found) >= 0
    targets = {target for _, target in links}
    for leaf in set(range(count)) - targets:
        used = [found[target] for source, target in links if source == leaf]
        assert not used or found[leaf] == min(used) - 1


@pytest.mark.parametrize("down", [False, True])
@given(graph=graphs())
def test_no_two_boxes_meet_and_no_line_passes_a_box(graph: Graph, down: bool) -> None:
    layout, boxes = laid_out(graph, down), boxes_of(graph[0])
    spans = [(x - w / 2, x + w / 2, y - h / 2, y + h / 2) for (x, y), (w, h) in zip(layout.boxes, boxes, strict=True)]
    for (a, b, c, d), (e, f, g, h) in combinations(spans, 2):
        assert b <= e or f <= a or d <= g or h <= c
    for left, right, top, bottom in spans:
        assert left >= -1e-9
        assert right <= layout.width + 1e-9
        assert top >= -1e-9
        assert bottom <= layout.height + 1e-9
        for line in layout.lines:
            for (ax, ay), (bx, by) in line.pieces:
                x, y = (ax + bx) / 2, (ay + by) / 2
                assert not (left + 1e-6 < x < right - 1e-6 and top + 1e-6 < y < bottom - 1e-6)


@given(graphs())
def test_a_line_joins_its_boxes_without_a_gap_and_its_label_lies_on_it(graph: Graph) -> None:
    layout, boxes = laid_out(graph), boxes_of(graph[0])
    for (source, target), line in zip(graph[1], layout.lines, strict=True):
        (x, y), (w, _) = layout.boxes[source], boxes[source]
        assert line.pieces[0][0] == pytest.approx((x + w / 2, y))
        (x, y), (w, h) = layout.boxes[target], boxes[target]
        assert line.pieces[-1][1][0] == pytest.approx(x - w / 2)
        assert abs(line.pieces[-1][1][1] - y) <= h / 2
        places = [point[0] for piece in line.pieces for point in piece]
        assert places == sorted(places)
        (left, y), (right, _) = line.pieces[line.labelled]
        assert left <= line.label[0] <= right
        assert line.label[1] == y


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), unique=True, max_size=20))
def test_crossings_are_counted_as_by_hand(lines: list[tuple[int, int]]) -> None:
    layers = [list(range(7)), list(range(7, 14))]
    right: list[list[int]] = [[] for _ in range(14)]
    for a, b in lines:
        right[a].append(b + 7)
    by_hand = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    assert crossings(layers, right) == by_hand


def test_a_tree_has_no_crossing() -> None:
    count = 63  # node k, from the root 1 on, has the children 2k and 2k + 1; the leaves are numbered first
    links = sorted((count - child, count - k) for k in range(1, 32) for child in (2 * k, 2 * k + 1))
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        left[b].append(a)
        right[a].append(b)
    depth = ranks(count, links)
    layers = [[k for k in range(count) if depth[k] == d] for d in range(max(depth) + 1)]
    shuffled = [sorted(layer, key=lambda k: k * 37 % 64) for layer in layers]
    assert crossings(shuffled, right) > 0
    assert crossings(ordered(shuffled, left, right), right) == 0


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 10)), min_size=1, max_size=12))
def test_places_are_the_nearest_in_order(wishes: list[tuple[float, float]]) -> None:
    wanted, weights = [wish for wish, _ in wishes], [weight for _, weight in wishes]
    found = _increasing(wanted, weights)
    assert all(a <= b + 1e-9 for a, b in pairwise(found))

    def cost(places: list[float]) -> float:
        return sum(w * (p - q) ** 2 for p, q, w in zip(places, wanted, weights, strict=True))

    for k in range(len(found)):  # no step of one block to either side is better
        block = [j for j, place in enumerate(found) if place == found[k]]
        for shift in (-1e-4, 1e-4):
            assert cost([place + shift * (j in block) for j, place in enumerate(found)]) >= cost(found) - 1e-9
