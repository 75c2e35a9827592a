"""Grading: a problem and what students handed in, in; a sheet for each of them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..errors import BackpropError, UsageError
from ..languages import Said
from ..limits import DEFAULT_LIMITS, Limits
from ..proofreading.definitions import extended
from ..proofreading.statements import Statement
from ..proofreading.values import Key as Symbol
from ..syntax.parser import deep_recursion
from .diagnose import Diagnoses
from .key import Key, key_of, symbol_of
from .reading import Reading, cell_statements, statements_in
from .record import DEFAULT_GRADING, EARNING, Class, GradeOptions, Line, Sheet
from .sentences import REFUSED
from .submissions import Submission
from .work import Work

_NO_POINT, _POINT = Fraction(0), Fraction(1)


class Grader:
    """Grades any number of students' works on one problem: what a work needs of the problem is found out once."""

    def __init__(self, problem: Any, options: GradeOptions = DEFAULT_GRADING, limits: Limits = DEFAULT_LIMITS) -> None:
        self.key = key_of(problem, options, limits=limits)
        self.diagnoses = Diagnoses(self.key)

    def grade(self, text: str, student: str = "answer") -> Sheet:
        """The sheet of one student. A text that cannot be read is a sheet that says so."""
        if not text.strip():
            return self.refused(student, Said(REFUSED, "nothing"))
        try:
            with deep_recursion():
                reading = statements_in(text, student, self.key, self.key.limits)
                if not any(len(statement.links) > 1 for statement in reading.statements):
                    return self.refused(student, _no_claim(reading.statements))
                return self.sheet(reading, student)
        except _REFUSALS as error:
            return self.refused(student, _reason(error))

    def grade_submission(self, submission: Submission) -> Sheet:
        """The sheet of a work as it was handed in. Raises UsageError for a column that asks for nothing."""
        if submission.problem:
            return self.refused(submission.student, submission.problem)
        if not submission.answers:
            sheet = self.grade(submission.text, submission.source or submission.student)
            return replace(sheet, student=submission.student)
        try:
            with deep_recursion():
                statements = statements_in(submission.text, submission.student, self.key, self.key.limits).statements
                for head, cell in submission.answers:
                    statements += cell_statements(head, cell, self.key, self.key.limits)
                return self.sheet(Reading(statements), submission.student)
        except UsageError:
            raise  # of the table, not of this row
        except _REFUSALS as error:
            return self.refused(submission.student, _reason(error))

    def sheet(self, reading: Reading, student: str) -> Sheet:
        """The sheet of one student whose text is read."""
        statements = reading.statements
        scope = extended(self.key.scope, statements)
        work = Work(self.key, self.diagnoses, scope, reading.has_own_letters)
        for statement in statements:
            work.take(statement)
        return Sheet(student, self.lines(work), tuple(work.remarks))

    def class_of(self, sheets: Iterable[Sheet]) -> Class:
        """A class of sheets."""
        return Class(self.key.problem, self.key.items, tuple(sheets), self.key.options)

    def refused(self, student: str, problem: str) -> Sheet:
        """The sheet of a work that cannot be graded."""
        shown = self.key.shown
        lines = tuple(Line(i, "missing", _NO_POINT, expected=shown(i)) for i in self.key.items)
        return Sheet(student, lines, (), problem)

    def lines(self, work: Work) -> tuple[Line, ...]:
        """A line for each item: what was written, else whether what was written implies it."""
        implied = frozenset() if self.key.options.show_work else _implied(self.key, work)
        found = []
        for item in self.key.items:
            symbol = symbol_of(item)
            line = work.line(item)
            if line is None:
                verdict = "implied" if symbol in implied else "missing"
                line = Line(item, verdict, _POINT if verdict == "implied" else _NO_POINT, expected=self.key.shown(item))
            found.append(line)
        return _agreed(found)


def _agreed(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the mistake first that most of them have in common: one slip has many wrong numbers behind it."""
    counts = Counter((told.name, told.at) for line in lines for told in line.mistakes)
    return tuple(
        replace(line, mistakes=tuple(sorted(line.mistakes, key=lambda told: -counts[told.name, told.at])))
        for line in lines
    )


# One work that cannot be graded does not stop a class.
_REFUSALS = (BackpropError, RecursionError, ArithmeticError)


def _reason(error: BackpropError | RecursionError | ArithmeticError) -> str:
    """Why a work is not graded."""
    if isinstance(error, RecursionError):
        return Said(REFUSED, "deep")
    return Said(REFUSED, "numbers") if isinstance(error, ArithmeticError) else error.found


def _no_claim(statements: list[Statement]) -> str:
    reasons = [link.reason for statement in statements for link in statement.links if link.reason]
    return Said(REFUSED, "not read", {"reason": reasons[0] if reasons else Said(REFUSED, "no claim")})


def _implied(key: Key, work: Work) -> frozenset[Symbol]:
    """What no line says, though a line that is right is built on it. Linear in the edges of the graph."""
    scope = work.comparer.scope
    right = {symbol for symbol, line in work.lines.items() if line.verdict in EARNING}
    wrong = work.lines.keys() - right  # nothing is built on these that would tell what came before them
    found: set[Symbol] = {("∂", symbol[1]) for symbol in right if symbol[0] == "after"}
    for step in scope.order:  # an adjoint is built on those of the steps that use its name
        for operand in scope.operands[step]:
            if ("∂", operand) in right or (("∂", operand) in found and ("∂", operand) not in wrong):
                found |= {("∂", step), ("∂", operand, step)}
    if any(symbol[0] == "∂" and len(symbol) == 2 for symbol in right | found):
        found |= {(name,) for name in scope.needed(key.loss)}
    for step in reversed(scope.order):
        if (step,) in right or ((step,) in found and (step,) not in wrong):
            found |= {(operand,) for operand in scope.operands[step]}
    return frozenset(found) - work.lines.keys()


def grade(
    problem: Any,
    answers: str | Mapping[str, str] | Iterable[tuple[str, str]],
    *,
    options: GradeOptions = DEFAULT_GRADING,
    limits: Limits = DEFAULT_LIMITS,
    **choices: Any,
) -> Any:
    """Grade one answer (a Sheet), or those of a class by student (a Class).

    A problem is a text, a Problem, a Solution or a Variant; an answer is a derivation in Markdown, plain text, LaTeX or
    a notebook, or the answer alone. Further arguments are fields of `GradeOptions`. Nothing in an answer is executed.
    Raises what `solve` raises of the problem; an answer that cannot be read is a Sheet that says so.
    """
    grader = Grader(problem, replace(options, **choices) if choices else options, limits)
    if isinstance(answers, str):
        return grader.grade(answers)
    pairs = answers.items() if isinstance(answers, Mapping) else answers
    return grader.class_of(grader.grade(text, student) for student, text in pairs)
