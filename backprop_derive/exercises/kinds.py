"""The kinds of exercise that one problem makes: a record each, in one table."""

from __future__ import annotations

from collections.abc import Callable

from ..document import Block, Paragraph, Room, Words
from ..errors import UsageError, nearest
from ..records import record
from . import sentences as say
from .parts import Parts, Section, parts_of
from .short import short_table
from .task import Scored, SheetOptions, Task
from .variants import Drawn

_LINES = 2  # of writing for one line of the solution
_MOST_LINES = 18  # of room in one piece, which must fit on a page


@record
class Kind:
    """A kind of exercise. `about` says what it trains; `makes` gives what its sheet asks and its key has."""

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


def _full(drawn: Drawn, options: SheetOptions) -> Task:
    parts = parts_of(drawn.record, options.presentation)
    names = [f"the {say.SECTIONS[each.key]} ({say.points(len(each.items))})" for each in parts.sections]
    asked = Paragraph((Words(say.ASKED["full"].format(sections=say.series(names))),))
    question = (*parts.problem, asked, *room_for(parts.sections))
    return Task(question, worked_key(drawn, parts, options), scored(parts.sections))


def room_for(sections: tuple[Section, ...]) -> tuple[Block, ...]:
    """Room to work out the lines of the sections."""
    lines = _LINES * sum(len(section.items) for section in sections)
    return tuple(Room(min(_MOST_LINES, lines - start)) for start in range(0, lines, _MOST_LINES))


def scored(sections: tuple[Section, ...]) -> tuple[Scored, ...]:
    """One point a line."""
    return tuple(Scored(section.title, len(section.items)) for section in sections)


def worked_key(drawn: Drawn, parts: Parts, options: SheetOptions) -> tuple[Block, ...]:
    """The whole solution with the points of each section, or the short key."""
    if options.key == "short":
        return (short_table(drawn.record, parts.sections, options.presentation),)
    return (*parts.problem, *parts.solution)


KINDS: tuple[Kind, ...] = (Kind("full", "the whole derivation on an empty page", _full),)
