"""A solution as a Document: which sections, lines, remarks and answers, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..derivation import RuleStatement
from ..document import (
    Block,
    Chain,
    Document,
    Heading,
    Inline,
    Item,
    ListBlock,
    Listing,
    Math,
    MathNode,
    Paragraph,
    Remark,
    Strong,
    Table,
    Words,
)  # fmt: skip
from ..options import Options
from ..problem import Given, Problem
from ..records import record
from ..solution import SolutionRecord, Value
from ..syntax.expression import ONE, ZERO, Expr, Name
from ..syntax.names import ambiguous
from .blocks import heading, item, listing, math_cell, words_cell
from .chains import Lines
from .notation import Notation
from .numbers import Style, style_of
from .remarks import remarks, sentence
from .rules import rule_note
from .sentences import HEADINGS, LABELS, SHORT, UPDATES
from .stated import stated_blocks

if TYPE_CHECKING:
    from ..ledger import Ledger
    from .second import Seconds

# Updates that are worked line by line; the others stand in the table.
_WORKED_UPDATES = 1
_LONGEST_TABLE = 20


@record(slots=False)
class Story:
    """What narrating one solution needs at every turn."""

    record: SolutionRecord
    options: Options
    style: Style
    lines: Lines
    rules: Mapping[str, RuleStatement]
    ledger: Ledger | None = None

    @property
    def problem(self) -> Problem:
        return self.record.problem

    @property
    def is_forward_mode(self) -> bool:
        return self.options.mode == "forward"

    @property
    def seconds(self) -> Seconds | None:
        """The lines of second derivatives, where they are asked for."""
        if self.record.second is None:
            return None
        from .second import Seconds

        return Seconds(self.lines, self.record.second)

    def answer(self, key: str) -> Chain:
        """The gradient by a wanted name."""
        if key not in self.record.derivation.graph.on_path:
            return Chain((self.lines.notation.adjoint(key), ZERO), ("=",))
        if self.is_forward_mode:
            from .forward import Tangents

            sweep = next((sweep for sweep in self.record.sweeps if sweep.by == key), None)
            return Tangents(self.lines, key, sweep).answer()
        return self.lines.answer(key)


def tell(
    record: SolutionRecord,
    options: Options,
    rules: Mapping[str, RuleStatement] | None = None,
    ledger: Ledger | None = None,
) -> Story:
    """The story of a solution, ready to be told in parts."""
    notation = Notation(options.notation, record.derivation)
    style = style_of(record.problem, options.digits)
    lines = Lines(record.derivation, record.first, notation, style, options.detail)
    return Story(record, options, style, lines, rules or {}, ledger)


def narrate(
    record: SolutionRecord,
    options: Options,
    rules: Mapping[str, RuleStatement] | None = None,
    ledger: Ledger | None = None,
) -> Document:
    """The worked solution: problem, forward pass, local gradients, backward pass, answer, updates, remarks.

    A path ledger gets its section after the backward pass.
    """
    story = tell(record, options, rules, ledger)
    title = record.problem.title or HEADINGS["solution"]
    blocks = (Heading(1, (Words(title),)), *problem_blocks(story), *solution_blocks(story, 2))
    return document(story, title, blocks)


def document(story: Story, title: str, blocks: tuple[Block, ...]) -> Document:
    """The finished document, with the names that must be set as typed."""
    return document_of(story.problem, story.options, title, blocks)


def document_of(problem: Problem, options: Options, title: str, blocks: tuple[Block, ...]) -> Document:
    """A document of a problem, with the names that must be set as typed."""
    return Document(title, blocks, options.language, ambiguous(tuple(problem.spelled)))


def solution_blocks(story: Story, level: int) -> Iterator[Block]:
    """Everything that is computed, from the forward pass to the remarks."""
    body: list[Block] = []
    if story.record.first is not None:
        body += forward_blocks(story, level)
    body += local_blocks(story, level)
    if story.is_forward_mode:
        from .forward import forward_mode_blocks

        body += forward_mode_blocks(story.lines, story.record.sweeps, level)
    if not story.is_forward_mode or story.seconds is not None:
        body += backward_blocks(story, level)
    if story.ledger is not None:
        from .paths import scalar_path_blocks

        body += scalar_path_blocks(story.lines, story.ledger, level)
    if story.seconds is not None:
        body += story.seconds.blocks(level)
    body += answer_blocks(story)
    if story.record.updates:
        body += update_blocks(story, level)
    yield from body
    if story.seconds is not None:
        yield from story.seconds.remarks(any(note.kind == "kink" for note in story.record.notes))
    yield from remarks(story.record, story.options, story.style, shows_rounded(body))


# --- the problem


def problem_blocks(story: Story) -> Iterator[Block]:
    """Givens, steps and prose in the author's order, then the question."""
    lines = story.lines
    yield from stated_blocks(story.problem, lines.notation, _given, lines.numbers_in)


