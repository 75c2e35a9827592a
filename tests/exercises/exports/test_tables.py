"""CSV that no spreadsheet runs, and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from backprop_derive.exercises.exports import tables
from backprop_derive.exercises.exports.record import ExportOptions
from tests.exercises.exports.sample import exported, hostile_cases, hostile_variant, is_near, right, variants


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_row_is_a_number_with_what_is_accepted() -> None:
    found = iter(rows(exported("csv", "exact", count=20)))
    for variant in variants("exact", 20):
        for name in "wv":
            row = next(found)
            value, low, high = right(variant, name)
            assert is_near(Decimal(row["answer"]), value)
            assert is_near(Decimal(row["lowest"]), low)
            assert is_near(Decimal(row["highest"]), high)
            assert row["title"].endswith(row["id"])
            assert "**Find**" in row["question"]
            assert "Backward pass" in row["solution"]


def test_a_row_is_an_answer_to_choose_from() -> None:
    (variant,) = variants("neuron", 1)
    found = rows(exported("csv", "neuron", "choice", 1))
    assert [row["asked"] == "right" for row in found] == [option.is_right for option in variant.choices]
    assert [row["feedback"] for row in found] == [option.feedback for option in variant.choices]


def test_negative_numbers_stay_numbers() -> None:
    found = rows(b"".join(tables.rows(variants("neuron", 40), ExportOptions(solution=False))))
    negative = [row for row in found if row["answer"].startswith("-")]
    assert negative
    assert all(float(row["answer"]) < 0 for row in negative)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"])
def test_text_that_begins_as_a_formula_gets_a_quote(text: str) -> None:
    assert tables.cell(text) == "'" + text
    assert tables.cell("a" + text) == "a" + text


@hostile_cases()
def test_nothing_that_was_written_is_run(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    data = b"".join(tables.rows([variant], ExportOptions(kind)))
    for row in rows(data):
        assert None not in row
        for column, text in row.items():
            if column not in ("lowest", "highest", "answer"):
                assert not text.lstrip().startswith(("=", "+", "-", "@")), (column, text)
        if kind != "choice":
            float(row["answer"])


def test_a_line_is_a_question_with_exact_numbers_and_mistakes() -> None:
    found = [json.loads(line) for line in exported("jsonl", "neuron").decode().split("\n")[:-1]]
    for variant, question in zip(variants("neuron"), found, strict=True):
        (number,) = question["numbers"]
        value, low, _ = right(variant, "w")
        assert question["id"] == variant.id
        assert is_near(Decimal(number["decimal"]), value)
        assert is_near(Decimal(number["lowest"]), low)
        if number["exact"] is not None:
            assert Fraction(number["exact"]) == Fraction(value)
        assert number["mistakes"]
        assert all(each["feedback"] for each in number["mistakes"])


@hostile_cases()
def test_a_line_stays_a_line(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    data = b"".join(tables.lines([variant], ExportOptions(kind)))
    assert data.count(b"\n") == 1
    assert b"<" not in data
    question = json.loads(data)
    if variant.problem.title is not None:
        assert question["title"].startswith(variant.problem.title)
