"""What a grader remembers of one student never changes what it says of another."""

from __future__ import annotations

import random
import re

import pytest

import backprop_derive as bd
from backprop_derive.grading.grade import Grader
from backprop_derive.options import NOTATIONS
from tests.conftest import CHECKOUT

_NUMBER = re.compile(r"(?<![\w.\\{^_₀-₉])\d+(?:\.\d+)?(?![\w.}])")


def _works(problem: str, count: int) -> list[str]:
    """Worked solutions in many ways of writing, with up to three numbers changed and a letter of the student's own."""
    solution, rng, found = bd.solve(problem), random.Random(5), []
    for k in range(count):
        format, notation = ("md", "txt", "tex")[k % 3], NOTATIONS[k % len(NOTATIONS)]
        work = str(solution.render(format, notation=notation, detail=("normal", "full")[k % 2]))
        for _ in range(k % 4):
            match = rng.choice([m for m in _NUMBER.finditer(work) if m.start() > len(work) // 4])
            work = work[: match.start()] + str(rng.randrange(9)) + work[match.end() :]
        found.append(f"k = {k}\nq = k + 1 = {k + 1}\n\n{work}" if k % 5 == 4 else work)
    return found


@pytest.mark.parametrize("name", ["lesson", "logistic-neuron", "two-two-one-tanh", "relu-at-the-kink", "mlp-batch"])
def test_a_class_is_graded_as_each_student_alone(name: str) -> None:
    problem = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    works = _works(problem, 6)
    together = Grader(problem)
    for work in works:
        together.grade(work)  # in whatever order they come
    for work in reversed(works):
        assert together.grade(work, "student") == Grader(problem).grade(work, "student")


def test_shapes_that_one_student_declares_are_not_those_of_the_next() -> None:
    problem = "Given X: (2, 3), w: (3)\np = X @ w\nL = sum(p)\nFind dL/dw"
    grader = Grader(problem)
    grader.grade(r"$X \in \mathbb{R}^{2 \times 3}$ and $w \in \mathbb{R}^{3}$, so $p = X w$ and $\frac{dL}{dp} = 1$")
    assert grader.key.scope.shapes == {}


@pytest.mark.parametrize("name", ["attention-head", "rnn-in-matrices"])
def test_entries_of_a_gradient_are_no_trouble(name: str) -> None:
    problem = (CHECKOUT / "examples" / f"{name}.txt").read_text(encoding="utf-8")
    grader, (loss, by) = Grader(problem), (bd.solve(problem).problem.loss, bd.solve(problem).problem.givens[0].key)
    sheet = grader.grade(
        f"$\\frac{{\\partial {loss}}}{{\\partial {by}_{{ij}}}} = 2 \\cdot 3 + \\nabla_{{{by}_{{ij}}}} {loss}$"
    )
    assert not sheet.problem
