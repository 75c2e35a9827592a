"""A variant as questions that any platform can ask: what is shown, what is entered, and what comes of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from decimal import Context, Decimal
from functools import cached_property
from itertools import product
from operator import attrgetter

from ...document import Block, Document, Heading, Inline, Math, MathNode, Paragraph, Words
from ...errors import LimitError, UsageError
from ...languages import speaking
from ...options import Options
from ...printers.text import text
from ...records import record
from ...report.narrate import document_of
from ...report.notation import Notation
from ...report.numbers import Style, style_of
from ...report.sentences import HEADINGS
from ...syntax.expression import ListOf, Name
from ..choices import choices_of, feedback
from ..closeness import Answer
from ..exercise import Variant
from ..key import DIGITS, Accepted, Item, accepted
from ..sentences import ERRORS, PLATFORM
from .record import ExportOptions

_OPTIONS = 5  # of a multiple choice
_MOST_NAMED_PLACES = 3  # axes: a row and a column have names
_LOWEST = attrgetter("lowest")
_MOST_FIELDS = 400  # of one question: a browser shows no more with comfort


@record
class Lure:
    """A wrong number that a mistake leads to, what counts as that number, and what a person who enters it is told."""

    number: Accepted
    feedback: str


@record
class Field:
    """A number to enter. `name` is unique in the question, ASCII letters and digits; `place` where in a tensor it is.

    No interval of a lure meets that of the right number or another lure's.
    """

    name: str
    right: Accepted
    place: str
    lures: tuple[Lure, ...] = ()


@record
class Group:
    """The numbers of one thing that is asked: `label` names it, `shape` is () for a single number.

    `about` is the kind and the name of the key's item.
    """

    about: tuple[str, str]
    label: tuple[Inline, ...]
    shape: tuple[int, ...]
    fields: tuple[Field, ...]


@record
class Option:
    """An answer to choose."""

    node: MathNode
    is_right: bool
    feedback: str


@record
class Asked:
    """What a question asks for, without the numbers of a variant: one number, `fields`, or a `choice`.

    `about` says of what, by an item's kind and name, and `place` which entry of it. `is_rounded` tells that it is said
    how many digits are expected.
    """

    how: str
    about: tuple[str, str] = ("", "")
    place: str = ""
    is_rounded: bool = False


@record(slots=False)
class Question:
    """One question: `prompt` is the problem and what is asked, `solution` the worked solution, or None.

    A `numerical` one has one field, a `cloze` one any number of them in groups; a `choice` has options. The `prompt`
    and the `solution` are made when they are asked for.
    """

    id: str
    title: str
    kind: str
    asker: Asker
    asked: Asked
    groups: tuple[Group, ...] = ()
    options: tuple[Option, ...] = ()

    @cached_property
    def prompt(self) -> Document:
        return self.asker.document((*self.asker.problem, *self.asker.blocks(self.asked)))

    @property
    def solution(self) -> Document | None:
        return self.asker.solution

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for group in self.groups for field in group.fields)

    @property
    def points(self) -> int:
        return max(1, len(self.fields))


def questions_of(variant: Variant, options: ExportOptions) -> Iterator[Question]:
    """The questions of a variant, one for every gradient asked for, or one of the whole derivation (`cloze`).

    Raises UsageError where there is nothing to ask.
    """
    with speaking(options.shown.language):
        questions = tuple(_questions(variant, options))
    yield from questions


def _questions(variant: Variant, options: ExportOptions) -> Iterator[Question]:
    if variant.drawn.record.first is None:
        raise UsageError(ERRORS["no numbers"])
    asker = Asker(variant, options)
    if options.kind == "cloze":
        yield asker.cloze(tuple(variant.key), "")
        return
    for number, wanted in enumerate(variant.problem.gradients):
        mark = f"-{number + 1}" if number else ""
        found = asker.choice(wanted, mark) if options.kind == "choice" else None
        yield found or asker.number(wanted, mark)


def one_by_one(question: Question) -> Iterator[Question]:
    """The question as questions with one field each, for a platform without fields in a text."""
    if question.kind != "cloze":
        yield question
        return
    for group in question.groups:
        for field in group.fields:
            asked = replace(question.asked, how="number", about=group.about, place=field.place)
            yield replace(
                question, id=f"{question.id}-{field.name}", title=f"{question.title} {field.name}", kind="numerical",
                asked=asked, groups=(replace(group, shape=(), fields=(field,)),),
            )  # fmt: skip


class Asker:
    """What the questions of a variant share."""

    def __init__(self, variant: Variant, options: ExportOptions) -> None:
        self.variant = variant
        self.record = variant.drawn.record
        self.options = options
        self.notation = Notation(options.shown.notation, self.record.derivation)
        self.style = style_of(self.record.problem, options.shown.digits)
        self.title = self.record.problem.title or HEADINGS["exercise"]
        self.spelled = self.record.problem.spelled

    # --- questions

    def number(self, wanted: str, mark: str) -> Question:
        """The gradient by a name as a number to enter, or as many as it has entries."""
        item = next(each for each in self.variant.key if (each.kind, each.name) == ("gradient", wanted))
        if item.shape:
            return self.cloze((item,), mark)
        right = item.numbers[0]
        field = Field("g1", right, "", self.lures(wanted, right))
        asked = Asked("number", (item.kind, item.name), "", self.is_rounded((field,)))
        return self.question(mark, "numerical", asked, groups=(self.group(item, (field,)),))

    def cloze(self, items: tuple[Item, ...], mark: str) -> Question:
        """Every number of these items as a field."""
        if sum(len(item.numbers) for item in items) > _MOST_FIELDS:
            raise LimitError(
                f"a question would have {sum(len(item.numbers) for item in items):,} fields",
                expected=f"at most {_MOST_FIELDS}", hint="a smaller tensor, or kind numerical",
            )  # fmt: skip
        groups, count = [], 0
        for item in items:
            fields = []
            for number, place in zip(item.numbers, places(item.shape), strict=True):
                count += 1
                fields.append(Field(f"{item.kind[0]}{count}", number, place, self.lures_of(item)))
            groups.append(self.group(item, tuple(fields)))
        every = tuple(field for group in groups for field in group.fields)
        asked = Asked("fields", is_rounded=self.is_rounded(every))
        return self.question(mark, "cloze", asked, groups=tuple(groups))

    def choice(self, wanted: str, mark: str) -> Question | None:
        """The gradient by a name among wrong ones, or None where no mistake leads to a wrong one."""
        found = choices_of(
            self.record, wanted, self.variant.mistakes_by_name[wanted], _OPTIONS, self.variant.drawn.number
        )
        shape = next(each.shape for each in self.variant.key if (each.kind, each.name) == ("gradient", wanted))
        names = self.document(()).literal_names
        options: list[Option] = []
        # The right answer keeps its place even where a wrong one before it looks like it in the digits that are shown.
        seen = {text(_shown(each.answer, shape, self.style), names) for each in found if each.is_right}
        for each in found:
            node = _shown(each.answer, shape, self.style)
            look = text(node, names)
            if each.is_right or look not in seen:
                options.append(Option(node, each.is_right, each.feedback))
                seen.add(look)
        if len(options) < 2:
            return None
        return self.question(mark, "choice", Asked("choice", ("gradient", wanted)), options=tuple(options))

    def question(
        self, mark: str, kind: str, asked: Asked, groups: tuple[Group, ...] = (), options: tuple[Option, ...] = ()
    ) -> Question:
        name = f"{self.variant.id}{mark}"
        return Question(name, f"{self.title} {name}", kind, self, asked, groups, options)

    # --- their parts

    def group(self, item: Item, fields: tuple[Field, ...]) -> Group:
        about = item.kind, item.name
        return Group(about, self.label(about), item.shape, fields)

    def lures_of(self, item: Item) -> tuple[Lure, ...]:
        """Those of a single number that is asked for; none on the way there."""
        is_asked = item.kind == "gradient" and item.name in self.record.problem.gradients
        return self.lures(item.name, item.numbers[0]) if is_asked and not item.shape else ()

    def lures(self, wanted: str, right: Accepted) -> tuple[Lure, ...]:
        """The wrong numbers, but for those of which something counts as another number too."""
        found: list[Lure] = []
        taken = [right]  # in order; they do not meet, so that another one can meet the last that begins before its end
        carried, spelled = self.record.problem.round_to, self.spelled
        for wrong in self.variant.mistakes_by_name[wanted]:
            number = accepted(wrong.answer[0], wrong.answer[0], carried)
            place = bisect_right(taken, number.highest, key=_LOWEST)
            if not place or taken[place - 1].highest < number.lowest:
                taken.insert(place, number)
                found.append(Lure(number, feedback(wrong.made[0], spelled)))
        return tuple(found)

    def label(self, about: tuple[str, str]) -> tuple[Inline, ...]:
        kind, key = about
        if kind == "gradient":
            return (Math(self.notation.adjoint(key)),)
        name = Math(Name(key))
        if kind != "after":
            return (name,)
        before, after = PLATFORM.pieces("after")
        return (Words(before), name, Words(after)) if before else (name, Words(after))

    def is_rounded(self, fields: tuple[Field, ...]) -> bool:
        """Whether a number does not end, and the problem does not say how it rounds."""
        return self.record.problem.round_to is None and any(f.right.lowest < f.right.highest for f in fields)

    def blocks(self, asked: Asked) -> tuple[Block, ...]:
        """What is asked, after the problem. It stands last, so that a field can follow it."""
        with speaking(self.options.shown.language):
            precision = [Paragraph((Words(PLATFORM["digits"].format(digits=DIGITS)),))] if asked.is_rounded else []
            return (*precision, self._asking(asked))

    def _asking(self, asked: Asked) -> Paragraph:
        if asked.how == "fields":
            return Paragraph((Words(PLATFORM["fields"]),))
        if asked.how == "choice":
            before, after = PLATFORM.pieces("choice")
        else:
            before, after = PLATFORM.pieces("entry" if asked.place else "number", place=asked.place)
        return Paragraph((Words(before), *self.label(asked.about), Words(after)))

    def document(self, blocks: tuple[Block, ...]) -> Document:
        return document_of(self.record.problem, self.options.shown, self.title, blocks)

    @cached_property
    def problem(self) -> tuple[Block, ...]:
        """What is given and asked, which all questions begin with."""
        with speaking(self.options.shown.language):
            return self.variant.question_blocks(self.options.shown)

    @cached_property
    def solution(self) -> Document | None:
        """The worked solution, which all questions share."""
        return solution_of(self.variant, self.options.shown) if self.options.solution else None


def solution_of(variant: Variant, shown: Options) -> Document:
    """The worked solution as it stands below an answer, without the problem, which stands above it already."""
    with speaking(shown.language):
        document = variant.solution_with(shown).document(shown)
        problem, blocks = variant.question_blocks(shown), document.blocks
    if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1:
        blocks = blocks[1:]
    return replace(document, blocks=blocks[len(problem) :] if blocks[: len(problem)] == problem else blocks)


def places(shape: tuple[int, ...]) -> Iterator[str]:
    """Where in a tensor each entry is, row by row, in words; nothing for a single number."""
    for indices in product(*(range(1, size + 1) for size in shape)):
        if not indices:
            yield ""
        elif len(indices) < _MOST_NAMED_PLACES:
            yield PLATFORM[f"place {len(indices)}"].format(*indices)
        else:
            yield PLATFORM["place"].format(", ".join(map(str, indices)))


def _shown(answer: Answer, shape: tuple[int, ...], style: Style) -> MathNode:
    """An answer as a formula; a tensor as the nested list that a printer sets as a matrix."""
    entries = iter(style.alike(list(answer)) if shape else [style.shown(answer[0])])

    def nested(left: tuple[int, ...]) -> MathNode:
        return ListOf(tuple(nested(left[1:]) for _ in range(left[0]))) if left else next(entries)  # type: ignore[misc]

    return nested(shape)


# --- numbers as platforms read them -----------------------------------------------------------------------

_EXACT = Context(prec=60)  # for what has an end
_LONGEST = Context(prec=25)  # of a number that has an end
_ROUNDED = Context(prec=15)  # for the others: more than platforms compute with
_MOST_PLAIN = 12  # digits before or behind the point; a longer number is written with an exponent


def written(number: Decimal) -> str:
    """A number as every platform reads it: digits and a point, or an exponent where it is long."""
    short = _LONGEST.plus(number)
    if short != number:
        short = _ROUNDED.plus(number)
    short = short.normalize(_EXACT)
    if not short:
        return "0"
    return f"{short:f}" if abs(short.adjusted()) < _MOST_PLAIN else f"{short:e}".replace("e+", "e")


def reach(number: Accepted) -> Decimal:
    """A distance on both sides of the value within which all that is accepted lies."""
    value = number.value.decimal
    return max(value - number.lowest, number.highest - value)


def margins(number: Accepted) -> tuple[tuple[Decimal, Decimal], ...]:
    """What is accepted, as numbers with a distance on both sides: the value itself, then what lies further out."""
    value = number.value.decimal
    below, above = value - number.lowest, number.highest - value
    near, far = (below, above) if below <= above else (above, below)
    if far - near <= near * _EVEN:
        return ((value, near),)
    middle, half = (number.lowest + number.highest) / 2, (number.highest - number.lowest) / 2
    return ((value, near),) if half - near <= half * _EVEN else ((value, near), (middle, half))


_EVEN = Decimal("1e-9")
