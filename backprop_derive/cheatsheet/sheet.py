"""The cheat sheet: each operation's definition from its record, each gradient from the engine."""

from __future__ import annotations

from collections.abc import Iterator

from ..api import Solution, derive
from ..derivation import TensorDerivation
from ..document import (
    Block,
    Chain,
    Derivative,
    Document,
    Heading,
    Inline,
    ListBlock,
    Math,
    MathNode,
    Paragraph,
    Strong,
    Words,
)  # fmt: skip
from ..languages import speaking, translated
from ..ops.activations import ACTIVATIONS
from ..ops.elementary import ELEMENTARY
from ..ops.losses import LOSSES
from ..ops.record import Operation
from ..ops.selection import SELECTION
from ..ops.table import expanded
from ..ops.tensors import LAYERS, PRODUCTS, REDUCTIONS, SHAPES
from ..options import Options
from ..report.blocks import listing
from ..report.chains import shortened
from ..report.flows import entry, flow_items
from ..report.narrate import Story, tell
from ..report.sentences import WORDS
from ..report.tensor_story import nodes_of
from ..report.tensors import tell_tensors
from ..solution import SolutionRecord, TensorSolution
from ..stages import in_matrices
from ..syntax.expression import Call, Expr, Name, Number, Product, Quotient, Rounded, children, map_children, size
from .calls import LOSS, STEP, is_of_tensors, scalar_problem, tensor_problem
from .sentences import GROUPS, SHEET

_MATMUL = Operation("matmul", "A, B")
# The groups of the sheet, in its order.
NUMBERS = {"elementary": ELEMENTARY, "activations": ACTIVATIONS, "selection": SELECTION, "losses": LOSSES}
TENSORS = {"products": (_MATMUL, *PRODUCTS), "reductions": REDUCTIONS, "shapes": SHAPES, "layers": LAYERS}
# A definition by entries with more operations says less than the operation's name.
_LONGEST_DEFINITION = 40
_LONG = 10**9  # a number with more digits is no longer read


def cheat_sheet(options: Options) -> Document:
    """All operations of the table, group by group."""
    with speaking(options.language):
        title = SHEET["title"]
        return Document(title, (Heading(1, (Words(title),)), *_blocks(options)), options.language)


def _blocks(options: Options) -> Iterator[Block]:
    yield Paragraph((Words(SHEET["numbers"]),))
    for key, operations in NUMBERS.items():
        yield Heading(2, (Words(GROUPS[key]),))
        for op in operations:
            yield from operation_blocks(op, options)
    before, after = SHEET.pieces("tensors")
    incoming = Math(Derivative(Name(LOSS), Name(STEP)))
    for position, (key, operations) in enumerate(TENSORS.items()):
        yield Heading(2, (Words(GROUPS[key]),))
        if position == 0:
            yield Paragraph((Words(before), incoming, Words(after)))
        for op in operations:
            yield from operation_blocks(op, options)


def operation_blocks(op: Operation, options: Options) -> Iterator[Block]:
    """One operation: its definition and its derived gradients; nothing of one that the sheet does not show."""
    if not any(op in operations for operations in TENSORS.values()):
        yield from _of_numbers(op, LOSS if op in LOSSES else "y", options)
    elif is_of_tensors(op.name):
        yield from _of_tensors(op, options)


def _name(op: Operation) -> tuple[Inline, ...]:
    return (Strong(", ".join((op.name, *op.aliases))), Words(WORDS["colon"]))


def _of_numbers(op: Operation, output: str, options: Options) -> Iterator[Block]:
    record = _derived(scalar_problem(op, output))
    assert isinstance(record, SolutionRecord)
    story = tell(record, options)
    (step,) = record.problem.steps
    links: list[MathNode] = [Name(step.key), step.expression]
    assert isinstance(step.expression, Call)
    written_out = expanded(step.expression)
    # A choice between cases is its own definition, and stands as its name would.
    if written_out is not None and not (isinstance(written_out, Call) and written_out.function == op.name):
        links.append(_legible(written_out, story))
    equations = [_equation(links)]
    for gradient in record.derivation.local_gradients():
        told = story.lines.local(gradient, step)
        # What is differentiated stands just before.
        forms = [_legible(link, story) if isinstance(link, Expr) else link for link in told.links[2:]]
        equations.append(_equation([told.links[0], *forms]))
    note = (Words(f" ({translated('convention', op.convention)})"),) if op.convention else ()
    yield Paragraph((*_name(op), Math(listing(tuple(equations))), *note))


def _legible(expr: Expr, story: Story) -> Expr:
    """The expression with its long numbers rounded; of a fraction of numbers and more, the numbers as one."""
    return shortened(_folded(expr), story.style)


def _folded(expr: Expr) -> Expr:
    match expr:
        case Quotient(Product((Number(a), *rest)), Number(b)) if b and max(abs(a), abs(b)) >= _LONG:
            return Product((Number(a / b), *map(_folded, rest)))
    return map_children(expr, _folded) if children(expr) else expr


def _of_tensors(op: Operation, options: Options) -> Iterator[Block]:
    text, key = tensor_problem(op.name)
    record = _derived(text)
    assert isinstance(record, TensorSolution)
    told = in_matrices(record)
    story = tell_tensors(told, options)
    assert isinstance(told.derivation, TensorDerivation)
    steps = [each for each in told.problem.steps if each.key != LOSS or key == LOSS]
    lines = [Chain((Name(each.key), story.setter.set(each.expression)), ("=",)) for each in steps]
    content: list[Inline] = [*_name(op), Math(listing(tuple(lines)))]
    component = told.derivation.components[key]
    says_more = op.definition is None and not (isinstance(component.body, Call) and component.body.function == op.name)
    if says_more and size(component.body) <= _LONGEST_DEFINITION:
        body, at = story.setter.by_entries(component, story.taken)
        definition = Chain((entry(Name(key), at), body), ("=",))
        content += [Words(", "), Math(definition)]
    yield Paragraph(tuple(content))
    yield ListBlock(tuple(flow_items(story, [each.key for each in steps])), ordered=False)


def _derived(text: str) -> SolutionRecord | TensorSolution:
    solution: Solution = derive(text)
    return solution.record


def _equation(links: list[MathNode]) -> Chain:
    """The links with the sign between each two: ≈ where a number of the one after it is rounded."""
    signs = ("≈" if any(isinstance(node, Rounded) for node in nodes_of(link)) else "=" for link in links[1:])
    return Chain(tuple(links), tuple(signs))