def _given(given: Given) -> MathNode:
    return Name(given.key) if given.value is None else Chain((Name(given.key), given.value), ("=",))


# --- the sections


def forward_blocks(story: Story, level: int) -> Iterator[Block]:
    """One line a step."""
    yield heading("forward", level)
    yield ListBlock(tuple(item(story.lines.forward(step)) for step in story.problem.steps))


def local_blocks(story: Story, level: int) -> Iterator[Block]:
    """One line a local gradient on a path, from the loss back or, in forward mode, towards it."""
    graph = story.record.derivation.graph
    explained: set[str] = set()
    items = []
    with_rules = story.options.rules
    has_bar = False
    for gradient in story.record.derivation.local_gradients(from_loss=not story.is_forward_mode):
        has_bar |= bool(story.lines.notation.held(gradient.step, gradient.operand))
        line = story.lines.local(gradient, graph.steps[gradient.step])
        note = rule_note(gradient.form.rules, story.rules, explained) if with_rules else ()
        items.append(Item((Math(line),), (note,) if note else ()))
    if items:
        yield heading("local", level)
        yield ListBlock(tuple(items))
    if has_bar:
        yield sentence("held", loss=graph.loss)


def backward_blocks(story: Story, level: int) -> Iterator[Block]:
    """One line an adjoint."""
    derivation = story.record.derivation
    keys = [key for key in derivation.adjoint_order() if story.lines.has_own_line(key)]
    if keys:
        yield heading("backward", level)
        yield ListBlock(tuple(_backward_item(story.lines, key) for key in keys))


def _backward_item(lines: Lines, key: str) -> Item:
    """The line of an adjoint, and below it the short form that its product cancels to.

    Without numbers the line ends with that form anyway.
    """
    line = Math(lines.backward(key))
    short = lines.derivation.short.get(key)
    if short is None or lines.first is None:
        return Item((line,))
    adjoint = lines.notation.adjoint(key)
    return Item((line,), (short_note((adjoint, short.form, short.reduced), short.one),))


def short_note(links: Sequence[MathNode | None], one: MathNode | None, is_known: bool = True) -> tuple[Inline, ...]:
    """much of this cancels: ∂loss/∂z = p·sum(y) − y = p − y, since sum(y) = 1"""
    *full, reduced = links
    if reduced is None or one is None:
        return (Words(SHORT["cancels"]), Math(_equation([link for link in full if link is not None])))
    reason = Math(_equation([one, ONE]))
    if is_known:
        line = Math(_equation([link for link in links if link is not None]))
        return (Words(SHORT["cancels"]), line, Words(SHORT["since"]), reason)
    line = Math(_equation([link for link in full if link is not None]))
    return (Words(SHORT["cancels"]), line, Words(SHORT["which"]), Math(reduced), Words(SHORT["where"]), reason)


def _equation(links: Sequence[MathNode]) -> Chain:
    return Chain(tuple(links), ("=",) * (len(links) - 1))


