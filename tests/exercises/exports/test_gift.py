"""GIFT as Moodle reads it, by a reader written after its importer (question/format/gift/format.php)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from backprop_derive.exercises.exports import gift
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


@dataclass
class Read:
    name: str
    text: str
    kind: str
    answers: list[tuple[Decimal, str, str]] = field(default_factory=list)
    feedback: str = ""


MARKS = {c: f"&&{ord(c):03d};" for c in ":#={}~"} | {"\n": "&&010;"}


def before(text: str) -> str:
    text = text.replace("\\\\", "&&092;")
    for sign, mark in MARKS.items():
        text = text.replace("\\n" if sign == "\n" else "\\" + sign, mark)
    return text.replace("&&092;", "\\")


def after(text: str) -> str:
    for sign, mark in MARKS.items():
        text = text.replace(mark, sign)
    return text.strip()


def of_html(text: str) -> str:
    text = text.strip()
    assert text == "" or text.startswith("[html]"), text
    return after(text.removeprefix("[html]"))


def read(source: str) -> list[Read]:
    blocks = re.split(r"\n\s*\n", source)
    return [read_one(block) for block in blocks if block.strip()]


def read_one(block: str) -> Read:
    assert not any(line.strip().startswith("//") for line in block.split("\n"))
    text = before(block.strip())
    assert text.startswith("::")
    name, text = text[2:].split("::", 1)
    start, end = text.index("{"), text.index("}")
    assert end == len(text) - 1
    answers, question = text[start + 1 : end].strip(), text[:start]
    place = answers.rfind("####")
    general, answers = (answers[place + 4 :], answers[:place].strip()) if place >= 0 else ("", answers)
    found = Read(after(name), of_html(question), "numerical" if answers.startswith("#") else "multichoice")
    found.feedback = of_html(general)
    if found.kind == "numerical":
        assert "~" not in answers
        parts = [part for part in answers[1:].split("=") if part.strip()]
    else:
        assert "~" in answers
        parts = [part for part in answers.replace("=", "~=").split("~") if part.strip()]
    for part in parts:
        found.answers.append(answer(part.strip()))
    return found


def answer(part: str) -> tuple[Decimal, str, str]:
    weight = Decimal(0)
    if part.startswith("="):
        weight, part = Decimal(1), part[1:]
    elif match := re.match(r"%-*([0-9]{1,2})\.?([0-9]*)%", part):
        weight, part = Decimal(part[1:].split("%")[0]) / 100, part[match.end() :]
    shown, _, feedback = part.partition("#")
    return weight, shown.strip(), of_html(feedback)


@pytest.mark.parametrize(("name", "wanted"), [("neuron", ["w"]), ("exact", ["w", "v"])])
def test_the_right_number_is_the_engines(name: str, wanted: list[str]) -> None:
    data = b"".join(gift.pieces(variants(name, 40), ExportOptions(solution=False)))
    found = iter(read(data.decode()))
    for variant in variants(name, 40):
        for each in wanted:
            question = next(found)
            value, low, high = right(variant, each)
            (weight, shown, _), *others = question.answers
            number, tolerance = map(Decimal, shown.split(":"))
            assert weight == 1
            assert is_near(number, value)
            assert is_near(number - tolerance, low)
            for weight, shown, feedback in others:
                wrong, around = map(Decimal, shown.split(":"))
                assert weight == 0
                assert feedback
                assert abs(wrong - value) > around + (high - low) / 2
    assert next(found, None) is None


def test_a_tensor_is_asked_entry_by_entry() -> None:
    found = read(exported("gift", "tensor", count=1).decode())
    (variant,) = variants("tensor", 1)
    item = next(each for each in variant.key if each.name == "W")
    assert [Decimal(q.answers[0][1].split(":")[0]) for q in found] == [n.value.decimal for n in item.numbers]
    assert ["row 1, column 2" in q.text for q in found] == [False, True, False, False]


def test_a_choice_keeps_its_feedback() -> None:
    for variant, question in zip(variants("neuron"), read(exported("gift", "neuron", "choice").decode()), strict=True):
        assert question.kind == "multichoice"
        assert [int(weight) for weight, _, _ in question.answers] == [int(o.is_right) for o in variant.choices]
        assert [feedback for _, _, feedback in question.answers] == [o.feedback for o in variant.choices]
        assert "Backward pass" in read_page(question.feedback)


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    found = read(b"".join(gift.pieces([variant], ExportOptions(kind))).decode())
    assert len(found) == (len(variant.key) if kind == "cloze" else 1)
    for question in found:
        assert question.kind == ("multichoice" if kind == "choice" else "numerical")
        title = variant.problem.title
        if title is not None and title.isprintable():
            assert " ".join(title.split()) in question.name
        read_page(question.text)
        read_page(question.feedback)
