"""Compound steps split into one operation a node, as circuit diagrams in courses draw them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..problem import Given, Problem, Prose, Step
from ..syntax.expression import (
    Call,
    Compare,
    Constant,
    Expr,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    map_children,
    size,
)  # fmt: skip
from ..syntax.parser import deep_recursion


def expand(problem: Problem, only: Iterable[str] | None = None) -> Problem:
    """The problem with each step (or those in `only`) split; new steps are named by a letter the problem does not use.

    Linear in the number of operations. The steps of the author keep their names and their values.
    """
    chosen = None if only is None else set(only)
    names = _FreshNames(problem)
    statements: list[Prose | Given | Step] = []
    with deep_recursion():
        for statement in problem.statements:
            if isinstance(statement, Step) and (chosen is None or statement.key in chosen):
                statements += _split(statement, names)
            else:
                statements.append(statement)
    return replace(problem, statements=tuple(statements))


def large_steps(problem: Problem, limit: int) -> tuple[str, ...]:
    """The steps with more operations than the limit, which are too much for one derivative on one line."""
    return tuple(step.key for step in problem.steps if size(step.expression) > limit)


class _FreshNames:
    def __init__(self, problem: Problem) -> None:
        used = {statement.key.split("_")[0] for statement in problem.statements if not isinstance(statement, Prose)}
        bases = {base.rstrip("0123456789'") for base in used}
        self.base = next(letter for letter in (*"uvqprkmnoabcdfghijlstwxyz", "node") if letter not in bases)
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"{self.base}_{self.count}"


def _split(step: Step, names: _FreshNames) -> list[Step]:
    made: list[Step] = []

    def node(expr: Expr) -> Expr:
        """The name of a new step for `expr`, or `expr` itself where it is a leaf."""
        if _is_leaf(expr):
            return expr
        key = names.fresh()
        made.append(Step(key, key, expr, step.place, step.expression_place))
        return Name(key)

    last = _flatten(step.expression, node)
    return [*made, replace(step, expression=last)]


def _is_leaf(expr: Expr) -> bool:
    if isinstance(expr, Negate):
        return isinstance(expr.operand, Number | Constant)
    return isinstance(expr, Name | Number | Constant | Compare)


def _flatten(expr: Expr, node: object) -> Expr:
    """The expression as one operation of leaves; `node` makes a step of each operation below it."""
    assert callable(node)

    def leaf(part: Expr) -> Expr:
        if _is_leaf(part) and not isinstance(part, Compare):
            return part
        if isinstance(part, Compare):
            return Compare(part.relation, leaf(part.left), leaf(part.right))
        result: Expr = node(_flatten(part, node))
        return result

    match expr:
        case Sum(terms, minus):
            total = leaf(terms[0])
            for k in range(1, len(terms)):
                both = Sum((total, leaf(terms[k])), (False, minus[k]))
                total = both if k == len(terms) - 1 else node(both)
            return total
        case Product(factors, implicit) if len(factors) > 2 or not implicit:
            product = leaf(factors[0])
            for k in range(1, len(factors)):
                pair = Product((product, leaf(factors[k])))
                product = pair if k == len(factors) - 1 else node(pair)
            return product
        case Product() | Quotient() | Power() | Negate() | Call():
            return map_children(expr, leaf)
    return expr
