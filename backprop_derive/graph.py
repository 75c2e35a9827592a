"""The computation graph: steps in topological order, and what lies between a wanted name and the loss."""

from __future__ import annotations

from collections.abc import Iterable

from .problem import Problem, Step
from .records import record
from .syntax.expression import names_in


@record(slots=False)
class Graph:
    """A problem's graph. An edge goes from an operand to the step that uses it.

    `operands` lists, for each step, the names it uses in the order of their appearance. `on_path` are the steps and
    wanted givens through which a wanted name reaches the loss, the loss included.
    """

    problem: Problem
    steps: dict[str, Step]
    operands: dict[str, tuple[str, ...]]
    wanted: tuple[str, ...]
    on_path: frozenset[str]

    @property
    def loss(self) -> str:
        return self.problem.loss

    def path_steps(self) -> tuple[Step, ...]:
        """The steps on a path, in the author's order, which is topological."""
        return tuple(step for key, step in self.steps.items() if key in self.on_path)

    def adjoint_order(self) -> tuple[str, ...]:
        """The names whose adjoint a backward pass computes: steps from the loss back, then the wanted givens."""
        steps = [key for key in reversed(self.steps) if key in self.on_path and key != self.loss]
        return (*steps, *(key for key in self.wanted if key in self.on_path and key not in self.steps))

    def path_operands(self, key: str) -> tuple[str, ...]:
        """The operands of a step that lie on a path."""
        return tuple(name for name in self.operands[key] if name in self.on_path)


def build_graph(problem: Problem, wanted: Iterable[str] | None = None) -> Graph:
    """The graph of a problem for its wanted names, or for those given. Linear in the size of the problem."""
    targets = tuple(problem.wanted if wanted is None else wanted)
    steps = {step.key: step for step in problem.steps}
    known = {given.key for given in problem.givens} | set(steps)
    # The word of an option (`approximate=tanh`) is a name in the expression, but no operand.
    operands = {key: tuple(name for name in names_in(step.expression) if name in known) for key, step in steps.items()}
    depends = set(targets)
    for key, names in operands.items():
        if not depends.isdisjoint(names):
            depends.add(key)
    reaches = {problem.loss}
    for key in reversed(steps):
        if key in reaches:
            reaches.update(operands[key])
    return Graph(problem, steps, operands, targets, frozenset(depends & reaches))
