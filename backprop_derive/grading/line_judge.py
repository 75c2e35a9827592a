"""The proof-reader's judge on one student's work: a statement with what was found of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..document import MathNode
from ..proofreading.judge import Judge
from ..proofreading.outcome import Outcome
from ..proofreading.record import Finding, Mistake
from ..proofreading.scope import Scope
from ..proofreading.statements import Link, Statement
from .own import OwnComparer


@dataclass
class Judged:
    """A statement with its findings, and what was found wrong first: the link, the outcome and the link before it."""

    statement: Statement
    findings: list[Finding] = field(default_factory=list)
    slip: tuple[Link, Outcome, Link | None] | None = None


class LineJudge(Judge):
    """The proof-reader's judge, who keeps what is wrong, to be looked into by `diagnose`."""

    def __init__(self, scope: Scope, comparer: OwnComparer) -> None:
        super().__init__(scope)
        self.comparer = comparer
        self.slip: tuple[Link, Outcome, Link | None] | None = None

    def finding(self, statement: Statement, link: Link, outcome: Outcome, before: Link | None = None) -> Finding:
        if outcome.verdict == "wrong" and self.slip is None:
            self.slip = (link, outcome, before)
        return super().finding(statement, link, outcome, before)

    def mistake(self, statement: Statement, link: Link, outcome: Outcome, left: MathNode | None) -> Mistake | None:
        return None

    def remember(self, statement: Statement) -> None:
        return None  # what a line has found is noted when all of it is judged
