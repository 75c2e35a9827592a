"""Every statement judged, link by link, against what is known where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..document import Applied, Derivative, Differential, Ellipsis, MathNode, Reals
from ..evaluate.loose import Loose
from ..limits import DEFAULT_LIMITS, Limits
from ..syntax.expression import Index, ListOf, Name, Negate, Number, walk
from ..syntax.parser import deep_recursion
from .again import Again, further
from .compare import Comparer
from .definitions import redefinitions
from .explain import expectation, mistake_in
from .formulas import formulas_of
from .literals import literal
from .mistakes import Mistakes
from .notes import Notes, read_notes
from .numerator import speaks_of_numerator
from .outcome import Outcome
from .readings import Readings
from .record import Finding, Mistake, Report
from .rules import general, nodes_of
from .scope import NUMERATOR, OF_SUM, Scope
from .sentences import because, reason_of
from .statements import Link, Statement
from .tensors import is_written
from .updates import descent, is_update, judge_update, later, named_anew
from .values import NoValue, symbol_key

_ORDER = {"<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (1, 0), "!=": (-1, 1)}


def proofread(text: str, name: str = "notes", limits: Limits = DEFAULT_LIMITS) -> Report:
    """Judge every claim of a written derivation: Markdown, plain text, LaTeX, HTML, Typst or a notebook.

    Raises LimitError for a text beyond a limit, ProblemError for a notebook that is none. What is not understood is
    part of the report.
    """
    with deep_recursion():
        formulas = list(formulas_of(text, name, limits))
        readings = Readings()
        notes = read_notes(formulas, readings)
        again = Again(formulas, readings, notes.vocabulary)
        findings = list(_judged(notes.statements, notes.scopes, again))
        if notes.vocabulary.tensors and speaks_of_numerator(formulas):
            findings = _by_convention(NUMERATOR, notes, again, findings)
        if any(scope.examples is not None for scope in notes.scopes):
            findings = _by_convention(OF_SUM, notes, again, findings)
        _judge_anew(notes, again, findings)
    return Report(name, tuple(finding for found in findings for finding in found))


def _by_convention(convention: str, notes: Notes, again: Again, usual: list[list[Finding]]) -> list[list[Finding]]:
    """The findings by another convention, where that leaves no more doubts; else the usual ones."""
    if not _doubts(usual):
        return usual
    for scope in notes.scopes:
        scope.conventions |= {convention}
    findings = list(_judged(notes.statements, notes.scopes, again))
    if _doubts(findings) <= _doubts(usual):
        return findings
    for scope in notes.scopes:
        scope.conventions -= {convention}
    return usual


def _judge_anew(notes: Notes, again: Again, findings: list[list[Finding]]) -> None:
    """Judge stretches in which a name may have another formula once more; what holds then takes the place of doubts."""
    for start, stop, scope in redefinitions(notes.statements, notes.scopes):
        if _doubts(findings[start:stop]):
            anew = list(_judged(notes.statements[start:stop], [scope] * (stop - start), again))
            if not _doubts(anew) and not all(map(_claims_nothing, anew)):
                findings[start:stop] = anew


def _claims_nothing(findings: list[Finding]) -> bool:
    return all(finding.verdict == "given" for finding in findings)


def _judged(statements: list[Statement], scopes: list[Scope], again: Again) -> Iterator[list[Finding]]:
    """The findings on each statement, with its scope; another reading of one is taken where it holds."""
    judges: dict[int, Judge] = {}

    def judge_of(scope: Scope) -> Judge:
        if id(scope) not in judges:
            judges[id(scope)] = Judge(scope)
        return judges[id(scope)]

    told_before: set[tuple[str, int]] = set()
    for statement, scope, changing in zip(statements, scopes, swept(statements, scopes), strict=True):
        scope.changing = changing
        judge = judge_of(scope)
        found = list(judge.judge(statement))
        if not _lacks(found, "wrong", "unread"):
            for told, other in further(again, statement):
                other_judge = judge if other is None else judge_of(other)
                better = list(other_judge.judge(told))
                is_read = other is None and _lacks(better, "unread") and not _lacks(found, "unread")
                if is_read or _lacks(better, "wrong", "unread"):
                    found = better if told.place not in told_before else []  # of which another part was judged
                    told_before.add(told.place)
                    break
        yield found


def _doubts(findings: list[list[Finding]]) -> int:
    """How many of them are not right."""
    return sum(finding.verdict in ("wrong", "unread") for found in findings for finding in found)


def _lacks(findings: list[Finding], *verdicts: str) -> bool:
    return not any(finding.verdict in verdicts for finding in findings)


def swept(statements: list[Statement], scopes: list[Scope]) -> list[frozenset[str]]:
    """For each statement, the givens whose tangents are spoken of in its sweep of forward mode.

    A sweep ends where the tangent of a step is found a second time; what speaks of none is of the sweep before.
    """
    changing: dict[int, set[str]] = {}
    before: dict[int, set[str]] = {}
    found: dict[int, set[str]] = {}
    sweeps: list[tuple[set[str], set[str]]] = []
    for statement, scope in zip(statements, scopes, strict=True):
        head = statement.links[0].node
        step = scope.tangent_of(head.key) if isinstance(head, Name) else None
        heads = found.setdefault(id(scope), set())
        if step in scope.steps and step in heads:
            heads.clear()
            before[id(scope)] = changing.get(id(scope)) or before.get(id(scope), set())
            changing[id(scope)] = set()
        heads |= {step} if step is not None else set()
        sweep = changing.setdefault(id(scope), set())
        for node in (node for link in statement.links if link.node is not None for node in nodes_of(link.node)):
            base = scope.tangent_of(node.key) if isinstance(node, Name) else None
            if base is not None and base not in scope.steps:
                sweep.add(base)
        sweeps.append((sweep, before.get(id(scope), sweep)))
    return [frozenset(sweep or earlier) for sweep, earlier in sweeps]


class Judge:
    """The judge of one scope; it remembers what the notes have found."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.comparer = Comparer(scope)
        self.mistakes = Mistakes(self.comparer)
        self.updated: dict[str, Any] = {}
        self.moved: set[str] = set()
        self.seeded: tuple[str, int] | None = None  # where the seeds of the last sweep are

    def judge(self, statement: Statement) -> Iterator[Finding]:
        """A finding for each link after the first."""
        self.comparer.tensors.enter(statement.block)
        if len(statement.links) < 2:
            link = statement.links[0]
            yield self.finding(statement, link, Outcome("unread", reason=link.reason))
            return
        if is_assumed(statement):
            yield self.finding(statement, statement.links[1], Outcome("given"))
            return
        self.enter_sweep(statement)
        told = general(statement, self.scope)
        head = told.links[0].node
        is_known = isinstance(head, Name) and self.scope.defining.get(head.key, told.place) != told.place
        if is_update(told, is_known and head.key in self.scope.givens):  # type: ignore[union-attr]
            yield from judge_update(self, told)
            return
        yield from self.chain(told, 1)

    def enter_sweep(self, statement: Statement) -> None:
        """Where ẇ = 1 begins a sweep of forward mode: the tangents that follow are by w.

        Vectors and matrices have a seed that is written out; those of one paragraph are of one sweep.
        """
        head, body = statement.links[0].node, statement.links[1].node
        base = self.scope.tangent_of(head.key) if isinstance(head, Name) else None
        if base is None or base in self.scope.steps:
            return
        if isinstance(body, Number) and body.value == 1:
            self.scope.along = base
        if isinstance(body, Number | ListOf | Negate) and is_written(body):
            is_zero = all(isinstance(n, ListOf) or (isinstance(n, Number) and not n.value) for n in walk(body))
            if statement.block != self.seeded and not is_zero:
                self.scope.seeds.clear()
                self.seeded = statement.block
            self.scope.seeds[base] = body

    def chain(self, statement: Statement, first: int, meant: MathNode | None = None) -> Iterator[Finding]:
        """The links from number `first` on, each against the one before it.

        After a wrong link, what follows may go on from it or return to what the chain is about (`meant`, or its head);
        so may the number behind rounded ones.
        """
        links = statement.links
        before: Link | None = links[first - 1] if links[first - 1].node is not None else None
        head, slipped = before, meant is not None
        if meant is not None and before is not None:
            head = replace(before, node=meant)
        defines = first == 1 and self.is_defining(statement)
        for k in range(first, len(links)):
            link, relation = links[k], statement.relations[k - 1]
            if link.node is None:
                yield self.finding(statement, link, Outcome("unread", reason=link.reason))
                continue
            left = before.node if before is not None else None
            if relation == "∈" and isinstance(left, ListOf) and head is not None:
                left = head.node  # the shape of what is written there, perhaps in part
            if left is None:
                reason = links[k - 1].reason or because("compared")
                yield self.finding(statement, link, Outcome("unread", reason=reason))
                before = head = link
                continue
            if defines and k == 1:
                outcome = named_anew(self, left, link.node)
                if outcome.verdict == "wrong":
                    head, slipped = replace(link, node=descent(link.node)), True
                yield self.finding(statement, link, outcome)
                before = link
                continue
            outcome = self.outcome(left, link.node, relation)
            if outcome.verdict == "wrong" and k == 1:
                outcome = later(self, left, link.node, relation) or outcome
            is_shorthand = isinstance(link.node, ListOf) and literal(left) is not None  # 1, of every entry
            is_rounded = is_written(link.node) and not self.comparer.is_exact(left)
            may_return = not outcome.is_right and (slipped or is_rounded or is_shorthand)
            if may_return and head is not None and head.node is not None:
                again = self.outcome(head.node, link.node, relation)
                outcome = again if again.is_right else outcome
                if again.verdict == "unread" and self.comparer.agree_as_rounded(left, link.node):
                    outcome = Outcome("rounded")  # of more digits than are written, which nobody knows here
            slipped = slipped or outcome.verdict == "wrong"
            yield self.finding(statement, link, outcome, before)
            before = link
        self.remember(statement)

    def is_defining(self, statement: Statement) -> bool:
        """Whether the first relation says what a name or a function is."""
        head = statement.links[0].node
        if isinstance(head, Index):
            base = head.base.key if isinstance(head.base, Name) else ""
            defined = self.scope.by_entries.get(base, {}).get(statement.block)
            return defined is not None and defined[1] == statement.links[1].node
        if isinstance(head, Name) and (statement.block, head.key) in self.scope.asides:
            return self.scope.asides[statement.block, head.key] == statement.links[1].node
        if isinstance(head, Applied):
            return self.scope.defining.get(f"{head.function}()") == statement.place
        if not isinstance(head, Name):
            return False
        if self.scope.tangent_of(head.key) is not None:
            return False
        if self.scope.is_named(head.key):
            return self.scope.defining.get(head.key) == statement.place
        return (head.key,) not in self.comparer.written and "'" not in head.key

    def outcome(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        """What is to be said of `a relation b`."""
        if relation in _ORDER:
            return self.inequality(a, b, relation)
        if relation == "->":
            return self.edge(a, b)
        if relation == "∈":
            return self.membership(a, b)
        if relation not in ("=", "≈", ":="):
            return Outcome("unread", reason=because("relation", relation=relation))
        try:
            return self.comparer.compare(a, b, relation)
        except NoValue as error:
            return Outcome("unread", reason=reason_of(error))

    def edge(self, a: MathNode, b: MathNode) -> Outcome:
        """Whether a step along a path is one: the second name is computed from the first."""
        if isinstance(a, Ellipsis) or isinstance(b, Ellipsis):
            return Outcome("given")
        if isinstance(a, Name) and isinstance(b, Name):
            if b.key not in self.scope.steps:
                return Outcome("unread", reason=because("no formula", name=b.key))
            is_edge = a.key in self.scope.operands.get(b.key, ())
            return Outcome("right") if is_edge else Outcome("wrong", b, None, because("not used", name=b.key, by=a.key))
        return Outcome("unread", reason=because("paths"))

    def membership(self, a: MathNode, b: MathNode) -> Outcome:
        """Whether a name has the shape that is claimed of it; the first such claim declares it."""
        if not isinstance(b, Reals):
            return Outcome("unread", reason=because("shapes"))
        if isinstance(a, Name) and self.scope.shapes.get(a.key) == b.shape and not self.scope.is_defined(a.key):
            return Outcome("given")
        return self.comparer.tensors.shape(a, b)

    def inequality(self, a: MathNode, b: MathNode, relation: str) -> Outcome:
        left, right = self.comparer.value(a), self.comparer.value(b)
        if left is None or right is None:
            return Outcome("unread", reason=self.comparer.why(a if left is None else b))
        holds = Loose().compare(left, right) in _ORDER[relation]
        return Outcome("right") if holds else Outcome("wrong", b)

    def remember(self, statement: Statement) -> None:
        """Keep what a chain has found for the name or derivative at its head."""
        node = statement.links[0].node
        key = symbol_key(node, self.scope.loss) if node is not None else None
        last = statement.links[-1].node
        number = literal(last) if last is not None else None
        if key is not None and number is not None and isinstance(node, Name | Derivative | Differential):
            self.comparer.note(key, number.value)
        if node is not None:
            self.comparer.tensors.tell(node, [link.node for link in statement.links[1:]])

    def finding(self, statement: Statement, link: Link, outcome: Outcome, before: Link | None = None) -> Finding:
        source, (starts, ends) = statement.formula.source, statement.span(link)
        place = source.place(starts if outcome.at is None else starts + _place_in(link, outcome.at))
        starts, ends = source.stretch(starts, ends)
        claim = statement.text if link is statement.links[0] else _claim(statement, link)
        if outcome.verdict != "wrong":
            return Finding(place, starts, ends, claim, outcome.verdict, reason=outcome.reason)
        left = before.node if before is not None else None
        expected = expectation(self.comparer, left, link.node, outcome)
        if left is not None and link.node is not None and self.comparer.arrays.concerns(left, link.node):
            return Finding(place, starts, ends, claim, "wrong", expected, None, outcome.reason)
        mistake = self.mistake(statement, link, outcome, left)
        return Finding(place, starts, ends, claim, "wrong", expected, mistake, outcome.reason)

    def mistake(self, statement: Statement, link: Link, outcome: Outcome, left: MathNode | None) -> Mistake | None:
        """The mistake that a wrong link looks like, or None."""
        head = statement.links[0].node
        found = None
        if head is not None and link.node is not None and outcome.at is link.node:
            found = self.mistakes.behind(head, link.node)
        return found or mistake_in(self.comparer, left, link.node, outcome)


def _place_in(link: Link, part: MathNode) -> int:
    """How far into a link a part of it stands: the first thing in it whose place is known."""
    if part is link.node:
        return 0
    return next((link.places[id(node)] - link.start for node in nodes_of(part) if id(node) in link.places), 0)


_ASSUMING = frozenset("if when for at suppose assume say were set take choose whenever unless until".split())


def is_assumed(statement: Statement) -> bool:
    """Whether words before it make a value an assumption: "if y = 1", "would answer p = 1"."""
    words = statement.formula.lead.split(" ")[-5:]
    last = statement.links[-1].node
    is_value = len(statement.links) == 2 and last is not None and literal(last) is not None
    return is_value and (words[-1] in _ASSUMING or "would" in words)


def _claim(statement: Statement, link: Link) -> str:
    """The link with the one before it and the relation between them."""
    k = statement.links.index(link)
    return f"{statement.link_text(statement.links[k - 1])} {statement.relations[k - 1]} {statement.link_text(link)}"
