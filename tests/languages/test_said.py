"""Sentences that are found in one place and told in another."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

import backprop_derive as bd
from backprop_derive.languages import Said, again, speaking
from backprop_derive.proofreading.sentences import because


@pytest.mark.parametrize("carried", [copy.copy, copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])
def test_a_sentence_is_said_again_after_it_was_copied_or_sent_to_another_process(
    carried: Callable[[Said], Said],
) -> None:
    said = carried(because("name", name="x"))
    assert said == "x has no value"
    with speaking("de"):
        assert again(said) == again(because("name", name="x")) != said


def test_a_report_is_sent_to_another_process() -> None:
    report = bd.proofread("Given x = 2, w = 3\ny = w*x\ny = q*x\n")
    assert any(isinstance(finding.reason, Said) for finding in report.findings)
    assert pickle.loads(pickle.dumps(report)) == report


def test_a_large_number_in_a_sentence_is_grouped_as_the_language_does() -> None:
    sheet = bd.grade("Given x = 1\ny = x^2\nFind dy/dx", "y = 1\n" * 5001)
    assert sheet.problem == "it is too long: 5,001 claims, and at most 5,000 are graded"
    with speaking("de"):
        assert again(sheet.problem) == "zu lang: 5\u00a0001 Behauptungen, höchstens 5\u00a0000 werden bewertet"
    assert again(copy.deepcopy(pickle.loads(pickle.dumps(sheet.problem)))) == sheet.problem
