"""One student's work, statement by statement: what each line claims, judged by the key and by the lines before it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ..document import Chain, MathNode
from ..errors import shorten
from ..languages import Said
from ..printers.text import text
from ..proofreading.literals import literal
from ..proofreading.scope import Scope, is_closed, is_plain
from ..proofreading.statements import Statement
from ..proofreading.updates import is_update
from ..proofreading.values import Key as Symbol
from ..proofreading.values import symbol_key
from ..syntax.expression import Expr, Name
from .diagnose import QUESTIONS, Diagnoses, of_link
from .entries import Entry, Place, entry_asked, line_of_entries, put_together
from .found import Found
from .key import Key, symbol_of
from .line_judge import Judged, LineJudge
from .own import OwnComparer
from .record import Diagnosis, Item, Line, Remark, Used
from .sentences import LINES
from .sources import direct, feeding
from .tensors import compared
from .updates import update_verdict

_WORST = ("right", "rounded", "follows", "trivial", "coarse", "unread", "wrong")
_NO_POINT, _POINT = Fraction(0), Fraction(1)
_LONGEST_CLAIM = 160


class Work:
    """The lines of one student so far: what is said of each item, and what was `found`, from which the next go on.

    `numbered` are the items that are answered by a number.
    """

    def __init__(self, key: Key, diagnoses: Diagnoses, scope: Scope, has_own_letters: bool = False) -> None:
        self.key = key
        self.has_own_letters = has_own_letters
        self.diagnoses = diagnoses
        self.comparer = OwnComparer(key.comparer, scope)
        self.judge = LineJudge(scope, self.comparer)
        self.items = {symbol_of(item): item for item in key.items}
        self.lines: dict[Symbol, Line] = {}
        self.numbered: set[Symbol] = set()
        self.remarks: list[Remark] = []
        self.found = Found(key, self.comparer)
        self.entries: dict[Symbol, dict[Place, Entry]] = {}

    def take(self, statement: Statement) -> None:
        """Judge one statement."""
        symbol = self.symbol(statement)
        own = symbol if symbol is None or symbol[0] != "after" else None
        value, formula = self.comparer.without(own)
        self.judge.slip = None
        judged = Judged(statement, list(self.judge.judge(statement)))
        judged.slip = self.judge.slip
        if symbol is not None and symbol in self.items and self.is_answer(symbol, statement):
            self.answer(symbol, judged)
        else:
            self.take_entry(judged)
            self.remark(judged)
        self.found.note(symbol, judged, value, formula)

    def symbol(self, statement: Statement) -> Symbol | None:
        """What a statement is about, if it is about one name, derivative or update."""
        node = statement.links[0].node
        if node is None or len(statement.links) < 2:
            return None
        symbol = symbol_key(node, self.key.loss)
        if isinstance(node, Name) and is_update(statement):
            return ("after", node.key)
        if symbol is not None and len(symbol) == 3 and symbol not in self.items and symbol[2] == symbol[1]:
            return None
        return symbol

    def is_answer(self, symbol: Symbol, statement: Statement) -> bool:
        """Whether a statement says what is asked: of a value a number, of a gradient a number or a formula of names."""
        last = statement.links[-1].node
        if last is None:
            return True  # it was to be one, and is not understood
        if is_closed(last):
            return True
        if len(symbol) == 1 or symbol[0] == "after":
            return False
        return is_plain(last)

    # --- lines that earn points

    def answer(self, symbol: Symbol, judged: Judged) -> None:
        item = self.items[symbol]
        statement = judged.statement
        old = self.lines.get(symbol)
        if old is not None and not self.replaces(symbol, statement):
            self.remark(judged)
            return
        verdict, reason = self.verdict(symbol, judged)
        first = judged.findings[0].place
        credit = _POINT if verdict in ("right", "rounded", "follows") else _NO_POINT
        line = Line(
            item, verdict, credit, statement.text or text(item.head), self.formula(statement), first,
            self.key.shown(item), reason=reason,
        )  # fmt: skip
        self.lines[symbol] = self.explained(symbol, line, judged)
        if is_closed(statement.links[-1].node):
            self.numbered.add(symbol)

    def take_entry(self, judged: Judged) -> None:
        """Keep what a line says of one entry of a vector or a matrix that is asked for."""
        statement = judged.statement
        head, last = statement.links[0].node, statement.links[-1].node
        asked = entry_asked(self.key, head) if len(statement.links) > 1 else None
        verdicts = [finding.verdict for finding in judged.findings if finding.verdict != "given"]
        if asked is None or asked[0] not in self.items or not isinstance(last, Expr) or not verdicts:
            return
        symbol, place = asked
        verdict = max(verdicts, key=_WORST.index)
        if verdict in ("rounded", "follows") and self.is_coarse(last):
            verdict = "coarse"
        known = self.entries.setdefault(symbol, {})
        known[place] = Entry(verdict, statement.text, last)
        if (whole := put_together(known, self.key.array(symbol).shape)) is not None:
            self.found.note_tensor(symbol, self.items[symbol].head, whole)

    def line(self, item: Item) -> Line | None:
        """What is said of an item, if anything: in one line, or entry by entry."""
        symbol = symbol_of(item)
        if symbol in self.lines or symbol not in self.entries:
            return self.lines.get(symbol)
        shape = self.key.array(symbol).shape
        found = line_of_entries(item, shape, self.entries[symbol], self.key.shown(item))
        return replace(found, used=self.used(symbol)) if found.verdict == "follows" else found

    def formula(self, statement: Statement) -> MathNode | None:
        """A line of LaTeX as it is meant to look; None for text, which reads well as it is, and for other letters."""
        nodes = [link.node for link in statement.links]
        if statement.formula.kind != "latex" or self.has_own_letters or None in nodes:
            return None
        if any(relation not in ("=", "≈", "<-", ":=") for relation in statement.relations):
            return None
        return Chain(tuple(node for node in nodes if node is not None), statement.relations)

    def replaces(self, symbol: Symbol, statement: Statement) -> bool:
        """Whether a second line on an item counts instead of the first: a number does not give way to a formula."""
        last = statement.links[-1].node
        return last is not None and (is_closed(last) or symbol not in self.numbered)

    def verdict(self, symbol: Symbol, judged: Judged) -> tuple[str, str]:
        """The verdict on a whole line, and the reason where it is not understood."""
        statement = judged.statement
        found = [finding.verdict for finding in judged.findings if finding.verdict != "given"]
        last = statement.links[-1]
        if last.node is None:
            return "unread", last.reason
        if symbol[0] == "after":
            return update_verdict(self.key, self.comparer, symbol[1], last.node, found)
        if "unread" in found and "wrong" not in found:
            outcome = self.judge.outcome(statement.links[0].node, last.node, statement.relations[-1])  # type: ignore
            found = [outcome.verdict]
            if outcome.verdict == "unread":
                return "unread", outcome.reason
            if outcome.verdict == "wrong":
                judged.slip = (last, outcome, statement.links[0])
        verdict = max(found, key=_WORST.index, default="right")
        if verdict in ("rounded", "follows") and self.is_coarse(last.node):
            return "coarse", ""
        return verdict, ""

    def is_coarse(self, node: MathNode) -> bool:
        """Whether a rounded number has fewer significant digits than are asked for."""
        number = literal(node)
        if number is None:
            return False
        unit = 2 * number.half
        return unit > 0 and abs(number.value) < unit * 10 ** (self.key.options.digits - 1)

    # --- why

    def explained(self, symbol: Symbol, line: Line, judged: Judged) -> Line:
        """The line with the own values that it uses, or with the mistakes that it looks like."""
        if line.verdict == "follows":
            used = self.used(symbol)
            if not used:
                return replace(line, verdict="rounded")
            if self.is_trivial(symbol, judged.statement, used):
                return replace(line, verdict="trivial", credit=_NO_POINT, used=used)
            return replace(line, used=used)
        last = judged.statement.links[-1].node
        number = literal(last) if last is not None else None
        if line.verdict == "coarse" and number is not None:
            # −0.3 for tanh(−0.3) is no rounded number but the argument.
            exactly = self.diagnoses.exactly(line.item, number, self.comparer)
            return replace(line, verdict="wrong", mistakes=exactly) if exactly else line
        if line.verdict == "wrong" and not self.key.is_scalar:
            return self.tensor_line(symbol, line, judged)
        if line.verdict == "wrong":
            used = self.used(symbol) if self.found.slips else ()
            return replace(line, mistakes=self.mistakes(line.item, judged), used=used, reason=self.why(judged))
        return line

    def tensor_line(self, symbol: Symbol, line: Line, judged: Judged) -> Line:
        """A wrong vector or matrix: a part of the point for what is right of it, and what it looks like."""
        used = self.used(symbol) if self.found.slips else ()
        last, right = judged.statement.links[-1].node, self.key.array(symbol)
        known = self.key.wrong_answers.get(QUESTIONS.get(line.item.kind, "").format(line.item.name), ())
        found = compared(last, right, known, self.diagnoses.told) if last is not None and right is not None else None
        if found is None or found.right == found.count:
            return replace(line, reason=self.why(judged), used=used)
        verdict = "partly" if found.right > 0 else "wrong"
        reason = found.reason or self.why(judged)
        return replace(line, verdict=verdict, credit=found.credit, reason=reason, mistakes=found.mistakes, used=used)

    def why(self, judged: Judged) -> str:
        """Which link does not hold, where that is not the result itself."""
        if judged.slip is None:
            return ""
        link, outcome, before = judged.slip
        if outcome.reason or link is judged.statement.links[-1] or before is None:
            return outcome.reason
        if link.node is None or before.node is None:
            return ""
        claim = shorten(f"{text(before.node)} = {text(link.node)}", _LONGEST_CLAIM)
        expected = next((f.expected for f in judged.findings if f.verdict == "wrong" and f.expected), "")
        return Said(LINES, "link expected" if expected else "link", {"claim": claim, "expected": expected})

    def mistakes(self, item: Item, judged: Judged) -> tuple[Diagnosis, ...]:
        """What the first wrong link looks like, or else the line's end."""
        statement = judged.statement
        links = [judged.slip[0]] if judged.slip is not None else []
        links += [link for link in (statement.links[-1],) if link not in links]
        for link in links:
            if link.node is not None and (found := self.diagnoses.of_line(item, link.node, self.comparer)):
                return found
        if judged.slip is None:
            return ()
        link, outcome, before = judged.slip
        found_link = of_link(self.comparer, before.node if before is not None else None, link.node, outcome)
        return () if found_link is None else (found_link,)

    def used(self, symbol: Symbol) -> tuple[Used, ...]:
        """The wrong earlier values that what is written for an item may come from."""
        scope = self.comparer.scope
        direct_ones = direct(self.key, scope, symbol)
        found = tuple(used for key, used in self.found.slips.items() if key in direct_ones)
        needed = frozenset() if found else feeding(self.key, scope, symbol)
        return found or tuple(used for key, used in self.found.slips.items() if key in needed)

    def is_trivial(self, symbol: Symbol, statement: Statement, used: tuple[Used, ...]) -> bool:
        """Whether an own 0 or 1 has left nothing to do: the line shows no formula, and its number is one of them."""
        if not any(u.value in ("0", "1") for u in used):
            return False
        shows_work = any(link.node is not None and literal(link.node) is None for link in statement.links[1:])
        last = statement.links[-1].node
        number = literal(last) if last is not None else None
        return not shows_work and number is not None and number.value in (0, 1)

    # --- what else stands there

    def remark(self, judged: Judged) -> None:
        """Keep what is wrong or not understood in a statement that earns no point."""
        for finding in judged.findings:
            if finding.verdict not in ("wrong", "unread"):
                continue
            mistake = None
            if judged.slip is not None and finding.verdict == "wrong":
                link, outcome, before = judged.slip
                mistake = of_link(self.comparer, before.node if before is not None else None, link.node, outcome)
            self.remarks.append(
                Remark(finding.place, finding.claim, finding.verdict, finding.expected, mistake, finding.reason)
            )
