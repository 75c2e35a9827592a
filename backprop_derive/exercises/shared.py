"""The texts of a variant, made from those of others where they differ in their numbers only.

A variant is told in the ordinary way with marked numbers, from which an outline is learned (`outlines`); one whose
numbers all look as some did before is the outline filled with its numbers, byte for byte what it would be told as.

That holds for numbers (no tensors) that are printed as LaTeX by the shipped templates; see `_is_numbers_only`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from threading import Lock

from ..calculus.cancel import with_short_adjoints
from ..languages import speaking
from ..options import Options
from ..printers.marks import unmarked
from ..report.numbers import Style, style_of
from ..solution import SolutionRecord
from .exercise import Variant
from .outlines import Outline
from .slots import Slots, with_marks

_NAME, _BETWEEN = "\uf8fe", "\uf8ff"  # the variant's name; what is between two texts
_OURS = re.compile(r"\\u(e|f[0-8])")  # how Python writes the characters without a meaning, to which outlines give one
_MOST_NUMBERS = 400  # so long a solution has too many looks to be learned
_LEARNING = Lock()
Texts = tuple[str, ...]


def told(variant: Variant, options: Options, way: Hashable, tell: Callable[[Variant], Texts]) -> Texts:
    """What `tell` makes of a variant: of its solution's numbers and its name, and of nothing else that is its own.

    How it does so must be the same for equal options and ways.
    """
    solved = variant.drawn.record
    if not isinstance(solved, SolutionRecord) or not _is_numbers_only(solved, options):
        return tell(variant)
    style = style_of(solved.problem, options.digits)
    numbers, outline = Slots(solved, style), _outline(_structure(solved, style), options, way, solved.problem.source)
    if not numbers.plain or not outline.is_fit or len(numbers.nodes) > _MOST_NUMBERS:
        return tell(variant)
    with speaking(options.language):
        text = outline.filled(numbers)
    if text is None and outline.learns:
        with _LEARNING, speaking(options.language):
            marked = replace(variant.drawn, record=with_marks(solved, outline.marks))
            text = _BETWEEN.join(tell(_Nameless(variant.exercise, marked)))
            outline.learn(text, numbers)
        text = unmarked(text)
    if text is None or not outline.is_fit:
        return tell(variant)
    return tuple(text.replace(_NAME, variant.id).split(_BETWEEN))


class _Nameless(Variant):
    """A variant that goes by a sign for its name."""

    id = _NAME


@lru_cache(maxsize=64)
def _outline(structure: Hashable, options: Options, way: Hashable, source: str) -> Outline:
    outline = Outline()
    outline.is_fit = not _OURS.search(repr((source, way)))
    return outline


def _is_numbers_only(solved: SolutionRecord, options: Options) -> bool:
    """Whether all that is shown of a solution is what `slots` has numbers of."""
    if (options.layout, options.mode, options.template) != ("solution", "reverse", None):
        return False
    is_more_told = solved.second is not None or len(solved.updates) > 1 or options.paths or options.graph
    return solved.first is not None and not is_more_told


def _structure(solved: SolutionRecord, style: Style) -> Hashable:
    """What decides how a solution is told, but for its numbers."""
    assert solved.first is not None
    choices = tuple(solved.first.chosen.items()), tuple(solved.first.local_chosen.items())
    short = with_short_adjoints(solved.derivation, has_values=True).short
    ones = tuple((key, form.one) for key, form in short.items())
    return solved.derivation.formulas, style, solved.notes, choices, ones
