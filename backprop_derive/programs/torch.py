"""A problem in PyTorch, which differentiates by itself: the cells of the lesson as one script."""

from __future__ import annotations

from ..report.torch_code import python_names, torch_cells
from ..report.torch_tensors import tensor_cells
from ..solution import SolutionRecord, TensorSolution
from ..syntax.parser import deep_recursion
from ..syntax.precedence import Precedence as P
from .arrays import NUMPY, ArrayWriter
from .statements import Script, moved, title_of, written


def script(record: SolutionRecord | TensorSolution) -> str:
    """The script. The record must have numbers."""
    problem = record.problem
    with deep_recursion():
        cells = tensor_cells(record, most_entries=None) if isinstance(record, TensorSolution) else torch_cells(record)
    imports, givens, forward, *backward = (cell.code for cell in cells)
    names = python_names(problem, ("F",) if isinstance(record, TensorSolution) else ())
    moves = moved(record, set(record.derivation.graph.wanted))
    after: list[str] = []
    if moves:
        assert problem.learning_rate is not None
        rate = ArrayWriter(NUMPY, {}, {}).write(problem.learning_rate, P.JUXTAPOSITION)
        after = ["# Update", "with torch.no_grad():"]
        after += [f"    {names[key]} -= {rate} * {names[key]}.grad" for key in moves]
        after += [f"{names[key]}.grad = None" for key in record.derivation.graph.wanted if key in moves]
    body = ["# Forward pass", *forward.split("\n")]
    if backward:
        body += ["", "# Backward pass", *backward[0].split("\n")]
    return written(
        Script(
            title=title_of(record, "PyTorch"),
            imports=tuple(imports.split("\n")),
            helpers=(),
            givens=tuple(givens.split("\n")),
            body=tuple(body),
            after=tuple(after),
            updates=problem.updates if moves else 0,
            end=tuple(f'print("{names[key]} =", {names[key]})' for key in moves),
        )
    )
