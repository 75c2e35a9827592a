"""The certificate of a solution, told at its end: lines that the same roads confirmed stand in one row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..certificate import SOME_ENTRIES, Certificate, CertifiedLine
from ..document import Block, Heading, Inline, MathNode, Remark, Table, Words
from ..syntax.expression import Name
from .blocks import listing, math_cell, words_cell
from .notation import Notation
from .sentences import CERTIFICATE, ROADS

_IN_A_ROW = 8


def certificate_blocks(certificate: Certificate, notation: Notation) -> Iterator[Block]:
    """A heading, the table, and what is left to say."""
    yield Heading(2, (Words(CERTIFICATE["title"]),))
    header = (words_cell(""), words_cell(CERTIFICATE["line"]), words_cell(CERTIFICATE["by"]))
    yield Table(header, tuple(_rows(certificate, notation)))
    confirmed = len(certificate.lines) - len(certificate.unconfirmed)
    yield Remark((Words(CERTIFICATE["count"].format(confirmed=confirmed, all=len(certificate.lines))),))
    if proved := len(certificate.proved):
        yield Remark((Words(CERTIFICATE["proved"].format(proved=proved)),))
    if any(line.undecided or line.not_tried for line in certificate.lines if line.confirmed_by):
        yield Remark((Words(CERTIFICATE["open"]),))
    if certificate.unconfirmed:
        yield Remark((Words(CERTIFICATE["unconfirmed"]),))


def _rows(certificate: Certificate, notation: Notation) -> Iterator[tuple[tuple[Inline, ...], ...]]:
    for (kind, roads), group in groupby(certificate.lines, lambda line: (line.kind, _roads(line))):
        lines = list(group)
        for start in range(0, len(lines), _IN_A_ROW):
            shown = tuple(_line(line, notation) for line in lines[start : start + _IN_A_ROW])
            yield words_cell(CERTIFICATE[kind]), math_cell(listing(shown)), words_cell(roads)


def _roads(line: CertifiedLine) -> str:
    """What confirmed a line, and what was left open; a line that nothing confirmed has only its derivation."""
    if not line.confirmed_by:
        return CERTIFICATE["nothing"]
    found = [_road(road) for road in line.confirmed_by]
    found += [CERTIFICATE["undecided"].format(road=_road(road)) for road in line.undecided]
    found += [CERTIFICATE["not tried"].format(road=_road(road)) for road in line.not_tried]
    return "; ".join(found)


def _road(road: str) -> str:
    """A road in the language of the document; an engine by its name."""
    whole = road.removesuffix(SOME_ENTRIES)
    called = ROADS.get(whole, whole)
    return called if whole == road else CERTIFICATE["some"].format(road=called)


def _line(line: CertifiedLine, notation: Notation) -> MathNode:
    if line.kind == "value":
        return Name(line.key)
    return notation.adjoint(line.key) if line.kind == "gradient" else notation.local(line.key, line.operand)
