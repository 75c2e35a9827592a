"""The shapes in which operations are written. A printer implements each shape once, for every operation."""

from __future__ import annotations

from ..records import record


@record
class Function:
    """A name set upright before its arguments: sin(x), ReLU(x)."""

    name: str
    subscript: str = ""


@record
class GreekFunction:
    """A Greek letter before its arguments: σ(x)."""

    letter: str


@record
class Fenced:
    """Arguments within fences: |x|, ⌊x⌋. `left` and `right` name the glyphs: `bar`, `double bar`, `floor left`, …"""

    left: str
    right: str


@record
class Root:
    """A radical over the argument: √x."""


@record
class Exponential:
    """e to the argument: e^x."""


@record
class Cases:
    """A choice between values by conditions: where(c, a, b) is a if c, b otherwise."""


Notation = Function | GreekFunction | Fenced | Root | Exponential | Cases
