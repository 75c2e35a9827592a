"""A problem with tensors in NumPy, with its backward pass line by line and the derived formulas as comments."""

from __future__ import annotations

from ..derivation import INCOMING, OUTPUT, Flow
from ..document import Chain, MathNode
from ..errors import ProblemError
from ..formats.views import plain_inlines
from ..indexed.shape import Shape, shape_of
from ..options import DEFAULT_OPTIONS
from ..printers.text import text
from ..problem import Step
from ..records import record as data
from ..report.flows import chooses, chosen, entry, in_own_output
from ..report.sentences import TENSORS
from ..report.tensor_story import TensorStory
from ..report.tensors import tell_tensors
from ..report.torch_code import python_names
from ..report.torch_tensors import label_names
from ..solution import TensorSolution
from ..syntax.expression import Call, Expr, walk
from ..syntax.parser import deep_recursion
from ..syntax.precedence import Precedence as P
from .arrays import NUMPY, ArrayWriter
from .explicit import WORDS, adjoint_names, comment, helpers, numpy_imports, prints
from .loops import EntryWriter, loops
from .statements import Script, literal, moved, title_of, written

# What NumPy has no short form of; it is written out entry by entry.
_BY_ENTRIES = {"conv1d", "conv2d", "max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d"}
# A longer formula is left to the code below it.
_LONGEST_COMMENT = 400


@data(slots=False)
class _Program:
    """What the lines of one script share."""

    story: TensorStory
    names: dict[str, str]
    adjoints: dict[str, str]
    used: set[str]

    @property
    def shapes(self) -> dict[str, Shape]:
        return self.story.problem.shapes

    def writer(self, names: dict[str, str], shapes: dict[str, Shape]) -> ArrayWriter:
        found = ArrayWriter(NUMPY, names, shapes)
        found.helpers = self.used
        return found

    def entries(self, names: dict[str, str], shapes: dict[str, Shape]) -> EntryWriter:
        found = EntryWriter(NUMPY, names, shapes, (*self.names.values(), *self.adjoints.values()))
        found.helpers = self.used
        return found


def tensor_script(record: TensorSolution) -> str:
    """The script. The record must have numbers, and its flows in matrix notation where there is one."""
    assert record.first is not None
    problem, derivation = record.problem, record.derivation
    names = python_names(problem, WORDS)
    program = _Program(tell_tensors(record, DEFAULT_OPTIONS), names, adjoint_names(names), set())
    classes = label_names(problem)
    with deep_recursion():
        forward = [line for step in problem.steps for line in _forward(program, step)]
        backward = [f"{program.adjoints[problem.loss]} = 1.0"]
        for key in derivation.adjoint_order():
            if key in derivation.uses:
                backward += _backward(program, key)
        zeros = [key for key in derivation.graph.wanted if key not in derivation.graph.on_path]
        backward += [f"{program.adjoints[key]} = np.zeros({tuple(problem.shapes[key])})" for key in zeros]
        moves, after = moved(record, set(derivation.graph.wanted)), []
        if moves:
            assert problem.learning_rate is not None
            rate = program.writer(names, problem.shapes).write(problem.learning_rate, P.JUXTAPOSITION)
            after = [f"{names[key]} = {names[key]} - {rate} * {program.adjoints[key]}" for key in moves]
    givens = []
    for given in problem.givens:
        value = record.first.values[given.key]
        numbers = literal(value, given.key in classes)
        givens.append(f"{names[given.key]} = " + (f"np.array({numbers})" if value.shape else numbers))
    return written(
        Script(
            title=title_of(record, "NumPy"),
            imports=numpy_imports(program.used),
            helpers=helpers(program.used),
            givens=tuple(givens),
            body=("# Forward pass", *forward, "", "# Backward pass", *backward),
            after=("# Update", *after) if moves else (),
            updates=problem.updates if moves else 0,
            end=prints(names, program.adjoints, problem.loss, problem.gradients, moves),
        )
    )


def _forward(program: _Program, step: Step) -> list[str]:
    name = program.names[step.key]
    if any(isinstance(node, Call) and node.function in _BY_ENTRIES for node in walk(step.expression)):
        component = program.story.derivation.components[step.key]
        return loops(program.entries(program.names, program.shapes), name, component, program.shapes[step.key])
    return [f"{name} = {program.writer(program.names, program.shapes).tensor(step.expression)}"]


def _backward(program: _Program, key: str) -> list[str]:
    """The lines of one adjoint: what comes by each step that uses the name, added up."""
    lines: list[str] = []
    for position, flow in enumerate(program.story.derivation.uses[key]):
        form = in_own_output(program.story, flow)
        names = {f"#{k}": program.names[name] for k, name in enumerate(flow.slots)}
        names |= {INCOMING: program.adjoints[flow.step], OUTPUT: program.names[flow.step]}
        target = program.adjoints[key]
        lines += comment(_told(program, flow, form))
        if form is not None and (code := _in_arrays(program, flow, form, names)) is not None:
            lines.append(f"{target} {'+' if position else ''}= {code}")
        else:
            writer = program.entries(names, program.story.slot_shapes(flow))
            lines += loops(writer, target, flow.component, program.shapes[key], adds=position > 0)
    return lines


def _in_arrays(program: _Program, flow: Flow, form: Expr, names: dict[str, str]) -> str | None:
    """The flow as one expression of arrays of the operand's shape; None where there is none."""
    shapes, shape = program.story.slot_shapes(flow), program.shapes[flow.operand]
    try:
        own = shape_of(form, shapes)
        code = program.writer(names, shapes).tensor(form)
    except (ProblemError, TypeError):
        return None
    if own == shape:
        return code
    return f"np.full({tuple(shape)}, {code})" if own == () else f"np.broadcast_to({code}, {tuple(shape)}).copy()"


def _formula(program: _Program, flow: Flow, form: Expr | None) -> str:
    """∂L/∂W = Xᵀ ∂L/∂Z, or the same by entries."""
    story = program.story
    setter = story.flow_setter(flow)
    left: MathNode = story.part(flow)
    if form is not None:
        return text(Chain((left, setter.set(form)), ("=",)))
    body, at = setter.by_entries(flow.component, story.taken)
    return text(Chain((entry(left, at), body), ("=",)))


def _told(program: _Program, flow: Flow, form: Expr | None) -> str:
    """The formula of a flow, or what it says where it is too long to be read."""
    formula = _formula(program, flow, form)
    if chooses(program.story, flow):
        return plain_inlines(chosen(program.story, flow), text)
    if len(formula) <= _LONGEST_COMMENT:
        return formula
    return text(program.story.part(flow)) + TENSORS["too long"]
