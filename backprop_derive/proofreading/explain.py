"""What a wrong claim should be, and the mistake it looks like."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from ..document import Applied, Derivative, MathNode, Times
from ..errors import BackpropError
from ..evaluate.loose import Loose, is_close, to_decimal
from ..printers.text import text
from ..syntax.expression import Name, names_in
from .compare import Comparer
from .literals import literal
from .outcome import Outcome
from .record import Mistake
from .rules import nodes_of
from .scope import local_derivative
from .sentences import slip
from .values import NoValue

_TWO = Fraction(2)


def expectation(comparer: Comparer, left: MathNode | None, right: MathNode | None, outcome: Outcome) -> str:
    """What belongs in the place of the wrong part: a formula for a derivative, else a number."""
    is_scalar = left is not None and right is not None and not comparer.arrays.concerns(left, right)
    formula = _formula(comparer, left) if outcome.at is right and left is not None and is_scalar else ""
    if is_scalar and left is not None and right is not None and comparer.misquotes(left, right):
        assert isinstance(left, Derivative)
        assert isinstance(left.of, Name)
        return text(Derivative(comparer.scope.steps[left.of.key], left.by, left.sign))
    formula = formula or (_rule(comparer, left) if left is not None else "")
    number = literal(outcome.at) if outcome.at is not None else None
    if number is not None and outcome.expected is not None:
        return number.like_it(outcome.expected)
    if formula:
        return formula
    if outcome.expected is None:
        return ""
    value = outcome.expected
    if isinstance(value, Fraction) and max(abs(value.numerator), value.denominator) < 10**6:
        return str(value).replace("-", "−")
    return f"{to_decimal(value):.6g}".replace("-", "−")


def _formula(comparer: Comparer, left: MathNode) -> str:
    """The derivative that stands on the left, derived."""
    scope = comparer.scope
    if isinstance(left, Derivative) and isinstance(left.by, Name):
        by, of = left.by.key, left.of
        if isinstance(of, Name) and of.key in scope.steps and by in scope.operands[of.key]:
            return text(local_derivative(scope.steps[of.key], by)) if _is_all(comparer, left, of.key, by) else ""
        if not isinstance(of, Name | Derivative | Applied) and by in names_in(cast(Any, of)):
            try:
                return text(local_derivative(cast(Any, of), by))
            except (BackpropError, ArithmeticError, TypeError, AttributeError):
                return ""
    return ""


def _is_all(comparer: Comparer, left: Derivative, of: str, by: str) -> bool:
    """Whether the local gradient is all of it: a name may reach the loss by other paths, too."""
    scope = comparer.scope
    others = (name for name in scope.operands[of] if name != by)
    return of != scope.loss or bool(left.held) or all(by not in scope.needed(name) for name in others)


def _rule(comparer: Comparer, left: MathNode) -> str:
    """The chain rule for what stands on the left, g′(h(x)) · h′(x)."""
    of = left.of if isinstance(left, Derivative) else None
    function = comparer.scope.functions.get(of.function) if isinstance(of, Applied) else None
    body: MathNode | None = function.body if function is not None else of
    match body:
        case Applied(g, (Applied(h, (Name() as x,), 0) as inner,), 0):
            return text(Times((Applied(g, (inner,), 1), Applied(h, (x,), 1))))
    return ""


def mistake_in(comparer: Comparer, left: MathNode | None, right: MathNode | None, outcome: Outcome) -> Mistake | None:
    """The mistake that a wrong part looks like, or None."""
    if left is None or right is None:
        return None
    inner = _inner_twice(comparer, left, right)
    if inner is not None:
        return inner
    number = literal(outcome.at) if outcome.at is not None else None
    if number is not None and outcome.expected is not None:
        return _of_numbers(comparer, number.value, outcome.expected, number.half)
    return _of_formulas(comparer, left, right)


def _of_numbers(comparer: Comparer, written: Any, right: Any, half: Fraction) -> Mistake | None:
    if is_close(written, -right):
        return slip("sign")
    is_as_short = (
        bool(half) and isinstance(right, Fraction) and (right / (2 * half)).denominator == 1
    )  # nothing to round
    if half and not is_as_short and abs(Loose().real(written - _as_fraction(right))) < 20 * Loose().real(half):
        return slip("rounding")
    for factor, key in ((_TWO, "twice"), (1 / _TWO, "half")):
        if is_close(written, factor * right if isinstance(right, Fraction) else Loose().real(factor) * right):
            return slip(key)
    for key in (*comparer.scope.givens, *comparer.scope.steps):
        value = comparer.value(Name(key))
        if value is not None and is_close(value, written):
            return slip("another", name=text(Name(key)))
    return None


def _as_fraction(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(to_decimal(value))


def _of_formulas(comparer: Comparer, left: MathNode, right: MathNode) -> Mistake | None:
    """By the quotient of the two at odd values."""
    ratios = []
    for point in comparer.odd["usual"]:
        try:
            ratios.append(Loose().divide(point.value(right), point.value(left)))
        except (NoValue, ArithmeticError):
            return None
    if all(is_close(ratio, Fraction(-1)) for ratio in ratios):
        return slip("sign")
    if all(is_close(ratio, _TWO) for ratio in ratios):
        return slip("twice")
    if all(is_close(ratio, 1 / _TWO) for ratio in ratios):
        return slip("half")
    return None


def _inner_twice(comparer: Comparer, left: MathNode, right: MathNode) -> Mistake | None:
    """d/dx g(h(x)) = d/dx g(h(x)) · d/dx h(x): the outer function is to be differentiated by the inner one."""
    if not isinstance(left, Derivative) or not any(isinstance(n, Applied) for n in nodes_of(left)):
        return None
    inner = [n for n in nodes_of(right) if isinstance(n, Derivative) and isinstance(n.of, Applied)]
    for derivative in inner:
        try:
            ratios = [is_close(p.value(right), p.value(left) * p.value(derivative)) for p in comparer.odd["usual"]]
        except NoValue:
            continue
        if all(ratios):
            return slip("by x")
    return None
