"""The certificate of a solution, told at its end: one row a line, with what confirmed it."""

from __future__ import annotations

from collections.abc import Iterator

from ..certificate import Certificate, CertifiedLine
from ..document import Block, Heading, MathNode, Remark, Table, Words
from ..syntax.expression import Name
from .blocks import math_cell, words_cell
from .notation import Notation
from .sentences import CERTIFICATE


def certificate_blocks(certificate: Certificate, notation: Notation) -> Iterator[Block]:
    """A heading, the table, and what is left to say."""
    yield Heading(2, (Words(CERTIFICATE["title"]),))
    rows = tuple(
        (math_cell(_line(line, notation)), words_cell("; ".join(line.confirmed_by) or CERTIFICATE["nothing"]))
        for line in certificate.lines
    )
    yield Table((words_cell(CERTIFICATE["line"]), words_cell(CERTIFICATE["by"])), rows)
    confirmed = len(certificate.lines) - len(certificate.unconfirmed)
    yield Remark((Words(CERTIFICATE["count"].format(confirmed=confirmed, all=len(certificate.lines))),))
    if certificate.unconfirmed:
        yield Remark((Words(CERTIFICATE["unconfirmed"]),))


def _line(line: CertifiedLine, notation: Notation) -> MathNode:
    if line.kind == "value":
        return Name(line.key)
    return notation.adjoint(line.key) if line.kind == "gradient" else notation.local(line.key, line.operand)