def answer_blocks(story: Story) -> Iterator[Block]:
    """What was asked for."""
    seconds = [] if story.seconds is None else story.seconds.answers()
    yield from answer_heading([*map(story.answer, story.problem.gradients), *seconds])


def answer_heading(answers: Sequence[MathNode], in_line: int = 3) -> Iterator[Block]:
    """A few answers in a line, more of them in a list."""
    if len(answers) <= in_line:
        yield Paragraph((Strong(LABELS["answer"]), Words(" "), Math(listing(tuple(answers)))))
    else:
        yield Paragraph((Strong(LABELS["answer"]),))
        yield ListBlock(tuple(item(answer) for answer in answers), ordered=False)


def update_blocks(story: Story, level: int) -> Iterator[Block]:
    """The update rule worked out, then a table where there are several updates."""
    record, problem, lines = story.record, story.problem, story.lines
    rate = problem.learning_rate
    assert rate is not None
    yield heading("update", level)
    symbol = rate_symbol(problem)
    before, after_rate = UPDATES.pieces("rate")
    yield Paragraph((Words(before), Math(Chain((symbol, rate), ("=",))), Words(after_rate)))
    for update in record.updates[:_WORKED_UPDATES]:
        start = record.passes[update.number - 1]
        items = [
            item(
                lines.update(key, symbol, rate, start.values[key], start.adjoints[key], after),
            )
            for key, after in update.values.items()
        ]
        yield ListBlock(tuple(items))
    if len(record.updates) > _WORKED_UPDATES:
        yield _update_table(story)


def _update_table(story: Story) -> Table:
    record = story.record
    keys = tuple(record.updates[0].values)
    loss = story.problem.loss
    start = record.passes[0]
    rows: list[tuple[int, dict[str, Value], Value | None]] = [(0, start.values, start.values[loss])]
    for update in record.updates:
        has_pass = len(record.passes) == len(record.updates) + 1
        after = record.passes[update.number].values[loss] if has_pass else None
        rows.append((update.number, update.values, after))
    header = (words_cell(LABELS["update"]), *(math_cell(Name(key)) for key in (*keys, loss)))
    body = tuple(
        (
            words_cell(str(number)),
            *(math_cell(story.style.shown(values[key])) for key in keys),
            words_cell("…") if after is None else math_cell(story.style.shown(after)),
        )
        for number, values, after in rows
    )
    return Table(header, abridged(body))


Rows = Sequence[tuple[tuple[Inline, ...], ...]]


def abridged(rows: Rows) -> tuple[tuple[tuple[Inline, ...], ...], ...]:
    """The rows of a table, of a long one the first and the last, with an ellipsis between."""
    if len(rows) <= _LONGEST_TABLE:
        return tuple(rows)
    gap = (words_cell("…"),) * len(rows[0])
    return (*rows[: _LONGEST_TABLE - 3], gap, *rows[-2:])


def rate_symbol(problem: Problem) -> Expr:
    """η, or lr where the problem has an η of its own."""
    return Name("lr" if "eta" in problem.spelled else "eta")


def shows_rounded(blocks: list[Block]) -> bool:
    """Whether any formula in the blocks holds a rounded number."""
    return any(
        "≈" in node.relations
        for block in blocks
        for inline in _inlines(block)
        if isinstance(inline, Math)
        for node in _chains(inline.node)
    )


def _chains(node: MathNode) -> Iterator[Chain]:
    if isinstance(node, Chain):
        yield node
    elif isinstance(node, Listing):
        for item in node.items:
            yield from _chains(item)


def _inlines(block: Block) -> Iterator[Inline]:
    match block:
        case Heading(_, content) | Paragraph(content) | Remark(content):
            yield from content
        case ListBlock(items):
            for item in items:
                yield from item.content
        case Table(_, rows):
            yield from (inline for row in rows for cell in row for inline in cell)
