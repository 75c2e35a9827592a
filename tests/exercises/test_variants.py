"""Variants differ, fulfil what is required, and come back by their number."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import pytest

from backprop_derive.errors import BackpropError, LimitError
from backprop_derive.exercises.answers import answer_to, wrong_answers
from backprop_derive.exercises.variants import Drawn, draw, source_of

NEURON = """
Given y = 1
Vary x in 1..5, w in -3..3 except 0, b in -1..1 step 0.5
Vary act in {sigmoid, tanh, relu}
z = w*x + b
a = act(z)
loss = (a - y)^2
Find d(loss)/dw
"""


def first(text: str, count: int, seed: int = 7) -> list[Drawn]:
    return list(islice(draw(source_of(text), seed), count))


def values(drawn: Drawn) -> dict[str, Fraction | None]:
    assert drawn.record.first is not None
    return {key: getattr(value, "exact", None) for key, value in drawn.record.first.values.items()}


def given(drawn: Drawn) -> tuple[object, ...]:
    problem = drawn.record.problem
    return (*(g.value for g in problem.givens), *(s.expression for s in problem.steps))


def test_variants_differ_in_what_they_ask() -> None:
    found = first(NEURON, 450)
    assert len({given(drawn) for drawn in found}) == 450


def test_the_seed_decides_the_order_and_the_number_the_variant() -> None:
    one, again, other = first(NEURON, 5), first(NEURON, 5), first(NEURON, 5, seed=8)
    assert [drawn.number for drawn in one] == [drawn.number for drawn in again] != [drawn.number for drawn in other]
    source = source_of(NEURON)
    assert [source.drawn(drawn.number).record.first for drawn in one] == [drawn.record.first for drawn in one]


def test_operations_vary() -> None:
    used = {str(drawn.record.problem.steps[1].expression) for drawn in first(NEURON, 60)}
    assert len(used) == 3


def test_every_entry_of_a_tensor_varies() -> None:
    text = "Given x = [1, 2]\nGiven W: (2, 2)\nVary W in -1..1\nL = sum((W @ x)^2)\nFind dL/dW\n"
    assert source_of(text).space.size == 81
    found = first(text, 81)
    assert len({given(drawn) for drawn in found}) == 81


@pytest.mark.parametrize(("structure", "size"), [("symmetric", 27), ("diagonal", 9)])
def test_variants_of_a_declared_matrix_are_of_its_kind(structure: str, size: int) -> None:
    text = f"Given A: (2, 2) {structure}, x = [1, 2]\nVary A in 1..3\nL = x @ A @ x\nFind dL/dA\n"
    assert source_of(text).space.size == size
    found = first(text, size)
    assert len({given(drawn) for drawn in found}) == size
    for drawn in found:
        assert drawn.record.first is not None
        (a, b, c, d) = (entry.exact for entry in drawn.record.first.values["A"].entries)
        assert b == c
        assert (b == 0) == (structure == "diagonal")
        assert {a, d} <= {1, 2, 3}


def test_what_is_required_holds() -> None:
    text = NEURON + (
        "Require loss != 0\nRequire every value and gradient has at most 2 decimals\nRequire relu is active somewhere\n"
        "Require d(loss)/dw > 2\n"
    )
    found = first(text, 10)
    assert len(found) == 10
    for drawn in found:
        numbers = values(drawn)
        assert all(value is not None and (100 * value).denominator == 1 for value in numbers.values())
        assert numbers["loss"] != 0
        assert numbers["z"] is not None
        assert numbers["z"] > 0
        assert drawn.record.first is not None
        assert drawn.record.first.adjoints["w"].decimal > 2  # type: ignore[union-attr]


@pytest.mark.parametrize("requirement", ["loss < 0", "every value is at most 0", "relu is inactive everywhere"])
def test_a_requirement_that_none_fulfils_is_named(requirement: str) -> None:
    text = (
        f"Given y = 1\nVary x in 1..5, w in 1..3\nloss = (relu(w*x) - y)^2\nRequire loss < 100\nRequire {requirement}\n"
    )
    with pytest.raises(LimitError, match=f"no variant fulfils `Require {requirement}`: none of all 15 does") as caught:
        first(text, 1)
    assert caught.value.place is not None
    assert caught.value.place.line == 5


def test_requirements_that_exclude_each_other_are_named_together() -> None:
    text = "Given y = 1\nVary x in 1..5\nloss = (x - y)^2\nRequire loss > 3\nRequire loss < 2\n"
    with pytest.raises(LimitError, match=r"all requirements together.*loss > 3; loss < 2"):
        first(text, 1)


def test_values_without_a_solution_make_no_variant() -> None:
    found = first("Given y = 1\nVary x in -2..2\nloss = y/x\n", 5)
    assert len(found) == 4
    with pytest.raises(BackpropError, match="none of all 3 variants has a solution"):
        first("Given y = 1\nVary x in -3..-1\nloss = log(x)\n", 1)


def test_a_shape_with_letters_cannot_vary() -> None:
    with pytest.raises(BackpropError, match="has letters for sizes"):
        source_of("Given x: (n,)\nVary x in 1..3\nL = sum(x^2)\n")


def test_a_mistake_does_not_forget_what_is_declared() -> None:
    text = "Given A: (2, 2) symmetric, x = [1, 2]\nVary A in 1..5\nh = A @ x\nL = mean(h^2)\nFind dL/dA\n"
    (drawn,) = first(text, 1)
    right = [value.exact for value in answer_to(drawn.record, "A")]
    forgotten = next(
        wrong for wrong in wrong_answers(drawn.record, "A") if wrong.made[0].mistake.name == "mean forgotten"
    )
    assert [value.exact for value in forgotten.answer] == [2 * value for value in right if value is not None]
