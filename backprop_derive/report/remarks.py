"""What a reader must be told besides the calculation: conventions taken, roundings, zeros that were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..document import Inline, Math, Remark, Words
from ..languages import translated
from ..ops.notation import Function
from ..ops.table import operation
from ..options import NUMERATOR_AXES, Options
from ..problem import Problem
from ..solution import Note, SolutionRecord, TensorSolution
from ..syntax.expression import Name
from ..syntax.names import canonical
from .numbers import Style
from .sentences import REMARKS

_LIKE_A_HAT = re.compile(r"([^\W\d_][\w'′]*)\^[ \t]+[-−][ \t]")


def remarks(
    record: SolutionRecord | TensorSolution, options: Options, style: Style, shows_rounded: bool
) -> tuple[Remark, ...]:
    """All remarks on a solution, in a steady order."""
    problem, graph = record.problem, record.derivation.graph
    found: list[Remark] = []
    for key in graph.wanted:
        if key not in graph.on_path:
            found.append(sentence("independent", loss=problem.loss, name=key))
    for step, base in _powers_like_hats(problem):
        found.append(sentence("power", name=step, base=base))
    transposes = options.layout_convention == "numerator" and not problem.asks_jacobian
    if isinstance(record, TensorSolution) and transposes:
        shapes = [problem.shapes[key] for key in record.derivation.uses]
        found += [sentence("numerator")] if any(shapes) else []
        found += [sentence("many axes")] if any(len(shape) > NUMERATOR_AXES for shape in shapes) else []
    for key, structure in problem.structures.items():
        if key in graph.wanted and key in graph.on_path:
            found.append(sentence(structure, name=key))
    for note in record.notes:
        if note.kind == "kink":
            found.append(_convention(note))
        elif note.kind == "set apart":
            found.append(sentence(f"set apart {note.detail}", names=note.about))
        elif note.kind == "expanded":
            found.append(sentence(note.kind, names=note.about))
        else:
            found.append(sentence(note.kind))
    if record.first is None:
        missing = [given.key for given in problem.without_value]
        is_part = 0 < len(missing) < sum(not given.is_size for given in problem.givens)
        found.append(sentence("symbolic in part", name=missing[0]) if is_part else sentence("symbolic"))
    if problem.round_to is not None:
        count = problem.round_to
        found.append(sentence("round to one" if count == 1 else "round", count=str(count)))
    elif shows_rounded:
        found.append(sentence("decimals", digits=str(style.digits)))
    if problem.updates and not problem.parameters and not problem.asked:
        found.append(sentence("all moved"))
    return tuple(found)


def _powers_like_hats(problem: Problem) -> Iterator[tuple[str, str]]:
    """Steps that write a power as a hat is written, `y^ - y` where no ŷ is defined; with the base."""
    for step in problem.steps:
        place = step.expression_place
        for match in _LIKE_A_HAT.finditer(place.text[place.column - 1 :].split("#", 1)[0]):
            if canonical(match[1]) in problem.spelled and canonical(match[1] + "^") not in problem.spelled:
                yield step.key, match[1]


def _convention(note: Note) -> Remark:
    op = operation(note.detail)
    if op.primitive == "where":
        return sentence("boundary", name=note.about)
    called = op.shown.name if isinstance(op.shown, Function) else op.name
    return sentence(
        "tie" if op.is_variadic else "kink",
        name=note.about,
        operation=called,
        convention=translated("convention", op.convention),
    )


def sentence(key: str, **parts: str) -> Remark:
    """A remark by its key; the parts called `name`, `names` and `loss` are set as mathematics."""
    content: list[Inline] = []
    rest = REMARKS[key]
    while "{" in rest:
        before, _, rest = rest.partition("{")
        part, _, rest = rest.partition("}")
        if before:
            content.append(Words(before))
        if part in ("name", "loss", "names"):
            content.append(Math(Name(parts[part])))
        else:
            content.append(Words(parts[part]))
    content.append(Words(rest))
    return Remark(_merged(content))


def _merged(content: list[Inline]) -> tuple[Inline, ...]:
    merged: list[Inline] = []
    for inline in content:
        last = merged[-1] if merged else None
        if isinstance(inline, Words) and isinstance(last, Words):
            merged[-1] = Words(last.text + inline.text)
        else:
            merged.append(inline)
    return tuple(inline for inline in merged if not isinstance(inline, Words) or inline.text)
