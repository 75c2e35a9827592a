"""The numbers of a derivation at given values: exact where mathematics is exact, else known to 50 digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from .derivation import Derivation, SecondDerivation, TensorDerivation, TensorSecond, TensorTangents
from .problem import Problem
from .records import record
from .syntax.expression import Expr


@record(slots=False)
class Value:
    """A real number. `exact` is its rational value, or None; `closed` a closed form such as √2/2 where one is short.

    `decimal` holds 50 significant digits, rounded, whether it is exact or not (for a rational, of its value).
    `was_rounded` tells that the calculation rounded the value where it carries rounded ones (Round). `make_closed`
    gives the closed form, which few ask for; `is_algebraic` tells that it holds numbers, π and powers only.
    """

    decimal: Decimal
    exact: Fraction | None = None
    was_rounded: bool = False
    make_closed: Callable[[], Expr | None] | None = field(default=None, compare=False, repr=False)
    is_algebraic: bool = field(default=False, compare=False)

    @cached_property
    def closed(self) -> Expr | None:
        """The closed form, or None."""
        return self.make_closed() if self.make_closed is not None else None

    def __float__(self) -> float:
        """The nearest float; infinite beyond their range."""
        return float(self.decimal) if self.exact is None else float_of_fraction(self.exact)

    @property
    def rational(self) -> Fraction:
        """The value as a fraction: itself, or its 50 digits."""
        return self.exact if self.exact is not None else Fraction(self.decimal)

    @property
    def is_exact(self) -> bool:
        return self.exact is not None

    @property
    def is_zero(self) -> bool:
        return self.exact == 0


def float_of_fraction(number: Fraction) -> float:
    """The nearest float; infinite beyond their range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


@record
class TensorValue:
    """A tensor of real numbers, row by row; a scalar has shape () and one entry."""

    shape: tuple[int, ...]
    entries: tuple[Value, ...]

    @property
    def is_exact(self) -> bool:
        return all(entry.is_exact for entry in self.entries)


@record
class Note:
    """Something a reader must be told: `kind` chooses the sentence, `about` is the step or name, `detail` its data."""

    kind: str
    about: str
    detail: str = ""


@record
class Pass:
    """One forward and one backward pass: values of givens and steps, local gradients, adjoints of names on a path.

    `chosen` and `local_chosen` hold, for the steps and local gradients that distinguish cases, the expression that
    applies at these values.
    """

    values: dict[str, Value]
    local: dict[tuple[str, str], Value]
    adjoints: dict[str, Value]
    chosen: dict[str, Expr] = field(default_factory=dict)
    local_chosen: dict[tuple[str, str], Expr] = field(default_factory=dict)


@record
class Update:
    """One update of gradient descent: the moved names' values after it."""

    number: int
    values: dict[str, Value]


@record
class WorkedLine:
    """A line of an optimiser's rule for one parameter: the values of the names on its right side, and what it gives."""

    name: str
    values: dict[str, Value | TensorValue]
    after: Value | TensorValue


@record
class WorkedUpdate:
    """One update by an optimiser, line by line for each parameter.

    `passed` is the pass that its gradients are of; None where they are means over a batch, or of tensors.
    """

    number: int
    passed: Pass | None
    lines: dict[str, tuple[WorkedLine, ...]]


@record
class Sweep:
    """One sweep of forward mode: `by` is seeded with 1, and `tangents` are those of the steps that it reaches."""

    by: str
    tangents: dict[str, Value]


@record
class SecondSweep:
    """The second derivatives that one seed gives: `seconds` holds ∂²(loss)/∂(by)∂(name)."""

    sweep: Sweep
    seconds: dict[str, Value]


@record
class SecondSolution:
    """Second derivatives of the loss with their numbers; `sweeps` is empty where givens are symbols only.

    `local` and `local_chosen` are of the second-order local gradients, by step and both operands, as in `Pass`;
    `values` holds what was asked for.
    """

    derivation: SecondDerivation
    local: dict[tuple[str, str, str], Value] = field(default_factory=dict)
    local_chosen: dict[tuple[str, str, str], Expr] = field(default_factory=dict)
    sweeps: tuple[SecondSweep, ...] = ()
    values: dict[tuple[str, str], Value] = field(default_factory=dict)


@record
class SolutionRecord:
    """A derivation with its numbers; `first` is None where givens are symbols only.

    `updates` holds one record an update, `passes` the pass before each of them and the one after the last; `sweeps`
    those of forward mode, one a wanted name on a path, and `second` the second derivatives, where they were asked for.
    """

    problem: Problem
    derivation: Derivation
    first: Pass | None
    updates: tuple[Update, ...] = ()
    passes: tuple[Pass, ...] = ()
    notes: tuple[Note, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    second: SecondSolution | None = None


@record
class TensorPass:
    """One forward and one backward pass on tensors: values of givens and steps, adjoints of names on a path."""

    values: dict[str, TensorValue]
    adjoints: dict[str, TensorValue]


@record
class TensorUpdate:
    """One update of gradient descent: the moved names' values after it."""

    number: int
    values: dict[str, TensorValue]


@record
class TensorSweep:
    """One sweep of forward mode with tensors: what is seeded, and the tangents of the steps that the seeds reach.

    `entry` is the entry of the one seeded name that is 1, None for a direction of the user's own.
    """

    seeds: dict[str, TensorValue]
    tangents: dict[str, TensorValue]
    entry: tuple[int, ...] | None = None


@record
class TensorForward:
    """Forward mode of a problem with tensors; `gradients` are collected from sweeps of single entries.

    `sweeps` is empty where there are no numbers.
    """

    tangents: TensorTangents
    sweeps: tuple[TensorSweep, ...] = ()
    gradients: dict[str, TensorValue] = field(default_factory=dict)


@record
class TensorSecondSolution:
    """Second derivatives with tensors, with their numbers; `values` is empty where there are none.

    `curvatures` are those of the steps, by step and both operands; `tangents` holds ∂(step)/∂(seed), `changes`
    ∂²(loss)/∂(name)∂(seed), `values` what of these was asked for. Axes are those of the first name, then of the second.
    """

    derivation: TensorSecond
    curvatures: dict[tuple[str, str, str], TensorValue] = field(default_factory=dict)
    tangents: dict[tuple[str, str], TensorValue] = field(default_factory=dict)
    changes: dict[tuple[str, str], TensorValue] = field(default_factory=dict)
    values: dict[tuple[str, str], TensorValue] = field(default_factory=dict)


@record
class TensorSolution:
    """As `SolutionRecord`, for a problem with tensors; of a loss that is a tensor, the adjoints are Jacobians."""

    problem: Problem
    derivation: TensorDerivation
    first: TensorPass | None
    updates: tuple[TensorUpdate, ...] = ()
    passes: tuple[TensorPass, ...] = ()
    notes: tuple[Note, ...] = ()
    second: TensorSecondSolution | None = None
    forward: TensorForward | None = None
