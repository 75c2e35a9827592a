"""What a proof-reading finds, claim by claim."""

from __future__ import annotations

from collections import Counter

from ..errors import Place
from ..records import record

# `given` claims nothing: a value or a definition. `follows` is right by what the notes themselves found before it.
VERDICTS = ("right", "rounded", "follows", "given", "wrong", "unread")


@record
class Mistake:
    """The mistake that a wrong claim looks like, and what to tell the person who made it."""

    name: str
    feedback: str


@record
class Finding:
    """One link of a chain: where it stands, what it claims, and the verdict.

    `place` is that of the part that is wrong, if it is one, else that of the link, which `starts` and `ends` at these
    offsets of its source. `expected` is what it should be, where that is known; `reason` says why a claim was not
    understood.
    """

    place: Place
    starts: int
    ends: int
    claim: str
    verdict: str
    expected: str = ""
    mistake: Mistake | None = None
    reason: str = ""


@record
class Report:
    """All findings of a text in its order."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings have each verdict."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def of(self, *verdicts: str) -> tuple[Finding, ...]:
        """The findings with one of these verdicts."""
        return tuple(finding for finding in self.findings if finding.verdict in verdicts)

    @property
    def wrong(self) -> tuple[Finding, ...]:
        return self.of("wrong")

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong. What was not understood may be."""
        return not self.wrong
