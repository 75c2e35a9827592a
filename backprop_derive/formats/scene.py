"""What an interactive page plays: the programs, what their outputs are, and the names and numbers around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..document import Chain, MathNode, Picture, PictureNode
from ..evaluate.live import Live, Output
from ..graph import Graph
from ..indexed.labels import labels_called
from ..options import Options
from ..pictures.labels import shown
from ..records import record
from ..report.moments import Moment
from ..report.sentences import INTERACTIVE
from ..syntax.expression import Expr, ListOf, Number, Rounded, names_in

_WIDEST = Rounded(Decimal("-0.88888"), 5)  # the room that a box has for a number
_MOST_ROWS = 4  # and columns of a matrix that stands in its box
_VECTOR, _MATRIX = 1, 2


@record
class Scene:
    """One problem at play. `shapes` are those of all names, `values` the entries of the givens.

    `gradients` is how the gradient by each name is written, and `feedback` what each mistake of `astray` is told.
    """

    graph: Graph
    picture: Picture
    shapes: Mapping[str, tuple[int, ...]]
    values: Mapping[str, tuple[float, ...]]
    moments: tuple[Moment, ...]
    gradients: Mapping[str, MathNode]
    live: Live
    astray: Live
    feedback: tuple[str, ...]


# --- the picture


def roomy(scene: Scene) -> Picture:
    """The picture with room for any number in the place of each, and for every matrix that is not too large."""

    def with_room(node: PictureNode) -> PictureNode:
        shape = scene.shapes.get(node.key, ())
        room = _room(shape) if node.count == 1 else None
        if shape and room is not None:
            adjoint = room if node.adjoint_shape else None
            return replace(node, value=room, adjoint=adjoint, is_open=True)
        if shape:
            return replace(node, value=None, adjoint=None)
        value = None if node.value is None else _WIDEST
        return replace(node, value=value, adjoint=None if node.adjoint is None else _WIDEST)

    edges = tuple(
        replace(edge, local=Chain((edge.local.links[0], _WIDEST), ("≈",))) if isinstance(edge.local, Chain) else edge
        for edge in scene.picture.edges
    )
    return replace(scene.picture, nodes=tuple(map(with_room, scene.picture.nodes)), edges=edges)


def _room(shape: tuple[int, ...]) -> Expr | None:
    """A vector or a matrix of the widest numbers; None where it is too large for a box."""
    if len(shape) not in (_VECTOR, _MATRIX) or max(shape) > _MOST_ROWS:
        return None
    row = ListOf((_WIDEST,) * shape[-1])
    return ListOf((row,) * shape[0]) if len(shape) == _MATRIX else row


def painted(scene: Scene, room: Picture) -> Picture:
    """What the boxes show at first; the script fills in the matrices."""
    pairs = zip(scene.picture.nodes, room.nodes, strict=True)
    nodes = tuple(open_ if scene.shapes.get(node.key) else node for node, open_ in pairs)
    return replace(scene.picture, nodes=nodes)


# --- the data


def data(scene: Scene, options: Options) -> dict[str, Any]:
    """What the script knows of the problem; texts in it are shown as text and never as markup."""
    graph, problem, plain = scene.graph, scene.graph.problem, shown(scene.picture)
    program, place = scene.live[0], {output: k for k, output in enumerate(scene.live[1])}
    labels = {node.key: plain(node.name) for node in scene.picture.nodes}
    rate, said = problem.learning_rate, list(dict.fromkeys(scene.feedback))
    return {
        "inputs": program.inputs,
        "shapes": {key: scene.shapes[key] for key in labels},
        "givens": _givens(scene, labels),
        "labels": labels,
        "gradients": {key: plain(name) for key, name in scene.gradients.items()},
        "values": {key: place["value", key] for key in labels},
        "adjoints": {key: place["adjoint", key] for key in labels if ("adjoint", key) in place},
        "locals": {f"{o[1]} {o[2]}": k for o, k in place.items() if o[0] == "local"},
        "parts": {f"{o[1]} {o[2]}": k for o, k in place.items() if o[0] == "part"},
        "prefixes": {
            f"{edge.source} {edge.target}": plain(edge.local.links[0])
            for edge in scene.picture.edges
            if isinstance(edge.local, Chain)
        },
        "forms": _forms(scene),
        "moments": [
            {"phase": m.phase, "about": m.about, "edges": [" ".join(edge) for edge in m.edges]} for m in scene.moments
        ],
        "slips": _slips(scene.astray[1], [said.index(each) for each in scene.feedback]),
        "astray": scene.astray[0].inputs,
        "feedback": said,
        "loss": graph.loss,
        "moved": [key for key in problem.updated if key in graph.on_path and key not in graph.steps],
        "rate": float(rate.value) if isinstance(rate, Number) else 0.1,
        "digits": options.digits,
        "say": dict(INTERACTIVE),
    }  # fmt: skip


def _givens(scene: Scene, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    problem, classes = scene.graph.problem, _classes(scene)
    found = []
    for given in problem.givens:
        values, size = scene.values[given.key], classes.get(given.key)
        found.append({
            "key": given.key, "label": labels[given.key], "shape": scene.shapes[given.key],
            "values": values, "classes": size, "structure": problem.structures.get(given.key, ""),
            "is_size": given.is_size,
            "wanted": given.key in scene.graph.on_path and ("adjoint", given.key) in scene.live[1],
        })  # fmt: skip
    return found


def _classes(scene: Scene) -> dict[str, int]:
    """The givens that say which classes or rows are meant, and how many of these there are."""
    problem = scene.graph.problem
    found = {}
    for step in problem.steps:
        for labels in labels_called(step.expression, problem.shapes):
            for key in names_in(labels.expression):
                if key in scene.values and isinstance(labels.size, int):
                    found[key] = labels.size
    return found


def _forms(scene: Scene) -> dict[str, str]:
    """What flows back along each edge of tensors, in letters."""
    plain = shown(scene.picture)
    if not any(scene.shapes.values()):
        return {}
    return {
        f"{edge.source} {edge.target}": plain(Chain((scene.gradients[edge.source], edge.local), ("=",)))
        for edge in scene.picture.edges
        if edge.local is not None and edge.source in scene.gradients
    }


def _slips(outputs: tuple[Output, ...], feedback: Sequence[int]) -> dict[str, list[tuple[int, int]]]:
    """By moment the outputs that mistakes give there, each with the number of what its mistake is told."""
    phases = {"value": "forward", "adjoint": "backward"}
    found: dict[str, list[tuple[int, int]]] = {}
    for place, (kind, *about, mistake) in enumerate(outputs):
        found.setdefault(" ".join([phases.get(kind, kind), *about]), []).append((place, feedback[int(mistake)]))
    return found
