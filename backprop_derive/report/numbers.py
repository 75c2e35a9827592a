"""How a value is shown: exactly where that is short, else with a stated number of true digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from ..problem import Problem
from ..records import record
from ..solution import Value
from ..syntax.expression import Call, Constant, Expr, Number, Rounded, children, size, walk

_LONGEST_INTEGER = 100  # digits
_LONGEST_DECIMAL = 10  # digits
_MOST_PLACES = 1000  # behind the point; a smaller number is shown rounded
_MOST_ZEROS = 7  # of 0.00001, with its point and a sign; a smaller number is written with a power of ten


@record
class Style:
    """`digits` are significant digits of rounded numbers; `decimal` shows 0.25 where otherwise 1/4 would stand.

    `carried` are the decimals to which the problem rounds what it carries on, all of them shown; None for exact work.
    """

    digits: int
    decimal: bool
    carried: int | None = None

    def shown(self, value: Value) -> Expr:
        """The node for a value: a `Number` says it is exact, a `Rounded` that it is not."""
        if value.exact is None:
            # a given √3 is calculated with as it is, not as a rounded number that is carried
            closed = value.closed if self.carried is not None else None
            return closed if closed is not None and size(closed) <= 4 else Rounded(value.decimal, self.digits)
        if value.was_rounded and self.carried is not None:
            return Number(value.exact, f"{value.decimal:.{self.carried}f}")
        return self.exact(value.exact) or self._in_full(value) or Rounded(value.decimal, self.digits)

    def _in_full(self, value: Value) -> Expr | None:
        """A number that the calculation goes on with as it is, having no more decimals than are carried."""
        if self.carried is None or value.exact is None or 10**self.carried % value.exact.denominator:
            return None
        is_short = abs(value.exact) < 10**_LONGEST_DECIMAL
        return Number(value.exact, f"{value.decimal:.{self.carried}f}") if is_short else None

    def exact(self, value: Fraction) -> Expr | None:
        """A rational written exactly, or None where that would be too long to read."""
        if value.denominator == 1:
            return Number(value) if abs(value) < 10**_LONGEST_INTEGER else None
        if self.decimal and (text := _terminating(value)) is not None:
            return Number(value, text)
        longest = 10**3 if self.decimal else 10**5
        return Number(value) if abs(value.numerator) < longest * 10 and value.denominator < longest else None

    def alike(self, values: Sequence[Value]) -> list[Expr]:
        """The entries of one tensor: no fraction beside decimals, no longer decimal beside what is rounded."""
        shown = [self.shown(value) for value in values]
        if not any(isinstance(node, Rounded) or _is_decimal(node) for node in shown):
            return shown
        decimals = replace(self, decimal=True)
        pairs = [(value, decimals.shown(value)) for value in values]
        rounds = self.carried is None and any(isinstance(node, Rounded) or _is_fraction(node) for _, node in pairs)
        return [
            Rounded(value.decimal, self.digits)
            if _is_fraction(node) or (rounds and _digits(node) > self.digits)
            else node
            for value, node in pairs
        ]

    def number(self, value: Fraction) -> Expr:
        """A rational that stands in a formula."""
        return self.exact(value) or Rounded(
            Context(prec=50).divide(Decimal(value.numerator), Decimal(value.denominator)), self.digits
        )

    def results(self, value: Value) -> tuple[Expr, ...]:
        """What stands at the end of a chain: a short closed form before its decimals, or just the number."""
        closed = value.closed if value.is_algebraic else None
        if closed is not None and is_algebraic(closed) and size(closed) <= 4:
            return closed, self.shown(value)
        return (self.shown(value),)


def is_rounded(expr: Expr) -> bool:
    """Whether an expression holds a rounded number."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if type(node) is Rounded:
            return True
        stack.extend(children(node))
    return False


def _is_decimal(node: Expr) -> bool:
    return isinstance(node, Number) and node.written is not None


def _digits(node: Expr) -> int:
    """The significant digits of a decimal, 0 of anything else."""
    written = node.written if isinstance(node, Number) else None
    return len((written or "").partition("e")[0].lstrip("-0.").replace(".", ""))


def _is_fraction(node: Expr) -> bool:
    return isinstance(node, Number) and node.value.denominator != 1 and node.written is None


def is_algebraic(expr: Expr) -> bool:
    """Whether a closed form consists of numbers, π and roots only: √2/2, π/4."""
    return all(
        node.name == "pi" if isinstance(node, Constant) else not isinstance(node, Call) or node.function == "sqrt"
        for node in walk(expr)
    )


def style_of(problem: Problem, digits: int) -> Style:
    """Decimals where the author writes decimals or rounds, fractions where not."""
    rate = () if problem.learning_rate is None else (problem.learning_rate,)
    values = [given.value for given in problem.givens if given.value is not None]
    expressions = [*values, *(step.expression for step in problem.steps), *rate]
    decimal = problem.round_to is not None or any(
        isinstance(node, Number) and node.written is not None and ("." in node.written or "e" in node.written.lower())
        for expr in expressions
        for node in walk(expr)
    )
    return Style(max(digits, problem.round_to or 0), decimal, problem.round_to)


@lru_cache(maxsize=4096)  # the numbers of an exercise come back in its variants
def _terminating(value: Fraction) -> str | None:
    """The decimal notation of a fraction where it ends and is short."""
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    places = max(twos, fives)
    if denominator != 1 or places > _MOST_PLACES or abs(value) >= 10**_LONGEST_DECIMAL:
        return None
    all_digits = str(abs(value.numerator) * 10**places // value.denominator)
    digits = all_digits.rstrip("0")
    exponent = len(all_digits) - 1 - places
    if len(digits) > _LONGEST_DECIMAL - 3:
        return None
    plain = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    zeros = len(plain) - len(plain.lstrip("-0."))
    if zeros <= _MOST_ZEROS:
        return plain
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if value < 0 else ''}{mantissa}e{exponent}"
