"""All wrong answers by one program: those that each mistake leads to when it is worked by itself."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_derive.exercises import answers
from backprop_derive.exercises.closeness import groups, is_near
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.solution import SolutionRecord
from tests.conftest import CHECKOUT

NET = (CHECKOUT / "examples" / "two-two-one-tanh.txt").read_text(encoding="utf-8")
PROBLEMS = {
    "a net": NET + "\nVary x1 in -2..2, x2 in -2..2, v1 in -0.4..0.4 step 0.2, v2 in {0, 0.3}, b_1 in {0, 0.1}\n",
    "exact numbers": """
u = x*w
v = u + x/2
loss = v^2 + abs(u*w)
Find d(loss)/dw, d(loss)/dx
Vary x in -4..4, w in -4..4 step 0.5
""",
    # With a mistake in it, a logarithm has no value at some numbers, and other cases apply.
    "logarithms": """
Given y = 1
z = w*x + b
p = sigmoid(z)
h = relu(z) + max(z, x, 0)
loss = -y*log(p) - (1 - y)*log(1 - p) + h*x
Find d(loss)/dw, d(loss)/db
Vary x in -2..2, w in -1..1 step 0.5, b in -1..1, y in 0..1
""",
    "quotients and powers": """
a = x/(w^2 + 1)
b = exp(a)/x^3 + sqrt(w + 3) + pi*x
loss = b^2/a
Find d(loss)/dw, d(loss)/dx
Vary x in {-3, -2, -1, 1, 2, 3}, w in -2..6
""",
    "rounded": """
z = w*x
a = sigmoid(z)
loss = (a - 1)^2
Find d(loss)/dw
Round: 3
Vary x in -4..4 step 0.25, w in -0.9..0.9 step 0.1
""",
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_wrong_answers_are_those_of_each_mistake_by_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = [variant.drawn.record for variant in islice(Exercise(PROBLEMS[name]).draw(seed=5), 60)]
    wanted = solved[0].derivation.graph.wanted
    found = [answers.wrong_answers_to(each, wanted) for each in solved]
    monkeypatch.setattr(answers, "outcomes_at_once", lambda *_: None)
    assert found == [answers.wrong_answers_to(each, wanted) for each in solved]


def test_most_variants_of_a_net_are_worked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = [variant.drawn.record for variant in islice(Exercise(PROBLEMS["a net"]).draw(seed=5), 200)]
    wanted = solved[0].derivation.graph.wanted
    alone: list[SolutionRecord] = []
    one_by_one = answers._one_by_one
    monkeypatch.setattr(answers, "_one_by_one", lambda *given: alone.append(given[0]) or one_by_one(*given))
    for each in solved:
        answers.wrong_answers_to(each, wanted)
    assert len(alone) < 100


numbers = st.decimals(min_value=-30, max_value=30, places=3) | st.sampled_from(
    [Decimal(text) for text in "1 1.0005 1.001 1.0011 1.002 -1 -1.0007 -1.0014 0 1e-9 -1e-9 2000 2001 2002.5".split()]
)


@given(st.lists(numbers, max_size=25))
def test_an_answer_joins_the_first_group_that_it_is_close_to(found: list[Decimal]) -> None:
    expected: list[list[int]] = []
    for k, number in enumerate(found):
        near = [group for group in expected if is_near(number, found[group[0]])]
        if near:
            near[0].append(k)
        else:
            expected.append([k])
    assert groups(found, lambda a, b: is_near(found[a], found[b])) == expected
