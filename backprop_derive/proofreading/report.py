"""A report for people, for programs (JSON), and for continuous integration (SARIF 2.1.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..errors import shorten
from ..formats.visible_json import visible_json
from ..languages import ENGLISH, again, speaking
from .record import Finding, Report
from .sentences import REPORT, VERDICTS

SCHEMA = "backprop-derive/proofread/1"
_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 160
_RULES = {
    "wrong": ("wrong-claim", "A claim of the derivation does not hold."),
    "unread": ("not-understood", "A claim was not understood, so that nothing is known of it."),
}


def as_text(report: Report, shows_all: bool = False, language: str = ENGLISH) -> str:
    """The claims that are wrong or not understood (or all), each with its line and the remedy; then a count."""
    wanted = tuple(VERDICTS) if shows_all else ("wrong", "unread")
    with speaking(language):
        parts = ["\n".join(_lines(finding)) for finding in report.of(*wanted)]
        return "\n\n".join([*parts, summary(report)]) + "\n"


def _lines(finding: Finding) -> Iterator[str]:
    place = finding.place
    verdict = VERDICTS[finding.verdict]
    yield f"{place.source}:{place.line}:{place.column}: {verdict}: {shorten(finding.claim, _LONGEST)}"
    yield place.excerpt()
    if finding.expected:
        yield "  " + REPORT["expected"].format(expected=finding.expected)
    if finding.mistake is not None:
        name, feedback = again(finding.mistake.name, "mistake"), again(finding.mistake.feedback, "feedback")
        yield "  " + REPORT["looks"].format(name=name, feedback=feedback)
    if finding.reason:
        yield "  " + REPORT["reason"].format(reason=shorten(again(finding.reason), _LONGEST))


def summary(report: Report) -> str:
    """How many claims have which verdict."""
    counts = report.counts
    total, given = sum(counts[verdict] for verdict in VERDICTS), counts["given"]
    shown = [
        REPORT["count"].format(count=counts[verdict], verdict=words)
        for verdict, words in VERDICTS.items()
        if counts[verdict] or verdict in ("right", "wrong", "unread")
    ]
    return REPORT["summary"].format(
        name=report.name,
        claims=REPORT["claim" if total == 1 else "claims"].format(count=total),
        counts=REPORT["and"].join(shown),
        given=REPORT["given" if given == 1 else "givens"].format(count=given),
    )


def as_json(report: Report) -> str:
    """Every finding, as docs/proofread.md describes them."""
    data = {
        "schema": SCHEMA,
        "name": report.name,
        "counts": report.counts,
        "findings": [_json(finding) for finding in report.findings],
    }
    return visible_json(data)


def _json(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source": finding.place.source, "line": finding.place.line, "column": finding.place.column,
        "claim": finding.claim, "verdict": finding.verdict,
    }  # fmt: skip
    if finding.expected:
        found["expected"] = finding.expected
    if finding.mistake is not None:
        found["mistake"] = {"name": finding.mistake.name, "feedback": finding.mistake.feedback}
    if finding.reason:
        found["reason"] = finding.reason
    return found


def as_sarif(report: Report) -> str:
    """What is wrong as errors, what was not understood as notes."""
    rules = [{"id": name, "shortDescription": {"text": words}} for name, words in _RULES.values()]
    driver = {"name": "backprop-derive", "informationUri": "https://pypi.org/project/backprop-derive/", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report.name) for finding in report.of("wrong", "unread")],
    }
    return visible_json({"version": "2.1.0", "$schema": _SARIF, "runs": [run]})


def _result(finding: Finding, name: str) -> dict[str, Any]:
    rule = _RULES[finding.verdict][0]
    message = [f"{VERDICTS.english[finding.verdict].capitalize()}: {finding.claim}"]
    if finding.expected:
        message.append(f"Should be: {finding.expected}")
    if finding.mistake is not None:
        message.append(finding.mistake.feedback)
    if finding.reason:
        message.append(finding.reason)
    place = finding.place
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(name)},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
    if place.source != name:
        location["logicalLocations"] = [{"name": place.source.removeprefix(f"{name}, ")}]
    return {
        "ruleId": rule,
        "ruleIndex": [r for r, _ in _RULES.values()].index(rule),
        "level": "error" if finding.verdict == "wrong" else "note",
        "message": {"text": "\n".join(message)},
        "locations": [location],
    }
