"""A worked solution taken apart: the problem, and a section for each stage with the lines that are worked there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..api import Solution
from ..document import Block, Chain, Heading, Item, ListBlock, Math, Paragraph, Remark, Strong, Words
from ..errors import UsageError
from ..options import Options
from ..records import record
from ..report.sentences import HEADINGS, LABELS
from ..solution import SolutionRecord, TensorSolution
from . import sentences as say

# The sections of a solution in which lines are worked, in the order of the work.
WORKED = ("forward", "local", "flows", "backward", "update")


@record
class Section:
    """A stage of the work by the key of its heading, "" for another one; `blocks` are what stands below it."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines that are worked here, each an entry of a list."""
        return tuple(item for block in self.blocks if isinstance(block, ListBlock) for item in block.items)


@record
class Parts:
    """A solution in parts: what is given and asked, the worked sections, the answer, and remarks."""

    problem: tuple[Block, ...]
    sections: tuple[Section, ...]
    answer: tuple[Block, ...]
    remarks: tuple[Block, ...]

    def section(self, key: str) -> Section | None:
        """The section of that key, or of what stands for local gradients in a problem with tensors."""
        keys = ("local", "flows") if key == "local" else (key,)
        return next((section for section in self.sections if section.key in keys), None)

    @property
    def solution(self) -> tuple[Block, ...]:
        """Everything that is worked, with its headings."""
        return (*_with_answer(self), *self.remarks)


def parts_of(record: SolutionRecord | TensorSolution, options: Options) -> Parts:
    """The worked solution of a record in parts. Raises UsageError where there are no numbers."""
    if record.first is None:
        raise UsageError(
            say.ERRORS["no numbers"],
            expected="a value or a Vary line for every given",
        )
    chosen = replace(options, layout="solution", paths=False, mode="reverse")
    blocks = Solution(record, chosen).document(chosen).blocks[1:]
    keys = {HEADINGS[key]: key for key in WORKED}
    starts = [k for k, block in enumerate(blocks) if _title(block) is not None]
    ends = [*starts[1:], len(blocks)]
    sections: list[Section] = []
    answer: list[Block] = []
    remarks: list[Block] = []
    for start, end in zip(starts, ends, strict=True):
        kept: list[Block] = []
        target = kept
        for block in blocks[start + 1 : end]:
            # The answer follows the backward pass, and what is remarked on the whole stands last.
            target = answer if _is_answer(block) else target
            (remarks if isinstance(block, Remark) else target).append(block)
        title = _title(blocks[start]) or ""
        sections.append(Section(keys.get(title, ""), title, tuple(kept)))
    first = starts[0] if starts else len(blocks)
    return Parts(tuple(blocks[:first]), tuple(sections), tuple(answer), tuple(remarks))


def _title(block: Block) -> str | None:
    match block:
        case Heading(2, (Words(text),)):
            return text
    return None


def _is_answer(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.content[:1] == (Strong(LABELS["answer"]),)


def _with_answer(parts: Parts) -> Iterator[Block]:
    """The sections with their headings; the answer stands before an update, which builds on it."""
    told = False
    for section in parts.sections:
        if section.key == "update" and not told:
            yield from parts.answer
            told = True
        yield Heading(2, (Words(section.title),))
        yield from section.blocks
    if not told:
        yield from parts.answer


def chain_of(item: Item) -> Chain | None:
    """The first formula with a relation in a line."""
    return next((part.node for part in item.content if isinstance(part, Math) and isinstance(part.node, Chain)), None)
