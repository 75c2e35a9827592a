"""Wrong answers are wrong, and tell the mistake where that is required."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, islice

import pytest

from backprop_derive import stages
from backprop_derive.exercises.answers import answer_to, are_told_apart, wrong_answers
from backprop_derive.exercises.closeness import Answer, is_close
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.exercises.variants import Drawn, draw, source_of
from backprop_derive.limits import DEFAULT_LIMITS
from backprop_derive.mistakes.table import possible
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


LESSON = """
Vary x in -20..20 except 0, y in -20..20, w in -20..20 except 0
y^ = x * w
s = y^ - y
loss = s**2
Find d(loss)/dw
"""
# Each leaves more than 200 variants in which no two mistakes lead to one answer.
FIVE = {
    "lesson": LESSON,
    "neuron": NEURON.replace("1..9", "1..19").replace("-9..9", "-19..19"),
    "network": NETWORK.replace("-2..2", "-5..5"),
    "two paths": "Vary w in 2..40, x in 2..40\na = w*x\nb = a^2\nc = 3*a\nloss = b - c\nFind d(loss)/dw\n",
    "update": """
Given y = 1
Vary x in 1..20, u in 0.1..2 step 0.1
h = tanh(u*x/10)
loss = (h - y)^2/2
Find d(loss)/du
Learning rate: 0.1
Updates: 1
""",
}


@pytest.mark.parametrize("name", FIVE)
def test_over_200_variants_of_each_of_five_problems_an_answer_tells_the_mistake(name: str) -> None:
    """No distractor is the right answer or another one; what shares a wrong answer shares it at all such values."""
    together: dict[object, list[dict[tuple[str, str], int]]] = {}
    for variant in Exercise(FIVE[name] + "Require mistakes are distinguishable\n").variants(200, seed=8):
        (right,) = answer_to(variant.drawn.record, variant.drawn.record.derivation.graph.wanted[0])
        answers = [each.answer[0].decimal for each in variant.mistakes]
        assert all(differ(answer, right.decimal) for answer in answers)
        assert all(differ(a, b) for k, a in enumerate(answers) for b in answers[:k])
        assert [option.is_right for option in variant.choices].count(True) == 1
        chosen = [option.answer[0].decimal for option in variant.choices]
        assert all(differ(a, b) for k, a in enumerate(chosen) for b in chosen[:k])
        groups = {(m.mistake.name, m.at): k for k, each in enumerate(variant.mistakes) for m in each.made}
        together.setdefault(repr(regime(variant.drawn)), []).append(groups)
    assert sum(map(len, together.values())) == 200
    for alike in together.values():
        for groups in alike:
            for a, b in combinations(groups, 2):
                if groups[a] == groups[b] and a[0] != b[0]:
                    assert all(other.get(a) == other.get(b) for other in alike), (a, b)


def differ(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) > Decimal("0.0009") * max(abs(a), abs(b))
