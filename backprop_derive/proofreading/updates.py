"""Updates of gradient descent: w ← w − η ∂L/∂w = 1 − 0.1·(−2) = 1.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..document import Derivative, Differential, MathNode
from ..syntax.expression import Expr, Name, Negate, Product, Sum, names_in
from .literals import literal
from .outcome import Outcome
from .record import Finding
from .rules import nodes_of
from .sentences import because
from .statements import Statement
from .tensors import is_written
from .values import NoValue, symbol_key

if TYPE_CHECKING:
    from .judge import Judge


def is_update(statement: Statement, is_known: bool = False) -> bool:
    """Whether a statement gives a name a new value: by an arrow, by := where it has one, or in terms of itself."""
    head, body = statement.links[0].node, statement.links[1].node
    if not isinstance(head, Name):
        return False
    if statement.relations[0] == "<-" or (statement.relations[0] == ":=" and is_known):
        return True
    is_descent = body is not None and any(isinstance(n, Derivative | Differential) for n in nodes_of(body))
    return is_descent and isinstance(body, Expr) and head.key in names_in(body)


def judge_update(judge: Judge, statement: Statement) -> Iterator[Finding]:
    """The rule itself, then what it comes to at the old values."""
    head, rule = statement.links[0].node, statement.links[1]
    assert isinstance(head, Name)
    judge.moved.add(head.key)
    outcome = Outcome("unread", reason=rule.reason)
    if rule.node is not None:
        outcome = _rule(judge, head.key, rule.node)
    yield judge.finding(statement, rule, outcome, statement.links[0])
    yield from judge.chain(statement, 2, descent(rule.node) if outcome.verdict == "wrong" else None)
    last = statement.links[-1].node
    number = literal(last) if last is not None else None
    if number is not None:
        judge.updated[head.key] = number.value


def descent(rule: MathNode | None) -> MathNode | None:
    """What a wrong rule is meant to be, with which the numbers behind it may go on."""
    return Sum(rule.terms, (False, True)) if isinstance(rule, Sum) else None


def named_anew(judge: Judge, head: MathNode, rule: MathNode) -> Outcome:
    """Whether what the value after an update is called by, w′ or w_new, is defined by a step down the gradient."""
    match head, rule:
        case Name(key), Sum((Name(moved), *_)) if key.rstrip("'") == moved or key.startswith(f"{moved}_"):
            return _rule(judge, moved, rule)
    return Outcome("given")


def later(judge: Judge, head: MathNode, claimed: MathNode, relation: str) -> Outcome | None:
    """What is to be said of a value that a matrix has after a few updates; None where it is no such value."""
    if not isinstance(head, Name) or head.key not in judge.moved or not is_written(claimed):
        return None
    try:
        for values in judge.comparer.arrays.engine.updated(frozenset(judge.moved)):
            outcome = judge.comparer.tensors.entrywise(values[head.key], claimed, relation)
            if outcome.is_right:
                return outcome
    except NoValue:
        pass
    return None


def _rule(judge: Judge, key: str, rule: MathNode) -> Outcome:
    """Whether a rule goes down the gradient by the name that it moves."""
    match rule:
        case Sum((Name(moved), change), (False, is_minus)) if moved == key:
            factors = change.factors if isinstance(change, Product) else (change,)
            gradients = [f for f in factors if isinstance(f, Derivative | Differential)]
            if len(gradients) == 1:
                by = symbol_key(gradients[0], judge.scope.loss)
                is_down = is_minus and not any(isinstance(f, Negate) for f in factors)
                is_right = is_down and by is not None and by[1:2] == (key,)
                return Outcome("right") if is_right else Outcome("wrong", rule, None, _slip(is_down))
    return Outcome("given")


def _slip(is_down: bool) -> str:
    return because("other name" if is_down else "ascent")
