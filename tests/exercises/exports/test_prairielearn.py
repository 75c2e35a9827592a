"""PrairieLearn: its own elements with attributes that they take, and a page that Mustache leaves as it is."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

import lxml.html

from tests.exercises.exports.sample import (
    hostile_cases,
    hostile_variant,
    is_near,
    package,
    read_page,
    right,
    variants,
)

# The elements with their attributes, from the sources of PrairieLearn (apps/prairielearn/elements).
ELEMENTS = {
    "pl-question-panel": set[str](),
    "pl-answer-panel": set[str](),
    "pl-number-input": {
        "answers-name", "weight", "correct-answer", "label", "suffix", "display", "comparison", "rtol", "atol",
        "digits", "allow-complex", "show-help-text", "size", "show-correct-answer", "show-placeholder",
        "allow-fractions", "allow-blank", "blank-value", "custom-format", "placeholder", "show-score",
    },
    "pl-multiple-choice": {
        "answers-name", "weight", "number-answers", "fixed-order", "inline", "hide-letter-keys", "none-of-the-above",
        "all-of-the-above", "order", "display", "hide-score-badge", "allow-blank", "size", "placeholder",
    },
    "pl-answer": {"score", "correct", "feedback"},
}  # fmt: skip
TAGS = frozenset(ELEMENTS)


def pages(files: dict[str, bytes]) -> list[lxml.html.HtmlElement]:
    texts = [data.decode() for path, data in files.items() if path.endswith("question.html")]
    found = []
    for text in texts:
        assert "{" not in text
        assert "}" not in text
        read_page(text, TAGS)
        page = lxml.html.fragment_fromstring(text, create_parent="div")
        for element in page.iter(*TAGS):
            assert set(element.attrib) <= ELEMENTS[element.tag]
        found.append(page)
    return found


def test_a_number_is_the_engines_and_what_is_accepted_lies_within_its_tolerance() -> None:
    found = iter(pages(package("prairielearn", variants("exact", 20))))
    for variant in variants("exact", 20):
        for name in "wv":
            (entry,) = next(found).iter("pl-number-input")
            value, low, high = right(variant, name)
            assert entry.get("comparison") == "relabs"
            assert entry.get("rtol") == "0"
            assert is_near(Decimal(entry.get("correct-answer")), value)
            assert is_near(Decimal(entry.get("atol")), max(value - low, high - value))


def test_a_cloze_has_an_input_for_every_number_in_its_place() -> None:
    (variant,) = variants("tensor", 1)
    (page,) = pages(package("prairielearn", (variant,), "cloze"))
    entries = list(page.iter("pl-number-input"))
    names = [entry.get("answers-name") for entry in entries]
    assert len(set(names)) == len(names)
    assert [Decimal(e.get("correct-answer")) for e in entries] == [
        n.value.decimal for i in variant.key for n in i.numbers
    ]
    assert [len(list(row.iter("pl-number-input"))) for row in page.iter("tr")] == [2, 2]


def test_a_choice_has_one_right_answer_and_feedback_for_each() -> None:
    for variant, page in zip(
        variants("neuron"), pages(package("prairielearn", variants("neuron"), "choice")), strict=True
    ):
        answers = list(page.iter("pl-answer"))
        assert [a.get("correct") for a in answers] == [str(o.is_right).lower() for o in variant.choices]
        assert [a.get("feedback") for a in answers] == [o.feedback for o in variant.choices]
        assert len({a.text_content() for a in answers}) == len(answers)
        assert {child.tag for choice in page.iter("pl-multiple-choice") for child in choice} == {"pl-answer"}


def test_each_question_has_its_own_folder_and_number() -> None:
    files = package("prairielearn", variants("exact"))
    infos = {path: json.loads(data) for path, data in files.items() if path.endswith("info.json")}
    assert len(infos) == 6
    assert len({uuid.UUID(info["uuid"]) for info in infos.values()}) == 6
    for path, info in infos.items():
        assert path.replace("info.json", "question.html") in files
        assert info["type"] == "v3"
        assert {"uuid", "title", "topic", "type"} <= set(info)


@hostile_cases()
def test_nothing_that_was_written_is_read(name: str, kind: str) -> None:
    variant = hostile_variant(name)
    files = package("prairielearn", (variant,), kind)
    (page,) = pages(files)
    asked = {"numerical": 1, "choice": 0, "cloze": len(variant.key)}[kind]
    assert len(list(page.iter("pl-number-input"))) == asked
    assert len(list(page.iter("pl-multiple-choice"))) == (kind == "choice")
    (info,) = [json.loads(data) for path, data in files.items() if path.endswith("info.json")]
    title = variant.problem.title
    if title is not None and title.isprintable():
        assert title in info["title"]
