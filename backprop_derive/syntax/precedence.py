"""How tightly each construct binds: one table for the parser and every printer."""

from __future__ import annotations

from enum import IntEnum


class Precedence(IntEnum):
    """From loosest to tightest. A node is put in parentheses where its place asks for a tighter one."""

    RELATION = 0
    SUM = 1
    NEGATION = 2
    PRODUCT = 3
    JUXTAPOSITION = 4
    POWER = 5
    ATOM = 6
