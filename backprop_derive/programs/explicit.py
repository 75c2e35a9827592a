"""A problem of numbers in NumPy, with its backward pass line by line and the derived formulas as comments."""

from __future__ import annotations

from textwrap import wrap

from ..derivation import LocalGradient
from ..ops.array_names import NUMPY_HELPERS
from ..options import DEFAULT_OPTIONS
from ..printers.text import text
from ..report.narrate import tell
from ..report.torch_code import python_names
from ..solution import SolutionRecord
from ..syntax.expression import ONE, Expr, Name, Negate, Product
from ..syntax.parser import deep_recursion
from ..syntax.precedence import Precedence as P
from .arrays import NUMPY, ArrayWriter
from .statements import Script, literal, moved, title_of, written

# Words that the code uses besides the problem's names.
WORDS = ("np", "max", "min", "sum", "range", "len", "update", *NUMPY_HELPERS)


def script(record: SolutionRecord) -> str:
    """The script. The record must have numbers."""
    assert record.first is not None
    problem, derivation = record.problem, record.derivation
    names = python_names(problem, WORDS)
    adjoints = adjoint_names(names)
    writer = ArrayWriter(NUMPY, names, {})
    story = tell(symbolic(record), DEFAULT_OPTIONS)
    with deep_recursion():
        forward = [f"{names[step.key]} = {writer.tensor(step.expression)}" for step in problem.steps]
        backward = [f"{adjoints[problem.loss]} = 1.0"]
        for key in derivation.adjoint_order():
            terms = [_term(use, adjoints, problem.loss) for use in derivation.uses[key]]
            code = " + ".join(writer.write(term, P.PRODUCT) for term in terms)
            backward += [*comment(text(story.lines.backward(key))), f"{adjoints[key]} = {code}"]
        backward += [f"{adjoints[key]} = 0.0" for key in derivation.graph.wanted if key not in derivation.graph.on_path]
        names |= {f"d {key}": name for key, name in adjoints.items()}
        moves = moved(record, set(derivation.graph.wanted))
        after = []
        if moves:
            assert problem.learning_rate is not None
            rate = writer.write(problem.learning_rate, P.JUXTAPOSITION)
            after = [f"{names[key]} = {names[key]} - {rate} * {adjoints[key]}" for key in moves]
    return written(
        Script(
            title=title_of(record, "NumPy"),
            imports=numpy_imports(writer.helpers),
            helpers=helpers(writer.helpers),
            givens=tuple(f"{names[g.key]} = {literal(record.first.values[g.key])}" for g in problem.givens),
            body=("# Forward pass", *forward, "", "# Backward pass", *backward),
            after=("# Update", *after) if moves else (),
            updates=problem.updates if moves else 0,
            end=prints(names, adjoints, problem.loss, problem.gradients, moves),
        )
    )


def symbolic(record: SolutionRecord) -> SolutionRecord:
    """The record without its numbers."""
    return SolutionRecord(record.problem, record.derivation, None)


def adjoint_names(names: dict[str, str]) -> dict[str, str]:
    """The gradient by `w` is called `dw`, unless that is a name of the problem."""
    taken = {*names.values(), *WORDS}
    found = {}
    for key, name in names.items():
        word = f"d{name}"
        while word in taken:
            word += "_"
        taken.add(word)
        found[key] = word
    return found


def _term(use: LocalGradient, adjoints: dict[str, str], loss: str) -> Expr:
    """Incoming adjoint times local gradient; a factor 1 is left out."""
    incoming, local = Name(adjoints[use.step]), use.shortest
    if local == ONE:
        return incoming
    if local == Negate(ONE):
        return Negate(incoming)
    if use.step == loss:
        return local
    return Product((incoming, local))


def comment(formula: str) -> list[str]:
    """∂loss/∂w = ∂loss/∂ŷ · ∂ŷ/∂w = 2s · x, on as many lines as it takes."""
    first, *rest = wrap(formula, 110, break_long_words=False, break_on_hyphens=False)
    return [f"# {first}", *(f"#     {line}" for line in rest)]


def numpy_imports(used: set[str]) -> tuple[str, ...]:
    """NumPy, and what the helpers need."""
    return (*(("import math", "") if "erf" in used else ()), "import numpy as np")


def helpers(used: set[str]) -> tuple[str, ...]:
    """The helper functions that the code calls, in the order in which they need each other."""
    return tuple(source for name, source in NUMPY_HELPERS.items() if name in used)


def prints(
    names: dict[str, str], adjoints: dict[str, str], loss: str, wanted: tuple[str, ...], moves: tuple[str, ...]
) -> tuple[str, ...]:
    """What the script prints: the loss, its gradients, and what the updates moved."""
    lines = [f'print("{names[loss]} =", {names[loss]})']
    lines += [f'print("d{names[loss]}/d{names[key]} =", {adjoints[key]})' for key in wanted]
    return (*lines, *(f'print("{names[key]} =", {names[key]})' for key in moves))
