"""What a grading finds: one line for each thing that is asked, a sheet for each student, and a class of sheets."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from fractions import Fraction
from functools import cached_property

from ..document import MathNode
from ..errors import Place, UsageError
from ..problem import Problem
from ..records import record

# Those that earn a point. `follows` is right from an earlier value of the student's own that is wrong; `implied` stands
# nowhere, but a right line is built on it.
EARNING = ("right", "rounded", "follows", "implied")
# `partly` is a tensor of which some entries are right; `trivial` is right from an own 0 or 1 that left nothing to do;
# `coarse` is given with too few digits; `unread` was not understood, `missing` does not stand there.
VERDICTS = (*EARNING, "partly", "trivial", "coarse", "wrong", "unread", "missing")
KINDS = ("value", "local", "gradient", "after")


@record
class GradeOptions:
    """How answers are graded.

    `ask` are the kinds of lines that earn points: `value` of a step, `local` gradient, `gradient` of the loss, `after`
    an update. `show_work` gives nothing for a line that does not stand there. `digits` are the significant digits that
    a rounded number needs. Raises UsageError.
    """

    ask: tuple[str, ...] = KINDS
    show_work: bool = False
    digits: int = 2

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.ask if kind not in KINDS]
        if unknown or not self.ask:
            raise UsageError(f"ask {', '.join(unknown) or 'nothing'}", expected=", ".join(KINDS))
        if not 1 <= self.digits <= 50:
            raise UsageError(f"digits {self.digits}", expected="significant digits from 1 to 50")


DEFAULT_GRADING = GradeOptions()


@record
class Item:
    """One thing that is asked: its kind, the name (of a local gradient, step and operand), and how it is written."""

    kind: str
    name: str
    step: str
    head: MathNode
    title: str


@record
class Diagnosis:
    """A mistake that a wrong line looks like, where it was made, and the feedback that it earns."""

    name: str
    feedback: str
    at: str = ""


@record
class Used:
    """An earlier value of the student's own that a line goes on from."""

    name: str
    value: str


@record
class Line:
    """What is said of one item: the verdict, the part of its point that it earns, and why.

    `written` is the student's own line, at `place`, and `formula` what it shows if it is LaTeX. `expected` is what is
    right; for a line that follows from an earlier error it is what that error would not have led to. `used` are the own
    values behind that.
    """

    item: Item
    verdict: str
    credit: Fraction
    written: str = ""
    formula: MathNode | None = None
    place: Place | None = None
    expected: MathNode | None = None
    used: tuple[Used, ...] = ()
    mistakes: tuple[Diagnosis, ...] = ()
    reason: str = ""

    @property
    def mistake(self) -> Diagnosis | None:
        """The mistake that it looks like most."""
        return self.mistakes[0] if self.mistakes else None


@record
class Remark:
    """A claim that earns no point of its own and is wrong or not understood."""

    place: Place
    claim: str
    verdict: str
    expected: str = ""
    mistake: Diagnosis | None = None
    reason: str = ""


@record
class Sheet:
    """One student's work, graded. `problem` says why nothing could be graded, "" where it could."""

    student: str
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...] = ()
    problem: str = ""

    @property
    def points(self) -> Fraction:
        return sum((line.credit for line in self.lines), Fraction(0))

    @property
    def total(self) -> int:
        """How many points there are."""
        return len(self.lines)

    def of(self, *verdicts: str) -> tuple[Line, ...]:
        """The lines with one of these verdicts."""
        return tuple(line for line in self.lines if line.verdict in verdicts)

    def line(self, title: str) -> Line:
        """The line of an item by its title. Raises KeyError."""
        for line in self.lines:
            if line.item.title == title:
                return line
        raise KeyError(title)

    @property
    def mistakes(self) -> tuple[Diagnosis, ...]:
        """The mistakes made, one for each wrong line for which one is known."""
        found = [*(line.mistake for line in self.lines), *(remark.mistake for remark in self.remarks)]
        return tuple(mistake for mistake in found if mistake is not None)


@record
class Lost:
    """How much one item cost a class: how many points of how many, and how many students were wrong there."""

    item: Item
    points: Fraction
    students: int
    wrong: int


@record(slots=False)
class Class:
    """The sheets of a class, in the order handed in, and the problem they answer."""

    problem: Problem
    items: tuple[Item, ...]
    sheets: tuple[Sheet, ...]
    options: GradeOptions = field(default_factory=GradeOptions)

    @cached_property
    def graded(self) -> tuple[Sheet, ...]:
        """The sheets that could be graded."""
        return tuple(sheet for sheet in self.sheets if not sheet.problem)

    @cached_property
    def lost(self) -> tuple[Lost, ...]:
        """What each item cost, in the order of the work; of the sheets that could be graded."""
        found = []
        for k, item in enumerate(self.items):
            lines = [sheet.lines[k] for sheet in self.graded]
            points = sum((1 - line.credit for line in lines), Fraction(0))
            found.append(Lost(item, points, len(lines), sum(line.verdict not in EARNING for line in lines)))
        return tuple(found)

    @property
    def worst(self) -> Lost | None:
        """The item that cost most, the first of several; None where none cost anything."""
        found = max(self.lost, key=lambda lost: lost.points)
        return found if found.points else None

    @cached_property
    def mistakes(self) -> tuple[tuple[Diagnosis, int], ...]:
        """Each mistake with how many students made it, the most frequent first; each with the feedback of the first."""
        counted: Counter[str] = Counter()
        known: dict[str, Diagnosis] = {}
        for sheet in self.graded:
            own = {mistake.name: mistake for mistake in reversed(sheet.mistakes)}
            counted.update(own.keys())
            for name, mistake in own.items():
                known.setdefault(name, Diagnosis(mistake.name, mistake.feedback))
        order = sorted(counted, key=lambda name: (-counted[name], name))
        return tuple((known[name], counted[name]) for name in order)
