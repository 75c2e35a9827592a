"""A thousand random derivations in five notations, and two hundred with one link changed."""

from __future__ import annotations

import random
from functools import cache

import backprop_derive as bd

from .published import PROBLEMS, derivations
from .test_mutants import ENOUGH, mutant

MUTANTS = 200


@cache
def _reports() -> tuple[bd.Report, ...]:
    return tuple(bd.proofread(text, f"notes.{format}") for format, text in derivations())


def test_of_a_thousand_right_derivations_none_raises_an_alarm() -> None:
    assert len(derivations()) == 5 * PROBLEMS >= 1_000
    alarms = [(k, f.place.line, f.claim, f.reason) for k, report in enumerate(_reports()) for f in report.wrong]
    assert alarms == []


def test_of_a_thousand_right_derivations_all_is_understood() -> None:
    unread = [(k, f.place.line, f.claim, f.reason) for k, r in enumerate(_reports()) for f in r.of("unread")]
    assert unread == []
    assert all(report.counts["right"] + report.counts["rounded"] > 5 for report in _reports())


def test_of_two_hundred_changed_links_nearly_all_are_found_where_they_are() -> None:
    rng = random.Random(200)
    tried = found = others = 0
    missed = []
    while tried < MUTANTS:
        format, text = rng.choice(derivations())
        made = mutant(text, rng)
        if made is None:
            continue
        at, changed = made
        tried += 1
        wrong = bd.proofread(changed, f"notes.{format}").wrong
        hit = [finding for finding in wrong if finding.starts <= at < finding.ends]
        found += bool(hit)
        others += len(wrong) - len(hit)
        if not hit:
            missed.append((format, changed[changed.rfind("\n", 0, at) : changed.find("\n", at)], wrong))
    assert found >= ENOUGH * tried, missed
    assert others <= (1 - ENOUGH) * tried
