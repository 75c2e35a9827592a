"""Multiple choice on a sheet: the answers to tick, and in the key what each of them comes from."""

from __future__ import annotations

from ..document import Block, Item, ListBlock, Math, MathNode, Paragraph, Strong, Words
from ..errors import UsageError
from ..options import Options
from ..printers.text import text
from ..report.matrices import shown_value
from ..report.notation import Notation
from ..report.numbers import style_of
from ..report.sentences import LABELS
from ..solution import SolutionRecord, TensorSolution, TensorValue
from . import sentences as say
from .answers import wrong_answers
from .choices import Option, choices_of
from .closeness import Answer
from .parts import parts_of
from .task import Scored, SheetOptions, Task
from .variants import Drawn


def choice_task(drawn: Drawn, options: SheetOptions) -> Task:
    """Which of these is the gradient? Raises UsageError where no mistake leads to a wrong answer."""
    record = drawn.record
    parts = parts_of(record, options.presentation)
    wanted = record.derivation.graph.wanted[0]
    wrong = wrong_answers(record, wanted)
    found = choices_of(record, wanted, wrong, options.choices, drawn.number)
    offered = _told_apart(record, wanted, found, options.presentation)
    if len(offered) < 2:
        raise UsageError(say.ERRORS["no choice"], expected="another variant, or another kind of exercise")
    before, after = say.CHOICE.pieces("asked")
    adjoint = Notation(options.presentation.notation, record.derivation).adjoint(wanted)
    asked = Paragraph((Words(before), Math(adjoint), Words(after)))
    given = tuple(block for block in parts.problem if not is_question(block))
    question = (*given, asked, ListBlock(tuple(Item((Math(node),)) for node, _ in offered)))
    (right,) = (k for k, (_, option) in enumerate(offered, 1) if option.is_right)
    told = ListBlock(tuple(Item((Math(node), Words(f" – {option.feedback}"))) for node, option in offered))
    short = (Paragraph((Strong(say.CHOICE["right"].format(number=right)),)),)
    full = (*given, asked, *short, told, *parts.solution)
    return Task(question, short if options.key == "short" else full, (Scored(LABELS["answer"], 1),))


def is_question(block: Block) -> bool:
    """Whether a block is what a problem asks to find."""
    return isinstance(block, Paragraph) and block.content[:1] == (Strong(LABELS["find"]),)


def _told_apart(
    record: SolutionRecord | TensorSolution, wanted: str, offered: tuple[Option, ...], options: Options
) -> tuple[tuple[MathNode, Option], ...]:
    """The answers as they are shown, without those that look like the right one or another."""
    shown = [(_shown(record, wanted, option.answer, options), option) for option in offered]
    seen = {text(node) for node, option in shown if option.is_right}
    kept = []
    for node, option in shown:
        look = text(node)
        if option.is_right or look not in seen:
            kept.append((node, option))
        seen.add(look)
    return tuple(kept)


def _shown(record: SolutionRecord | TensorSolution, wanted: str, answer: Answer, options: Options) -> MathNode:
    style = style_of(record.problem, options.digits)
    if isinstance(record, TensorSolution):
        assert record.first is not None
        return shown_value(TensorValue(record.first.adjoints[wanted].shape, answer), style)
    return style.shown(answer[0])
