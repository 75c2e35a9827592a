"""One update as a program: loss, gradients and the optimiser's rule, from the same formulas as every pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from ..derivation import Derivation, TensorDerivation
from ..indexed.component import Components
from ..indexed.shape import shape_of
from ..optimiser import GRADIENT, NUMBER, PARAMETER, RATE, Optimiser
from ..syntax.expression import Expr, Name
from ..syntax.parser import deep_recursion
from .compiled import Sizes, registers
from .lowering import Lowering
from .program import Program, Runner

UPDATE_NUMBER = "#t"


def state_name(state: str, key: str) -> str:
    """What a state of a parameter is called in a program."""
    return f"#{state} {key}"


class Stepper:
    """Compiled updates. `moved` are the parameters, `states` the initial states of all, by their names in the program.

    `whole` makes one update from values; `gradients` and `rule` are its two halves, for a batch whose examples are
    passed one by one. Each is compiled when it is asked for.
    """

    def __init__(
        self,
        derivation: Derivation | TensorDerivation,
        optimiser: Optimiser,
        rate: float,
        moved: Sequence[str],
        shapes: Sizes,
        letters: Mapping[str, int],
    ) -> None:
        self.derivation, self.optimiser, self.rate, self.moved = derivation, optimiser, rate, tuple(moved)
        self.shapes, self.letters = shapes, letters
        self.states: dict[str, Any] = {
            state_name(state, key): numpy.zeros(shapes[key]) if shapes[key] else 0.0
            for key in self.moved
            for state in optimiser.kept
        }

    def whole(self) -> Runner:
        """From givens, states and the number of the update: `loss` and the new values of parameters and states."""
        made = registers(self.derivation, self.shapes, self.letters)
        gradients = {key: made.adjoints[key] for key in self.moved}
        outputs = self._moved(made.program, {key: made.values[key] for key in self.moved}, gradients)
        return made.program.runner({"loss": made.values[self.derivation.graph.loss], **outputs})

    def gradients(self) -> Runner:
        """From givens: `loss` and each parameter's gradient, by its name."""
        made = registers(self.derivation, self.shapes, self.letters)
        outputs = {key: made.adjoints[key] for key in self.moved}
        return made.program.runner({"loss": made.values[self.derivation.graph.loss], **outputs})

    def lines(self) -> Runner:
        """As `rule`, with every line's result, called by `state_name` of the line."""
        return self._rule(keeps_lines=True)

    def rule(self) -> Runner:
        """From parameters, gradients (`#g` and the parameter), states and number: the new parameters and states."""
        return self._rule(keeps_lines=False)

    def _rule(self, keeps_lines: bool) -> Runner:
        program = Program()
        values = {key: program.input(key, self.shapes[key]) for key in self.moved}
        gradients = {key: program.input(state_name(GRADIENT, key), self.shapes[key]) for key in self.moved}
        return program.runner(self._moved(program, values, gradients, keeps_lines))

    def _moved(
        self, program: Program, values: Mapping[str, int], gradients: Mapping[str, int], keeps_lines: bool = False
    ) -> dict[str, int]:
        outputs: dict[str, int] = {}
        shared = {NUMBER: program.input(UPDATE_NUMBER, ()), RATE: program.constant(self.rate)}
        with deep_recursion():
            for name, value in self.optimiser.constants.items():
                shared[name] = Lowering(program, {}, {}).component(value, (), ())
            for key in self.moved:
                names = {**shared, PARAMETER: values[key], GRADIENT: gradients[key]}
                for state in self.optimiser.kept:
                    names[state] = program.input(state_name(state, key), self.shapes[key])
                for name, expr in self.optimiser.rule:
                    names[name] = self._line(program, names, expr, self.shapes[key])
                    if keeps_lines:
                        outputs[state_name(name, key)] = names[name]
                outputs[key] = names[PARAMETER]
                outputs |= {state_name(state, key): names[state] for state in self.optimiser.kept}
        return outputs

    def _line(self, program: Program, names: Mapping[str, int], expr: Expr, shape: tuple[int, ...]) -> int:
        """A line of the rule, entry by entry."""
        shapes = {name: program.shapes[register] for name, register in names.items()}
        at = tuple(f"@{axis}" for axis in range(len(shape)))
        body = Components({}, lambda part: shape_of(part, shapes)).entry(expr, tuple(map(Name, at)))
        return Lowering(program, names, {}).component(body, at, shape)
