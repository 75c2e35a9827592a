"""A solution as the scene of an interactive page: its programs, its moments, and what mistakes would lead to."""

from __future__ import annotations

from collections.abc import Mapping

from .derivation import Derivation, TensorDerivation
from .document import Picture
from .evaluate.compiled import Compiled
from .evaluate.live import astray, live
from .formats.scene import Scene
from .languages import translated
from .mistakes.table import possible
from .options import Options
from .report.moments import moments, tensor_moments
from .report.narrate import tell
from .report.tensors import tell_tensors
from .solution import Pass, SolutionRecord, TensorPass, TensorSolution, TensorValue, Value

_STAGES = ("forward", "local", "backward")  # a page makes no update of its own to ask for


def count(first: Pass | TensorPass) -> int:
    """How many entries the values of a pass have."""
    return sum(len(_entries(value)) for value in first.values.values())


def scene(record: SolutionRecord | TensorSolution, picture: Picture, options: Options) -> Scene:
    """The scene of a solution with numbers; `record` has its flows in matrix notation."""
    assert record.first is not None
    derivation, values = record.derivation, record.first.values
    found = {given.key: _shape(values[given.key]) for given in record.problem.givens}
    shapes, letters = _shapes(derivation, found)
    made = tuple(possible(derivation, _STAGES))
    if isinstance(record, TensorSolution):
        story = tell_tensors(record, options)
        steps = tuple(tensor_moments(story))
        gradients = {key: story.notation.adjoint(key) for key in shapes}
    else:
        told = tell(record, options)
        steps = tuple(moments(told))
        gradients = {key: told.lines.notation.adjoint(key) for key in shapes}
    return Scene(
        derivation.graph,
        picture,
        shapes,
        {key: tuple(map(float, _entries(values[key]))) for key in found},
        steps,
        gradients,
        live(derivation, shapes, letters),
        astray(derivation, [each.derivation for each in made], shapes, letters),
        tuple(translated("feedback", each.mistake.feedback) for each in made),
    )


def _shapes(
    derivation: Derivation | TensorDerivation, found: dict[str, tuple[int, ...]]
) -> tuple[dict[str, tuple[int, ...]], Mapping[str, int]]:
    if isinstance(derivation, Derivation):
        return dict.fromkeys(derivation.graph.problem.spelled, ()), {}
    return Compiled(derivation).shapes_of(found)


def _entries(value: Value | TensorValue) -> tuple[Value, ...]:
    return value.entries if isinstance(value, TensorValue) else (value,)


def _shape(value: Value | TensorValue) -> tuple[int, ...]:
    return value.shape if isinstance(value, TensorValue) else ()
