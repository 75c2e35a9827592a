"""Wrong answers are wrong, and tell the mistake where that is required."""

from __future__ import annotations

from itertools import islice

import pytest

from backprop_derive import stages
from backprop_derive.exercises.answers import Answer, answer_to, are_told_apart, is_close, wrong_answers
from backprop_derive.exercises.mistakes.table import possible
from backprop_derive.exercises.variants import Drawn, draw, source_of
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.solution import Pass

NETWORK = """
Given y = 1
Vary x_1, x_2 in -2..2 except 0
Vary w_11, w_12, w_21, w_22 in -2..2 except 0
Vary v_1, v_2 in {1, 2, -1}
z_1 = w_11*x_1 + w_12*x_2
h_1 = relu(z_1)
z_2 = w_21*x_1 + w_22*x_2
h_2 = relu(z_2)
y^ = v_1*h_1 + v_2*h_2
loss = (y^ - y)^2
Find d(loss)/dw_11
Require loss != 0
Require d(loss)/dw_11 != 0
Require no ties
"""
NEURON = """
Given y = 1
Vary x in 1..9, w in -9..9 except 0, b in -5..5
Vary act in {sigmoid, tanh, relu}
z = w*x + b
a = act(z)
loss = (a - y)^2
Find d(loss)/dw
Require no ties
Require d(loss)/dw != 0
"""
LAYER = """
Given y = [0, 1]
Given X: (2,)
Given W: (2, 2)
Vary X in -3..3 except 0
Vary W in -3..3
z = W @ X
L = mean((z - y)^2)
Find dL/dW
"""


@pytest.mark.parametrize("text", [NETWORK, NEURON, LAYER])
def test_no_wrong_answer_is_right_and_no_two_are_the_same(text: str) -> None:
    for drawn in islice(draw(source_of(text), 3), 40):
        wanted = drawn.record.derivation.graph.wanted[0]
        right = answer_to(drawn.record, wanted)
        wrong = [each.answer for each in wrong_answers(drawn.record, wanted)]
        assert not any(is_close(answer, right) for answer in wrong)
        assert not any(is_close(a, b) for k, a in enumerate(wrong) for b in wrong[:k])


@pytest.mark.parametrize("text", [NETWORK, NEURON])
def test_where_it_is_required_a_wrong_answer_tells_the_mistake(text: str) -> None:
    source = source_of(text + "Require mistakes are distinguishable\n")

    def tell_apart(drawn: Drawn) -> bool:
        return are_told_apart(drawn.record, drawn.record.derivation.graph.wanted)

    found = list(islice(draw(source, 5, tell_apart=tell_apart), 12))
    assert len(found) == 12
    answers = [by_mistake(drawn) for drawn in found]
    for drawn, here in zip(found, answers, strict=True):
        alike = [there for other, there in zip(found, answers, strict=True) if regime(other) == regime(drawn)]
        for each in wrong_answers(drawn.record, drawn.record.derivation.graph.wanted[0]):
            keys = [(made.mistake.name, made.at) for made in each.made]
            for other in keys[1:]:
                # Where two mistakes of different names share an answer, they share it at all values.
                assert other[0] == keys[0][0] or all(is_close(there[other], there[keys[0]]) for there in alike)
        assert here


def by_mistake(drawn: Drawn) -> dict[tuple[str, str], Answer]:
    wanted = drawn.record.derivation.graph.wanted[0]
    return {
        (made.mistake.name, made.at): answer_to(stages.evaluated(made.derivation, DEFAULT_LIMITS), wanted)
        for made in possible(drawn.record.derivation)
    }


def regime(drawn: Drawn) -> object:
    first = drawn.record.first
    assert isinstance(first, Pass)
    signs = [value.decimal.compare(0) for value in first.values.values()]
    return [step.expression for step in drawn.record.problem.steps], signs, first.chosen, first.local_chosen


def test_chance_coincidences_are_noticed() -> None:
    text = "Given x = 1, y = 2, w = 1\nVary x, w in 1..2\ny^ = x*w\ns = y^ - y\nloss = s**2\nFind d(loss)/dw\n"
    source = source_of(text)
    told = {}
    for drawn in draw(source, 0):
        values = tuple(int(drawn.record.first.values[key].exact) for key in ("x", "w"))  # type: ignore[union-attr, arg-type]
        told[values] = are_told_apart(drawn.record, ("w",))
        if len(told) == source.space.size:
            break
    # With x = w, the name itself for the other factor leads to the right answer.
    assert not told[1, 1]
    assert not told[2, 2]
