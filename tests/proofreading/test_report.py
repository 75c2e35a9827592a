"""The report for people, for programs and for continuous integration."""

from __future__ import annotations

import json

import pytest

from backprop_derive import proofread
from backprop_derive.languages import speaking
from backprop_derive.proofreading.report import as_json, as_sarif, as_text

NOTES = "Given x = 2\n\ns = x^2 = 5\n\n$\\foo = 3$\n"


def test_people_see_the_line_a_caret_the_remedy_and_a_count() -> None:
    shown = as_text(proofread(NOTES, "notes.md"))
    assert "notes.md:3:11: wrong: x^2 = 5\n    s = x^2 = 5\n              ^\n  should be: 4\n" in shown
    assert "not understood" in shown
    assert shown.endswith("notes.md: 2 claims: 0 right, 1 wrong, 1 not understood (and 2 values or definitions).\n")


def test_all_claims_are_shown_where_that_is_asked_for() -> None:
    assert "right: 1 + 1 = 2" in as_text(proofread("1 + 1 = 2"), shows_all=True)
    assert "right: 1 + 1 = 2" not in as_text(proofread("1 + 1 = 2"))


def test_json_holds_every_finding() -> None:
    data = json.loads(as_json(proofread(NOTES, "notes.md")))
    assert data["schema"] == "backprop-derive/proofread/1"
    assert data["counts"]["wrong"] == 1
    assert [f["verdict"] for f in data["findings"]] == ["given", "given", "wrong", "unread"]
    assert data["findings"][2] | {"mistake": 0} == {
        "source": "notes.md", "line": 3, "column": 11, "claim": "x^2 = 5", "verdict": "wrong", "expected": "4",
        "mistake": 0,
    }  # fmt: skip


def test_sarif_names_rule_level_and_place_of_each_result() -> None:
    data = json.loads(as_sarif(proofread(NOTES, "my notes.md")))
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [("wrong-claim", "error"), ("not-understood", "note")]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "my%20notes.md"
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1


def test_people_are_told_in_their_language() -> None:
    report = proofread("Given x = 2\n\ns = x^2 = 5\n\nd(s)/dx = -2x\n", "notes.md")
    german, chinese = as_text(report, language="de"), as_text(report, language="zh")
    assert "notes.md:3:11: falsch: x^2 = 5\n    s = x^2 = 5\n              ^\n  richtig wäre: 4\n" in german
    assert "sieht aus wie: Vorzeichen. Das Vorzeichen ist falsch." in german
    assert german.endswith(
        "notes.md: 2 Aussagen: 0 richtig, 2 falsch, 0 nicht verstanden (dazu 2 Werte oder Definitionen).\n"
    )
    assert "看起来是：符号。符号错误。" in chinese
    assert chinese.endswith("notes.md：2 个论断：正确 0，错误 2，未能理解 0（另有 2 个给定值或定义）。\n")


@pytest.mark.parametrize(
    ("notes", "german", "chinese"),
    [
        ("$y = 2x = -2$\n", "Grund: x hat keinen Wert", "原因：x 没有值"),
        ("Given w = 1, x = 2\n\ns = w*x\n\nw <- w + 0.1 d(s)/dw\n", "er ist abzuziehen", "应减去梯度"),
        ("a = 1 -> b\n", "nur Pfade entlang von Namen", "只判定沿变量名的路径"),
    ],
)
def test_reasons_are_told_in_the_language(notes: str, german: str, chinese: str) -> None:
    report = proofread(notes, "notes.md")
    assert german in as_text(report, language="de")
    assert chinese in as_text(report, language="zh")


def test_programs_are_told_in_english_whatever_people_speak() -> None:
    report = proofread("Given x = 2\n\ns = x^2 = 5\n\nd(s)/dx = -2x\n", "notes.md")
    with speaking("de"):
        assert json.loads(as_json(report))["findings"][-1]["mistake"]["feedback"] == "The sign is wrong."
        assert "Wrong: " in as_sarif(report)
