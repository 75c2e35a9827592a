"""Mistakes in the forward pass: a step is computed as something else, and all that follows uses the wrong value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..derivation import Derivation, TensorDerivation
from ..ops.table import operation
from ..problem import Problem, Step
from ..syntax.expression import Call, Expr, Name, Negate, Number, Power, Product, Sum
from .record import Mistake, Places


def _changed(name: str, feedback: str, change: Callable[[Expr], Iterator[Expr]]) -> Mistake:
    def made(derivation: Derivation | TensorDerivation) -> Places:
        if not isinstance(derivation, Derivation):
            return
        for step in derivation.graph.path_steps():
            for wrong in change(step.expression):
                yield step.key, with_step(derivation, step, wrong)

    return Mistake(name, "forward", feedback, made)


def with_step(derivation: Derivation, step: Step, computed: Expr) -> Derivation:
    """The derivation with one step computed as another expression; its local gradients stay those of the right one."""
    problem = derivation.graph.problem
    graph = replace(derivation.graph, problem=_with_expression(problem, step, computed))
    return replace(derivation, graph=graph)


def _with_expression(problem: Problem, step: Step, computed: Expr) -> Problem:
    statements = tuple(
        replace(s, expression=computed) if isinstance(s, Step) and s.key == step.key else s for s in problem.statements
    )
    return replace(problem, statements=statements)


def _turned_round(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Sum((a, b), (False, True)):
            yield Sum((b, a), (False, True))
        case Power(Sum((a, b), (False, True)), Number(exponent)) if exponent % 2 == 1:
            yield Power(Sum((b, a), (False, True)), Number(exponent))


def _without_function(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Call(function, (argument,)) if operation(function).required == 1:
            yield argument


def _without_bias(expr: Expr) -> Iterator[Expr]:
    """w·x where w·x + b is asked for."""
    if isinstance(expr, Sum) and any(isinstance(term, Product) for term in expr.terms):
        kept = [(t, m) for t, m in zip(expr.terms, expr.minus, strict=True) if not isinstance(t, Name)]
        if 0 < len(kept) < len(expr.terms):
            terms, minus = zip(*kept, strict=True)
            yield terms[0] if len(terms) == 1 and not minus[0] else Sum(terms, minus)


def _brackets_moved(expr: Expr) -> Iterator[Expr]:
    """w·(x + b) where w·x + b is asked for."""
    match expr:
        case Sum((Product(factors), other), (False, minus)) if not isinstance(other, Product):
            yield Product((*factors[:-1], Sum((factors[-1], other), (False, minus))))


def _square_negative(expr: Expr) -> Iterator[Expr]:
    """-(s²) where (-s)² is positive: the sign is not squared."""
    match expr:
        case Power(_, Number(exponent)) if exponent % 2 == 0:
            yield Negate(expr)


def _square_doubled(expr: Expr) -> Iterator[Expr]:
    """2s where s² is asked for."""
    match expr:
        case Power(base, Number(exponent)) if exponent == 2:
            yield Product((Number(exponent), base))


FORWARD = (
    _changed("difference turned round", "The difference was computed the other way round.", _turned_round),
    _changed("activation left out", "The value before the activation function was carried on.", _without_function),
    _changed("bias left out", "The bias was not added.", _without_bias),
    _changed("brackets moved", "Multiplication comes before addition.", _brackets_moved),
    _changed("sign of a square", "The square of a negative number is positive.", _square_negative),
    _changed("doubled for squared", "The value was doubled where it is to be squared.", _square_doubled),
)
