"""Exercises in Python."""

from __future__ import annotations

import pytest

import backprop_derive as bd

TEXT = "Given y = 1, x, w, b\nz = w*x + b\na = sigmoid(z)\nloss = (a - y)^2\nFind d(loss)/dw\n"
VARY = {"x": range(1, 6), "w": "-3..3 except 0", "b": [-1, "1/2", 2]}


def test_variants_have_question_solution_key_choices_and_mistakes() -> None:
    variants = bd.Exercise(TEXT, vary=VARY, require="loss != 0").variants(3, seed=7)
    assert len({variant.id for variant in variants}) == 3
    for variant in variants:
        right = variant.solution.gradient("w")
        assert "**Find**" in variant.question
        assert "Forward pass" not in variant.question
        (item,) = [item for item in variant.key if (item.kind, item.name) == ("gradient", "w")]
        assert float(item.numbers[0].lowest) <= float(right) <= float(item.numbers[0].highest)
        (chosen,) = [option for option in variant.choices if option.is_right]
        assert float(chosen.answer[0].decimal) == pytest.approx(float(right))
        assert all(option.feedback for option in variant.choices)
        assert all(each.made for each in variant.mistakes)


def test_a_variant_comes_back_by_its_name() -> None:
    exercise = bd.Exercise(TEXT, vary=VARY)
    for variant in exercise.variants(5, seed=1):
        again = bd.Exercise(TEXT, vary=VARY).variant(variant.id.lower())
        assert again.solution.to_markdown() == variant.solution.to_markdown()
        assert again.choices == variant.choices
    with pytest.raises(bd.UsageError, match="is no variant of this exercise"):
        bd.Exercise(TEXT.replace("sigmoid", "tanh"), vary=VARY).variant(variant.id)
    with pytest.raises(bd.UsageError, match="is no name of a variant"):
        exercise.variant("*")


def test_lines_of_the_text_and_arguments_say_the_same() -> None:
    written = bd.Exercise(TEXT + "Vary x in 1..5\nVary w in -3..3 except 0\nVary b in {-1, 1/2, 2}\n")
    passed = bd.Exercise(TEXT, vary=VARY)
    assert [v.question for v in written.variants(4, seed=2)] == [v.question for v in passed.variants(4, seed=2)]
    assert bd.Exercise(bd.read_problem(TEXT), vary=VARY).size == written.size == 5 * 6 * 3


def test_what_cannot_be_an_exercise_is_refused() -> None:
    with pytest.raises(bd.UsageError, match="nothing varies in this exercise"):
        bd.Exercise(TEXT, vary={"x": [1], "w": [1], "b": [0]}).variants(2)
    with pytest.raises(bd.UsageError, match="has 2 different variants, and 3 are asked for"):
        bd.Exercise(TEXT, vary={"x": [1, 2], "w": [1], "b": [0]}).variants(3)
    with pytest.raises(bd.UsageError, match="of 3 variants 2 fulfil what is required, and 3 are asked for"):
        bd.Exercise(TEXT, vary={"x": [1, 2, 3], "w": [1], "b": [0]}, require="x < 3").variants(3)


def test_a_rounded_exercise_accepts_what_rounding_comes_to() -> None:
    (variant,) = bd.Exercise(TEXT + "Round: 2\n", vary={"x": [2], "w": [1], "b": [0]}).variants(1)
    exact = bd.solve(TEXT, given={"y": 1, "x": 2, "w": 1, "b": 0}).gradient("w")
    (item,) = [item for item in variant.key if (item.kind, item.name) == ("gradient", "w")]
    (accepted,) = item.numbers
    assert float(accepted.lowest) <= float(exact) <= float(accepted.highest)
    assert float(accepted.lowest) <= float(variant.solution.gradient("w")) <= float(accepted.highest)
