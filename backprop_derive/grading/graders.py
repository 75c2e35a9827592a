"""The grader of each work: one for a problem, and one for each variant where the problem is an exercise."""

from __future__ import annotations

from ..errors import BackpropError, UsageError
from ..exercises.exercise import Exercise
from ..language.reader import read_problem
from ..limits import Limits
from .grade import Grader
from .record import Class, GradeOptions, Sheet
from .submissions import Submission


class Graders:
    """Grades works on a problem, or each on its variant: that of the work, or else `variant`. Raises ProblemError."""

    def __init__(self, text: str, name: str, options: GradeOptions, limits: Limits, variant: str = "") -> None:
        problem = read_problem(text, name=name, limits=limits)
        self.options, self.limits, self.variant = options, limits, variant
        self.exercise = Exercise(text, name=name, limits=limits) if problem.varied else None
        if variant and self.exercise is None:
            raise UsageError(f"--variant {variant}: nothing varies in this problem", hint="without --variant")
        self.graders: dict[str, Grader] = {}
        if self.exercise is None:
            self.graders[""] = Grader(problem, options, limits)

    def grader(self, variant: str) -> Grader:
        """The grader of a variant. Raises UsageError where none is named, or one that there is not."""
        name = (variant or self.variant) if self.exercise is not None else ""
        if name not in self.graders:
            if self.exercise is None or not name:
                raise UsageError(
                    "this exercise has variants, and no variant is named",
                    hint="--variant 7K-3F9A, or a column `variant` in a table of answers",
                )
            self.graders[name] = Grader(self.exercise.variant(name), self.options, self.limits)
        return self.graders[name]

    def grade(self, work: Submission) -> Sheet:
        """The sheet of a work. Raises UsageError where no variant is named."""
        try:
            grader = self.grader(work.variant)
        except BackpropError as error:
            if not work.variant:
                raise
            return Sheet(work.student, (), (), error.found)  # a variant mistyped in one row
        return grader.grade_submission(work)

    def class_of(self, sheets: list[Sheet]) -> Class:
        """A class of sheets; the items are those of the first variant, as of all. Raises UsageError for none."""
        if not self.graders:
            raise UsageError("nothing could be graded: no work names a variant of this exercise")
        return next(iter(self.graders.values())).class_of(sheets)
