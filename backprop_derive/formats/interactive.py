"""A page to play with: the passes step by step, sliders that move every value, the loss as a curve, a quiz.

One file, which asks for nothing: its policy allows the styles and the one script that stand in it, by their hashes.
What the script computes is the derivation, lowered to a program (`evaluate.live`) and printed as JavaScript.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from ..document import Document, Inline
from ..errors import UsageError
from ..evaluate.program import Runner
from ..options import Options
from ..pictures.svg import svg
from ..printers.javascript import Line, function, runtime
from ..report.moments import Moment
from ..report.sentences import INTERACTIVE
from .html import _join, _voice
from .scene import Scene, data, painted, roomy
from .templates import environment
from .views import inline, views


def page(document: Document, scene: Scene, options: Options) -> str:
    """The page. Raises UsageError where a template of one's own is asked for."""
    if options.template is not None:
        raise UsageError("--interactive has a page of its own", hint="--interactive without --template")
    picture = roomy(scene)
    drawn = svg(picture, is_inline=True, texts=painted(scene, picture))
    templates = environment("html", None)
    known = data(scene, options)
    voice = _voice(document)

    def shown(content: Sequence[Inline]) -> Markup:
        return _join(inline(part, voice) for part in content)

    run, astray = scene.live[0], scene.astray[0]
    primitives = runtime([line for program in (run, astray) for line in _lines(program)])
    script = "\n".join([
        '"use strict";',
        "const [run, astray] = (() => {", primitives,
        f"const run = {printed(run)};", f"const astray = {printed(astray)};",
        "return [run, astray];", "})();",
        f"const DATA = {_json(known)};", str(templates.get_template("interactive.js").render()),
    ])  # fmt: skip
    heading, *blocks = views(document, voice)
    solution = Markup(templates.get_template("solution.j2").render(document=document, options=options, blocks=blocks))
    style = templates.get_template("style.css").render() + templates.get_template("interactive.css").render()
    return templates.get_template("interactive.j2").render(
        document=document,
        options=options,
        heading=heading,
        solution=solution,
        say=INTERACTIVE,
        drawing=Markup(drawn),
        formulas=written_once([_told(moment, shown) for moment in scene.moments], solution),
        givens=known["givens"],
        along=[given for given in known["givens"] if given["wanted"]],
        has_tensors=any(known["shapes"].values()),
        rate=known["rate"],
        style=Markup(style),
        script=Markup(script),
        styles=" ".join(map(_hash, [style, *re.findall("<style>(.*?)</style>", drawn, re.DOTALL)])),
        scripts=_hash(script),
    )


def _told(moment: Moment, shown: Callable[[Sequence[Inline]], Markup]) -> Markup:
    """The formula of a moment, and where it ends in what a quiz asks for, the same without that."""
    told = shown(moment.content)
    if not moment.asking:
        return told
    return Markup('<div class="asking" hidden>{}</div><div class="telling">{}</div>').format(shown(moment.asking), told)


_PIECE = re.compile(r'<span class="link">.*?</span>')


def written_once(formulas: Sequence[str], solution: str) -> list[Markup]:
    """The formulas with each piece that also stands in the solution, or in a formula before, as a reference to it.

    A reference is the number of the piece among all that the page holds, formulas first; the script puts a copy there.
    """
    new: dict[str, int] = {}
    there: dict[str, int] = {}
    for number, piece in enumerate(_PIECE.findall(solution)):
        there.setdefault(piece, number)
    for formula in formulas:
        for piece in _PIECE.findall(formula):
            if piece not in there:
                new.setdefault(piece, len(new))
    written: set[str] = set()

    def reference(found: re.Match[str]) -> str:
        piece = found[0]
        if piece in new and piece not in written:
            written.add(piece)
            return piece
        number = new[piece] if piece in new else len(new) + there[piece]
        return f'<span data-piece="{number}"></span>'

    return [Markup(_PIECE.sub(reference, formula)) for formula in formulas]


def printed(program: Runner) -> str:
    """A program as a JavaScript function of its inputs."""
    inputs = program.shapes[len(program.constants) :][: len(program.inputs)]
    return function(program.constants, inputs, _lines(program), program.places)


def _lines(program: Runner) -> list[Line]:
    shapes = program.shapes[len(program.constants) + len(program.inputs) :]
    return [
        Line(instruction.name, arguments, shape, instruction.static)
        for (instruction, arguments), shape in zip(program.instructions, shapes, strict=True)
    ]


def _hash(text: str) -> str:
    """A source of a Content-Security-Policy: the one text that has this hash."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _json(known: Any) -> str:
    """JSON in which no tag begins."""
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
