"""The kinds of exercise that one problem makes: a record each, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .. import stages
from ..document import Block, Item, ListBlock, Math, Paragraph, Room, Table, Words
from ..errors import UsageError, nearest
from ..graph import build_graph
from ..limits import DEFAULT_LIMITS
from ..records import record
from ..report.blocks import series
from ..report.narrate import shows_rounded
from ..report.remarks import sentence
from . import fading
from . import sentences as say
from .choose import choice_task, is_question
from .hints import hint_blocks
from .order import shuffled
from .parts import Parts, Section, parts_of
from .short import short_table
from .spot import spot_task
from .task import Scored, SheetOptions, Task
from .variants import Drawn

_HIGHEST = 24  # lines of a frame, which must fit on a page


@record
class Kind:
    """A kind of exercise. `about` says what is asked; `makes` gives what stands on its sheet and in its key."""

    name: str
    about: str
    makes: Callable[[Drawn, SheetOptions], Task]


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises UsageError, listing those there are."""
    found = {kind.name: kind for kind in KINDS}.get(name)
    if found is None:
        names = [kind.name for kind in KINDS]
        raise UsageError(f"kind {name} is unknown", expected=", ".join(names), hint=nearest(name, names))
    return found


# --- the whole of it


def _full(drawn: Drawn, options: SheetOptions) -> Task:
    return _whole(drawn, parts_of(drawn.record, options.presentation), options)


def _whole(drawn: Drawn, parts: Parts, options: SheetOptions) -> Task:
    question = (*parts.problem, _sections_asked("full", drawn, parts, options), *_room(parts.sections))
    return Task(question, _worked(drawn, parts, options), _scored(parts.sections))


def _gradient(drawn: Drawn, options: SheetOptions) -> Task:
    """The whole derivation of the first gradient asked for, and of no other."""
    problem = drawn.record.problem
    only = replace(problem, wanted=problem.wanted[:1], updates=0, learning_rate=None)
    derivation = stages.derived(build_graph(only))
    return _full(replace(drawn, record=stages.evaluated(derivation, DEFAULT_LIMITS)), options)


def _sections_asked(key: str, drawn: Drawn, parts: Parts, options: SheetOptions) -> Paragraph:
    names = [f"{say.section(each.key, each.title)} ({say.points(len(each.items))})" for each in parts.sections]
    asked = say.ASKED[key].format(sections=series(names))
    return Paragraph((Words(asked + _precision(drawn, parts.sections, options)),))


def _precision(drawn: Drawn, sections: tuple[Section, ...], options: SheetOptions) -> str:
    """How numbers are to be written, where any are rounded."""
    places = drawn.record.problem.round_to
    if places is not None:
        return " " + say.ASKED["round to one" if places == 1 else "round"].format(count=places)
    if any(shows_rounded(list(section.blocks)) for section in sections):
        return " " + say.ASKED["digits"].format(digits=options.presentation.digits)
    return ""


def _room(sections: tuple[Section, ...], framed: bool = False) -> tuple[Block, ...]:
    """Half as many lines again as the solution has."""
    lines = (3 * sum(len(section.items) for section in sections) + 1) // 2
    return (Room(min(_HIGHEST, lines) if framed else lines, framed),)


def _scored(sections: tuple[Section, ...]) -> tuple[Scored, ...]:
    """One point a line."""
    return tuple(Scored(section.title, len(section.items)) for section in sections)


def _worked(drawn: Drawn, parts: Parts, options: SheetOptions) -> tuple[Block, ...]:
    """The whole solution with the points of each section, or the short key."""
    if options.key == "short":
        return _short(drawn, parts.sections, options)
    points = {section.key: len(section.items) for section in parts.sections}
    return (*parts.problem, *fading.shown(parts.sections, points), *parts.answer, *parts.remarks)


def _short(drawn: Drawn, sections: tuple[Section, ...], options: SheetOptions) -> tuple[Block, ...]:
    return (short_table(drawn.record, sections, options.presentation),)


# --- one stage alone


def _stage(key: str) -> Callable[[Drawn, SheetOptions], Task]:
    """One section, each line of it begun."""

    def made(drawn: Drawn, options: SheetOptions) -> Task:
        parts = parts_of(drawn.record, options.presentation)
        section = parts.section(key)
        if section is None:
            raise UsageError(say.ERRORS["no update"].format(name=key), hint="Learning rate: 0.1")
        kept = (replace(section, blocks=tuple(b for b in section.blocks if not isinstance(b, Table))),)
        blank = frozenset(fading.places(kept))
        more = _precision(drawn, kept, options) if key != "local" else ""
        asked = Paragraph((Words(f"{say.ASKED[section.key]} ({say.points(len(blank))}){more}"),))
        known = (Paragraph((Words(say.ASKED["known"]),)), *_equations(parts.answer)) if key == "update" else ()
        given = tuple(block for block in parts.problem if not is_question(block))
        question = (*given, *known, asked, *fading.with_blanks(kept, blank)[0].blocks)
        decimals = sentence("decimals", digits=str(options.presentation.digits))
        remarks = tuple(each for each in parts.remarks if each != decimals or shows_rounded(list(kept[0].blocks)))
        full = (*given, *known, asked, *kept[0].blocks, *remarks)
        return Task(question, _short(drawn, kept, options) if options.key == "short" else full, _scored(kept))

    return made


