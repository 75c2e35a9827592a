"""A derivation compiled for NumPy: values forward and adjoints backward in one program, from the same formulas."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy

from ..derivation import INCOMING, OUTPUT, Derivation, Flow, TensorDerivation
from ..errors import DomainError, UsageError
from ..graph import Graph
from ..indexed.sizes import whole
from ..problem import Given
from ..records import record
from ..syntax.parser import deep_recursion
from .labelled import Labelled, Term
from .labels import lowered_checks
from .lowering import Lowering
from .program import Program, Runner
from .structure import check_array

Arrays = Mapping[str, Any]
Sizes = dict[str, tuple[int, ...]]


@record(slots=False)
class Registers:
    """Where each name's value and adjoint are in a program; `kinks` tells by step and operation whether one is met,
    and `checks` are to be run for the errors that they raise."""

    program: Program
    values: dict[str, int]
    adjoints: dict[str, int]
    kinks: dict[tuple[str, str], list[int]]
    checks: dict[str, int]


def registers(derivation: Derivation | TensorDerivation, shapes: Sizes, letters: Mapping[str, int]) -> Registers:
    """The program of one pass; `shapes` are those of all names, `letters` the symbolic sizes."""
    program = Program()
    values = {given.key: _input(program, given, shapes, letters) for given in derivation.graph.problem.givens}
    kinks: dict[tuple[str, str], list[int]] = {}
    checks: list[int] = []
    with deep_recursion():
        if isinstance(derivation, TensorDerivation):
            kinks, checks = _steps(derivation, program, values, shapes, letters)
            adjoints = _tensors(derivation, program, values, shapes, letters)
        else:
            adjoints = _scalars(derivation, program, values)
    return Registers(program, values, adjoints, kinks, {f"check {register}": register for register in checks})


def _input(program: Program, given: Given, shapes: Sizes, letters: Mapping[str, int]) -> int:
    """The register of a given; a size is the number that the shapes tell."""
    if not given.is_size:
        return program.input(given.key, shapes[given.key])
    bound = None if given.value is None else whole(given.value)
    return program.constant(float(bound if bound is not None else _numeric(given.key, letters)))


def _steps(
    derivation: TensorDerivation, program: Program, values: dict[str, int], shapes: Sizes, letters: Mapping[str, int]
) -> tuple[dict[tuple[str, str], list[int]], list[int]]:
    """Puts the value of each step among the values; what tells of kinks, and what checks labels."""
    kinks: dict[tuple[str, str], list[int]] = {}
    checks: list[int] = []
    for key, step in derivation.graph.steps.items():
        checks += lowered_checks(step, derivation.graph.problem, Lowering(program, values, letters), letters)
        component = derivation.components[key]
        lowering = Lowering(program, values, letters)
        values[key] = lowering.component(component.body, component.at, shapes[key])
        for name, register in lowering.kinks.registers():
            kinks.setdefault((key, name), []).append(register)
    return kinks, checks


def _tensors(
    derivation: TensorDerivation, program: Program, values: dict[str, int], shapes: Sizes, letters: Mapping[str, int]
) -> dict[str, int]:
    graph, labelled = derivation.graph, Labelled(program)
    adjoints = {graph.loss: program.constant(1.0)}
    for key in derivation.adjoint_order():
        labels = tuple(map(str, range(len(shapes[key]))))
        uses = derivation.uses.get(key, ())
        parts = [Term(flowing(program, flow, values, adjoints, letters, shapes[key]), labels) for flow in uses]
        total = labelled.total(parts) if parts else labelled.number(0.0)  # none where every use is as labels
        adjoints[key] = labelled.spread(total, labels, shapes[key])
    return _with_zeros(graph, program, adjoints, shapes)


def flowing(
    program: Program,
    flow: Flow,
    values: Mapping[str, int],
    adjoints: Mapping[str, int],
    letters: Mapping[str, int],
    shape: tuple[int, ...],
) -> int:
    """The register of what flows back along one edge to an operand of this shape."""
    slots = {f"#{k}": values[name] for k, name in enumerate(flow.slots)}
    tensors = {**slots, OUTPUT: values[flow.step], INCOMING: adjoints[flow.step]}
    return Lowering(program, tensors, letters).component(flow.component.body, flow.component.at, shape)


def _scalars(derivation: Derivation, program: Program, values: dict[str, int]) -> dict[str, int]:
    graph, labelled = derivation.graph, Labelled(program)
    lowering = Lowering(program, values, {})
    for key, step in graph.steps.items():
        values[key] = lowering.component(step.expression, (), ())
    adjoints = {graph.loss: program.constant(1.0)}
    for key in derivation.adjoint_order():
        parts = []
        for gradient in derivation.uses[key]:
            local = Term(lowering.component(gradient.shortest, (), ()))
            is_loss = gradient.step == graph.loss
            parts.append(local if is_loss else labelled.each("multiply", Term(adjoints[gradient.step]), local))
        adjoints[key] = labelled.total(parts).register
    return _with_zeros(graph, program, adjoints, dict.fromkeys(graph.wanted, ()))


def _with_zeros(graph: Graph, program: Program, adjoints: dict[str, int], shapes: Sizes) -> dict[str, int]:
    for key in graph.wanted:
        if key not in adjoints:
            adjoints[key] = program.constant(numpy.zeros(shapes[key]) if shapes[key] else 0.0)
    return adjoints


class Compiled:
    """The loss and its gradients as a function of arrays by name, in double precision.

    Sizes that are letters in the problem (`X: (n, d)`) are those of the arrays; the first call with new sizes compiles.
    """

    def __init__(self, derivation: Derivation | TensorDerivation) -> None:
        self.derivation = derivation
        self.problem = derivation.graph.problem
        self.names = {given.key: given.written for given in self.problem.givens if not given.is_size}
        self._runners: dict[tuple[tuple[int, ...], ...], Runner] = {}
        self._keys = {name: key for key, name in self.names.items()} | {key: key for key in self.names}
        self._wanted = [(self.problem.spelled[key], f"d{key}") for key in derivation.graph.wanted]
        self._order = tuple(self.names)
        self._written = list(self.names.values())
        self._asked = [name for name, _ in self._wanted]
        self._structures = [(key, self.names[key], word) for key, word in self.problem.structures.items()]
        self._needed: list[str] = []
        self._scalar = self._runner(dict.fromkeys(self._order, 0.0)) if self._is_scalar() else None
        if self._scalar is not None:
            self._needed = [self.names[key] for key in self._scalar.inputs]
            if len(self._needed) == len(self._written):
                self._written = self._needed

    def __call__(self, values: Arrays | None = None, **more: Any) -> tuple[float, dict[str, Any]]:
        """The loss, and the gradients by the author's spelling. Raises UsageError where an array does not fit,
        DomainError where a value or a derivative does not exist."""
        if self._scalar is not None and values is not None and (quick := self._of_numbers(values)) is not None:
            return quick
        arrays = self._arrays(values or {}, more)
        runner = self._runner(arrays)
        for key, name, structure in self._structures:
            check_array(name, structure, arrays[key])
        found = runner(arrays)
        gradients = {name: found[key] for name, key in self._wanted}
        if not _is_finite(found["loss"]) or not all(map(_is_finite, gradients.values())):
            raise self._reason(arrays)
        return float(found["loss"]), gradients

    def _of_numbers(self, values: Arrays) -> tuple[float, dict[str, Any]] | None:
        """The short way where every given is a float; None where the long one must check or explain."""
        try:
            numbers = [values[name] for name in self._written]
            if len(values) != len(numbers) or set(map(type, numbers)) != {float}:
                return None
            assert self._scalar is not None
            if len(self._needed) != len(numbers):
                numbers = [values[name] for name in self._needed]
            loss, *gradients = self._scalar.numbers(numbers)
        except (KeyError, ArithmeticError, ValueError):
            return None
        if not isfinite(loss + sum(gradients)):
            return None
        return loss, dict(zip(self._asked, gradients, strict=True))

    def _arrays(self, values: Arrays, more: Arrays) -> dict[str, Any]:
        keys = self._keys
        arrays = {}
        for name, value in (*values.items(), *more.items()):
            if name not in keys:
                raise UsageError(f"unknown name {name}", expected=", ".join(self.names.values()))
            is_number = type(value) is float
            arrays[keys[name]] = value if is_number else _as_floats(value)
        missing = [written for key, written in self.names.items() if key not in arrays]
        if missing:
            raise UsageError(f"{', '.join(missing)} has no value", expected="an array for every given")
        return arrays

    def _is_scalar(self) -> bool:
        return isinstance(self.derivation, Derivation)

    def _runner(self, arrays: dict[str, Any]) -> Runner:
        sizes = tuple([getattr(arrays[key], "shape", ()) for key in self._order])
        if sizes not in self._runners:
            shapes, letters = self.shapes_of(dict(zip(self._order, sizes, strict=True)))
            made = registers(self.derivation, shapes, letters)
            outputs = {f"d{key}": made.adjoints[key] for key in self.derivation.graph.wanted}
            self._runners[sizes] = made.program.runner(
                {"loss": made.values[self.problem.loss], **outputs, **made.checks}
            )
        return self._runners[sizes]

    def shapes_of(self, found: Sizes) -> tuple[Sizes, dict[str, int]]:
        """The shapes of all names where the arrays have these. Raises UsageError where they do not fit."""
        letters: dict[str, int] = {}
        for key, sizes in found.items():
            expected = self.problem.shapes[key]
            fits = len(sizes) == len(expected) and all(
                n == (letters.setdefault(size, n) if isinstance(size, str) else size)
                for n, size in zip(sizes, expected, strict=True)
            )
            if not fits:
                shape = ", ".join(str(letters.get(s, s)) if isinstance(s, str) else str(s) for s in expected)
                raise UsageError(f"{self.names[key]} has the shape {sizes}", expected=f"the shape ({shape})")
        shapes = {
            key: tuple(size if isinstance(size, int) else _numeric(size, letters) for size in shape)
            for key, shape in self.problem.shapes.items()
        }
        return shapes, letters

    def _reason(self, arrays: dict[str, Any]) -> DomainError:
        from .diagnosis import reason

        sizes = {key: getattr(value, "shape", ()) for key, value in arrays.items()}
        shapes, letters = self.shapes_of(sizes)
        return reason(self.derivation, registers(self.derivation, shapes, letters), arrays, letters)


def _numeric(size: str, letters: Mapping[str, int]) -> int:
    if size not in letters:
        raise UsageError(f"the size {size} is not known from the arrays", expected="a number in the problem")
    return letters[size]


def _as_floats(value: Any) -> Any:
    array = numpy.asarray(value, dtype=float)
    return array if array.shape else float(array)


def _is_finite(value: Any) -> bool:
    return bool(numpy.isfinite(value).all()) if getattr(value, "shape", ()) else abs(value) < numpy.inf
