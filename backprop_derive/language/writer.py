"""A Problem back as text: reading what this writes gives an equal problem.

Comments are gone and line breaks set anew; the order of statements, the spelling of names, numbers and steps stay.
"""

from __future__ import annotations

from dataclasses import replace

from ..indexed.sizes import written_shape
from ..ops.table import CALLABLE, operation
from ..problem import Claim, Given, Problem, Prose, Step
from ..syntax.expression import Call, Expr, map_children
from ..syntax.parser import deep_recursion
from ..syntax.written import written


def written_problem(problem: Problem) -> str:
    """The problem in its own language, one statement a line, in the author's order and spelling."""
    with deep_recursion():
        return _Writer(problem).text()


class _Writer:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.spelled = problem.spelled
        self.has_function_names = any(key in CALLABLE for key in self.spelled)

    def text(self) -> str:
        lines = [*self.title(), *self.statements(), *self.settings(), *self.question(), *self.exercise()]
        return "\n".join(lines) + "\n"

    def title(self) -> list[str]:
        return [f"Title: {self.problem.title}"] if self.problem.title else []

    def statements(self) -> list[str]:
        lines: list[str] = []
        for statement in self.problem.statements:
            match statement:
                case Prose(parts, goes_on):
                    if not goes_on and lines and lines[-1].startswith(">"):
                        lines.append("")  # or the paragraph above would go on
                    lines.append("> " + "".join(map(self.part, parts)) if parts else ">")
                case Given(is_size=True):
                    pass  # its step makes it again
                case Given(_, name, value, _, shape, structure):
                    declared = "" if shape is None else f": {written_shape(shape)}"
                    valued = "" if value is None else f" = {self.expression(value)}"
                    lines.append(f"Given {name}{declared}{valued}" + (f" {structure}" if structure else ""))
                case Step(_, name, expression):
                    lines.append(f"{label(statement)}{name} = {self.expression(expression)}")
        return lines

    def part(self, part: str | Claim) -> str:
        if isinstance(part, str):
            return part
        right = "" if part.right is None else f" = {self.expression(part.right)}"
        return f"${self.expression(part.left)}{right}$"

    def settings(self) -> list[str]:
        problem = self.problem
        lines = []
        if problem.parameters:
            lines.append(f"Parameters: {', '.join(self.spelled[key] for key in problem.parameters)}")
        if problem.learning_rate is not None:
            lines += [f"Learning rate: {self.expression(problem.learning_rate)}", f"Updates: {problem.updates}"]
        if problem.round_to is not None:
            lines.append(f"Round: {problem.round_to}")
        return lines

    def question(self) -> list[str]:
        problem, loss = self.problem, self.spelled[self.problem.loss]
        if problem.asked:
            first = [f"d({loss})/d({self.spelled[key]})" for key in problem.gradients]
            second = [f"d2({loss})/d({self.spelled[a]})d({self.spelled[b]})" for a, b in problem.second]
            return ["Find " + ", ".join([*first, *second])]
        return [] if problem.loss == problem.steps[-1].key else [f"Find grad of {loss}"]

    def exercise(self) -> list[str]:
        varied = [f"Vary {each.text}" for each in self.problem.varied]
        return [*varied, *(f"Require {each.text}" for each in self.problem.required)]

    def expression(self, expr: Expr) -> str:
        return written(self.spell(expr) if self.has_function_names else expr)

    def spell(self, expr: Expr) -> Expr:
        """Every call by a word that is no name of the problem: `σ(z)` where a step is called sigmoid."""
        expr = map_children(expr, self.spell)
        if not isinstance(expr, Call) or expr.function not in self.spelled:
            return expr
        free = (alias for alias in operation(expr.function).aliases if alias == "σ" or alias not in self.spelled)
        return replace(expr, function=next(free, expr.function))


def label(step: Step) -> str:
    """The author's numbering with a space behind it, or nothing."""
    return f"{step.label} " if step.label else ""
