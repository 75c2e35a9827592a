"""What mistakes come to at some values, with so many digits that it tells what they come to around these."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ..derivation import CHAIN_RULE, Derivation
from ..errors import BackpropError
from ..evaluate.interpret import Interpreter
from ..evaluate.loose import Loose
from ..syntax.expression import Expr
from ..syntax.parser import deep_recursion
from .recomputed import Adjoint, Known, Recipe, recipes, worked

# The derivative of tanh at 366 is 10^-317: that counts, too. Else what mistakes are told apart would depend on whether
# a function happens to be nearly constant.
_DIGITS = 1000

Answers = tuple[Any, ...]


class _Fine(Loose):
    """Numbers of very many digits."""

    def value_of(self, expr: Expr, numbers: dict[str, Any]) -> Any:
        return Interpreter(self).value(expr, numbers)  # type: ignore[arg-type]


_FINE = _Fine(_DIGITS)


def answers_around(derivation: Derivation, questions: tuple[str, ...]) -> tuple[Answers, tuple[Answers | None, ...]]:
    """The gradients asked for: the right ones, and those by each mistake, None by one that leads to none.

    Raises BackpropError where there are no right ones.
    """
    givens = derivation.graph.problem.givens
    with deep_recursion():
        values = {given.key: _FINE.value_of(given.value, {}) for given in givens if given.value is not None}
    nothing = {key: Fraction(0) for key in derivation.graph.wanted}
    known = Known(values, {}, {**nothing, derivation.graph.loss: Fraction(1)}, None)
    right, _ = worked(_all_of_it(derivation), known, _FINE)
    return _asked(right, questions), tuple(_by_mistakes(derivation, right, questions))


def _by_mistakes(derivation: Derivation, right: Known, questions: tuple[str, ...]) -> Iterator[Answers | None]:
    for _, recipe in recipes(derivation):
        try:
            yield _asked(worked(recipe, right, _FINE)[0], questions)
        except BackpropError:
            yield None


def _all_of_it(derivation: Derivation) -> Recipe:
    """The recipe that works the whole derivation."""
    return Recipe(
        tuple((step.key, step.expression) for step in derivation.graph.problem.steps),
        tuple(((gradient.step, gradient.operand), gradient.shortest) for gradient in derivation.local_gradients()),
        tuple(
            Adjoint(key, tuple((use.step, key) for use in derivation.uses[key]), CHAIN_RULE.along, CHAIN_RULE.over)
            for key in derivation.adjoint_order()
        ),
    )


def _asked(known: Known, questions: tuple[str, ...]) -> Answers:
    return tuple(known.adjoints[wanted] for wanted in questions)


def are_same(a: Answers, b: Answers) -> bool:
    """Whether the answers are the same numbers."""
    return all(map(_is_same, a, b))


def _is_same(a: Any, b: Any) -> bool:
    x, y = _FINE.real(a), _FINE.real(b)
    return bool(abs(x - y) <= _FINE.close * max(abs(x), abs(y)))
