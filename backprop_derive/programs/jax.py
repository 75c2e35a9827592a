"""A problem in JAX, which differentiates a function: the loss as a function of what it is differentiated by."""

from __future__ import annotations

from ..report.torch_code import python_names
from ..report.torch_tensors import label_names
from ..solution import SolutionRecord, TensorSolution, TensorValue
from ..syntax.parser import deep_recursion
from ..syntax.precedence import Precedence as P
from .arrays import JAX, ArrayWriter
from .statements import Script, indented, literal, moved, title_of, written

WORDS = ("np", "jnp", "jax", "max", "min", "sum", "range", "len", "update", "loss_of", "gradients", "value")
# The formulas of a declared matrix in the free one that it is differentiated through.
_MADE_OF = {"symmetric": "{name} = ({name} + {name}.T) / 2", "diagonal": "{name} = {name} * jnp.eye({size})"}


def script(record: SolutionRecord | TensorSolution) -> str:
    """The script. The record must have numbers."""
    assert record.first is not None
    problem = record.problem
    names = python_names(problem, WORDS)
    writer = ArrayWriter(JAX, names, problem.shapes)
    givens = {given.key for given in problem.givens}
    values = [key for key in problem.spelled if key in givens]
    wanted = [key for key in record.derivation.graph.wanted if key in givens]
    classes = label_names(problem) if isinstance(record, TensorSolution) else set()
    with deep_recursion():
        steps = [f"{names[step.key]} = {writer.tensor(step.expression)}" for step in problem.steps]
        rate = None if problem.learning_rate is None else writer.write(problem.learning_rate, P.JUXTAPOSITION)
    structures = problem.structures
    made = [
        _MADE_OF[structures[key]].format(name=names[key], size=problem.shapes[key][0])
        for key in wanted
        if key in structures
    ]
    arguments = ", ".join(names[key] for key in wanted)
    places = ", ".join(map(str, range(len(wanted)))) + ("," if len(wanted) == 1 else "")
    results = ", ".join(f"d{names[key]}" for key in wanted) + ("," if len(wanted) == 1 else "")
    loss = names[problem.loss]
    function = [f"def loss_of({arguments}):", *indented([*made, *steps, f"return {loss}"])]
    body = [
        f"value, gradients = jax.value_and_grad(loss_of, argnums=({places}))({arguments})",
        f"{results} = gradients".replace(",,", ","),
        f'print("{loss} =", value)',
        *(f'print("d{loss}/d{names[key]} =", d{names[key]})' for key in wanted if key in problem.gradients),
    ]
    moves = moved(record, set(wanted))
    return written(
        Script(
            title=title_of(record, "JAX"),
            imports=("import jax", "import jax.numpy as jnp", "", 'jax.config.update("jax_enable_x64", True)'),
            helpers=(),
            givens=(*(_given(record, key, names[key], key in classes) for key in values), "", "", *function, ""),
            body=tuple(body),
            after=tuple(f"{names[key]} = {names[key]} - {rate} * d{names[key]}" for key in moves),
            updates=problem.updates if moves else 0,
            end=tuple(f'print("{names[key]} =", {names[key]})' for key in moves),
        )
    )  # fmt: skip


def _given(record: SolutionRecord | TensorSolution, key: str, name: str, is_label: bool) -> str:
    assert record.first is not None
    value = record.first.values[key]
    numbers = literal(value, is_label)
    return f"{name} = " + (f"jnp.array({numbers})" if isinstance(value, TensorValue) and value.shape else numbers)
