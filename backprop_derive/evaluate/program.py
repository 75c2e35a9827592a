"""A program of array operations: instructions over registers, each made once however often it is asked for.

Building one interns equal instructions (common sub-expressions are shared) and computes at once what depends on no
input (masks, index arrays). Nothing is generated as text: an instruction is a function of NumPy and its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from ..records import record
from .functions import NUMPY, SCALAR
from .straight import straight

Shape = tuple[int, ...]
Function = Callable[..., Any]
# What depends on no input is computed while building only up to so many elements; beyond, it would stay in memory.
_LARGEST_CONSTANT = 4_000_000
# A longer program takes longer to become one function than most runs of it would save.
_LONGEST_STRAIGHT = 2_000


@record
class Instruction:
    """One operation: `name` is in the tables of functions, or `view` is the function itself, with what is fixed in it
    (axes, a shape, places) in `static`."""

    name: str
    arguments: tuple[int, ...]
    view: Function | None = None
    static: Hashable = ()

    def on_arrays(self) -> Function:
        return self.view if self.view is not None else NUMPY[self.name]

    def on_numbers(self) -> Function:
        return self.view if self.view is not None else SCALAR[self.name]


@dataclass
class Program:
    """Registers in the order they are made: constants, inputs and results of instructions."""

    shapes: list[Shape] = field(default_factory=list)
    constants: dict[int, Any] = field(default_factory=dict)
    inputs: dict[str, int] = field(default_factory=dict)
    instructions: dict[int, Instruction] = field(default_factory=dict)
    _known: dict[Hashable, int] = field(default_factory=dict)

    def constant(self, value: Any) -> int:
        """The register of a number or an array that is known now."""
        shape = numpy.shape(value)
        key = ("constant", type(value), value) if shape == () else ("constant", id(value))
        if key not in self._known:
            self._known[key] = self._new(shape)
            self.constants[self._known[key]] = value
        return self._known[key]

    def input(self, name: str, shape: Shape) -> int:
        """The register of an array that each run is given."""
        if name not in self.inputs:
            self.inputs[name] = self._new(shape)
        return self.inputs[name]

    def apply(
        self, name: str, arguments: Sequence[int], shape: Shape, view: Function | None = None, static: Hashable = ()
    ) -> int:
        """The register of an operation's result; `static` is what a view holds besides its arguments."""
        key = (name, tuple(arguments), static)
        if key in self._known:
            return self._known[key]
        instruction = Instruction(name, tuple(arguments), view, static)
        if all(a in self.constants for a in arguments) and numpy.prod(shape, dtype=float) <= _LARGEST_CONSTANT:
            with numpy.errstate(all="ignore"):
                value = instruction.on_arrays()(*(self.constants[a] for a in arguments))
            register = self._new(shape)
            self.constants[register] = value.item() if isinstance(value, numpy.generic) else value
        else:
            register = self._new(shape)
            self.instructions[register] = instruction
        self._known[key] = register
        return register

    def _new(self, shape: Shape) -> int:
        self.shapes.append(tuple(shape))
        return len(self.shapes) - 1

    def runner(self, outputs: Mapping[str, int]) -> Runner:
        """What computes the outputs, and nothing that they do not need."""
        needed: set[int] = set()
        stack = list(outputs.values())
        while stack:
            register = stack.pop()
            if register not in needed:
                needed.add(register)
                if register in self.instructions:
                    stack.extend(self.instructions[register].arguments)
        return Runner(self, sorted(needed), dict(outputs))


class Runner:
    """A finished program. Its registers are numbered anew: constants, inputs, then results in order."""

    def __init__(self, program: Program, needed: list[int], outputs: dict[str, int]) -> None:
        constants = [r for r in needed if r in program.constants]
        wanted = set(needed)
        self.inputs = [name for name, r in program.inputs.items() if r in wanted]
        made = [r for r in needed if r in program.instructions]
        order = [*constants, *(program.inputs[name] for name in self.inputs), *made]
        place = {register: k for k, register in enumerate(order)}
        self.constants = [program.constants[r] for r in constants]
        self.names = list(outputs)
        self.places = [place[r] for r in outputs.values()]
        instructions = [
            (program.instructions[r], tuple(place[a] for a in program.instructions[r].arguments)) for r in made
        ]
        self.on_arrays = [(i.on_arrays(), arguments) for i, arguments in instructions]
        self.shapes = [program.shapes[r] for r in order]
        self.is_scalar = all(shape == () for shape in self.shapes)
        self.instructions = instructions
        if self.is_scalar:
            self.run_numbers = self._straight() if len(instructions) <= _LONGEST_STRAIGHT else self._one_by_one()

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by name. Numbers that do not exist are inf or nan."""
        given = [values[name] for name in self.inputs]
        if self.is_scalar:
            try:
                return dict(zip(self.names, self.numbers(given), strict=True))
            except (ArithmeticError, ValueError):
                pass  # Python raises where NumPy answers inf or nan
            given = [numpy.float64(number) for number in given]
        return self.arrays(given)

    def arrays(self, given: list[Any]) -> dict[str, Any]:
        """The outputs by name, on arrays. Where all is scalar, arrays of one length are so many runs at once."""
        registers = [*self.constants, *given]
        with numpy.errstate(all="ignore"):
            for function, arguments in self.on_arrays:
                registers.append(function(*[registers[a] for a in arguments]))
        return {name: registers[k] for name, k in zip(self.names, self.places, strict=True)}

    def numbers(self, given: list[Any]) -> list[Any]:
        """The outputs in order, on Python's numbers, which are many times as fast as arrays of one."""
        return self.run_numbers(given)

    def _straight(self) -> Callable[[Sequence[Any]], list[Any]]:
        named = [(i.name, i.on_numbers(), arguments) for i, arguments in self.instructions]
        return straight(self.constants, len(self.inputs), named, self.places)

    def _one_by_one(self) -> Callable[[Sequence[Any]], list[Any]]:
        instructions = [(i.on_numbers(), arguments) for i, arguments in self.instructions]

        def run(given: Sequence[Any]) -> list[Any]:
            registers = [*self.constants, *given]
            for function, arguments in instructions:
                registers.append(function(*[registers[a] for a in arguments]))
            return [registers[k] for k in self.places]

        return run
