"""Notes by hand in thirty styles, of textbooks, courses and students: all right, and wrong where a digit is changed."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from backprop_derive import proofread

NOTES = sorted((Path(__file__).parent / "notes").iterdir())
NUMBER = re.compile(r"(?<=[=≈] )[-−]?\d+(?:(?:\.|\{,\})\d+)?(?=\s*(?:[,;.]?\$|\\\\|,? \||[,;.]?\n|, ))")


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_they_are_right_and_understood(path: Path) -> None:
    report = proofread(path.read_text(encoding="utf-8"), path.name)
    assert [(f.place.line, f.claim, f.reason) for f in report.of("wrong", "unread")] == []
    assert sum(report.counts.values()) - report.counts["given"] > 2


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_changed_digit_is_found_where_it_stands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [finding for finding in proofread(text, path.name).findings if finding.verdict != "given"]
    claimed = [(f.starts, f.ends) for f in found]
    numbers = [m for m in NUMBER.finditer(text) if any(a <= m.start() and m.end() <= b for a, b in claimed)]
    for number in random.Random(path.stem).sample(numbers, min(3, len(numbers))):
        digit = re.search(r"[1-9]", number[0]) or re.search(r"\d", number[0])
        assert digit is not None
        at = number.start() + digit.start()
        changed = text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]
        wrong = proofread(changed, path.name).of("wrong")
        assert text[: number.start()].count("\n") + 1 in [f.place.line for f in wrong], (
            number[0],
            changed[at - 40 : at + 10],
        )
