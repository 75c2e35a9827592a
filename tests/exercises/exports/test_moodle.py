"""Moodle XML as Moodle reads it: the engine's numbers, mistakes with their feedback, nothing slipped in."""

from __future__ import annotations

import html
import re
from decimal import Decimal

import lxml.etree as etree
import pytest

from backprop_derive.exercises.exports import moodle
from backprop_derive.exercises.exports.record import ExportOptions
from tests.exercises.exports.sample import (
    exported,
    hostile_cases,
    hostile_variant,
    is_near,
    read_page,
    right,
    variants,
)

# As Moodle finds a field in a text (question/type/multianswer/questiontype.php).
CLOZE = re.compile(r"\{([0-9]*):(NUMERICAL|NM|MULTICHOICE|MC|SHORTANSWER|SA|MW):((?:.*?)(?<!\\))\}", re.DOTALL)
NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
ANSWER = re.compile(rf"(=|%(-?[0-9]+)%)({NUMBER}):({NUMBER})(?:#([^~}}]*))?\Z")


def questions(data: bytes) -> list[etree._Element]:
    quiz = etree.fromstring(data)
    assert quiz.tag == "quiz"
    return [each for each in quiz if each.get("type") != "category"]


def answers(question: etree._Element) -> list[tuple[int, Decimal, Decimal, str]]:
    return [
        (int(a.get("fraction")), Decimal(a.findtext("text")), Decimal(a.findtext("tolerance")),
         a.findtext("feedback/text") or "")
        for a in question.findall("answer")
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), [("neuron", ["w"]), ("exact", ["w", "v"])])
def test_over_200_variants_the_right_answer_is_the_engines_and_no_wrong_one_is_near(
    name: str, wanted: list[str]
) -> None:
    found = iter(questions(b"".join(moodle.pieces(variants(name, 200), ExportOptions(solution=False)))))
    for variant in variants(name, 200):
        for each in wanted:
            question = next(found)
            assert question.get("type") == "numerical"
            value, low, high = right(variant, each)
            accepted = [a for a in answers(question) if a[0] == 100]
            assert is_near(accepted[0][1], value)
            assert is_near(accepted[0][1] - accepted[0][2], low)
            assert is_near(accepted[0][1] + accepted[0][2], high)
            for fraction, wrong, tolerance, feedback in answers(question):
                if fraction != 100:
                    assert fraction == 0
                    assert feedback
                    assert abs(wrong - value) > tolerance + (high - low) / 2
    assert next(found, None) is None


def test_a_rounded_problem_accepts_what_comes_of_rounding_and_of_not() -> None:
    found = questions(exported("moodle", "rounded"))
    for variant, question in zip(variants("rounded"), found, strict=True):
        value, low, high = right(variant, "w")
        accepted = [(v - t, v + t) for fraction, v, t, _ in answers(question) if fraction == 100]
        assert is_near(answers(question)[0][1], value)
        assert is_near(min(a for a, _ in accepted), low)
        assert is_near(max(b for _, b in accepted), high)


def test_a_choice_has_one_right_answer_and_feedback_for_each() -> None:
    for variant, question in zip(variants("neuron"), questions(exported("moodle", "neuron", "choice")), strict=True):
        assert question.get("type") == "multichoice"
        assert question.findtext("single") == "true"
        found = question.findall("answer")
        assert [a.get("fraction") for a in found].count("100") == 1
        assert {a.get("fraction") for a in found} == {"0", "100"}
        assert len({a.findtext("text") for a in found}) == len(found)
        assert [a.findtext("feedback/text") for a in found] == [html.escape(o.feedback, False) for o in variant.choices]


@pytest.mark.parametrize("name", ["neuron", "tensor", "rounded"])
def test_a_cloze_has_a_field_for_every_number_of_the_key(name: str) -> None:
    for variant, question in zip(variants(name), questions(exported("moodle", name, "cloze")), strict=True):
        assert question.get("type") == "cloze"
        assert question.find("defaultgrade") is None
        fields = CLOZE.findall(question.findtext("questiontext/text"))
        numbers = [number for item in variant.key for number in item.numbers]
        assert len(fields) == len(numbers)
        for (points, kind, content), number in zip(fields, numbers, strict=True):
            assert (points, kind) == ("1", "NUMERICAL")
            read = [ANSWER.match(each) for each in content.split("~")]
            assert all(read)
            assert read[0] is not None
            assert read[0][1] == "="
            assert is_near(Decimal(read[0][3]), number.value.decimal)
            assert all(each[2] == "0" for each in read if each is not None and each[1] != "=")


def test_a_field_stands_where_its_entry_does_in_the_matrix() -> None:
    (question,) = questions(exported("moodle", "tensor", "cloze", 1))
    text = question.findtext("questiontext/text")
    rows = re.findall(r"<tr>(.*?)</tr>", text)
    assert [row.count("{1:NUMERICAL:") for row in rows] == [2, 2]


def test_the_feedback_is_the_worked_solution() -> None:
    (question,) = questions(exported("moodle", "neuron", "numerical", 1))
    text = question.findtext("generalfeedback/text")
    assert "Backward pass" in read_page(text)
    assert r"\(\frac{\partial \text{loss}}{\partial w}" in text


def test_questions_are_known_by_their_variants() -> None:
    found = [each.findtext("idnumber") for each in questions(exported("moodle", "exact"))]
    assert found[0] == variants("exact")[0].id
    assert len(set(found)) == len(found) == 6


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    (question,) = questions(b"".join(moodle.pieces([variant], ExportOptions(kind))))
    assert question.get("type") == {"numerical": "numerical", "choice": "multichoice", "cloze": "cloze"}[kind]
    title = variant.problem.title
    shown = question.findtext("name/text")
    assert shown.endswith(variant.id)
    if title is not None and title.isprintable() and len(title) < 100:
        assert title in shown
    text = question.findtext("questiontext/text")
    fields = CLOZE.findall(text)
    assert len(fields) == (len(variant.key) if kind == "cloze" else 0)
    assert all(field[1] == "NUMERICAL" for field in fields)
    read_page(text)
    read_page(question.findtext("generalfeedback/text"))


def test_feedback_in_a_field_holds_no_sign_of_markup_however_often_it_is_undone() -> None:
    shown = moodle._cloze_feedback("a <b> & &lt;b&gt; ~ } { # \\ ' \" $ =")
    assert html.unescape(html.unescape(shown)) == shown
    assert not set("<>&~{}#\\") & set(shown)
