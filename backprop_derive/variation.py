"""What an exercise varies and requires: the Vary and Require lines of a problem."""

from __future__ import annotations

from dataclasses import field

from .errors import Place
from .records import record
from .syntax.expression import Compare, Expr


@record
class VariedNumber:
    """A given whose value varies, `w in -3..3 except 0`. `values` are what it may be, in order and each once.

    Of a given with a shape, every entry varies for itself. `text` is the item as written.
    """

    key: str
    written: str
    values: tuple[Expr, ...]
    text: str
    place: Place = field(compare=False)


@record
class VariedFunction:
    """A word that stands for one of several operations, `act in {sigmoid, tanh}`: the steps vary with it."""

    word: str
    operations: tuple[str, ...]
    text: str
    place: Place = field(compare=False)


Varied = VariedNumber | VariedFunction


@record
class Comparison:
    """`loss != 0`, `d(loss)/dw > 0`: must hold. A gradient is the name that `gradient_key` gives."""

    compare: Compare
    text: str
    place: Place = field(compare=False)


@record
class Bounded:
    """Every value or gradient (`of`) has at most so many decimals, or is at most so large.

    `measure` is `decimals` or `size`; a whole number has 0 decimals.
    """

    of: tuple[str, ...]
    measure: str
    most: int
    text: str
    place: Place = field(compare=False)


@record
class Active:
    """The argument of an operation such as relu is positive (`is_active`) or not, somewhere or everywhere."""

    operation: str
    is_active: bool
    everywhere: bool
    text: str
    place: Place = field(compare=False)


@record
class NoTies:
    """No maximum has two arguments, and nothing is met at a kink."""

    text: str
    place: Place = field(compare=False)


@record
class Distinguishable:
    """Every mistake that can be made gives a wrong answer of its own."""

    text: str
    place: Place = field(compare=False)


Requirement = Comparison | Bounded | Active | NoTies | Distinguishable


def gradient_key(key: str) -> str:
    """The name under which a comparison has the gradient of the loss by `key`; no problem's name begins so."""
    return f"#d {key}"
