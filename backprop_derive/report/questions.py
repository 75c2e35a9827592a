"""What is given and asked, without the solution."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Block
from ..options import Options
from ..solution import SolutionRecord, TensorSolution
from . import narrate, tensors


def question_blocks(record: SolutionRecord | TensorSolution, options: Options) -> Iterator[Block]:
    """Givens, steps and prose in the author's order, then the question."""
    if isinstance(record, TensorSolution):
        yield from tensors.problem_blocks(tensors.tell_tensors(record, options))
    else:
        yield from narrate.problem_blocks(narrate.tell(record, options))
