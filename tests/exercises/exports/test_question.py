"""Questions are the same on every platform: right numbers, tolerances that hold them, and wrong ones kept apart."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from backprop_derive.errors import LimitError, UsageError
from backprop_derive.exercises.exercise import Exercise
from backprop_derive.exercises.exports.question import margins, one_by_one, places, questions_of, reach, written
from backprop_derive.exercises.exports.record import ExportOptions
from backprop_derive.exercises.key import Accepted
from backprop_derive.languages import speaking
from backprop_derive.options import Options
from backprop_derive.solution import Value
from tests.exercises.exports.sample import ROUNDED, TENSOR, TEXTS, is_near, variants


def numbers(low: str, value: str, high: str) -> Accepted:
    return Accepted(Value(Decimal(value), Fraction(value)), Decimal(low), Decimal(high))


def test_a_scalar_gradient_is_one_number_and_each_of_several_a_question() -> None:
    (first, second) = questions_of(variants("exact")[0], ExportOptions())
    assert [first.kind, second.kind] == ["numerical", "numerical"]
    assert second.id == f"{first.id}-2"
    assert len(first.fields) == len(second.fields) == 1


def test_a_tensor_has_a_field_for_every_entry_and_can_be_asked_one_by_one() -> None:
    (question,) = questions_of(variants("tensor")[0], ExportOptions())
    assert question.kind == "cloze"
    assert [field.place for field in question.fields] == list(places((2, 2)))
    assert len({field.name for field in question.fields}) == 4
    single = list(one_by_one(question))
    assert [each.fields[0].right for each in single] == [field.right for field in question.fields]
    assert len({each.id for each in single}) == 4


def test_a_cloze_asks_every_number_of_the_key() -> None:
    variant = variants("neuron")[0]
    (question,) = questions_of(variant, ExportOptions("cloze"))
    assert [f.right for f in question.fields] == [number for item in variant.key for number in item.numbers]


@pytest.mark.parametrize("name", TEXTS)
def test_over_200_variants_no_wrong_number_lies_where_the_right_one_is_accepted(name: str) -> None:
    count = {"rounded": 20}.get(name, 200)
    met = 0
    for variant in variants(name, count):
        for question in questions_of(variant, ExportOptions(solution=False)):
            for field in question.fields:
                assert field.right.lowest <= field.right.value.decimal <= field.right.highest
                taken = [field.right]
                for lure in field.lures:
                    for other in taken:
                        assert lure.number.highest < other.lowest or other.highest < lure.number.lowest
                    taken.append(lure.number)
                    met += 1
    assert met > count or name == "tensor"


@pytest.mark.parametrize("name", ["neuron", "exact", "tensor"])
def test_over_200_variants_the_answers_to_choose_from_differ_and_one_is_right(name: str) -> None:
    for variant in variants(name, 200):
        for question in questions_of(variant, ExportOptions("choice", solution=False)):
            if question.kind == "choice":
                assert len(question.options) >= 2
                assert sum(option.is_right for option in question.options) == 1
                assert len({str(option.node) for option in question.options}) == len(question.options)


def test_where_no_mistake_leads_elsewhere_a_choice_is_asked_as_a_number() -> None:
    variant = Exercise("Vary w in {1}\nloss = w\nFind d(loss)/dw\n").variants(1)[0]
    assert not variant.mistakes
    assert [question.kind for question in questions_of(variant, ExportOptions("choice"))] == ["numerical"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"), ("-0", "0"), ("0.50", "0.5"), ("-2", "-2"), ("1E+3", "1000"), ("1E-7", "0.0000001"),
        ("12345678901234567890", "1.234567890123456789e19"), ("1E+40", "1e40"), ("2.5E-30", "2.5e-30"),
        ("0.33333333333333333333333333333333333333333333333333", "0.333333333333333"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_platforms_read_them(number: str, text: str) -> None:
    assert written(Decimal(number)) == text
    float(text)


def test_an_uneven_interval_is_the_value_and_then_all_that_is_accepted() -> None:
    even, uneven = numbers("1.9", "2", "2.1"), numbers("1.8", "2", "2.1")
    assert margins(even) == ((2, Decimal("0.1")),)
    assert margins(uneven) == ((2, Decimal("0.1")), (Decimal("1.95"), Decimal("0.15")))
    assert reach(uneven) == Decimal("0.2")


def test_what_round_accepts_is_covered_by_the_margins() -> None:
    for variant in Exercise(ROUNDED).variants(20):
        (question,) = questions_of(variant, ExportOptions(solution=False))
        right = question.fields[0].right
        around = margins(right)
        assert is_near(min(value - distance for value, distance in around), right.lowest)
        assert is_near(max(value + distance for value, distance in around), right.highest)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_worked_solution_does_not_repeat_the_problem(language: str) -> None:
    variant, shown = variants("neuron")[0], Options(language=language)
    (question,) = questions_of(variant, ExportOptions(shown=shown))
    assert question.solution is not None
    assert question.solution.blocks
    with speaking(language):
        assert not set(variant.question_blocks(shown)) & set(question.solution.blocks)
    assert next(questions_of(variant, ExportOptions(solution=False))).solution is None


def test_too_many_fields_are_refused() -> None:
    text = TENSOR.replace("(2, 2)", "(40, 2)")
    variant = Exercise(text).variants(1)[0]
    assert len(next(questions_of(variant, ExportOptions())).fields) == 80
    large = Exercise("Given x = 2\nGiven W: (21, 20)\nVary W in 1..2\nL = sum(x*W)\nFind dL/dW\n").variants(1)[0]
    with pytest.raises(LimitError, match="420 fields"):
        next(questions_of(large, ExportOptions()))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="essay"):
        ExportOptions("essay")


@pytest.mark.parametrize("kind", ["numerical", "choice", "cloze"])
def test_a_problem_without_values_has_nothing_to_ask(kind: str) -> None:
    variant = Exercise("Given y\nVary w in 1..3\nloss = (w - y)^2\nFind d(loss)/dw\n").variants(1)[0]
    with pytest.raises(UsageError, match="no values"):
        next(questions_of(variant, ExportOptions(kind)))
