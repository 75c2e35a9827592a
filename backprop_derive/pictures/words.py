"""A picture in words: what a listener hears in its place."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Picture, PictureNode
from ..printers.speech import speech
from ..report.sentences import PICTURE

_MOST_NODES = 40


def description(picture: Picture) -> str:
    """The nodes with what they are computed from, their values and gradients; of a large picture the first."""
    names = picture.literal_names
    operands: dict[str, list[str]] = {}
    spoken = {node.key: speech(node.name, names) for node in picture.nodes}
    for edge in picture.edges:
        operands.setdefault(edge.target, []).append(spoken[edge.source])

    def sentence(node: PictureNode) -> Iterator[str]:
        used = operands.get(node.key)
        kind = "step" if used else "given"
        yield PICTURE[kind].format(name=spoken[node.key], operands=", ".join(used or ()))
        if node.value is not None:
            yield PICTURE["value"].format(value=speech(node.value, names))
        if node.adjoint is not None:
            yield PICTURE["adjoint"].format(adjoint=speech(node.adjoint, names))
        yield ". "

    head = PICTURE["graph"].format(nodes=len(picture.nodes), edges=len(picture.edges))
    for band in picture.bands:
        head += PICTURE["band"].format(name=band.name, members=", ".join(spoken[key] for key in band.members))
    told = "".join(part for node in picture.nodes[:_MOST_NODES] for part in sentence(node))
    return head + told + (PICTURE["more"] if len(picture.nodes) > _MOST_NODES else "")
