"""A page to play with: the passes step by step, sliders that move every value, the loss as a curve, a quiz.

One file, which asks for nothing: its policy allows the styles and the one script that stand in it, by their hashes.
What the script computes is the derivation, lowered to a program (`evaluate.live`) and printed as JavaScript.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from ..document import Chain, Document, Picture, PictureNode
from ..errors import UsageError
from ..evaluate.program import Runner
from ..options import Options
from ..pictures.arrange import Frame
from ..pictures.labels import shown
from ..pictures.svg import svg
from ..printers.javascript import RUNTIME, function
from ..report.moments import Moment
from ..report.sentences import INTERACTIVE
from ..solution import SolutionRecord
from ..syntax.expression import Number, Rounded
from .html import _formula, _voice
from .templates import environment
from .views import views

_FRAME = Frame(900.0, 1400.0, 80)
_WIDEST = Rounded(Decimal("-0.88888"), 5)  # the room that a box has for a number


def page(
    document: Document,
    picture: Picture,
    record: SolutionRecord,
    moments: Sequence[Moment],
    program: Runner,
    outputs: Sequence[tuple[str, ...]],
    options: Options,
) -> str:
    """The page. Raises UsageError where a template of one's own is asked for."""
    if options.template is not None:
        raise UsageError("--interactive has a page of its own", hint="--interactive without --template")
    names = document.literal_names
    drawn = svg(_roomy(picture), _FRAME, is_inline=True, texts=picture)
    templates = environment("html", None)
    data = _data(picture, record, moments, program, outputs, options)
    script = "\n".join([
        '"use strict";', RUNTIME, f"const run = {_run(program)};", f"const DATA = {_json(data)};",
        str(templates.get_template("interactive.js").render()),
    ])  # fmt: skip
    style = templates.get_template("style.css").render() + templates.get_template("interactive.css").render()
    return templates.get_template("interactive.j2").render(
        document=document,
        blocks=views(document, _voice(document)),
        say=INTERACTIVE,
        drawing=Markup(drawn),
        formulas=[_formula(moment.formula, names) for moment in moments],
        givens=data["givens"],
        along=[name for name in data["givens"] if name["wanted"]],
        rate=data["rate"],
        style=Markup(style),
        script=Markup(script),
        styles=" ".join(map(_hash, [style, *re.findall("<style>(.*?)</style>", drawn, re.DOTALL)])),
        scripts=_hash(script),
    )


def _run(program: Runner) -> str:
    instructions = [(instruction.name, arguments) for instruction, arguments in program.instructions]
    return function(program.constants, len(program.inputs), instructions, program.places)


def _hash(text: str) -> str:
    """A source of a Content-Security-Policy: the one text that has this hash."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _json(data: Any) -> str:
    """JSON in which no tag begins."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _roomy(picture: Picture) -> Picture:
    """The picture with room for any number in the place of each."""

    def roomy(node: PictureNode) -> PictureNode:
        value = None if node.value is None else _WIDEST
        return replace(node, value=value, adjoint=None if node.adjoint is None else _WIDEST)

    edges = tuple(
        replace(edge, local=Chain((edge.local.links[0], _WIDEST), ("≈",))) if isinstance(edge.local, Chain) else edge
        for edge in picture.edges
    )
    return replace(picture, nodes=tuple(map(roomy, picture.nodes)), edges=edges)


def _data(
    picture: Picture,
    record: SolutionRecord,
    moments: Sequence[Moment],
    program: Runner,
    outputs: Sequence[tuple[str, ...]],
    options: Options,
) -> dict[str, Any]:
    """What the script knows of the problem; texts in it are shown as text and never as markup."""
    assert record.first is not None
    graph, plain, place = record.derivation.graph, shown(picture), {output: k for k, output in enumerate(outputs)}
    labels = {node.key: plain(node.name) for node in picture.nodes}
    rate = record.problem.learning_rate
    moved = [key for key in record.problem.updated if key in graph.on_path]
    return {
        "inputs": program.inputs,
        "givens": [
            {"key": given.key, "label": labels[given.key], "wanted": given.key in graph.on_path,
             **_range(float(record.first.values[given.key]))}
            for given in record.problem.givens
        ],
        "labels": labels,
        "values": {key: place["value", key] for key in labels},
        "adjoints": {key: place["adjoint", key] for key in labels if ("adjoint", key) in place},
        "locals": {f"{o[1]} {o[2]}": k for o, k in place.items() if o[0] == "local"},
        "prefixes": _prefixes(picture),
        "moments": [
            {"phase": m.phase, "about": m.about, "edges": [" ".join(edge) for edge in m.edges]} for m in moments
        ],
        "loss": graph.loss,
        "moved": [key for key in moved if key not in graph.steps],
        "rate": float(rate.value) if isinstance(rate, Number) else 0.1,
        "digits": options.digits,
        "say": dict(INTERACTIVE),
    }  # fmt: skip


def _prefixes(picture: Picture) -> Mapping[str, str]:
    """What stands before the number on each edge whose local gradient depends on values."""
    plain = shown(picture)
    return {
        f"{edge.source} {edge.target}": plain(edge.local.links[0])
        for edge in picture.edges
        if isinstance(edge.local, Chain)
    }


def _range(value: float) -> dict[str, float]:
    """A slider's range around a value, as far as twice its size and at least 2."""
    reach = max(2.0, 2 * abs(value))
    return {"value": value, "min": value - reach, "max": value + reach, "step": reach / 200}