def _equations(answer: tuple[Block, ...]) -> tuple[Block, ...]:
    items = tuple(Item((Math(chain),)) for block in answer for chain in fading.answers_in(block))
    return (ListBlock(items, ordered=False),)


# --- fading, from the worked example to an empty page


def _example(drawn: Drawn, options: SheetOptions) -> Task:
    """The worked example, to be read."""
    parts = parts_of(drawn.record, options.presentation)
    told = (*parts.problem, *parts.solution)
    return Task(told, told, ())


def _faded(drawn: Drawn, options: SheetOptions) -> Task:
    parts = parts_of(drawn.record, options.presentation)
    blank = fading.every(parts.sections, options.every)
    return _with_blanks(drawn, parts, blank, options)


def _with_blanks(drawn: Drawn, parts: Parts, blank: frozenset[fading.Place], options: SheetOptions) -> Task:
    points = fading.counted(parts.sections, blank)
    scored = tuple(Scored(section.title, points[section.key]) for section in parts.sections if points[section.key])
    blanks, filled = fading.with_blanks(parts.sections, blank), fading.marked(parts.sections, blank)
    asked = Paragraph((Words(say.FADED["fill in"] + _precision(drawn, parts.sections, options)),))
    question = (*parts.problem, asked, *fading.shown(blanks, points), *fading.blanked_answer(parts.answer))
    full = (*parts.problem, *fading.shown(filled, points), *parts.answer, *parts.remarks)
    short = _short(drawn, fading.only(parts.sections, blank), options)
    return Task(question, short if options.key == "short" else full, scored)


def _headings(drawn: Drawn, options: SheetOptions) -> Task:
    parts = parts_of(drawn.record, options.presentation)
    rooms = tuple(replace(section, blocks=_room((section,))) for section in parts.sections)
    points = {section.key: len(section.items) for section in parts.sections}
    asked = _sections_asked("headings", drawn, parts, options)
    question = (*parts.problem, asked, *fading.shown(rooms, points), *fading.blanked_answer(parts.answer))
    return Task(question, _worked(drawn, parts, options), _scored(parts.sections))


def _boxes(drawn: Drawn, options: SheetOptions) -> Task:
    parts = parts_of(drawn.record, options.presentation)
    boxes = tuple(box for section in parts.sections for box in _room((section,), framed=True))
    asked = _sections_asked("boxes", drawn, parts, options)
    question = (*parts.problem, asked, *boxes, *fading.blanked_answer(parts.answer))
    return Task(question, _worked(drawn, parts, options), _scored(parts.sections))


def _line(drawn: Drawn, options: SheetOptions) -> Task:
    """One line is missing, which one the variant's number decides."""
    parts = parts_of(drawn.record, options.presentation)
    found = fading.places(parts.sections)
    gone = frozenset({found[shuffled(0, len(found), drawn.number)]})
    task = _with_blanks(drawn, parts, gone, options)
    without = fading.changed(parts.sections, gone, fading.missing)
    asked = Paragraph((Words(say.ASKED["line"]),))
    return replace(task, question=(*parts.problem, asked, *fading.shown(without)))


# --- with hints


def _hints(drawn: Drawn, options: SheetOptions) -> Task:
    parts = parts_of(drawn.record, options.presentation)
    task = _whole(drawn, parts, options)
    return replace(task, question=(*task.question, *hint_blocks(drawn.record, parts, options.presentation)))


KINDS: tuple[Kind, ...] = (
    Kind("full", "the whole derivation, on an empty page", _full),
    Kind("forward", "the forward pass alone", _stage("forward")),
    Kind("local", "the local gradients alone", _stage("local")),
    Kind("gradient", "the first of the gradients asked for", _gradient),
    Kind("update", "one update, the gradients being known", _stage("update")),
    Kind("example", "the worked example, to be read", _example),
    Kind("faded", "the worked example with every so-manyth line blank", _faded),
    Kind("headings", "the headings alone, with room below each", _headings),
    Kind("boxes", "a page with an empty box for each part", _boxes),
    Kind("line", "the worked example with one line missing", _line),
    Kind("hints", "the whole derivation, with hints that say more and more", _hints),
    Kind("spot", "a solution with one mistake, to be found", spot_task),
    Kind("choice", "multiple choice, with what mistakes lead to", choice_task),
)
