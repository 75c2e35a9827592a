"""The layout: nothing lies on anything else, and few lines cross."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.pictures.bands import Band
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


def laid_out(graph: Graph, down: bool = False, bands: Sequence[Band] = ()) -> Layout:
    count, links = graph
    found = arranged(boxes_of(count), links, labels_of(graph), down, bands)
    assert found is not None
    return found


def labels_of(graph: Graph) -> list[tuple[float, float]]:
    return [(25.0 * (k % 3), 14.0) for k in range(len(graph[1]))]


@st.composite
def banded(draw: st.DrawFn) -> tuple[Graph, list[Band]]:
    """A graph whose nodes with a number are in bands, and no link goes back from one band to an earlier one."""
    count, links = draw(graphs())
    homes = [draw(st.integers(0, 3)) for _ in range(count)]  # 0 is outside
    most = list(homes)  # the last band before each node
    kept = []
    for source, target in sorted(links, key=lambda link: link[1]):
        if homes[target] == 0 or most[source] <= homes[target]:
            kept.append((source, target))
            most[target] = max(most[target], most[source])
    numbers = sorted({home for home in homes if home})
    members = [tuple(k for k in range(count) if homes[k] == number) for number in numbers]
    return (count, kept), [Band(each, (30.0 + 20 * k, 18.0)) for k, each in enumerate(members)]


@given(graphs())
def test_each_layer_is_after_all_that_its_nodes_use_and_leaves_stand_right_before_a_consumer(graph: Graph) -> None:
    count, links = graph
    found = ranks(count, links)
    assert found is not None
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


@pytest.mark.parametrize("down", [False, True])
@given(case=banded())
def test_a_frame_holds_the_boxes_of_its_band_and_no_other_and_no_two_frames_meet(
    case: tuple[Graph, list[Band]], down: bool
) -> None:
    graph, bands = case
    layout, boxes = laid_out(graph, down, bands), boxes_of(graph[0])
    assert len(layout.bands) == len(bands)
    for (x, y), (w, h), number in zip(layout.boxes, boxes, range(graph[0]), strict=True):
        for band, border in zip(bands, layout.bands, strict=True):
            ((left, top), (right, bottom)), ((a, b), (c, d)) = border.corners, border.title
            inside = left <= x - w / 2 and x + w / 2 <= right and top <= y - h / 2 and y + h / 2 <= bottom
            apart = x + w / 2 <= left or right <= x - w / 2 or y + h / 2 <= top or bottom <= y - h / 2
            assert inside if number in band.members else apart
            assert left - 1e-9 <= a
            assert top - 1e-9 <= b
            assert x + w / 2 <= a or c <= x - w / 2 or y + h / 2 <= b or d <= y - h / 2
    for one, other in combinations(layout.bands, 2):
        ((a, c), (b, d)), ((e, g), (f, h)) = one.corners, other.corners
        assert b <= e or f <= a or d <= g or h <= c
    for border in layout.bands:
        for corner in border.corners:
            assert -1e-9 <= corner[0] <= layout.width + 1e-9
            assert -1e-9 <= corner[1] <= layout.height + 1e-9


@pytest.mark.parametrize("down", [False, True])
@given(case=banded())
def test_no_label_of_a_line_lies_on_a_frame_or_its_title(case: tuple[Graph, list[Band]], down: bool) -> None:
    graph, bands = case
    layout = laid_out(graph, down, bands)
    for line, (w, h) in zip(layout.lines, labels_of(graph), strict=True):
        x, y = line.label
        for border in layout.bands:
            ((left, top), (right, bottom)), ((a, b), (c, d)) = border.corners, border.title
            meets = x - w / 2 < right and left < x + w / 2 and y - h / 2 < bottom and top < y + h / 2
            inside = left <= x - w / 2 and x + w / 2 <= right and top <= y - h / 2 and y + h / 2 <= bottom
            assert inside or not meets
            assert x + w / 2 <= a or c <= x - w / 2 or y + h / 2 <= b or d <= y - h / 2


def test_bands_that_links_put_in_another_order_are_refused() -> None:
    bands = [Band((2,), (30.0, 18.0)), Band((0, 1), (30.0, 18.0))]
    assert arranged(boxes_of(3), [(0, 1), (1, 2)], [(0.0, 0.0)] * 2, False, bands) is None
    assert arranged(boxes_of(3), [(0, 1), (1, 2)], [(0.0, 0.0)] * 2, False, bands[::-1]) is not None


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
    assert depth is not None
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
