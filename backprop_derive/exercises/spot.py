"""Spot the error: a solution in which one line is wrong, and everything after it follows from that line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .. import stages
from ..document import Heading, Paragraph, Room, Strong, Words
from ..errors import BackpropError, UsageError
from ..languages import translated
from ..limits import DEFAULT_LIMITS
from ..mistakes.record import Made
from ..mistakes.table import possible
from ..options import Options
from ..records import record
from ..report.narrate import tell
from ..solution import SolutionRecord, TensorSolution
from . import fading
from . import sentences as say
from .answers import answer_to
from .closeness import is_close
from .order import shuffled
from .parts import Parts, Section, chain_of, parts_of
from .task import Scored, SheetOptions, Task
from .variants import Drawn

# The stages whose mistakes show in a line, and the sections in which they show. An update by a wrong rate or sign reads
# as one by another rate, so it is no mistake that a line gives away.
_SHOWN = {"forward": ("forward",), "local": ("local",), "backward": ("flows", "backward")}

_ROOM = 4  # lines to say which line is wrong and what it should be


@record
class Spotted:
    """A mistake that shows: the wrong solution, and the place of its one wrong line."""

    made: Made
    parts: Parts
    place: fading.Place


def spot_task(drawn: Drawn, options: SheetOptions) -> Task:
    """A solution with one mistake, which one the variant's number decides. Raises UsageError where none shows."""
    right = parts_of(drawn.record, options.presentation)
    found = spotted(drawn, right, options.presentation)
    section, number = found.place
    title, lines = right.sections[section].title, right.sections[section].items
    asked = Paragraph((Words(say.SPOT["asked"]),))
    told = (*fading.shown(found.parts.sections), *found.parts.answer, *found.parts.remarks)
    where = Words(f" {say.SPOT['place'].format(section=title, number=number + 1)} ")
    key = (
        Paragraph((Strong(say.SPOT["line"]), where, *found.parts.sections[section].items[number].content)),
        Paragraph((Strong(say.SPOT["right"]), Words(" "), *lines[number].content)),
        Paragraph((Words(translated("feedback", found.made.mistake.feedback)),)),
    )
    full = (*key, Heading(2, (Words(say.SPOT["solution"]),)), *right.problem, *right.solution)
    scored = (Scored(say.SPOT["found"], 1), Scored(say.SPOT["corrected"], 1))
    return Task((*right.problem, asked, *told, Room(_ROOM)), key if options.key == "short" else full, scored)


def spotted(drawn: Drawn, right: Parts, options: Options) -> Spotted:
    """The first mistake, in an order that the variant's number decides, that shows in exactly one line."""
    made = list(possible(drawn.record.derivation, tuple(_SHOWN)))
    for k in range(len(made)):
        found = _spotted(drawn.record, right, made[shuffled(k, len(made), drawn.number)], options)
        if found is not None:
            return found
    raise UsageError(say.ERRORS["no mistake"], expected="another variant, or another kind of exercise")


def _spotted(right: SolutionRecord | TensorSolution, parts: Parts, made: Made, options: Options) -> Spotted | None:
    try:
        wrong = stages.evaluated(made.derivation, DEFAULT_LIMITS)
    except BackpropError:
        return None  # where the mistake leads out of a domain, it leads to no solution
    if all(is_close(answer_to(right, name), answer_to(wrong, name)) for name in right.derivation.graph.wanted):
        return None
    told = parts_of(wrong, options)
    place = wrong_line(right, parts, wrong, told, options)
    if place is None or parts.sections[place[0]].key not in _SHOWN[made.mistake.stage]:
        return None
    return Spotted(made, told, place)


def wrong_line(
    right: SolutionRecord | TensorSolution,
    parts: Parts,
    wrong: SolutionRecord | TensorSolution,
    told: Parts,
    options: Options,
) -> fading.Place | None:
    """The only line that says something else in the wrong solution, if it is also the first that looks different.

    A line says how something is computed; a line that says the same may come to another number, which follows from
    the lines before it.
    """
    if fading.places(parts.sections) != fading.places(told.sections):
        return None
    said, shown = _statements(right, parts, options), _statements(wrong, told, options)
    differ = [place for place in said if said[place] != shown[place]]
    looks = [(k, n) for k, n in said if parts.sections[k].items[n] != told.sections[k].items[n]]
    return differ[0] if len(differ) == 1 and looks[0] == differ[0] else None


def _statements(record: SolutionRecord | TensorSolution, parts: Parts, options: Options) -> dict[fading.Place, object]:
    """What each line says, without the numbers that follow from others."""
    return {
        (k, n): statement
        for k, section in enumerate(parts.sections)
        for n, statement in enumerate(_said(record, section, options))
    }


def _said(record: SolutionRecord | TensorSolution, section: Section, options: Options) -> Iterator[object]:
    if section.key == "local":
        # Of several cases, which one applies is a consequence of the values.
        assert isinstance(record, SolutionRecord)
        lines = tell(record, options).lines
        steps = record.derivation.graph.steps
        symbolic = replace(lines, first=None)
        yield from (symbolic.local(each, steps[each.step]) for each in record.derivation.local_gradients())
        return
    # The formula of a tensor's gradient stands among the flows and is repeated in the backward pass.
    kept = 1 if section.key == "backward" and isinstance(record, TensorSolution) else 2
    for item in section.items:
        chain = chain_of(item)
        yield item if chain is None or section.key == "flows" else chain.links[:kept]
