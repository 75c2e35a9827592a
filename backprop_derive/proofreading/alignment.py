"""How two formulas fit part by part: the factors of products, the terms of sums, what stands in a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..document import Applied, Derivative, Differential, MathNode
from ..syntax.expression import Call, Expr, Name, Negate, Power, Product, Quotient, Sum, children
from .literals import literal
from .parts import factors, holds_zero, product, terms

if TYPE_CHECKING:
    from .compare import Comparer


@dataclass
class Match:
    """How two formulas fit part by part: the parts that do not, and the weakest verdict of those that do."""

    wrong: list[tuple[MathNode, Any]] = field(default_factory=list)
    verdict: str = "right"

    def add(self, other: Match) -> None:
        self.wrong += other.wrong
        self.verdict = max(self.verdict, other.verdict, key=_WEAKNESS.index)


_WEAKNESS = ("right", "rounded", "follows")


def align(comparer: Comparer, a: MathNode, b: MathNode, relation: str) -> Match | None:
    """How two formulas of one structure fit; None where their structures differ."""
    if a == b:
        return Match()
    if literal(b) is not None:
        outcome = comparer.number(a, b, "≈" if not comparer.is_exact(b) else relation)
        if outcome.verdict == "unread":
            return None
        return Match([(b, outcome.expected)]) if not outcome.is_right else Match([], outcome.verdict)
    inner = _parts(comparer, a, b, relation)
    if inner is not None and not inner.wrong:
        return inner
    if comparer.same_formula(a, b) and not (holds_zero(a) and holds_zero(b)):
        return Match()
    if inner is None and isinstance(a, Name | Derivative | Differential | Applied):
        outcome = comparer.at_values(a, b)
        if outcome.is_right and (not comparer.is_formula(b) or comparer.may_choose(a)):
            return Match([], outcome.verdict)
        return Match([(b, outcome.expected)]) if outcome.verdict == "wrong" or outcome.is_right else None
    return inner


def _parts(comparer: Comparer, a: MathNode, b: MathNode, relation: str) -> Match | None:
    match a, b:
        case Negate(x), Negate(y):
            return align(comparer, x, y, relation)
        case (Product(), _) | (_, Product()):
            plain = _listed(comparer, [*factors(a, False)], [*factors(b, False)], relation)
            if plain is not None and not plain.wrong:
                return plain
            finer = _listed(comparer, [*factors(a, True)], [*factors(b, True)], relation)
            return finer or plain or _rest(comparer, a, b)
        case (Sum(), _) | (_, Sum()):
            return _listed(comparer, [*terms(a)], [*terms(b)], relation)
        case (Quotient(), Quotient()) | (Power(), Power()):
            return _ordered(comparer, children(a), children(b), relation)  # type: ignore[arg-type]
        case Call(f, x), Call(g, y) if f == g and len(x) == len(y) and f != "where":
            return _ordered(comparer, x, y, relation)
    return None


def _rest(comparer: Comparer, a: MathNode, b: MathNode) -> Match | None:
    """A product in which numbers stand in the place of some factors: the others must be the same formula."""
    left, right, found = [*factors(a, False)], [], Match()
    for part in factors(b, False):
        number = literal(part)
        fits = [] if number is None else [comparer.number(other, part, "≈") for other in left]
        fitting = [k for k, outcome in enumerate(fits) if outcome.is_right]
        k = min(fitting, key=lambda k: fits[k].verdict != "right", default=None)  # 0 is 0 rather than 0.2445
        if k is None:
            right.append(part)
        else:
            found.add(Match([], fits[k].verdict))
            del left[k]
    if not left or not right or len(right) == len([*factors(b, False)]):
        return None
    rest, other = product(left), product(right)
    if comparer.may_hold_values(rest, other):
        return None
    if comparer.same_formula(rest, other) is False and not comparer.may_choose(rest):
        found.wrong.append((right[0] if len(right) == 1 else other, None))
    return found


def _ordered(comparer: Comparer, left: Sequence[Expr], right: Sequence[Expr], relation: str) -> Match | None:
    found = Match()
    for x, y in zip(left, right, strict=True):
        match = align(comparer, x, y, relation)
        if match is None:
            return None
        found.add(match)
    return found


def _listed(comparer: Comparer, left: list[Expr], right: list[Expr], relation: str) -> Match | None:
    """The parts of a sum or a product, in the order written or in another one."""
    if len(left) != len(right) or len(left) == 1:
        return None
    ordered = _ordered(comparer, left, right, relation)
    if ordered is not None and not ordered.wrong:
        return ordered
    if len(left) > 12:
        return ordered
    rest, found = list(left), Match()
    for part in right:
        for k, other in enumerate(rest):
            match = align(comparer, other, part, relation)
            if match is not None and not match.wrong and (k == 0 or _is_certain(match, part)):
                found.add(match)
                del rest[k]
                break
        else:
            return ordered
    return found


def _is_certain(match: Match, part: Expr) -> bool:
    """Whether a part that stands in another place than its like fits by more than chance."""
    number = literal(part)
    return match.verdict == "right" or (number is not None and number.is_sharp)
