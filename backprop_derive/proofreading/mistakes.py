"""The mistakes of exercises, made in the problem of the notes, to tell which one a wrong claim comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import api
from ..derivation import Derivation
from ..document import Derivative, MathNode
from ..errors import BackpropError
from ..exercises.answers import wrong_answers
from ..mistakes.table import possible
from ..syntax.expression import Expr, Name
from ..syntax.written import written
from .compare import Comparer
from .literals import literal
from .record import Mistake
from .scope import Scope
from .values import symbol_key

# Making every mistake at every place takes long in a large problem.
_MOST_STEPS = 40


class Mistakes:
    """What can go wrong in the problem of one scope; found out when the first wrong claim is met."""

    def __init__(self, comparer: Comparer) -> None:
        self.comparer = comparer
        self.left = 8  # so many wrong claims are looked into
        self._solution: Any = None
        self._tried = False

    def solution(self) -> Any:
        """The problem of the notes solved, or None where its language does not take it."""
        if not self._tried:
            self._tried = True
            scope = self.comparer.scope
            if scope.steps and len(scope.steps) <= _MOST_STEPS:
                try:
                    self._solution = api.solve(problem_text(scope), loss=scope.loss)
                except BackpropError:
                    self._solution = None
        return self._solution

    def behind(self, head: MathNode, wrong: MathNode) -> Mistake | None:
        """The mistake that leads from the left of a chain to what is written, or None."""
        if self.left <= 0 or self.solution() is None:
            return None
        self.left -= 1
        number = literal(wrong)
        try:
            if number is not None:
                return self._by_number(head, wrong)
            if isinstance(head, Derivative) and isinstance(wrong, Expr):
                return next(self._by_formula(head, wrong), None)
        except BackpropError:
            return None
        return None

    def _by_number(self, head: MathNode, wrong: MathNode) -> Mistake | None:
        key = symbol_key(head, self.comparer.scope.loss)
        number = literal(wrong)
        record = self.solution().record
        if key is None or number is None or len(key) > 2 or record.first is None:
            return None
        is_gradient = len(key) == 2
        known = record.first.adjoints if is_gradient else record.first.values
        if key[-1] not in known:
            return None
        for answer in wrong_answers(record, key[-1] if is_gradient else f"{key[-1]} value"):
            if number.accepts(answer.answer[0].rational, "≈"):
                mistake = answer.made[0].mistake
                return Mistake(mistake.name, mistake.feedback)
        return None

    def _by_formula(self, head: Derivative, wrong: Expr) -> Iterator[Mistake]:
        if not isinstance(head.of, Name) or not isinstance(head.by, Name):
            return
        of, by = head.of.key, head.by.key
        for made in possible(self.solution().derivation, ("local",)):
            if made.at != f"{of} by {by}" or not isinstance(made.derivation, Derivation):
                continue
            forms = [g.derivative for g in made.derivation.by_step[of] if g.operand == by]
            if any(self.comparer.same_formula(form, wrong) for form in forms):
                yield Mistake(made.mistake.name, made.mistake.feedback)


def problem_text(scope: Scope) -> str:
    """The problem of a scope in the problem language."""
    names = [name for name in sorted(scope.symbols) if name not in scope.steps]
    givens = (f"{n} = {written(scope.givens[n])}" if n in scope.givens else n for n in names)
    steps = (f"{key} = {written(scope.steps[key])}" for key in scope.order)
    return "\n".join([*(f"Given {given}" for given in givens), *steps])
