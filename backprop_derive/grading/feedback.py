"""What one student is told: points, a table of all lines, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Block, Code, Document, Heading, Inline, Item, ListBlock, Math, Paragraph, Strong, Table, Words
from ..errors import shorten
from ..exercises.sentences import FEEDBACK as PLACES
from ..languages import ENGLISH, GAP, again, speaking
from ..problem import Problem
from ..report.blocks import words_cell
from ..syntax.names import ambiguous, canonical
from .record import Diagnosis, Line, Remark, Sheet
from .record import Item as Asked
from .sentences import FEEDBACK, FEEDBACK_COLUMNS, VERDICTS, number

_LONGEST = 120  # characters of a student's own line
_EXPLAINED = ("wrong", "partly", "trivial", "coarse", "unread", "follows")
_MOST_OTHERS = 2
_MOST_REMARKS = 30


def feedback_document(sheet: Sheet, problem: Problem, digits: int = 2, language: str = ENGLISH) -> Document:
    """The feedback for one student."""
    with speaking(language):
        title = FEEDBACK["title"].format(student=shorten(sheet.student, _LONGEST))
        return Document(title, tuple(feedback_blocks(sheet, digits)), language, literal_names(problem))


def literal_names(problem: Problem) -> frozenset[str]:
    """The keys that notation must set as typed."""
    return ambiguous(tuple(problem.spelled))


def feedback_blocks(sheet: Sheet, digits: int, level: int = 1) -> Iterator[Block]:
    """The feedback below a heading of a level."""
    yield Heading(level, (Words(FEEDBACK["title"].format(student=shorten(sheet.student, _LONGEST))),))
    if sheet.problem:
        yield Paragraph((Words(FEEDBACK["refused"].format(problem=shorten(again(sheet.problem), 300))),))
        return
    yield Paragraph((Strong(FEEDBACK["points"].format(points=number(sheet.points), total=sheet.total)),))
    if sheet.points == sheet.total and not sheet.of("follows") and not sheet.remarks:
        yield Paragraph((Words(FEEDBACK["clean"]),))
    yield Heading(level + 1, (Words(FEEDBACK["lines"]),))
    yield Table(tuple(map(words_cell, FEEDBACK_COLUMNS.values())), tuple(map(_row, sheet.lines)))
    told = [_told(line, digits) for line in sheet.lines if line.verdict in _EXPLAINED]
    missing = sheet.of("missing")
    if missing:
        told.append(_missing(missing))
    if told:
        yield Heading(level + 1, (Words(FEEDBACK["details"]),))
        yield ListBlock(tuple(told), ordered=False)
    if sheet.remarks:
        yield Heading(level + 1, (Words(FEEDBACK["other"]),))
        yield ListBlock(tuple(map(_remark, sheet.remarks[:_MOST_REMARKS])), ordered=False)


def item_words(item: Asked) -> tuple[Inline, ...]:
    """How an item is called: its formula, and of an update that it is one."""
    return (Math(item.head), Words(FEEDBACK["after"])) if item.kind == "after" else (Math(item.head),)


def mistake_name(mistake: Diagnosis) -> str:
    """The name of a mistake in the language that is being told in."""
    return again(mistake.name, "mistake")


def mistake_told(mistake: Diagnosis) -> str:
    """What a person who made the mistake is told."""
    return again(mistake.feedback, "feedback")


def _row(line: Line) -> tuple[tuple[Inline, ...], ...]:
    return item_words(line.item), _written(line), words_cell(VERDICTS[line.verdict]), words_cell(number(line.credit))


def _written(line: Line) -> tuple[Inline, ...]:
    if line.formula is not None:
        return (Math(line.formula),)
    return (Code(shorten(line.written, _LONGEST)),) if line.written else (Words("–"),)


def _told(line: Line, digits: int) -> Item:
    verdict = VERDICTS[line.verdict]
    if line.place is None:
        head = FEEDBACK["verdict"].format(verdict=verdict)
    else:
        head = FEEDBACK["verdict at"].format(line=line.place.line, verdict=verdict)
    return Item((*item_words(line.item), Words(head), *_why(line, digits)))


def _missing(lines: tuple[Line, ...]) -> Item:
    """What is not in the text, in one entry."""
    before, after = FEEDBACK.pieces("missing")
    content: list[Inline] = [Words(before)]
    for k, line in enumerate(lines):
        content += [Words(FEEDBACK["and"] if k else ""), *item_words(line.item)]
        if line.expected is not None and line.item.kind != "local":
            content += [Words(" ("), Math(line.expected), Words(")")]
    return Item((*content, Words(after)))


def _why(line: Line, digits: int) -> Iterator[Inline]:
    if line.verdict == "follows":
        yield _used(line, "used")
        return
    reason = again(line.reason)
    if line.verdict in ("trivial", "coarse", "unread"):
        yield Words(FEEDBACK[line.verdict].format(digits=digits, reason=shorten(reason, 200)))
    if line.mistake is not None:
        yield from _mistake(line)
    if reason and line.verdict in ("wrong", "partly"):
        yield Words(FEEDBACK["reason"].format(reason=reason[:1].upper() + reason[1:].rstrip(".")))
    if line.expected is not None and line.verdict != "unread":
        before, after = FEEDBACK.pieces("right")
        yield from (Words(before), Math(line.expected), Words(after))
    if line.verdict == "wrong" and line.used:
        yield _used(line, "used wrong")


def _mistake(line: Line) -> Iterator[Inline]:
    first, *others = line.mistakes
    name = mistake_name(first)
    if first.at and canonical(first.at) != line.item.name:
        name = FEEDBACK["made at"].format(name=name, at=first.at.replace(" by ", PLACES["by"]))
    yield Words(FEEDBACK["looks"].format(name=name, feedback=mistake_told(first)))
    if others:
        names = FEEDBACK["and"].join(map(mistake_name, others[:_MOST_OTHERS]))
        yield Words(FEEDBACK["perhaps"].format(names=names))


def _used(line: Line, key: str) -> Inline:
    return Words(FEEDBACK[key].format(used=FEEDBACK["and"].join(f"{used.name} = {used.value}" for used in line.used)))


def _remark(remark: Remark) -> Item:
    key = "unread claim" if remark.verdict == "unread" else "wrong claim"
    before, _, after = FEEDBACK[key].partition(GAP)
    after = after.format(reason=shorten(again(remark.reason), 200))
    where = FEEDBACK["remark at"].format(line=remark.place.line)
    content: list[Inline] = [Words(where + before), Code(shorten(remark.claim, _LONGEST)), Words(after)]
    if remark.verdict == "wrong":
        if remark.mistake is not None:
            content.append(Words(f"{mistake_told(remark.mistake)} "))
        if remark.expected:
            before, after = FEEDBACK.pieces("right")
            content += [Words(before), Code(remark.expected), Words(after.rstrip())]
    return Item(tuple(content))
