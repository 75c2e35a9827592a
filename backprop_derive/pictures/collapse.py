"""A picture that is too large made small: repeated groups of steps, such as layers or steps of time, become one node.

A group is a run of neighbours in the topological order, so that what is left is a graph without cycles again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ..document import Ellipsis, Listing, MathNode, Picture, PictureBand, PictureEdge, PictureNode
from ..records import record
from ..syntax.names import symbol

_FEWEST_REPEATS = 4  # the first, the last, and what is between them
_LONGEST_PERIOD = 40

Range = tuple[int, int]


@record
class _Repeats:
    """`count` times the same `period` steps, from the step number `start` on."""

    start: int
    period: int
    count: int

    @property
    def hidden(self) -> Range:
        """All but the first and the last."""
        return self.start + self.period, self.start + self.period * (self.count - 1)


def collapsed(picture: Picture, most: int) -> Picture:
    """The picture with at most about `most` nodes; the same one where it has no more."""
    if len(picture.nodes) <= most:
        return picture
    steps = [node for node in picture.nodes if node.kind != "given"]
    groups = [found.hidden for found in _repeats([_signature(node) for node in steps])]
    left = len(steps) - sum(end - start - 1 for start, end in groups)
    if left > most // 2:
        groups = _chunks(len(steps), max(2, most // 3))
    return _merged(picture, steps, groups, most // 3)


def _signature(node: PictureNode) -> str:
    """What steps of the same kind have in common: the letter of their names."""
    return symbol(node.key).base


def _repeats(signatures: Sequence[str]) -> Iterator[_Repeats]:
    """Runs that repeat often enough, from the left; of the periods at one place the one that covers most."""
    start = 0
    while start < len(signatures):
        best = _Repeats(start, 1, 1)
        for period in range(1, min(_LONGEST_PERIOD, (len(signatures) - start) // _FEWEST_REPEATS) + 1):
            found = _Repeats(start, period, _count(signatures, start, period))
            if found.count >= _FEWEST_REPEATS and found.count * period > best.count * best.period:
                best = found
        if best.count >= _FEWEST_REPEATS:
            yield best
            start += best.period * best.count
        else:
            start += 1


def _count(signatures: Sequence[str], start: int, period: int) -> int:
    end = start + period
    while end < len(signatures) and signatures[end] == signatures[end - period]:
        end += 1
    return (end - start) // period


def _chunks(count: int, parts: int) -> list[Range]:
    """All steps but the last, the loss, in parts of about one size."""
    edges = [round(k * (count - 1) / parts) for k in range(parts + 1)]
    return [(a, b) for a, b in pairwise(edges) if b - a > 1]


def _merged(picture: Picture, steps: Sequence[PictureNode], groups: Sequence[Range], most: int) -> Picture:
    """Steps of a group as one node; givens go with the only one that uses them, or with others used by the same.

    Where that leaves more than `most` of them, all that are not wanted become one node.
    """
    home = {steps[k].key: steps[start].key for start, end in groups for k in range(start, end)}
    used: dict[str, list[str]] = {}
    for edge in picture.edges:
        used.setdefault(edge.source, []).append(home.get(edge.target, edge.target))
    together: dict[tuple[str, ...], str] = {}
    grouped = set(home.values())
    for node in picture.nodes:
        if node.kind == "given" and (users := tuple(dict.fromkeys(used.get(node.key, ())))):
            if len(users) == 1 and users[0] in grouped and not node.is_wanted:
                home[node.key] = users[0]
            elif grouped.issuperset(users) or len(users) == 1:
                home[node.key] = together.setdefault((*users, str(node.is_wanted)), node.key)
    givens = {home.get(node.key, node.key): node for node in picture.nodes if node.kind == "given"}
    plain = [key for key, node in givens.items() if not node.is_wanted and key not in grouped]
    if len(plain) > most:
        kept = set(plain)
        home |= {node.key: plain[0] for node in picture.nodes if home.get(node.key, node.key) in kept}
    members: dict[str, list[PictureNode]] = {}
    for node in picture.nodes:
        members.setdefault(home.get(node.key, node.key), []).append(node)
    # A group stands where its first step does: givens that went into it may stand before.
    order = [node for node in picture.nodes if home.get(node.key, node.key) == node.key]
    nodes = tuple(_group(node, members[node.key]) for node in order)
    bands = tuple(_bands(picture.bands, home, members))
    return replace(picture, nodes=nodes, edges=tuple(_edges(picture.edges, home)), bands=bands)


def _group(first: PictureNode, members: Sequence[PictureNode]) -> PictureNode:
    own = [node for node in members if (node.kind == "given") == (first.kind == "given")]
    if len(own) == 1:
        return first
    names: tuple[MathNode, ...] = (own[0].name, own[-1].name)
    listed = Listing(names if len(own) == 2 else (names[0], Ellipsis(), names[1]))
    return PictureNode(
        first.key,
        "given" if first.kind == "given" else "group",
        listed,
        is_on_path=any(node.is_on_path for node in own),
        is_wanted=any(node.is_wanted for node in own),
        count=len(own),
    )


def _bands(
    bands: Sequence[PictureBand], home: dict[str, str], members: dict[str, list[PictureNode]]
) -> Iterator[PictureBand]:
    """The bands of what is left; a band of which a part went into a group with others is none any more."""
    for band in bands:
        left = tuple(dict.fromkeys(home.get(key, key) for key in band.members))
        own = {node.key for key in left for node in members[key] if node.kind != "given"}
        if own == set(band.members):
            yield replace(band, members=left)


def _edges(edges: Sequence[PictureEdge], home: dict[str, str]) -> Iterator[PictureEdge]:
    """The edges between what is left, each once; an edge of one node to another keeps its local gradient."""
    found: dict[tuple[str, str], PictureEdge] = {}
    for edge in edges:
        ends = home.get(edge.source, edge.source), home.get(edge.target, edge.target)
        if ends[0] == ends[1]:
            continue
        is_whole = ends == (edge.source, edge.target) and ends not in found
        known = found.get(ends)
        is_on_path = edge.is_on_path or (known is not None and known.is_on_path)
        found[ends] = PictureEdge(*ends, edge.local if is_whole else None, is_on_path)
    return iter(found.values())
