"""One pass as a program that gives all at once: every value, every adjoint and every local gradient."""

from __future__ import annotations

from ..derivation import Derivation
from ..syntax.parser import deep_recursion
from .compiled import registers
from .lowering import Lowering
from .program import Runner

Output = tuple[str, ...]  # ("value", name), ("adjoint", name) or ("local", operand, step)


def live(derivation: Derivation) -> tuple[Runner, tuple[Output, ...]]:
    """The program of a derivation of numbers, and what its outputs are, in their order."""
    graph = derivation.graph
    made = registers(derivation, dict.fromkeys(graph.problem.spelled, ()), {})
    outputs: dict[Output, int] = {("value", key): register for key, register in made.values.items()}
    outputs |= {("adjoint", key): register for key, register in made.adjoints.items()}
    with deep_recursion():
        # Equal instructions are one: this finds the registers that the adjoints were made of.
        lowering = Lowering(made.program, made.values, {})
        for gradient in derivation.local_gradients():
            register = lowering.component(gradient.shortest, (), ())
            outputs["local", gradient.operand, gradient.step] = register
    return made.program.runner({" ".join(output): register for output, register in outputs.items()}), tuple(outputs)
