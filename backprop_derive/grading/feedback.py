"""What one student is told: points, a table of all lines, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Block, Code, Document, Heading, Inline, Item, ListBlock, Math, Paragraph, Strong, Table, Words
from ..errors import shorten
from ..problem import Problem
from ..report.blocks import words_cell
from .record import Line, Remark, Sheet
from .sentences import FEEDBACK, FEEDBACK_HEADER, VERDICTS, number

_LONGEST = 120  # characters of a student's own line
_EXPLAINED = ("wrong", "partly", "trivial", "coarse", "unread", "follows")
_MOST_OTHERS = 2
_MOST_REMARKS = 30


def feedback_document(sheet: Sheet, problem: Problem, digits: int = 2) -> Document:
    """The feedback for one student."""
    title = FEEDBACK["title"].format(student=shorten(sheet.student, _LONGEST))
    return Document(title, tuple(feedback_blocks(sheet, digits)), literal_names=literal_names(problem))


def literal_names(problem: Problem) -> frozenset[str]:
    """The keys that notation must set as typed."""
    from ..syntax.names import ambiguous

    return ambiguous(tuple(problem.spelled))


def feedback_blocks(sheet: Sheet, digits: int, level: int = 1) -> Iterator[Block]:
    """The feedback below a heading of a level."""
    yield Heading(level, (Words(FEEDBACK["title"].format(student=shorten(sheet.student, _LONGEST))),))
    if sheet.problem:
        yield Paragraph((Words(FEEDBACK["refused"].format(problem=shorten(sheet.problem, 300))),))
        return
    points = f"{FEEDBACK['points']}: {number(sheet.points)} {FEEDBACK['of']} {sheet.total}"
    yield Paragraph((Strong(points),))
    if sheet.points == sheet.total and not sheet.of("follows") and not sheet.remarks:
        yield Paragraph((Words(FEEDBACK["clean"]),))
    yield Heading(level + 1, (Words(FEEDBACK["lines"]),))
    yield Table(tuple(map(words_cell, FEEDBACK_HEADER)), tuple(map(_row, sheet.lines)))
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


def item_words(line: Line) -> tuple[Inline, ...]:
    """How an item is called: its formula, and of an update that it is one."""
    after = line.item.title.partition(" ")[2] if line.item.kind == "after" else ""
    return (Math(line.item.head), Words(f" {after}")) if after else (Math(line.item.head),)


def _row(line: Line) -> tuple[tuple[Inline, ...], ...]:
    return item_words(line), _written(line), words_cell(VERDICTS[line.verdict]), words_cell(number(line.credit))


def _written(line: Line) -> tuple[Inline, ...]:
    if line.formula is not None:
        return (Math(line.formula),)
    return (Code(shorten(line.written, _LONGEST)),) if line.written else (Words("–"),)


def _told(line: Line, digits: int) -> Item:
    where = f", {FEEDBACK['line'].format(line=line.place.line)}" if line.place is not None else ""
    head = (*item_words(line), Words(f"{where}: {VERDICTS[line.verdict]}. "))
    return Item((*head, *_why(line, digits)))


def _missing(lines: tuple[Line, ...]) -> Item:
    """What is not in the text, in one entry."""
    content: list[Inline] = [Words(FEEDBACK["missing"])]
    for k, line in enumerate(lines):
        content += [Words(", " if k else ""), *item_words(line)]
        if line.expected is not None and line.item.kind != "local":
            content += [Words(" ("), Math(line.expected), Words(")")]
    return Item((*content, Words(".")))


def _why(line: Line, digits: int) -> Iterator[Inline]:
    if line.verdict == "follows":
        yield from _used(line, FEEDBACK["used after"])
        return
    plain = {
        "trivial": FEEDBACK["trivial"], "coarse": FEEDBACK["coarse"].format(digits=digits),
        "unread": FEEDBACK["unread"].format(reason=shorten(line.reason, 200)),
    }  # fmt: skip
    if line.verdict in plain:
        yield Words(plain[line.verdict] + " ")
    if line.mistake is not None:
        yield from _mistake(line)
    if line.reason and line.verdict in ("wrong", "partly"):
        yield Words(f"{_sentence(line.reason)} ")
    if line.expected is not None and line.verdict != "unread":
        yield Words(FEEDBACK["right"])
        yield Math(line.expected)
        yield Words(". ")
    if line.verdict == "wrong" and line.used:
        yield from _used(line, FEEDBACK["used wrong"])


def _mistake(line: Line) -> Iterator[Inline]:
    first, *others = line.mistakes
    at = FEEDBACK["made at"].format(at=first.at) if first.at and first.at.split(" ")[0] != line.item.name else ""
    yield Words(FEEDBACK["looks"].format(name=first.name + at) + f" {first.feedback} ")
    if others:
        names = ", ".join(mistake.name for mistake in others[:_MOST_OTHERS])
        yield Words(FEEDBACK["perhaps"].format(names=names) + " ")


def _used(line: Line, after: str) -> Iterator[Inline]:
    yield Words(FEEDBACK["used"])
    yield Words(", ".join(f"{used.name} = {used.value}" for used in line.used))
    yield Words(after)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _remark(remark: Remark) -> Item:
    key = "unread claim" if remark.verdict == "unread" else "wrong claim"
    before, _, after = FEEDBACK[key].partition("{claim}")
    where = f"{FEEDBACK['line'].format(line=remark.place.line)}: "
    content: list[Inline] = [Words(where + before), Code(shorten(remark.claim, _LONGEST))]
    content.append(Words(after.format(reason=shorten(remark.reason, 200)) + " "))
    if remark.verdict == "wrong":
        if remark.mistake is not None:
            content.append(Words(f"{remark.mistake.feedback} "))
        if remark.expected:
            content += [Words(FEEDBACK["right"]), Code(remark.expected), Words(".")]
    return Item(tuple(content))
